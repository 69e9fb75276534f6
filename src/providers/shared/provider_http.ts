// Reading HTTP facts out of what the vendor SDKs throw: statuses, Retry-After, network error codes. Decides which
// statuses are worth another try; when and how often is each client's business.

import type { EngineError } from '../../errors.js';

/** Whether the same request may succeed a moment later. RFC 9110: 408, 425, 429 and 5xx are about now, others about us. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 425 || status === 429 || status >= 500;
}

/** The vendor is there and does not want what we send (key, account, model, settings): no second try helps. */
export function isRefusal(error: EngineError | null): boolean {
  return error !== null && !error.retryable && error.status !== undefined && error.status >= 400 && error.status < 500;
}

/**
 * Milliseconds from `retry-after-ms` or `retry-after` (seconds or an HTTP date), or undefined when absent or unreadable.
 * `nowEpochMs` is wall time, for the date form. Never negative.
 */
export function retryAfterMs(
  headers: { get(name: string): string | null } | null | undefined,
  nowEpochMs: number,
): number | undefined {
  const milliseconds = headers?.get('retry-after-ms');
  if (milliseconds) {
    const value = Number(milliseconds);
    if (Number.isFinite(value)) return Math.max(0, value);
  }
  const text = headers?.get('retry-after');
  if (!text) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowEpochMs);
}

/** HTTP status in the message `ws` gives for a refused upgrade ("Unexpected server response: 429"), or undefined. */
export function handshakeStatus(message: string): number | undefined {
  const match = /^Unexpected server response: (\d{3})/.exec(message);
  return match ? Number(match[1]) : undefined;
}

/**
 * A short technical word for a network failure: the error code (ECONNREFUSED, UND_ERR_SOCKET, …) found on the error
 * or down its causes, else the error's class name. Messages are left out on purpose: vendors quote keys and input there.
 */
export function failureWord(thrown: unknown): string {
  let current = thrown;
  for (let depth = 0; depth < 4 && current instanceof Error; depth++) {
    const code = (current as { code?: unknown }).code;
    if (typeof code === 'string' && code.length > 0 && code.length <= 60) return code;
    current = current.cause;
  }
  if (!(thrown instanceof Error)) return 'unknown';
  // `ws` and the Deepgram SDK give their time-outs no code.
  return /timed out|timeout/i.test(thrown.message) ? 'timeout' : thrown.name;
}
