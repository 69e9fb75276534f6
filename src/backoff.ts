// Exponential back-off with full jitter: a thousand calls that lose one provider must not come back in step.

export interface BackoffOptions {
  /** Upper bound of the first wait. */
  baseMs: number;
  /** Upper bound of any wait. */
  capMs: number;
}
export const BACKOFF_DEFAULTS = { baseMs: 200, capMs: 5000 } as const satisfies BackoffOptions;

/**
 * Milliseconds to wait before retry number `attempt` (0 = first retry): uniform in [0, min(cap, base * 2^attempt)).
 * "Full jitter" of the AWS Architecture Blog, "Exponential Backoff And Jitter". `random` gives numbers in [0, 1).
 */
export function backoffMs(
  attempt: number,
  options: BackoffOptions = BACKOFF_DEFAULTS,
  random: () => number = Math.random,
): number {
  return random() * Math.min(options.capMs, options.baseMs * 2 ** attempt);
}
