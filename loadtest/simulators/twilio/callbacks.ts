// Status callbacks of one call: who asked for which events, with which number they go out, and the ways a network
// delivers them worse than in order and once.

import type { CallbackReport } from './call_report.js';
import type { CallState, CallStatus } from './call_state.js';
import type { Failures } from './failures.js';
import type { FormFields } from './signer.js';
import type { WebhookClient } from './webhook_client.js';

/** What can be subscribed to. All ends of a call are `completed`. */
export const CALLBACK_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;
export type CallbackEvent = (typeof CALLBACK_EVENTS)[number];

export interface StatusSubscription {
  url: string;
  method: 'GET' | 'POST';
  /** Default on the wire: only `completed`. */
  events: readonly string[];
}

/** An event that is being overtaken waits this long for the one that overtakes it. */
const OVERTAKE_MS = 150;

export class StatusCallbacks {
  readonly #subscription: StatusSubscription;
  readonly #webhooks: WebhookClient;
  readonly #failures: Failures;
  #sequence = 0;
  #last: Promise<unknown> = Promise.resolve();
  #overtaken: (() => void) | null = null;

  constructor(subscription: StatusSubscription, webhooks: WebhookClient, failures: Failures) {
    this.#subscription = subscription;
    this.#webhooks = webhooks;
    this.#failures = failures;
  }

  /** The call moved: sends what was subscribed to. Resolves when it is delivered or given up; never rejects. */
  async onStatus(state: CallState, record: (report: CallbackReport) => void): Promise<void> {
    const event = eventOf(state.status);
    if (event === null || !this.#subscription.events.includes(event)) return;
    const sequenceNumber = String(this.#sequence++);
    if (this.#failures.take('callbacks_lost')) return;
    const fields = callbackFields(state, sequenceNumber);
    const status = state.status;
    const copies = this.#failures.take('callbacks_duplicate') ? 2 : 1;
    const deliver = async () => {
      for (let i = 0; i < copies; i++) await this.#deliver(fields, status, sequenceNumber, record);
    };
    if (this.#overtaken) {
      // The one before is waiting for this one to be faster.
      const release = this.#overtaken;
      this.#overtaken = null;
      await deliver();
      release();
      return;
    }
    if (this.#failures.take('callbacks_reordered')) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, OVERTAKE_MS);
        this.#overtaken = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#overtaken = null;
      await deliver();
      return;
    }
    const before = this.#last;
    const mine = before.then(deliver);
    this.#last = mine;
    await mine;
  }

  async #deliver(
    fields: FormFields,
    event: CallStatus,
    sequenceNumber: string,
    record: (report: CallbackReport) => void,
  ): Promise<void> {
    const { url, method } = this.#subscription;
    const report: CallbackReport = { kind: 'status', url, event, sequenceNumber, status: null, at: Date.now() };
    record(report);
    try {
      report.status = (await this.#webhooks.send(url, fields, { method, timeoutMs: 5000 })).status;
    } catch {
      // Nobody listens; the report shows it by its missing status.
    }
  }
}

function eventOf(status: CallStatus): CallbackEvent | null {
  if (status === 'queued') return null;
  if (status === 'initiated' || status === 'ringing') return status;
  return status === 'in-progress' ? 'answered' : 'completed';
}

function callbackFields(state: CallState, sequenceNumber: string): FormFields {
  const fields = state.webhookFields();
  fields.push(['CallbackSource', 'call-progress-events'], ['SequenceNumber', sequenceNumber]);
  fields.push(['Timestamp', rfc2822(Date.now())]);
  if (state.isOver) {
    // CallDuration is seconds, Duration minutes rounded up; both are there only for calls that were answered.
    fields.push(['CallDuration', String(state.durationS)], ['Duration', String(Math.ceil(state.durationS / 60))]);
    fields.push(['SipResponseCode', String(state.sipResponseCode ?? SIP_CODES[state.status] ?? 200)]);
  }
  return fields;
}

const SIP_CODES: Partial<Record<CallStatus, number>> = { busy: 486, 'no-answer': 487, canceled: 487, failed: 404 };

/** `Tue, 10 Aug 2010 08:02:17 +0000`, as Twilio writes times in REST and in callbacks. */
export function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}
