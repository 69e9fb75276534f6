// Every error the engine raises on purpose: a code to branch on, whether trying again can help, and whom it came from.

import type { VendorName } from './providers/vendor_settings.js';

/** All codes, one line each, so that metrics labels and log searches have a closed vocabulary. */
export const ERROR_CODES = {
  CONFIG_INVALID: 'a configuration value is missing or malformed',
  STT_CONNECT: 'the speech-to-text socket could not be opened',
  STT_CLOSED: 'the speech-to-text socket closed and could not be reopened',
  STT_STALLED: 'the speech-to-text socket is open but silent while audio goes in',
  STT_PROTOCOL: 'the speech-to-text provider sent something unreadable',
  LLM_REQUEST: 'the language model refused or failed the request',
  LLM_TIMEOUT: 'the language model gave no first token, or no next one, in time',
  LLM_STREAM: 'the language model stream broke off or was unreadable',
  LLM_EMPTY: 'the language model ended its answer with nothing that can be spoken',
  TTS_CONNECT: 'the text-to-speech socket could not be opened',
  TTS_CLOSED: 'the text-to-speech socket closed while speech was being made',
  TTS_STALLED: 'the text-to-speech provider gave no first audio, or no next chunk, in time',
  TTS_REQUEST: 'the text-to-speech provider refused or failed the request',
  TTS_PROTOCOL: 'the text-to-speech provider sent something unreadable',
  TWILIO_REST: 'the Twilio REST API refused or failed the request',
  MEDIA_PROTOCOL: 'the media socket carried something that is not the Twilio Media Streams protocol',
  RECORDING_WRITE: 'the recording could not be written',
  VAD_MODEL: 'the voice activity model could not be loaded or run',
  WORKER_DIED: 'the worker thread of this call died',
  INTERNAL: 'a defect in this program',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
export type ProviderName = 'twilio' | VendorName;

export interface EngineErrorOptions {
  provider?: ProviderName;
  /** HTTP status or WebSocket close code, when there was one. */
  status?: number;
  /** True when the same request may succeed a moment later (429, 5xx, network). */
  retryable?: boolean;
  /** From a Retry-After header, milliseconds. */
  retryAfterMs?: number;
  cause?: unknown;
  /** Short technical detail. Never speech, phone numbers or keys: it goes into logs and files. */
  detail?: string;
}

/** The one error class that crosses module borders. `message` is the code's meaning plus `detail`. */
export class EngineError extends Error {
  override name = 'EngineError';
  readonly provider: ProviderName | undefined;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: ErrorCode,
    options: EngineErrorOptions = {},
  ) {
    super(ERROR_CODES[code] + (options.detail ? `: ${options.detail}` : ''), { cause: options.cause });
    this.provider = options.provider;
    this.status = options.status;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Wraps anything thrown into an EngineError, keeping one that already is. */
export function toEngineError(thrown: unknown, code: ErrorCode = 'INTERNAL'): EngineError {
  if (thrown instanceof EngineError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new EngineError(code, { cause: thrown, detail });
}
