// Twilio's side of a webhook: one signed form request, with Twilio's time limit and header set. What the answer means
// is the caller's business.

import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { routeTo } from './dial_route.js';
import { type FormFields, signForm, signUrl } from './signer.js';

const ANSWER_BYTES_MAX = 64 * 1024;

export interface WebhookAnswer {
  status: number;
  contentType: string;
  body: string;
  /** From request to the last byte, ms. */
  tookMs: number;
}

/** No usable answer: 11200 = the request failed, 11205 = no connection, 11210 = bad URL. */
export class WebhookError extends Error {
  override name = 'WebhookError';
  constructor(
    readonly code: 11200 | 11205 | 11210,
    message: string,
  ) {
    super(message);
  }
}

export interface WebhookOptions {
  method?: 'GET' | 'POST';
  timeoutMs?: number;
  /** `bad`: signed with another token. `none`: no signature at all. */
  signature?: 'good' | 'bad' | 'none';
}

export class WebhookClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #tlsAgent = new TlsAgent({ keepAlive: true, rejectUnauthorized: false });

  constructor(
    readonly authToken: string,
    public serverUrl: string | null,
  ) {}

  /**
   * Sends `fields` (form body for POST, query for GET) to `url`, signed over exactly that URL. Resolves with any HTTP
   * answer; rejects with WebhookError when there was none within `timeoutMs` (default 15 s, Twilio's own limit).
   */
  send(url: string, fields: FormFields, options: WebhookOptions = {}): Promise<WebhookAnswer> {
    const form = new URLSearchParams(fields.map(([key, value]): [string, string] => [key, value])).toString();
    const post = options.method !== 'GET';
    const target = post ? url : `${url}${url.includes('?') ? '&' : '?'}${form}`;
    let route: ReturnType<typeof routeTo>;
    try {
      route = routeTo(target, this.serverUrl);
    } catch (error) {
      return Promise.reject(new WebhookError(11210, (error as Error).message));
    }
    const token = options.signature === 'bad' ? `${this.authToken}x` : this.authToken;
    const headers: Record<string, string> = {
      ...Object.fromEntries(route.headers),
      'User-Agent': 'TwilioProxy/1.1',
      Accept: '*/*',
      'I-Twilio-Idempotency-Token': randomUUID(),
    };
    if (options.signature !== 'none') {
      headers['X-Twilio-Signature'] = post ? signForm(token, target, fields) : signUrl(token, target);
    }
    if (post) {
      headers['Content-Type'] = 'application/x-www-form-urlencoded; charset=UTF-8';
      headers['Content-Length'] = String(Buffer.byteLength(form));
    }
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const timeoutMs = options.timeoutMs ?? 15_000;
      const send = route.tls ? httpsRequest : httpRequest;
      const outgoing = send({
        host: route.host,
        port: route.port,
        path: route.path,
        method: post ? 'POST' : 'GET',
        headers,
        agent: route.tls ? this.#tlsAgent : this.#agent,
        signal: AbortSignal.timeout(timeoutMs),
      });
      outgoing.on('error', (error) => {
        const timedOut = error.name === 'AbortError' || error.name === 'TimeoutError';
        reject(new WebhookError(timedOut ? 11200 : 11205, timedOut ? `no answer in ${timeoutMs} ms` : error.message));
      });
      outgoing.on('response', (incoming) => {
        const parts: Buffer[] = [];
        let bytes = 0;
        incoming.on('data', (part: Buffer) => {
          bytes += part.length;
          if (bytes > ANSWER_BYTES_MAX) incoming.destroy(new Error('answer too long'));
          parts.push(part);
        });
        incoming.on('error', (error) => reject(new WebhookError(11200, error.message)));
        incoming.on('end', () => {
          resolve({
            status: incoming.statusCode ?? 0,
            contentType: incoming.headers['content-type'] ?? '',
            body: Buffer.concat(parts).toString('utf8'),
            tookMs: performance.now() - began,
          });
        });
      });
      outgoing.end(post ? form : undefined);
    });
  }

  close(): void {
    this.#agent.destroy();
    this.#tlsAgent.destroy();
  }
}
