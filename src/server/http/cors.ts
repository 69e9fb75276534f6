// Cross-origin headers, off unless CORS_ORIGINS names origins. Answers only; authorising a request is auth.ts.

const NONE: Readonly<Record<string, string>> = {};

/** Headers for an answer to a request from `origin` ('' = not from a web page). */
export function corsHeaders(origin: string, allowed: readonly string[]): Readonly<Record<string, string>> {
  if (origin === '' || allowed.length === 0) return NONE;
  if (!allowed.includes(origin) && !allowed.includes('*')) return NONE;
  return {
    'access-control-allow-origin': origin,
    // Beside the few headers that a page may read anyway: how long to wait, which part of a recording came, and
    // the name by which we find the request in our log.
    'access-control-expose-headers': 'retry-after, content-range, etag, x-request-id',
    vary: 'Origin',
  };
}

/** Headers for an answer to a preflight request. */
export function preflightHeaders(origin: string, allowed: readonly string[]): Readonly<Record<string, string>> {
  const headers = corsHeaders(origin, allowed);
  if (headers === NONE) return NONE;
  return {
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-allow-headers': 'authorization, content-type, idempotency-key, range, x-request-id',
    'access-control-max-age': '600',
  };
}
