// The parameters of `POST Calls.json` beside the two numbers: what each may hold, and the code Twilio refuses it with,
// as a table. Pure.

import { type RestAnswer, restError } from './rest_resources.js';
import { parseXml } from './xml.js';

interface Rule {
  code: number;
  isGood(value: string): boolean;
}

const oneOf = (code: number, values: string): Rule => ({ code, isGood: (value) => values.split(' ').includes(value) });
const whole = (code: number, min: number, max: number): Rule => ({
  code,
  isGood: (value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max,
});
const matches = (code: number, pattern: RegExp): Rule => ({ code, isGood: (value) => pattern.test(value) });
const url = (code: number): Rule => ({ code, isGood: isHttpUrl });

/** Codes without a page of their own share 20001. 21234 is machine detection, whatever is wrong with it. */
const PARAMETERS: Readonly<Record<string, Rule>> = {
  Url: url(21205),
  FallbackUrl: url(21205),
  ApplicationSid: matches(21218, /^AP[0-9a-fA-F]{32}$/),
  Method: oneOf(21209, 'GET POST'),
  FallbackMethod: oneOf(21209, 'GET POST'),
  StatusCallback: url(21609),
  StatusCallbackMethod: oneOf(21209, 'GET POST'),
  SendDigits: matches(21206, /^[0-9A-D*#wW]{1,32}$/),
  Timeout: whole(21208, 1, 600),
  TimeLimit: whole(20001, 1, 86_400),
  Record: oneOf(20001, 'true false'),
  RecordingChannels: oneOf(20001, 'mono dual'),
  RecordingTrack: oneOf(20001, 'inbound outbound both'),
  RecordingStatusCallback: url(21609),
  RecordingStatusCallbackMethod: oneOf(21209, 'GET POST'),
  Trim: oneOf(20001, 'trim-silence do-not-trim'),
  MachineDetection: oneOf(21234, 'Enable DetectMessageEnd'),
  MachineDetectionTimeout: whole(21234, 3, 59),
  MachineDetectionSpeechThreshold: whole(21234, 1000, 6000),
  MachineDetectionSpeechEndThreshold: whole(21234, 500, 5000),
  MachineDetectionSilenceTimeout: whole(21234, 2000, 10_000),
  AsyncAmd: oneOf(21234, 'true false'),
  AsyncAmdStatusCallback: url(21609),
  AsyncAmdStatusCallbackMethod: oneOf(21209, 'GET POST'),
  CallReason: matches(20001, /^.{1,50}$/s),
};

const TWIML_CHARS_MAX = 4000;

/** Why the call is refused, or null. Every parameter is judged: the call would otherwise fail where nobody looks. */
export function badParameter(form: URLSearchParams): RestAnswer | null {
  for (const [name, { code, isGood }] of Object.entries(PARAMETERS)) {
    const value = form.get(name);
    if (value && !isGood(value)) return restError(400, code, `${name} is not valid: ${value}`);
  }
  const twiml = form.get('Twiml');
  // With a URL the document is not looked at.
  return twiml && !form.get('Url') ? badTwiml(twiml) : null;
}

export function badTwiml(twiml: string): RestAnswer | null {
  if (twiml.length > TWIML_CHARS_MAX)
    return restError(400, 20001, `Twiml is longer than ${TWIML_CHARS_MAX} characters`);
  try {
    parseXml(twiml);
    return null;
  } catch {
    return restError(400, 20001, 'Twiml is not well-formed XML');
  }
}

/** Host names with an underscore are no host names to Twilio. */
export function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return /^https?:$/.test(protocol) && !hostname.includes('_');
}
