// The TwiML documents we answer with. Escaping and element order are the Twilio SDK's; only its TwiML part is loaded.

import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';

/** Twilio's limit for name and value of a `<Parameter>` together is 500 characters. */
const PARAMETER_CHARS_MAX = 400;

/** A sentence for Twilio's own voice; the language is a BCP 47 tag, one that Twilio does not speak is read by its English voice. */
export interface SpokenLine {
  text: string;
  language: string;
}

export interface ConnectStreamOptions {
  /** Said before the stream; null = nothing. */
  before: SpokenLine | null;
  /** `wss://host/ws/token`; Twilio drops query strings. */
  streamUrl: string;
  /** Asked for the next verbs when the stream has ended. */
  actionUrl: string;
  /** Where nobody answers there, this is said, and then `url` asked: by then whoever died may be back. */
  unanswered: { line: SpokenLine; url: string };
  /** Told when the stream starts, stops or fails. */
  statusCallbackUrl: string;
  /** Come back as `customParameters` in `start`. */
  parameters: Readonly<Record<string, string>>;
}

/**
 * Connects the call to a bidirectional media stream.
 * `<Response><Connect action><Stream url statusCallback><Parameter name value/>…</Stream></Connect><Say/><Redirect/></Response>`
 *
 * An action's answer takes the place of the whole document: the verbs behind `<Connect>` are for the case that there is none.
 */
export function connectStreamTwiml(options: ConnectStreamOptions): string {
  const response = new VoiceResponse();
  if (options.before !== null) say(response, options.before);
  const stream = response
    .connect({ action: options.actionUrl, method: 'POST' })
    .stream({ url: options.streamUrl, statusCallback: options.statusCallbackUrl, statusCallbackMethod: 'POST' });
  for (const [name, value] of Object.entries(options.parameters)) stream.parameter({ name, value: plain(value) });
  say(response, options.unanswered.line);
  response.redirect({ method: 'POST' }, options.unanswered.url);
  return response.toString();
}

/** Speaks one sentence with Twilio's own voice and hangs up: for a call that can't be taken, or can't be held any longer. */
export function sayAndHangUpTwiml(line: SpokenLine): string {
  const response = new VoiceResponse();
  say(response, line);
  response.hangup();
  return response.toString();
}

/** For a caller to press a key, after the words. */
const KEY_S = 6;

/** What becomes of a caller for whom there is no line. */
export type OverflowStep =
  | { kind: 'dial'; to: string; callerId: string | null; timeoutS: number }
  | { kind: 'enqueue'; queue: string; waitUrl: string | null }
  | { kind: 'redirect'; url: string }
  | { kind: 'callback' }
  | { kind: 'hang_up' };

/**
 * Sends a caller elsewhere.
 * @param line said first; null = nothing
 * @param actionUrl asked for the next verbs when nobody answered there, or all has been said
 */
export function overflowTwiml(line: SpokenLine | null, then: OverflowStep, actionUrl: string): string {
  const response = new VoiceResponse();
  const action = { action: actionUrl, method: 'POST' };
  if (then.kind === 'callback') {
    // Asked for also without a key: what is said then is the desk's.
    const gather = response.gather({
      ...action,
      input: ['dtmf'],
      numDigits: 1,
      timeout: KEY_S,
      actionOnEmptyResult: true,
    });
    if (line !== null) say(gather, line);
    return response.toString();
  }
  if (line !== null) say(response, line);
  if (then.kind === 'dial') {
    const callerId = then.callerId === null ? {} : { callerId: then.callerId };
    const dial = response.dial({ ...action, timeout: then.timeoutS, ...callerId });
    if (/^sips?:/.test(then.to)) dial.sip(then.to);
    else dial.number(then.to);
  } else if (then.kind === 'enqueue') {
    const waitUrl = then.waitUrl === null ? {} : { waitUrl: then.waitUrl, waitUrlMethod: 'POST' };
    response.enqueue({ ...action, ...waitUrl }, then.queue);
  } else if (then.kind === 'redirect') response.redirect({ method: 'POST' }, then.url);
  else response.hangup();
  return response.toString();
}

function say(response: Pick<VoiceResponse, 'say'>, { text, language }: SpokenLine): void {
  const locale = sayLocale(language);
  response.say(locale === null ? {} : { language: locale }, text);
}

type SayLocale = NonNullable<VoiceResponse.SayAttributes['language']>;

/** The languages that `<Say>` speaks, of each the locale for a tag without a region first. Without any it is en-US. */
const SAY_LOCALES: readonly SayLocale[] = [
  ...(['en-US', 'en-AU', 'en-CA', 'en-GB', 'en-IE', 'en-IN', 'en-NZ', 'en-ZA'] as const),
  ...(['es-ES', 'es-MX', 'es-US', 'fr-FR', 'fr-BE', 'fr-CA', 'de-DE', 'de-AT'] as const),
  ...(['it-IT', 'pt-BR', 'pt-PT', 'nl-NL', 'nl-BE', 'ca-ES', 'ro-RO', 'el-GR'] as const),
  ...(['da-DK', 'sv-SE', 'nb-NO', 'fi-FI', 'is-IS', 'pl-PL', 'cs-CZ', 'sk-SK'] as const),
  ...(['hu-HU', 'bg-BG', 'sr-RS', 'lv-LV', 'uk-UA', 'ru-RU', 'tr-TR', 'he-IL'] as const),
  ...(['ar-AE', 'hi-IN', 'bn-IN', 'ta-IN', 'te-IN', 'th-TH', 'vi-VN', 'id-ID'] as const),
  ...(['ms-MY', 'ja-JP', 'ko-KR', 'zh-CN', 'zh-HK', 'zh-TW', 'cy-GB', 'af-ZA'] as const),
];

function sayLocale(tag: string): SayLocale | null {
  const wanted = tag.toLowerCase();
  const [language] = wanted.split('-');
  const fits = SAY_LOCALES.filter((locale) => locale.startsWith(`${language}-`));
  const locale = fits.find((each) => each.toLowerCase() === wanted) ?? fits[0] ?? null;
  return locale === 'en-US' ? null : locale;
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
