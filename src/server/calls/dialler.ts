// Rings people: reserves the slot first, so that an answered call always has one, asks Twilio to dial, and gives the
// slot back when nobody answers. What the request looked like is calls_api.ts; how Twilio is asked, rest_client.ts.

import type { EngineConfig } from '../../config.js';
import type { Logger } from '../../log.js';
import { isTerminal } from '../../twilio/call_status.js';
import { type TwilioCall, type TwilioRest, TwilioRestError } from '../../twilio/rest_client.js';
import { HttpError } from '../http/errors.js';
import type { ServerMetrics } from '../server_metrics.js';
import type { RefusalReason } from './admission.js';
import type { CallControl } from './call_control.js';
import type { CallEntry, CallRegistry } from './call_registry.js';

const RING_TIMEOUT_S = 60;
/** Beyond ringing: Twilio may add 5 s by itself, and its callbacks take their time. */
const ANSWER_GRACE_MS = 30_000;
/** Twilio's own end of the call comes after ours, for the case that we are gone. */
const TIME_LIMIT_GRACE_S = 60;
/** How long a webhook waits for the answer to a dial that it may belong to. */
const SETTLE_TIMEOUT_MS = 2_000;
const RETRY_AFTER_S = '5';

const NO_SLOT: Readonly<Record<RefusalReason, string>> = {
  full: 'all lines are busy',
  kept: 'the free lines are kept for callers',
  late: 'the machine has as many calls as it can bear',
  vendor: 'a limit of a vendor is reached',
  draining: 'the server is going down',
  cancelled: 'it was cancelled',
};

export interface DialOrder {
  to: string;
  from: string;
  variables: Record<string, string>;
  /** Who shall speak; null = whose number `from` is. */
  agent: string | null;
  machineDetection: 'Enable' | 'DetectMessageEnd' | null;
}

export interface DiallerOptions {
  rest: Pick<TwilioRest, 'isConfigured' | 'dial' | 'fetchCall' | 'endCall'>;
  control: CallControl;
  registry: Pick<CallRegistry, 'find'>;
  metrics: ServerMetrics;
  log: Logger;
  calls: Pick<EngineConfig['calls'], 'maxDurationS'>;
}

/** A dial that Twilio has not answered yet. */
interface PendingDial {
  order: DialOrder;
  slot: number;
  /** Set when the call's webhooks came first and told us its sid. */
  entry: CallEntry | null;
  /** Settles with Twilio's answer; never rejects. */
  settled: Promise<unknown>;
}

export class Dialler {
  readonly #options: DiallerOptions;
  /** Oldest first. */
  readonly #pending = new Set<PendingDial>();

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  /**
   * Dials and registers the call.
   * @param base our public URL
   * @param log of the request that asked for it
   * @throws HttpError 503 without a free slot or account; 400, 429 or 502 when Twilio refuses or fails
   */
  async dial(order: DialOrder, base: string, log = this.#options.log): Promise<TwilioCall & { webhookUrl: string }> {
    const { rest, control, metrics } = this.#options;
    if (!rest.isConfigured) throw new HttpError(503, 'Failed to initiate call: no Twilio account is configured');
    const slot = control.reserve();
    if (typeof slot === 'string') {
      throw new HttpError(503, `Failed to initiate call: ${NO_SLOT[slot]}`, { 'retry-after': RETRY_AFTER_S });
    }
    const webhookUrl = `${base}/outbound-twiml`;
    const answer = this.#ask(order, base, webhookUrl);
    const pending: PendingDial = { order, slot, entry: null, settled: answer.catch(() => {}) };
    this.#pending.add(pending);
    try {
      const call = await answer;
      // In the same turn as Twilio's answer: whoever waits for `settled` finds the call registered.
      this.#pending.delete(pending);
      if (pending.entry === null) this.#register(pending, call.sid, call.queueMs);
      else if (pending.entry.callSid !== call.sid) this.#registerElsewhere(pending, call);
      log.info({ callSid: call.sid, slot, to: call.to, from: call.from }, 'Outbound call initiated');
      return { ...call, webhookUrl };
    } catch (thrown) {
      this.#pending.delete(pending);
      // Twilio's answer got lost, but not the call.
      if (pending.entry !== null) return { ...calledAs(pending.entry), webhookUrl };
      control.releaseReserved(slot);
      if (!(thrown instanceof TwilioRestError)) throw thrown;
      metrics.dial('refused');
      log.warn({ provider: 'twilio', err: thrown, twilioCode: thrown.twilioCode }, 'Outbound call refused');
      throw refusal(thrown);
    }
  }

