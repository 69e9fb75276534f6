// Is Deepgram there, and does it know our key? One small GET, without the SDK, for the main thread. Listing projects is a
// right of its own that calls do not need.

import { askVendor, httpUrl, judgeAnswer, type ProbeResult } from '../probe.js';

export async function probeDeepgram(config: { apiKey: string; baseUrl: string | null }): Promise<ProbeResult> {
  const base = httpUrl(config.baseUrl ?? 'https://api.deepgram.com');
  return judgeAnswer(await askVendor(`${base}/v1/projects`, { authorization: `Token ${config.apiKey}` }));
}
