// The TwiML documents we answer with. Escaping and element order are the Twilio SDK's; only its TwiML part is loaded.

import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';

/** Twilio's limit for name and value of a `<Parameter>` together is 500 characters. */
const PARAMETER_CHARS_MAX = 400;

export interface ConnectStreamOptions {
  /** `wss://host/ws/token`; Twilio drops query strings. */
  streamUrl: string;
  /** Asked for the next verbs when the stream has ended. */
  actionUrl: string;
  /** Told when the stream starts, stops or fails. */
  statusCallbackUrl: string;
  /** Come back as `customParameters` in `start`. */
  parameters: Readonly<Record<string, string>>;
}

/**
 * Connects the call to a bidirectional media stream.
 * `<Response><Connect action><Stream url statusCallback><Parameter name value/>…</Stream></Connect></Response>`
 */
export function connectStreamTwiml(options: ConnectStreamOptions): string {
  const response = new VoiceResponse();
  const stream = response
    .connect({ action: options.actionUrl, method: 'POST' })
    .stream({ url: options.streamUrl, statusCallback: options.statusCallbackUrl, statusCallbackMethod: 'POST' });
  for (const [name, value] of Object.entries(options.parameters)) stream.parameter({ name, value: plain(value) });
  return response.toString();
}

/** Speaks one sentence with Twilio's own voice and hangs up: for a call that can't be taken. */
export function sayAndHangUpTwiml(sentence: string): string {
  const response = new VoiceResponse();
  response.say(sentence);
  response.hangup();
  return response.toString();
}

/** Hangs up: what follows a stream, so that no silent line stays open and is billed. */
export function hangUpTwiml(): string {
  const response = new VoiceResponse();
  response.hangup();
  return response.toString();
}

/** Without characters that XML can't carry even escaped, and short enough for Twilio. */
function plain(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return value.replace(/[\u0000-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/gu, '').slice(0, PARAMETER_CHARS_MAX);
}
