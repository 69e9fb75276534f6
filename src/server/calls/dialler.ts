// Rings people: reserves the slot first, so that an answered call always has one, asks Twilio to dial, and gives the
// slot back when nobody answers. What the request looked like is calls_api.ts; how Twilio is asked, rest_client.ts.

import type { EngineConfig } from '../../config.js';
import type { Logger } from '../../log.js';
import { type TwilioCall, type TwilioRest, TwilioRestError } from '../../twilio/rest_client.js';
import { HttpError } from '../http/errors.js';
import type { ServerMetrics } from '../server_metrics.js';
import type { CallControl } from './call_control.js';
import { type CallEntry, isTerminal } from './call_registry.js';

const RING_TIMEOUT_S = 60;
/** Beyond ringing: Twilio may add 5 s by itself, and its callbacks take their time. */
const ANSWER_GRACE_MS = 30_000;
/** Twilio's own end of the call comes after ours, for the case that we are gone. */
const TIME_LIMIT_GRACE_S = 60;
/** How long a webhook waits for the answer to a dial that it may belong to. */
const SETTLE_TIMEOUT_MS = 2_000;
const RETRY_AFTER_S = '5';

export interface DialOrder {
  to: string;
  from: string;
  variables: Record<string, string>;
  machineDetection: 'Enable' | 'DetectMessageEnd' | null;
}

export interface DiallerOptions {
  rest: Pick<TwilioRest, 'isConfigured' | 'dial' | 'fetchCall' | 'endCall'>;
  control: CallControl;
  metrics: ServerMetrics;
  log: Logger;
  calls: Pick<EngineConfig['calls'], 'maxDurationS'>;
}

export class Dialler {
  readonly #options: DiallerOptions;
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  /**
   * Dials and registers the call.
   * @param base our public URL
   * @throws HttpError 503 without a free slot or account; 400, 429 or 502 when Twilio refuses or fails
   */
  async dial(order: DialOrder, base: string): Promise<TwilioCall & { webhookUrl: string }> {
    const { rest, control, metrics, log } = this.#options;
    if (!rest.isConfigured) throw new HttpError(503, 'Failed to initiate call: no Twilio account is configured');
    const slot = control.reserve();
    if (typeof slot === 'string') {
      const why = slot === 'full' ? 'all lines are busy' : 'the server is going down';
      throw new HttpError(503, `Failed to initiate call: ${why}`, { 'retry-after': RETRY_AFTER_S });
    }
    const webhookUrl = `${base}/outbound-twiml`;
    const dialling = this.#dialOnSlot(order, slot, base, webhookUrl);
    this.#inFlight.add(dialling);
    try {
      const call = await dialling;
      log.info({ callSid: call.sid, slot, to: call.to, from: call.from }, 'Outbound call initiated');
      return { ...call, webhookUrl };
    } catch (thrown) {
      control.releaseReserved(slot);
      if (!(thrown instanceof TwilioRestError)) throw thrown;
      metrics.dial('refused');
      log.warn({ provider: 'twilio', err: thrown, twilioCode: thrown.twilioCode }, 'Outbound call refused');
      throw refusal(thrown);
    } finally {
      this.#inFlight.delete(dialling);
    }
  }

  /** Resolves when no dial waits for Twilio's answer any more, or after two seconds. */
  readonly settled = async (): Promise<void> => {
    if (this.#inFlight.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => {
      timer = setTimeout(resolve, SETTLE_TIMEOUT_MS);
    });
    await Promise.race([Promise.allSettled(this.#inFlight), timeout]);
    clearTimeout(timer);
  };

  /** Stops ringing. The slot is free at once; that Twilio can't be reached is only logged. */
  async cancel(entry: CallEntry): Promise<void> {
    this.#options.control.endUnanswered(entry);
    try {
      await this.#options.rest.endCall(entry.callSid);
    } catch (thrown) {
      this.#options.log.warn({ callSid: entry.callSid, provider: 'twilio', err: thrown }, 'could not stop ringing');
    }
  }

  async #dialOnSlot(order: DialOrder, slot: number, base: string, webhookUrl: string): Promise<TwilioCall> {
    const { rest, control, calls } = this.#options;
    const { to, from, machineDetection, variables } = order;
    const call = await rest.dial({
      to,
      from,
      url: webhookUrl,
      statusCallbackUrl: `${base}/twilio/status`,
      ringTimeoutS: RING_TIMEOUT_S,
      timeLimitS: calls.maxDurationS + TIME_LIMIT_GRACE_S,
      machineDetection:
        machineDetection === null ? null : { mode: machineDetection, callbackUrl: `${base}/twilio/amd` },
    });
    // In the same turn as Twilio's answer: whoever waits for `settled` finds the call registered.
    const entry = control.dialled({ callSid: call.sid, direction: 'outbound', from, to }, slot, variables);
    this.#watch(entry, RING_TIMEOUT_S * 1000 + ANSWER_GRACE_MS + call.queueMs);
    return call;
  }

  /** The slot does not wait for ever for a callback that got lost. */
  #watch(entry: CallEntry, timeoutMs: number): void {
    setTimeout(() => void this.#onAnswerTimeout(entry), timeoutMs).unref();
  }

  async #onAnswerTimeout(entry: CallEntry): Promise<void> {
    if (entry.phase !== 'dialling') return;
    const { rest, control, metrics, log } = this.#options;
    const status = await rest.fetchCall(entry.callSid).then(
      (call) => call.status,
      () => 'unknown',
    );
    if (entry.phase !== 'dialling') return;
    // Still in Twilio's queue or ringing: its estimate was too short.
    if (status === 'queued' || status === 'initiated' || status === 'ringing') {
      this.#watch(entry, ANSWER_GRACE_MS);
      return;
    }
    metrics.dial(isTerminal(status) ? status : 'timeout');
    log.warn({ callSid: entry.callSid, status }, 'no word of a dialled call, slot released');
    control.endUnanswered(entry);
  }
}

/** What our user gets to hear when Twilio says no. Its 401 and 404 are about our account, not about our user. */
function refusal(error: TwilioRestError): HttpError {
  const status = error.status === 400 || error.status === 429 ? error.status : 502;
  const headers: Record<string, string> = status === 429 ? { 'retry-after': RETRY_AFTER_S } : {};
  const reason = error.message.slice(error.message.indexOf(': ') + 2);
  const fields = error.twilioCode === null ? {} : { code: error.twilioCode };
  return new HttpError(status, `Failed to initiate call: ${reason}`, headers, fields);
}
