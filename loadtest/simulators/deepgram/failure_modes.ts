// What can go wrong with a listen stream, and when each mode looks for its victim.

/** At the handshake. */
export const HANDSHAKE_MODES = [
  'slow_accept',
  'status_400',
  'status_401',
  'status_402',
  'status_403',
  'status_429',
  'status_503',
  'refuse',
] as const;
/** During the stream, `after` milliseconds of audio counted from when the failure met the stream. */
export const STREAM_MODES = [
  'close_1011',
  'close_1000',
  'tcp_cut',
  'stall',
  'stuck_turn',
  'malformed_json',
  'throttle',
  'fatal_error',
  'error_message',
  'warning_message',
] as const;
/** At a Finalize. */
export const FINALIZE_MODES = ['ignore_finalize', 'duplicate_final', 'late_final'] as const;

export const DEEPGRAM_FAILURE_MODES = [...HANDSHAKE_MODES, ...STREAM_MODES, ...FINALIZE_MODES, 'close_1005'] as const;

/**
 * - `slow_accept`: the handshake is answered after `delayMs` (default 15 s, beyond any connect timeout)
 * - `status_*`: the handshake is refused with this status and the vendor's dg-error; `refuse` cuts it without an answer
 * - `close_1011`: NET-0000 in the middle of speech; `close_1000`: a close that looks like a normal end
 * - `tcp_cut`: the socket is gone without a close frame
 * - `stall`: the socket stays open and takes audio, but says nothing more
 * - `stuck_turn`: v2 only, turns no longer end
 * - `malformed_json`: one message that is cut in half
 * - `throttle`: audio is taken at 1.25 times real time at most; what came faster is answered later
 * - `fatal_error`: v2 Error message, then close
 * - `error_message`, `warning_message`: v1 says so, and the stream goes on
 * - `ignore_finalize`: one Finalize without an answer; `duplicate_final`: one answered twice
 * - `late_final`: a final with new words, `delayMs` (default 1500) after a Finalize was answered
 * - `close_1005`: CloseStream answered by a close frame without a code
 */
export type DeepgramFailureMode = (typeof DEEPGRAM_FAILURE_MODES)[number];
