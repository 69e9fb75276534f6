// The cheap questions behind /health: one small GET to each AI provider, with our key. Calls themselves go through the
// vendors' SDKs in the workers; this only finds out whether the provider is there and knows us.

import type { EngineConfig } from '../../config.js';
import type { ProbeResult } from './provider_health.js';

const TIMEOUT_MS = 3000;
const CARTESIA_VERSION = '2025-04-16';

/** Asks `url`. Any answer but 401, 403, 429 and 5xx shows the service at work: a compatible server may lack the page. */
export async function probeHttp(url: string, headers: Readonly<Record<string, string>>): Promise<ProbeResult> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' });
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403) return { ok: false, code: 'REFUSED' };
    if (response.status === 429 || response.status >= 500) return { ok: false, code: `HTTP_${response.status}` };
    return { ok: true, code: null };
  } catch {
    return { ok: false, code: 'NETWORK' };
  }
}

export function probeDeepgram(config: EngineConfig['deepgram']): Promise<ProbeResult> {
  const base = httpUrl(config.baseUrl ?? 'https://api.deepgram.com');
  return probeHttp(`${base}/v1/projects`, { authorization: `Token ${config.apiKey}` });
}

export function probeOpenai(config: EngineConfig['openai']): Promise<ProbeResult> {
  const base = config.baseUrl ?? 'https://api.openai.com/v1';
  return probeHttp(`${base}/models`, { authorization: `Bearer ${config.apiKey}` });
}

export function probeCartesia(config: EngineConfig['cartesia']): Promise<ProbeResult> {
  const base = httpUrl(config.baseUrl ?? 'https://api.cartesia.ai');
  const headers = { authorization: `Bearer ${config.apiKey}`, 'cartesia-version': CARTESIA_VERSION };
  return probeHttp(`${base}/voices?limit=1`, headers);
}

function httpUrl(base: string): string {
  return base.replace(/^ws/, 'http');
}
