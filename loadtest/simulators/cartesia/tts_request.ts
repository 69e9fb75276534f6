// Reads and judges what a client asks of text-to-speech, on the WebSocket and over REST. Pure.

import type { AudioEncoding } from '../speech/audio_encoding.js';

export interface AudioFormat {
  encoding: AudioEncoding;
  rateHz: number;
  /** REST only: `wav` puts a header in front. */
  container: 'raw' | 'wav';
}

export interface GenerationRequest {
  kind: 'generate';
  contextId: string;
  transcript: string;
  /** More text will follow on this context. */
  continues: boolean;
  flush: boolean;
  format: AudioFormat;
  voiceId: string;
  bufferDelayMs: number;
  wantsTimestamps: boolean;
  /** Everything that all inputs of one context must repeat. */
  settings: string;
}

export interface CancelRequest {
  kind: 'cancel';
  contextId: string;
}

/** An error event (or REST error body) without the envelope. */
export interface TtsProblem {
  kind: 'problem';
  statusCode: number;
  title: string;
  message: string;
  errorCode: string;
  contextId?: string;
}

const RATES = [8000, 16_000, 22_050, 24_000, 44_100, 48_000];
const ENCODINGS = ['pcm_f32le', 'pcm_s16le', 'pcm_mulaw', 'pcm_alaw'];
/** What the vendor waits when the field is absent: short first phrases then sit for three seconds. */
const BUFFER_DELAY_DEFAULT_MS = 3000;
const BUFFER_DELAY_MAX_MS = 5000;

/** One text message of the WebSocket, or the body of a REST request. */
export function readTtsRequest(text: string): GenerationRequest | CancelRequest | TtsProblem {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
    if (typeof body !== 'object' || body === null) throw new SyntaxError();
  } catch {
    return problem(400, 'Invalid request', 'the message is not a JSON object', 'invalid_json');
  }
  const contextId = body['context_id'];
  if (contextId !== undefined && typeof contextId !== 'string') return invalid('context_id must be a string');
  if (body['cancel'] === true) return contextId ? { kind: 'cancel', contextId } : invalid('cancel needs a context_id');
  const about = contextId as string | undefined;

  const { transcript, continue: continues = false, flush = false, ...settings } = body;
  if (typeof transcript !== 'string') return invalid('transcript must be a string', about);
  if (typeof continues !== 'boolean' || typeof flush !== 'boolean')
    return invalid('continue and flush are booleans', about);
  if (typeof settings['model_id'] !== 'string') return invalid('model_id is required', about);
  const voiceId = readVoice(settings['voice']);
  if (!voiceId) return invalid('voice must be an id', about);
  const format = readFormat(settings['output_format']);
  if (!format) return invalid('output_format: no such container, encoding or sample_rate', about);
  const bufferDelayMs = settings['max_buffer_delay_ms'] ?? BUFFER_DELAY_DEFAULT_MS;
  if (typeof bufferDelayMs !== 'number' || bufferDelayMs < 0 || bufferDelayMs > BUFFER_DELAY_MAX_MS)
    return invalid('max_buffer_delay_ms: 0 to 5000', about);
  if (settings['language'] !== undefined && settings['locale'] !== undefined)
    return invalid('language and locale exclude each other', about);
  return {
    kind: 'generate',
    contextId: about ?? '',
    transcript,
    continues,
    flush,
    format,
    voiceId,
    bufferDelayMs,
    wantsTimestamps: settings['add_timestamps'] === true,
    settings: canonical(settings),
  };
}

/** Older API versions wrote `{mode: 'id', id}`, newer ones `{id}` or the id itself. */
function readVoice(voice: unknown): string | null {
  const id = typeof voice === 'string' ? voice : (voice as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' && id !== '' ? id : null;
}

function readFormat(value: unknown): AudioFormat | null {
  const { container, encoding = 'pcm_s16le', sample_rate: rateHz } = (value ?? {}) as Record<string, unknown>;
  if (container !== 'raw' && container !== 'wav') return null;
  if (!ENCODINGS.includes(encoding as string) || !RATES.includes(rateHz as number)) return null;
  return { container, encoding: encoding as AudioEncoding, rateHz: rateHz as number };
}

/** Key order does not matter to the vendor, so it must not matter here. `duration` may change within a context. */
function canonical(settings: Record<string, unknown>): string {
  const { duration: _, ...fixed } = settings;
  return JSON.stringify(Object.entries(fixed).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function problem(
  statusCode: number,
  title: string,
  message: string,
  errorCode: string,
  contextId?: string,
): TtsProblem {
  return { kind: 'problem', statusCode, title, message, errorCode, contextId };
}

function invalid(message: string, contextId?: string): TtsProblem {
  return problem(400, 'Invalid request', message, 'invalid_request', contextId);
}
