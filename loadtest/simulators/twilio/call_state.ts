// The life of one call as Twilio tells it: which status may follow which, when it happened, and the fields every
// webhook about it carries. Pure. The REST form of it is rest_api.ts, the callbacks are callbacks.ts.

export const CALL_STATUSES = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** Only an answered call can be `completed`: asked to complete before, it is canceled. */
const NEXT: Readonly<Record<CallStatus, readonly CallStatus[]>> = {
  queued: ['initiated', 'canceled', 'failed'],
  initiated: ['ringing', 'busy', 'failed', 'canceled'],
  ringing: ['in-progress', 'busy', 'no-answer', 'failed', 'canceled'],
  'in-progress': ['completed', 'failed'],
  completed: [],
  busy: [],
  'no-answer': [],
  failed: [],
  canceled: [],
};

/** Why a call is over, for reports: Twilio itself only tells the status. */
export type EndedBy =
  | 'caller' // hung up by script, or the line was cut
  | 'rest' // the server ended it through the API
  | 'twiml' // <Hangup>, <Reject>, or no verb was left
  | 'callee' // never answered
  | 'error' // no usable TwiML
  | 'time_limit'
  | 'simulator'; // close()

export interface StatusChange {
  status: CallStatus;
  /** Wall clock, ms since 1970. */
  at: number;
}

export interface CallIdentity {
  sid: string;
  accountSid: string;
  direction: 'inbound' | 'outbound-api';
  from: string;
  to: string;
}

export class CallState {
  status: CallStatus;
  readonly history: StatusChange[];
  /** Wall clock, ms since 1970; null = not yet. */
  readonly createdAt: number;
  startedAt: number | null = null;
  endedAt: number | null = null;
  updatedAt: number;
  endedBy: EndedBy | null = null;
  answeredBy: string | null = null;
  sipResponseCode: number | null = null;
  queueTimeMs = 0;

  constructor(
    readonly identity: CallIdentity,
    first: CallStatus,
    at: number,
  ) {
    this.status = first;
    this.createdAt = this.updatedAt = at;
    this.history = [{ status: first, at }];
  }

  get isOver(): boolean {
    return NEXT[this.status].length === 0;
  }

  /** Answered time in whole seconds, at least 1; 0 for calls never answered. */
  get durationS(): number {
    if (this.startedAt === null || this.endedAt === null) return 0;
    return this.history.some((change) => change.status === 'in-progress')
      ? Math.max(1, Math.round((this.endedAt - this.startedAt) / 1000))
      : 0;
  }

  /** Moves on; false (and nothing changes) when `status` can't follow the present one. */
  move(status: CallStatus, at: number): boolean {
    if (!NEXT[this.status].includes(status)) return false;
    this.status = status;
    this.updatedAt = at;
    this.history.push({ status, at });
    if (status === 'in-progress') this.startedAt = at;
    if (this.isOver) {
      this.endedAt = at;
      this.startedAt ??= at;
    }
    return true;
  }

  /** The fields of every voice webhook, empty ones included: a server that drops them breaks its own signature check. */
  webhookFields(): [string, string][] {
    const { sid, accountSid, direction, from, to } = this.identity;
    const fields: [string, string][] = [
      ['AccountSid', accountSid],
      ['ApiVersion', '2010-04-01'],
      ['CallSid', sid],
      ['CallStatus', this.status],
      ['CallToken', `{"parentCallInfoToken":"${sid.slice(2)}"}`],
      ['Direction', direction],
      ['From', from],
      ['To', to],
      ['Caller', from],
      ['Called', to],
    ];
    for (const side of ['From', 'To', 'Caller', 'Called']) {
      const known = side === 'From' || side === 'Caller';
      fields.push([`${side}City`, known ? 'SAN JOSÉ & CO' : ''], [`${side}State`, known ? 'CA' : '']);
      fields.push([`${side}Zip`, ''], [`${side}Country`, 'US']);
    }
    if (direction === 'inbound') fields.push(['StirVerstat', 'TN-Validation-Passed-A']);
    if (this.answeredBy) fields.push(['AnsweredBy', this.answeredBy]);
    return fields;
  }
}
