// Reads and judges what a client asks of text-to-speech, on the WebSocket and over REST. Pure.

import type { AudioEncoding } from '../speech/audio_encoding.js';
import { MODELS, PLAIN_VOICE_SINCE } from './catalogue.js';

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

/** What the answer depends on beside the request itself. */
export interface RequestRules {
  /** `Cartesia-Version` of the connection or request. */
  version: string;
  transport: 'socket' | 'http';
  voices: ReadonlySet<string>;
}

const RATES = [8000, 16_000, 22_050, 24_000, 44_100, 48_000];
const ENCODINGS = ['pcm_f32le', 'pcm_s16le', 'pcm_mulaw', 'pcm_alaw'];
/** What the vendor waits when the field is absent: short first phrases then sit for three seconds. */
const BUFFER_DELAY_DEFAULT_MS = 3000;
const BUFFER_DELAY_MAX_MS = 5000;

/** One text message of the WebSocket, or the body of a REST request. */
export function readTtsRequest(text: string, rules: RequestRules): GenerationRequest | CancelRequest | TtsProblem {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
    if (typeof body !== 'object' || body === null) throw new SyntaxError();
  } catch {
    return problem(400, 'Invalid request', 'the message is not a JSON object', 'invalid_json');
  }
  const contextId = body['context_id'] ?? undefined;
  if (contextId !== undefined && typeof contextId !== 'string') return invalid('context_id must be a string');
  if (body['cancel'] === true) return contextId ? { kind: 'cancel', contextId } : invalid('cancel needs a context_id');
  if (!contextId && rules.transport === 'socket' && rules.version >= PLAIN_VOICE_SINCE)
    return invalid('context_id is required');
  const { transcript, continue: continues, flush, ...settings } = body;
  const wrong =
    (typeof transcript === 'string' ? null : invalid('transcript must be a string', contextId)) ??
    badSettings(body, contextId) ??
    badModel(settings, contextId) ??
    badVoice(settings['voice'], rules, contextId);
  if (wrong) return wrong;
  const format = readFormat(settings['output_format'], rules.transport);
  if (!format) return invalid('output_format: no such container, encoding or sample_rate', contextId);
  return {
    kind: 'generate',
    contextId: contextId ?? '',
    transcript: transcript as string,
    continues: continues === true,
    flush: flush === true,
    format,
    voiceId: voiceIdOf(settings['voice']),
    bufferDelayMs: (settings['max_buffer_delay_ms'] as number | null | undefined) ?? BUFFER_DELAY_DEFAULT_MS,
    wantsTimestamps: settings['add_timestamps'] === true,
    settings: canonical(settings),
  };
}

const BOOLEANS = ['continue', 'flush', 'add_timestamps', 'add_phoneme_timestamps', 'use_normalized_timestamps'];
const TEXTS = ['language', 'locale', 'normalization', 'pronunciation_dict_id'];
/** What generation_config may turn, and how far. */
const CONTROLS: Readonly<Record<string, readonly [min: number, max: number]>> = { speed: [0.6, 1.5], volume: [0.5, 2] };

/** Fields that are null are absent. */
function badSettings(body: Record<string, unknown>, about: string | undefined): TtsProblem | null {
  const present = (name: string) => (body[name] ?? null) !== null;
  const noBoolean = BOOLEANS.find((name) => present(name) && typeof body[name] !== 'boolean');
  if (noBoolean) return invalid(`${noBoolean} must be a boolean`, about);
  const noText = TEXTS.find((name) => present(name) && typeof body[name] !== 'string');
  if (noText) return invalid(`${noText} must be a string`, about);
  const delay = body['max_buffer_delay_ms'] ?? 0;
  if (!Number.isInteger(delay) || (delay as number) < 0 || (delay as number) > BUFFER_DELAY_MAX_MS)
    return invalid(`max_buffer_delay_ms: a whole number, 0 to ${BUFFER_DELAY_MAX_MS}`, about);
  if (present('language') && present('locale')) return invalid('language and locale exclude each other', about);
  if (present('speed') && !['slow', 'normal', 'fast'].includes(body['speed'] as string))
    return invalid('speed: slow, normal or fast', about);
  if (present('pronunciation_dict_id'))
    return problem(404, 'Not found', 'no such pronunciation dictionary', 'pronunciation_dict_not_found', about);
  const config = (body['generation_config'] ?? {}) as Record<string, unknown>;
  for (const [name, [min, max]] of Object.entries(CONTROLS)) {
    const value = config[name] ?? min;
    if (typeof value !== 'number' || value < min || value > max)
      return invalid(`generation_config.${name}: ${min} to ${max}`, about);
  }
  return null;
}

function badModel(settings: Record<string, unknown>, about: string | undefined): TtsProblem | null {
  const model = settings['model_id'];
  if (typeof model !== 'string' || model === '') return invalid('model_id is required', about);
  const languages = MODELS.get(model);
  if (!languages) return problem(404, 'Model not found', `there is no model ${model}`, 'model_not_found', about);
  const language = settings['language'] ?? (settings['locale'] as string | undefined)?.split('-')[0] ?? 'en';
  return languages.includes(language as string)
    ? null
    : problem(400, 'Invalid request', `${model} does not speak ${String(language)}`, 'language_not_supported', about);
}

/** Newer API versions write the id or `{id}`, older ones `{mode: 'id', id}`. */
function badVoice(voice: unknown, rules: RequestRules, about: string | undefined): TtsProblem | null {
  const { mode, id } = (typeof voice === 'string' ? { id: voice } : (voice ?? {})) as { mode?: unknown; id?: unknown };
  const isPlain = mode === undefined && rules.version < PLAIN_VOICE_SINCE;
  if (typeof id !== 'string' || id === '' || isPlain || (mode !== undefined && mode !== 'id'))
    return invalid('voice must be an id, as this API version writes it', about);
  return rules.voices.has(id)
    ? null
    : problem(404, 'Voice not found', 'there is no such voice', 'voice_not_found', about);
}

function voiceIdOf(voice: unknown): string {
  return typeof voice === 'string' ? voice : (voice as { id: string }).id;
}

function readFormat(value: unknown, transport: RequestRules['transport']): AudioFormat | null {
  const { container, encoding, sample_rate: rateHz } = (value ?? {}) as Record<string, unknown>;
  if (container !== 'raw' && !(container === 'wav' && transport === 'http')) return null;
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
