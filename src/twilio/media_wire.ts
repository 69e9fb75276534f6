// The wire of a Twilio media stream, both directions, as text: reads every message that is not the usual media message, and
// makes the ones we send. The usual ones, fifty a second and call, are read and built by the kernels (audio/kernels/
// media_message.ts). Formats: Twilio's "Media Streams WebSocket messages"; counters and times are strings there.

import { assert } from '../assert.js';
import { CALL_SID } from './call_status.js';

/** First message of a socket; carries nothing we need. */
export interface TwilioConnected {
  event: 'connected';
}
/** Second message, exactly once. */
export interface TwilioStart {
  event: 'start';
  streamSid: string;
  /** `customParameters`: the `<Parameter>`s of our TwiML; values that are no strings are left out. */
  start: { accountSid: string; callSid: string; customParameters: Record<string, string> };
}
/** A media message in another spelling than the one the kernel knows; for example with white space in it. */
export interface TwilioMedia {
  event: 'media';
  streamSid: string;
  /** `timestampMs`: -1 when there is none from 0 to 2^31 - 1. `payload`: base64 mu-law; null when it is no string. */
  media: { track: string; timestampMs: number; payload: string | null };
}
/** The audio sent before our mark of this name has played, or was cleared. */
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
/** The call or the stream ended; may be missing when the network broke. */
export interface TwilioStop {
  event: 'stop';
  streamSid: string;
}
/** Everything Twilio sends. */
export type TwilioMessage = TwilioConnected | TwilioStart | TwilioMedia | TwilioMark | TwilioDtmf | TwilioStop;

/** Everything we send; Twilio refuses further fields (error 31951). */
export type TwilioCommand =
  | { event: 'media'; streamSid: string; media: { payload: string } }
  | { event: 'mark'; streamSid: string; mark: { name: string } }
  | { event: 'clear'; streamSid: string };

/** Why a message was refused: not JSON at all, an event we don't know, or a known one with a field missing or wrong. */
export type MessageProblem = 'json' | 'unknown_event' | 'fields';
/** `field`: path of the first wrong field (`start.callSid`); never its value, which is a stranger's. */
export type ParsedMessage =
  | { ok: true; message: TwilioMessage }
  | { ok: false; problem: MessageProblem; field: string | null };

const STREAM_SID = /^MZ[0-9a-fA-F]{32}$/;
const PLAIN_NAME = /^[ !#-[\]-~]*$/;
const DIGIT = /^[0-9*#A-D]$/;

/** Reads one message. Never throws: what comes over the wire is the world's, not ours. Unknown fields are ignored. */
export function parseTwilioMessage(text: string): ParsedMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'json', field: null };
  }
  if (!isRecord(value) || typeof value['event'] !== 'string') return wrong('event');
  const event = value['event'];
  if (event === 'connected') return accepted({ event });
  if (!KNOWN_EVENTS.has(event)) return { ok: false, problem: 'unknown_event', field: null };
  const streamSid = value['streamSid'];
  if (typeof streamSid !== 'string' || !STREAM_SID.test(streamSid)) return wrong('streamSid');
  if (event === 'stop') return accepted({ event, streamSid });

  const body = value[event];
  if (!isRecord(body)) return wrong(event);
  switch (event) {
    case 'start':
      return readStart(streamSid, body);
    case 'media':
      return readMedia(streamSid, body);
    case 'mark':
      return typeof body['name'] === 'string'
        ? accepted({ event, streamSid, mark: { name: body['name'] } })
        : wrong('mark.name');
    default: {
      const digit = body['digit'];
      if (typeof digit !== 'string' || !DIGIT.test(digit)) return wrong('dtmf.digit');
      return accepted({ event: 'dtmf', streamSid, dtmf: { digit } });
    }
  }
}

/** What stands before the base64 payload of an outbound media message; `"}}` follows it. ASCII. */
export function mediaPrefix(streamSid: string): Uint8Array {
  return new TextEncoder().encode(`{"event":"media","streamSid":"${streamSid}","media":{"payload":"`);
}

/** Asks Twilio to say when the audio sent so far has played. `name` is one of our own: plain ASCII, no quotes. */
export function markMessage(streamSid: string, name: string): string {
  assert(PLAIN_NAME.test(name), 'a mark name needs no escaping');
  return `{"event":"mark","streamSid":"${streamSid}","mark":{"name":"${name}"}}`;
}

/** Tells Twilio to throw away the audio it has not played yet. */
export function clearMessage(streamSid: string): string {
  return `{"event":"clear","streamSid":"${streamSid}"}`;
}

const KNOWN_EVENTS: ReadonlySet<string> = new Set(['start', 'media', 'mark', 'dtmf', 'stop']);

/** A message without a track is taken for the caller's, the only one a bidirectional stream has. */
function readMedia(streamSid: string, { track, timestamp, payload }: Record<string, unknown>): ParsedMessage {
  return accepted({
    event: 'media',
    streamSid,
    media: {
      track: track === undefined ? 'inbound' : typeof track === 'string' ? track : '',
      timestampMs: counter(timestamp),
      payload: typeof payload === 'string' ? payload : null,
    },
  });
}

/** Twilio sends counters as strings of digits; a plain number is understood as well. */
function counter(value: unknown): number {
  const number = typeof value === 'string' && /^[0-9]+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < 2 ** 31 ? number : -1;
}

function readStart(streamSid: string, start: Record<string, unknown>): ParsedMessage {
  const { accountSid, callSid, customParameters, mediaFormat } = start;
  if (start['streamSid'] !== streamSid) return wrong('start.streamSid');
  if (typeof callSid !== 'string' || !CALL_SID.test(callSid)) return wrong('start.callSid');
  // Anything but 8 kHz mono mu-law would be noise to us and nonsense to the caller.
  if (!isRecord(mediaFormat) || mediaFormat['encoding'] !== 'audio/x-mulaw') return wrong('start.mediaFormat.encoding');
  if (mediaFormat['sampleRate'] !== 8000) return wrong('start.mediaFormat.sampleRate');
  if ((mediaFormat['channels'] ?? 1) !== 1) return wrong('start.mediaFormat.channels');
  return accepted({
    event: 'start',
    streamSid,
    start: {
      accountSid: typeof accountSid === 'string' ? accountSid : '',
      callSid,
      customParameters: isRecord(customParameters) ? strings(customParameters) : {},
    },
  });
}

function accepted(message: TwilioMessage): ParsedMessage {
  return { ok: true, message };
}

function wrong(field: string): ParsedMessage {
  return { ok: false, problem: 'fields', field };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strings(record: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
