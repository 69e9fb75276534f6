// What can go wrong with text-to-speech, and when each mode looks for its victim.

/** At the WebSocket handshake or a REST request. */
export const CONNECT_MODES = [
  'slow_accept',
  'status_400',
  'status_401',
  'status_402',
  'status_429',
  'status_500',
  'status_503',
  'refuse',
] as const;
/** In a context, after `after` chunks. */
export const CONTEXT_MODES = [
  'error_429',
  'error_500',
  'error_no_context',
  'slow_first_byte',
  'stall',
  'cut',
  'cut_mid_chunk',
  'malformed_json',
  'unknown_context',
  'done_without_audio',
] as const;

export const CARTESIA_FAILURE_MODES = [...CONNECT_MODES, ...CONTEXT_MODES, 'late_chunks', 'idle_close'] as const;

/**
 * - `slow_accept`: the handshake is answered after `delayMs` (default 15 s); `status_*`: refused; `refuse`: cut
 * - `error_429`, `error_500`: error event for the context, which is over; `error_no_context`: one that names none
 * - `slow_first_byte`: the first chunk takes `delayMs` longer (default 1500)
 * - `stall`: the context goes silent; `done_without_audio`: it is done without a chunk
 * - `cut`: the socket is gone between two messages; `cut_mid_chunk`: in the middle of one
 * - `malformed_json`: one unreadable message; `unknown_context`: one chunk of a context nobody opened
 * - `late_chunks`: chunks of a cancelled context, `delayMs` (default 300) after its done
 * - `idle_close`: the socket is closed (1000, "connection idle timeout") once no context is active
 */
export type CartesiaFailureMode = (typeof CARTESIA_FAILURE_MODES)[number];
