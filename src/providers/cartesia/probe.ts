// Is Cartesia there, does it know our key and the voice? One small GET, without the SDK, for the main thread.

import { askVendor, httpUrl, judgeAnswer, type ProbeResult, probeRefused } from '../probe.js';

/** The one the SDK's sockets speak; a test holds the two together. */
export const CARTESIA_VERSION = '2026-08-14';

export async function probeCartesia(config: {
  apiKey: string;
  baseUrl: string | null;
  voiceId: string;
}): Promise<ProbeResult> {
  const base = httpUrl(config.baseUrl ?? 'https://api.cartesia.ai');
  const headers = { authorization: `Bearer ${config.apiKey}`, 'cartesia-version': CARTESIA_VERSION };
  const answer = await askVendor(`${base}/voices/${encodeURIComponent(config.voiceId)}`, headers);
  // (A compatible server may not know the page at all; then the body is not the vendor's.)
  const { error_code: code } = (answer?.body ?? {}) as { error_code?: unknown };
  if (answer?.status === 404 && /voice/i.test(String(code))) return probeRefused('VOICE_NOT_FOUND');
  return judgeAnswer(answer);
}
