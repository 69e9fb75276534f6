// What Twilio asks and tells us by HTTP: the two voice webhooks, and the callbacks. Checks who asks, decodes the form, and
// reports to a desk, which knows the calls; answers in TwiML. HTTP itself is server/webhook_routes.ts.

import type { CallDirection } from '../call/call.js';
import { CALL_SID, TWILIO_STATUSES, type TwilioStatus } from './call_status.js';
import {
  connectStreamTwiml,
  hangUpTwiml,
  type OverflowStep,
  overflowTwiml,
  type SpokenLine,
  sayAndHangUpTwiml,
} from './twiml.js';
import { type FormFields, field, parseForm } from './webhook_form.js';
import { isSignature, isSignedRequest } from './webhook_signature.js';

/** What is still checked of a client that was refused again and again: more than Twilio sends, and soon hashed. */
const SUSPECT_BODY_BYTES_MAX = 4 * 1024;
/** Longer than any number, SIP address or client name; what is beyond is not a party. */
const PARTY_CHARS_MAX = 320;
const STREAM_ERROR_CHARS_MAX = 200;
const CONNECT_ACTION = '/twilio/connect-action';
const OVERFLOW_ACTION = '/twilio/overflow-action';
/** The caller was told already that the call was cut off. */
const TOLD = '?told=yes';

/** One request to a webhook URL of ours. */
export interface WebhookRequest {
  /** Our public address as Twilio was told it, without a trailing slash. */
  base: string;
  /** Path and query as they came. With `base` they are what Twilio signed. */
  target: string;
  /** The X-Twilio-Signature header; '' = none. */
  signature: string;
  body: Buffer;
  /** Its client was refused again and again lately: only what costs little to check is checked. */
  isSuspect: boolean;
}

/** Why a webhook was refused. `suspect`: it was not even looked at. */
export type WebhookProblem = 'signature' | 'suspect' | 'fields' | 'call_sid';
export class WebhookRefused extends Error {
  override name = 'WebhookRefused';
  constructor(readonly problem: WebhookProblem) {
    super(`webhook refused: ${problem}`);
  }
}

/** Who a webhook is about. `from` dialled `to`. */
export interface WebhookCall {
  callSid: string;
  direction: CallDirection;
  from: string;
  to: string;
}

/** What a callback told of a call's progress. */
export interface StatusNews {
  status: TwilioStatus;
  /** Orders the callbacks of one call; null = Twilio gave none. */
  sequence: number | null;
  /** Seconds, once the call is over. */
  durationS: number | null;
}

/**
 * A stream and where it goes, or what is said before we hang up (null = nothing), or before the caller is sent elsewhere.
 * `cutOff` is for a caller whose server died; `isBack` = this one's has.
 */
export type NextStep =
  | { streamUrl: string; cutOff: SpokenLine; isBack: boolean }
  | { lastWords: SpokenLine | null }
  | { line: SpokenLine | null; elsewhere: OverflowStep };

/** Who knows the calls. Everything may come twice and out of order, and about calls that nobody knows. */
export interface CallDesk {
  /** The call wants its media stream. */
  connect(call: WebhookCall, socketBase: string): Promise<NextStep>;
  /** The stream is over. `isLive`: the call is not, Twilio does next what is answered. */
  streamEnded(call: WebhookCall, isLive: boolean, socketBase: string): Promise<NextStep>;
  /** Where the caller was sent, nobody answered. What is said before we hang up. */
  overflowFailed(call: WebhookCall): SpokenLine;
  /** What is said to a caller who is not taken and did not want what was offered. */
  notTaken(call: WebhookCall): SpokenLine;
  /** The caller pressed the key for a call back. `base`: our public URL. What is said before we hang up. */
  callbackAsked(call: WebhookCall, base: string): Promise<SpokenLine>;
  onStatus(call: WebhookCall, news: StatusNews): Promise<void>;
  onStreamError(callSid: string, detail: string): void;
  /** A person or a machine, in Twilio's words. */
  onAnsweredBy(call: WebhookCall, answeredBy: string): Promise<void>;
}

export interface TwilioWebhooksOptions {
  authToken: string;
  /** False only in development. */
  validate: boolean;
  desk: CallDesk;
  /** A genuine request came: Twilio is there. */
  onTwilioSeen(): void;
}

/** Each method takes one request to the URL of its name, and throws WebhookRefused. */
export class TwilioWebhooks {
  readonly #options: TwilioWebhooksOptions;

  constructor(options: TwilioWebhooksOptions) {
    this.#options = options;
  }

