// The `fetch` that the OpenAI SDK is given: undici's plain request under the few members of Response that the SDK uses.
// A fetch body is a web stream, which costs as much CPU per token as everything else together; this one is a Node stream.

import type { Readable } from 'node:stream';
import type { Pool } from 'undici';

/** What `asResponse()` gives back for a request made through `poolFetch`. */
export interface PoolResponse {
  ok: boolean;
  status: number;
  url: string;
  headers: Headers;
  body: Readable;
  text(): Promise<string>;
  json(): Promise<unknown>;
}

/**
 * A fetch over `pool`, whatever the origin in the address. Follows no redirects. Rejects with undici's errors (their
 * `code` says which). Every body must be read to its end or destroyed, or its connection is lost to the pool.
 */
export function poolFetch(pool: Pool): typeof fetch {
  const call = async (url: string, init: RequestInit): Promise<PoolResponse> => {
    const { pathname, search } = new URL(url);
    const { statusCode, headers, body } = await pool.request({
      path: pathname + search,
      method: (init.method ?? 'GET') as 'GET' | 'POST',
      headers: Object.fromEntries(new Headers(init.headers).entries()),
      body: init.body as string | undefined,
      signal: init.signal ?? undefined,
    });
    // A body that breaks before somebody listens must not end the thread.
    body.on('error', () => {});
    const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    return {
      ok: statusCode >= 200 && statusCode < 300,
      status: statusCode,
      url,
      headers: new Headers(pairs),
      body,
      text: () => body.text(),
      json: () => body.json(),
    };
  };
  return call as unknown as typeof fetch;
}
