// The cheap question behind /health: what a vendor's probe.ts answers, and how it asks. Calls go through the vendors' SDKs
// in the workers; a probe is one small GET from the main thread and may only make a judgement worse (health/).

export interface ProbeResult {
  ok: boolean;
  /** For people, when not ok: `NETWORK`, `HTTP_503`, `REFUSED`, `MODEL_NOT_FOUND`, … */
  code: string | null;
  /** It is there and will not serve us as we are set up: a refused key, a model that is gone. */
  refused: boolean;
  /** Something operators should know in time, one line; null = nothing. */
  notice: string | null;
}

export interface VendorAnswer {
  status: number;
  /** Parsed JSON; undefined when it was none. */
  body: unknown;
}

const TIMEOUT_MS = 3000;
/** The answers we ask for are a few hundred bytes. */
const BODY_BYTES_MAX = 64 * 1024;
/** A key may lack the right to this page and have the one to serve calls. */
const LACKS_A_RIGHT = /missing[ _]scope|insufficient[ _]permission/i;

export function probeOk(notice: string | null = null): ProbeResult {
  return { ok: true, code: null, refused: false, notice };
}

export function probeRefused(code: string): ProbeResult {
  return { ok: false, code, refused: true, notice: null };
}

/** GETs `url`; null when there is no answer. Never rejects. */
export async function askVendor(url: string, headers: Readonly<Record<string, string>>): Promise<VendorAnswer | null> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' });
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body ?? []) {
      parts.push(part);
      length += part.length;
      if (length > BODY_BYTES_MAX) break;
    }
    return { status: response.status, body: parsed(Buffer.concat(parts).toString()) };
  } catch {
    return null;
  }
}

/**
 * What any vendor's answer says: 401 is a refused key, 429 and 5xx are trouble, everything else shows the service at
 * work. A compatible server may lack the page, and a key the right to it (403, or a 401 that says so): no judgement.
 */
export function judgeAnswer(answer: VendorAnswer | null): ProbeResult {
  if (answer === null) return { ok: false, code: 'NETWORK', refused: false, notice: null };
  const { status, body } = answer;
  if (status === 401 && !LACKS_A_RIGHT.test(JSON.stringify(body) ?? '')) return probeRefused('REFUSED');
  if (status === 429 || status >= 500) return { ok: false, code: `HTTP_${status}`, refused: false, notice: null };
  return probeOk();
}

/** The REST address of a base URL that may be written for sockets. */
export function httpUrl(base: string): string {
  return base.replace(/^ws/, 'http');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
