// Is OpenAI there, does it know our key, does it (still) have the model? One GET of the model's own entry, which also
// carries the day the model is shut down. Without the SDK, for the main thread.

import { askVendor, judgeAnswer, type ProbeResult, probeOk, probeRefused, type VendorAnswer } from '../probe.js';

export async function probeOpenai(config: {
  apiKey: string;
  baseUrl: string | null;
  model: string;
}): Promise<ProbeResult> {
  const base = config.baseUrl ?? 'https://api.openai.com/v1';
  const url = `${base}/models/${encodeURIComponent(config.model)}`;
  return judgeModel(await askVendor(url, { authorization: `Bearer ${config.apiKey}` }), config.model, new Date());
}

/** `GET /models/{model}`: `shutdown_date` is a day as `2027-01-14`, or null while none is set. */
export function judgeModel(answer: VendorAnswer | null, model: string, now: Date): ProbeResult {
  const result = judgeAnswer(answer);
  if (!result.ok) return result;
  const body = (answer?.body ?? {}) as { shutdown_date?: unknown; error?: { code?: unknown } | null };
  if (answer?.status === 404 && body.error?.code === 'model_not_found') return probeRefused('MODEL_NOT_FOUND');
  const day = body.shutdown_date;
  if (typeof day !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(day)) return result;
  const isOver = Date.parse(day.slice(0, 10)) <= now.getTime();
  return probeOk(
    `OPENAI_MODEL ${model} ${isOver ? 'was' : 'will be'} shut down on ${day.slice(0, 10)}: choose another`,
  );
}