  /** Somebody calls us (`inbound`), or somebody we called has answered. Resolves with TwiML. */
  async voice(request: WebhookRequest, direction: CallDirection): Promise<string> {
    const form = this.#genuineForm(request);
    const call = { callSid: callSidOf(form), direction, from: party(form, 'From'), to: party(form, 'To') };
    return nextTwiml(await this.#options.desk.connect(call, socketBase(request)), call, request);
  }

  /**
   * The stream is over, and so is the call as a rule: nobody is left with dead air and a click. One that another process was
   * holding, which died, begins anew. Resolves with TwiML.
   */
  async connectAction(request: WebhookRequest): Promise<string> {
    const form = this.#genuineForm(request);
    const call = callOf(form);
    const isLive = field(form, 'CallStatus') === 'in-progress';
    return nextTwiml(await this.#options.desk.streamEnded(call, isLive, socketBase(request)), call, request);
  }

  /** A caller who was sent elsewhere is back: was served there, or found nobody. Resolves with TwiML. */
  async overflowAction(request: WebhookRequest): Promise<string> {
    const form = this.#genuineForm(request);
    const call = callOf(form);
    const { desk } = this.#options;
    const digits = field(form, 'Digits');
    if (digits === CALLBACK_KEY) return sayAndHangUpTwiml(await desk.callbackAsked(call, request.base));
    const outcome = field(form, 'DialCallStatus') || field(form, 'QueueResult');
    // Back from an offer that was not taken: the form tells nothing else.
    if (outcome === '') return sayAndHangUpTwiml(desk.notTaken(call));
    return UNSERVED.test(outcome) ? sayAndHangUpTwiml(desk.overflowFailed(call)) : hangUpTwiml();
  }

  /** Call progress. */
  async status(request: WebhookRequest): Promise<void> {
    const form = this.#genuineForm(request);
    const call = callOf(form);
    const status = TWILIO_STATUSES.find((known) => known === field(form, 'CallStatus'));
    // A word that Twilio invents later is no reason to have the callback repeated.
    if (status === undefined) return;
    const sequence = wholeNumber(field(form, 'SequenceNumber'));
    // CallDuration is seconds; Duration beside it is minutes.
    await this.#options.desk.onStatus(call, { status, sequence, durationS: wholeNumber(field(form, 'CallDuration')) });
  }

  /** The media stream as Twilio sees it. Only its errors are news. */
  async streamStatus(request: WebhookRequest): Promise<void> {
    const form = this.#genuineForm(request);
    const callSid = callSidOf(form);
    if (field(form, 'StreamEvent') !== 'stream-error') return;
    this.#options.desk.onStreamError(callSid, field(form, 'StreamError').slice(0, STREAM_ERROR_CHARS_MAX));
  }

  /** Machine detection: a person or a machine. */
  async machineDetection(request: WebhookRequest): Promise<void> {
    const form = this.#genuineForm(request);
    const call = callOf(form);
    const answeredBy = field(form, 'AnsweredBy');
    if (/^[a-z_]{1,40}$/.test(answeredBy)) await this.#options.desk.onAnsweredBy(call, answeredBy);
  }

  /** The decoded form of a request that Twilio signed. What costs least is checked first. */
  #genuineForm({ base, target, signature, body, isSuspect }: WebhookRequest): FormFields {
    const { authToken, validate, onTwilioSeen } = this.#options;
    if (validate && !isSignature(signature)) throw new WebhookRefused('signature');
    if (validate && isSuspect && body.length > SUSPECT_BODY_BYTES_MAX) throw new WebhookRefused('suspect');
    const form = parseForm(body);
    if (form === null) throw new WebhookRefused('fields');
    if (!validate) return form;
    if (!isSignedRequest(authToken, signature, base + target, form)) throw new WebhookRefused('signature');
    onTwilioSeen();
    return form;
  }
}

const CALLBACK_KEY = '1';
/** What Twilio calls a `<Dial>` that reached nobody, and an `<Enqueue>` that could not take the caller. */
const UNSERVED = /^(busy|no-answer|failed|queue-full|error|system-error)$/;

function socketBase({ base }: WebhookRequest): string {
  return base.replace(/^http/, 'ws');
}

function nextTwiml(next: NextStep, { direction, from, to }: WebhookCall, { base, target }: WebhookRequest): string {
  if ('lastWords' in next) return next.lastWords === null ? hangUpTwiml() : sayAndHangUpTwiml(next.lastWords);
  if ('elsewhere' in next) return overflowTwiml(next.line, next.elsewhere, base + OVERFLOW_ACTION);
  const actionUrl = `${base}${CONNECT_ACTION}`;
  return connectStreamTwiml({
    before: next.isBack && !target.endsWith(TOLD) ? next.cutOff : null,
    streamUrl: next.streamUrl,
    actionUrl,
    unanswered: { line: next.cutOff, url: actionUrl + TOLD },
    statusCallbackUrl: `${base}/twilio/stream-status`,
    parameters: { direction, from, to },
  });
}

/** Callbacks, unlike the voice webhooks, say themselves who dialled. */
function callOf(form: FormFields): WebhookCall {
  const direction = field(form, 'Direction').startsWith('outbound') ? 'outbound' : 'inbound';
  return { callSid: callSidOf(form), direction, from: party(form, 'From'), to: party(form, 'To') };
}

function callSidOf(form: FormFields): string {
  const callSid = field(form, 'CallSid');
  if (!CALL_SID.test(callSid)) throw new WebhookRefused('call_sid');
  return callSid;
}

function party(form: FormFields, name: string): string {
  return field(form, name).slice(0, PARTY_CHARS_MAX);
}

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
