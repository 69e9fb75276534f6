// The control endpoints that every simulator offers beside its vendor's wire: `POST /_sim/NAME` with a JSON body, and
// `GET /_sim/NAME`. So a test in another process can do what one in this process does with method calls.

import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';

/** By name; the returned value becomes the JSON answer. What it throws becomes a 400 with its message. */
export type ControlHandlers = Record<string, (body: Record<string, unknown>) => unknown>;

export interface ControlAnswer {
  status: number;
  body: string;
}

/** Runs one control request. `path` is the whole path, `/_sim/fail`. */
export function answerControl(handlers: ControlHandlers, path: string, bodyText: string): ControlAnswer {
  const name = path.slice('/_sim/'.length);
  const handler = name === 'process' ? processCost : handlers[name];
  if (!handler) {
    const detail = `one of: ${Object.keys(handlers).join(' ')} process`;
    return { status: 404, body: JSON.stringify({ detail }) };
  }
  try {
    const body: unknown = bodyText === '' ? {} : JSON.parse(bodyText);
    if (typeof body !== 'object' || body === null) throw new RangeError('the body must be a JSON object');
    return { status: 200, body: JSON.stringify(handler(body as Record<string, unknown>) ?? { ok: true }) };
  } catch (error) {
    return { status: 400, body: JSON.stringify({ detail: error instanceof Error ? error.message : String(error) }) };
  }
}

/** What the process of this simulator (and of those beside it) has used so far: the load report shows it. */
function processCost(): { cpuMs: number; rssBytes: number; uptimeMs: number } {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss(), uptimeMs: process.uptime() * 1000 };
}

/** Adds the control routes to a uWebSockets.js app. */
export function addControlRoutes(app: TemplatedApp, handlers: ControlHandlers): void {
  app.any('/_sim/*', (res, req) => {
    const path = req.getUrl();
    void readBody(res).then((bodyText) => {
      if (bodyText === null) return;
      const answer = answerControl(handlers, path, bodyText.toString());
      sendJson(res, answer.status === 200 ? '200 OK' : `${answer.status} Error`, answer.body);
    });
  });
}

/** The whole request body, or null when the client went away. Must be called in the request handler itself. */
export function readBody(res: HttpResponse): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    res.onAborted(() => resolve(null));
    res.onData((part, isLast) => {
      parts.push(Buffer.from(part.slice(0)));
      if (isLast) resolve(Buffer.concat(parts));
    });
  });
}

/** Ends a response with JSON; `headers` are name, value pairs. */
export function sendJson(res: HttpResponse, status: string, body: string, headers: [string, string][] = []): void {
  send(res, status, 'application/json', body, headers);
}

export function sendText(res: HttpResponse, status: string, body: string, headers: [string, string][] = []): void {
  send(res, status, 'text/plain', body, headers);
}

function send(res: HttpResponse, status: string, type: string, body: string, headers: [string, string][]): void {
  res.cork(() => {
    res.writeStatus(status).writeHeader('content-type', type);
    for (const [name, value] of headers) res.writeHeader(name, value);
    res.end(body);
  });
}
