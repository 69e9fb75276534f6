// The Twilio Media Streams protocol as text: reads the messages that are rare enough to be parsed with comfort, and makes
// the ones we send. Media messages, fifty a second and call, are read and built by audio/dsp.ts. Formats: Twilio's
// "Media Streams WebSocket messages"; counters and times are strings there.

export interface TwilioConnected {
  event: 'connected';
}
export interface TwilioStart {
  event: 'start';
  streamSid: string;
  start: { accountSid: string; callSid: string; customParameters: Record<string, string> };
}
export interface TwilioMark {
  event: 'mark';
  streamSid: string;
  mark: { name: string };
}
export interface TwilioDtmf {
  event: 'dtmf';
  streamSid: string;
  dtmf: { digit: string };
}
export interface TwilioStop {
  event: 'stop';
  streamSid: string;
}
export type TwilioMessage = TwilioConnected | TwilioStart | TwilioMark | TwilioDtmf | TwilioStop;

/** Why a message was refused: not JSON at all, an event we don't know, or a known one with a field missing or wrong. */
export type MessageProblem = 'json' | 'unknown_event' | 'fields';
export type ParsedMessage = { ok: true; message: TwilioMessage } | { ok: false; problem: MessageProblem };

const STREAM_SID = /^MZ[0-9a-fA-F]{32}$/;
const CALL_SID = /^CA[0-9a-fA-F]{32}$/;
const DIGIT = /^[0-9*#A-D]$/;

/** Reads any message but media. Never throws: what comes over the wire is the world's, not ours. */
export function parseTwilioMessage(text: string): ParsedMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'json' };
  }
  if (!isRecord(value) || typeof value['event'] !== 'string') return { ok: false, problem: 'fields' };
  switch (value['event']) {
    case 'connected':
      return { ok: true, message: { event: 'connected' } };
    case 'start':
      return accepted(readStart(value));
    case 'mark':
      return accepted(readMark(value));
    case 'dtmf':
      return accepted(readDtmf(value));
    case 'stop':
      return accepted(isSid(value['streamSid']) ? { event: 'stop', streamSid: value['streamSid'] } : null);
    default:
      return { ok: false, problem: 'unknown_event' };
  }
}

/** What stands before the base64 payload of an outbound media message; `"}}` follows it. ASCII. */
export function mediaPrefix(streamSid: string): Uint8Array {
  return new TextEncoder().encode(`{"event":"media","streamSid":"${streamSid}","media":{"payload":"`);
}

/** Asks Twilio to say when the audio sent so far has played. `name` is one of our own: plain ASCII, no quotes. */
export function markMessage(streamSid: string, name: string): string {
  return `{"event":"mark","streamSid":"${streamSid}","mark":{"name":"${name}"}}`;
}

/** Tells Twilio to throw away the audio it has not played yet. */
export function clearMessage(streamSid: string): string {
  return `{"event":"clear","streamSid":"${streamSid}"}`;
}

function readStart(value: Record<string, unknown>): TwilioStart | null {
  const { streamSid, start } = value;
  if (!isSid(streamSid) || !isRecord(start)) return null;
  const { accountSid, callSid, customParameters, mediaFormat } = start;
  if (typeof callSid !== 'string' || !CALL_SID.test(callSid) || start['streamSid'] !== streamSid) return null;
  // Anything but 8 kHz mu-law would be noise to us and nonsense to the caller.
  if (!isRecord(mediaFormat) || mediaFormat['encoding'] !== 'audio/x-mulaw' || mediaFormat['sampleRate'] !== 8000) {
    return null;
  }
  return {
    event: 'start',
    streamSid,
    start: {
      accountSid: typeof accountSid === 'string' ? accountSid : '',
      callSid,
      customParameters: isRecord(customParameters) ? strings(customParameters) : {},
    },
  };
}

function readMark(value: Record<string, unknown>): TwilioMark | null {
  const { streamSid, mark } = value;
  if (!isSid(streamSid) || !isRecord(mark) || typeof mark['name'] !== 'string') return null;
  return { event: 'mark', streamSid, mark: { name: mark['name'] } };
}

function readDtmf(value: Record<string, unknown>): TwilioDtmf | null {
  const { streamSid, dtmf } = value;
  if (!isSid(streamSid) || !isRecord(dtmf)) return null;
  const { digit } = dtmf;
  return typeof digit === 'string' && DIGIT.test(digit) ? { event: 'dtmf', streamSid, dtmf: { digit } } : null;
}

function accepted(message: TwilioMessage | null): ParsedMessage {
  return message ? { ok: true, message } : { ok: false, problem: 'fields' };
}

function isSid(value: unknown): value is string {
  return typeof value === 'string' && STREAM_SID.test(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strings(record: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