  /** Resolves when no dial waits for Twilio's answer any more, or after two seconds. */
  async settled(): Promise<void> {
    if (this.#pending.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => {
      timer = setTimeout(resolve, SETTLE_TIMEOUT_MS);
    });
    await Promise.race([Promise.all([...this.#pending].map((pending) => pending.settled)), timeout]);
    clearTimeout(timer);
  }

  /**
   * Whose call is this? A webhook of an outbound call may come before Twilio's answer to the dial that made it. Then
   * it is the dial between the same two numbers, and has its slot and its variables. When that is not plain, or nothing
   * is in a hurry, Twilio's answer is waited for.
   * @param isAnswered somebody is on the line and hears silence
   * @returns undefined for a call that we did not dial
   */
  async claim(callSid: string, from: string, to: string, isAnswered: boolean): Promise<CallEntry | undefined> {
    const fits = (pending: PendingDial) =>
      pending.entry === null && pending.order.from === from && pending.order.to === to;
    const isPlain = [...this.#pending].filter(fits).length === 1;
    if (!isAnswered || !isPlain) await this.settled();
    const known = this.#options.registry.find(callSid);
    if (known !== undefined) return known;
    const pending = [...this.#pending].find(fits);
    return pending === undefined ? undefined : this.#register(pending, callSid);
  }

  /** Stops ringing. The slot is free at once; that Twilio can't be reached is only logged. */
  async cancel(entry: CallEntry): Promise<void> {
    this.#options.control.endUnanswered(entry);
    try {
      await this.#options.rest.endCall(entry.callSid);
    } catch (thrown) {
      this.#options.log.warn({ callSid: entry.callSid, provider: 'twilio', err: thrown }, 'could not stop ringing');
    }
  }

  #ask({ to, from, machineDetection }: DialOrder, base: string, webhookUrl: string): Promise<TwilioCall> {
    const { rest, calls } = this.#options;
    return rest.dial({
      to,
      from,
      url: webhookUrl,
      statusCallbackUrl: `${base}/twilio/status`,
      ringTimeoutS: RING_TIMEOUT_S,
      timeLimitS: calls.maxDurationS + TIME_LIMIT_GRACE_S,
      machineDetection:
        machineDetection === null ? null : { mode: machineDetection, callbackUrl: `${base}/twilio/amd` },
    });
  }

  #register(pending: PendingDial, callSid: string, queueMs = 0): CallEntry {
    const { order, slot } = pending;
    const call = { callSid, direction: 'outbound', from: order.from, to: order.to } as const;
    const entry = this.#options.control.dialled(call, slot, { variables: order.variables, wantedAgent: order.agent });
    pending.entry = entry;
    this.#watch(entry, RING_TIMEOUT_S * 1000 + ANSWER_GRACE_MS + queueMs);
    return entry;
  }

  /** Two dials between the same two numbers at once, and the other one's call has claimed our slot. */
  #registerElsewhere(pending: PendingDial, call: TwilioCall): void {
    const slot = this.#options.control.reserve();
    if (typeof slot === 'number') this.#register({ ...pending, slot }, call.sid, call.queueMs);
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

/** What we know of a call whose creation Twilio did not confirm. */
function calledAs({ callSid, from, to, twilio }: CallEntry): TwilioCall {
  return {
    ...{ sid: callSid, status: twilio.status ?? 'in-progress', direction: 'outbound-api', to, from },
    ...{ durationS: null, startTime: null, endTime: null, answeredBy: twilio.answeredBy, queueMs: 0 },
  };
}

/** What our user gets to hear when Twilio says no. Its 401 and 404 are about our account, not about our user. */
function refusal(error: TwilioRestError): HttpError {
  const status = error.status === 400 || error.status === 429 ? error.status : 502;
  const headers: Record<string, string> = status === 429 ? { 'retry-after': RETRY_AFTER_S } : {};
  const reason = error.message.slice(error.message.indexOf(': ') + 2);
  const fields = error.twilioCode === null ? {} : { code: error.twilioCode };
  return new HttpError(status, `Failed to initiate call: ${reason}`, headers, fields);
}
