// What can go wrong with a completion.

/** Instead of a completion. */
export const REQUEST_MODES = [
  'status_400',
  'status_401',
  'status_404',
  'status_409',
  'status_429',
  'insufficient_quota',
  'status_500',
  'status_500_final',
  'status_503',
  'hang',
  'refuse',
] as const;
/** During a stream, after `after` tokens. */
export const STREAM_MODES = [
  'stall',
  'truncate',
  'reset',
  'error_chunk',
  'invalid_json',
  'content_filter',
  'length',
  'empty',
  'trickle',
  'no_usage',
  'slow_end',
] as const;

export const OPENAI_FAILURE_MODES = [...REQUEST_MODES, ...STREAM_MODES] as const;

/**
 * - `status_*`: this status with the vendor's error body. 429 and 503 carry retry-after and retry-after-ms from
 *   `delayMs` (default 1000); 409 carries x-should-retry: true, `status_500_final` x-should-retry: false
 * - `insufficient_quota`: the 429 that no waiting helps
 * - `hang`: no headers, ever; `refuse`: the connection is reset before any answer
 * - `stall`: headers and some tokens, then nothing; `truncate`: a clean end without finish_reason and [DONE]
 * - `reset`: the connection is reset; `error_chunk`: an error object in the stream; `invalid_json`: a broken event
 * - `content_filter`, `length`: these finish reasons, early; `empty`: a completion without any text
 * - `trickle`: a token every `delayMs` (default 1000); `no_usage`: the usage chunk is left out
 * - `slow_end`: the body stays open `delayMs` (default 5000) after [DONE]
 */
export type OpenaiFailureMode = (typeof OPENAI_FAILURE_MODES)[number];
