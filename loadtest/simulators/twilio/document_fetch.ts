// Asks the server for TwiML, as Twilio does: signed, with a time limit, and strict about what comes back. The failure
// modes that are named after the server's answer are acted out here.

import type { CallState } from './call_state.js';
import type { Strike } from './failure_modes.js';
import { TwimlError } from './twiml.js';
import { type WebhookClient, WebhookError } from './webhook_client.js';

/** One answer to a request for TwiML, usable or not. */
export interface FetchedDocument {
  url: string;
  status: number;
  tookMs: number;
  body: string;
}

export interface DocumentRequest {
  state: CallState;
  url: string;
  method: 'GET' | 'POST';
  /** Fields beside those of every voice webhook. */
  extra: readonly (readonly [string, string])[];
  timeoutMs: number;
}

/**
 * Resolves with the XML text. Rejects with WebhookError (11200, 11205, 11210) or TwimlError (12300 = wrong content
 * type). `record` gets every answer that came.
 */
export async function fetchDocument(
  request: DocumentRequest,
  webhooks: WebhookClient,
  strike: Strike,
  record: (document: FetchedDocument) => void,
): Promise<string> {
  const { state, url, method, extra, timeoutMs } = request;
  const signature = strike('webhook_bad_signature') ? 'bad' : strike('webhook_no_signature') ? 'none' : 'good';
  const answer = await webhooks.send(url, [...state.webhookFields(), ...extra], { method, timeoutMs, signature });
  record({ url, status: answer.status, tookMs: answer.tookMs, body: answer.body });
  const late = strike('twiml_timeout');
  if (late) {
    await new Promise((resolve) => setTimeout(resolve, late.delayMs ?? 0));
    throw new WebhookError(11200, 'no answer in time (simulated)');
  }
  if (strike('twiml_500')) throw new WebhookError(11200, 'HTTP 500 (simulated)');
  if (strike('twiml_invalid')) throw new TwimlError(12100, 'document parse failure (simulated)');
  if (answer.status < 200 || answer.status > 299) throw new WebhookError(11200, `HTTP ${answer.status}`);
  if (!/^(text\/xml|application\/xml|text\/html)\b/i.test(answer.contentType)) {
    throw new TwimlError(12300, `invalid content type ${answer.contentType || '(none)'}`);
  }
  return answer.body;
}
