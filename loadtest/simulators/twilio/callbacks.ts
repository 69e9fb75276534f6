// Callbacks of one call. Status callbacks: who asked for which events, with which number they go out, and the ways a
// network delivers them worse than in order and once. Stream, machine and recording callbacks are single posts.

import type { CallState, CallStatus } from './call_state.js';
import type { Strike } from './failure_modes.js';
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

/** One callback as it went out. */
export interface CallbackReport {
  kind: 'status' | 'stream' | 'amd' | 'recording';
  url: string;
  /** CallStatus, StreamEvent, AnsweredBy or RecordingStatus. */
  event: string;
  sequenceNumber: string | null;
  /** HTTP status the server answered; null = no answer (yet). */
  status: number | null;
  /** Wall clock, ms since 1970. */
  at: number;
}

const ANSWER_TIMEOUT_MS = 5000;
/** An event that is being overtaken waits this long for the one that overtakes it. */
const OVERTAKE_MS = 150;

/** Sends one callback and notes the answer in `report`. Never rejects: a deaf server shows as a missing status. */
export async function sendCallback(
  webhooks: WebhookClient,
  report: CallbackReport,
  fields: FormFields,
  method: 'GET' | 'POST' = 'POST',
): Promise<void> {
  try {
    report.status = (await webhooks.send(report.url, fields, { method, timeoutMs: ANSWER_TIMEOUT_MS })).status;
  } catch {
    report.status = null;
  }
}

/** A new, unanswered callback. */
export function newCallback(
  kind: CallbackReport['kind'],
  url: string,
  event: string,
  sequenceNumber: string | null = null,
): CallbackReport {
  return { kind, url, event, sequenceNumber, status: null, at: Date.now() };
}

export class StatusCallbacks {
  readonly #subscription: StatusSubscription;
  readonly #webhooks: WebhookClient;
  readonly #strike: Strike;
  #sequence = 0;
  #last: Promise<unknown> = Promise.resolve();
  #overtaken: (() => void) | null = null;

  constructor(subscription: StatusSubscription, webhooks: WebhookClient, strike: Strike) {
    this.#subscription = subscription;
    this.#webhooks = webhooks;
    this.#strike = strike;
  }

  /** The call moved: sends what was subscribed to. Resolves when it is delivered or given up; never rejects. */
  async onStatus(state: CallState, record: (report: CallbackReport) => void): Promise<void> {
    const event = eventOf(state.status);
    if (event === null || !this.#subscription.events.includes(event)) return;
    // Numbered by what happened, not by what arrives: a lost one leaves a hole.
    const sequenceNumber = String(this.#sequence++);
    if (this.#strike('callback_lost')) return;
    const fields = statusFields(state, sequenceNumber);
    const { status } = state;
    const copies = this.#strike('callback_duplicate') ? 2 : 1;
    const { url, method } = this.#subscription;
    const deliver = async () => {
      for (let i = 0; i < copies; i++) {
        const report = newCallback('status', url, status, sequenceNumber);
        record(report);
        await sendCallback(this.#webhooks, report, fields, method);
      }
    };
    const overtaken = this.#overtaken;
    if (overtaken) {
      this.#overtaken = null;
      await deliver();
      overtaken();
    } else if (this.#strike('callback_overtaken')) {
      await this.#untilOvertaken();
      await deliver();
    } else {
      this.#last = this.#last.then(deliver);
      await this.#last;
    }
  }

  #untilOvertaken(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#overtaken?.(), OVERTAKE_MS);
      this.#overtaken = () => {
        clearTimeout(timer);
        this.#overtaken = null;
        resolve();
      };
    });
  }
}

function eventOf(status: CallStatus): CallbackEvent | null {
  if (status === 'queued') return null;
  if (status === 'initiated' || status === 'ringing') return status;
  return status === 'in-progress' ? 'answered' : 'completed';
}

const SIP_CODES: Partial<Record<CallStatus, number>> = { busy: 486, 'no-answer': 487, canceled: 487, failed: 404 };

function statusFields(state: CallState, sequenceNumber: string): FormFields {
  const fields = state.webhookFields();
  fields.push(['CallbackSource', 'call-progress-events'], ['SequenceNumber', sequenceNumber]);
  fields.push(['Timestamp', rfc2822(Date.now())]);
  if (state.isOver) {
    // Two durations with two units, as on the real wire: seconds, and minutes rounded up.
    fields.push(['CallDuration', String(state.durationS)], ['Duration', String(Math.ceil(state.durationS / 60))]);
    fields.push(['SipResponseCode', String(state.sipResponseCode ?? SIP_CODES[state.status] ?? 200)]);
  }
  return fields;
}

/** `Tue, 10 Aug 2010 08:02:17 +0000`, as Twilio writes times in REST and in callbacks. */
export function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}
