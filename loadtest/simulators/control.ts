// The control endpoints that every simulator offers beside its vendor's wire: `POST /_sim/NAME` with a JSON body, and
// `GET /_sim/NAME`. So a test in another process can do what one in this process does with method calls.

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
