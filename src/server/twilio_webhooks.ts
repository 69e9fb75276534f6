// What Twilio asks and tells us over HTTP: the two voice webhooks, and the callbacks. Checks who asks, decodes the form,
// leaves the call's life to call_control.ts. Callbacks may come twice and out of order.

import type { AgentBook } from '../agents/agent_book.js';
import { type CallDirection, type CallOrder, numbersOf } from '../call/call.js';
import { nowMs } from '../clock.js';
import type { Logger } from '../log.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import { CALL_SID, isTerminal, TWILIO_STATUSES, takeStatus } from '../twilio/call_status.js';
import { connectStreamTwiml, hangUpTwiml, sayAndHangUpTwiml } from '../twilio/twiml.js';
import { FORM_BYTES_MAX, type FormFields, field, parseForm } from '../twilio/webhook_form.js';
import { isSignature, isSignedRequest } from '../twilio/webhook_signature.js';
import type { RefusalReason } from './calls/admission.js';
import type { CallControl } from './calls/call_control.js';
import type { CallEntry, CallRegistry } from './calls/call_registry.js';
import type { Dialler } from './calls/dialler.js';
import { fieldError, HttpError } from './http/errors.js';
import type { ServerRequest } from './http/exchange.js';
import { clientAddress } from './http/peers.js';
import { type PublicUrlRules, publicBase, socketBase } from './http/public_url.js';
import { Refusals } from './http/refusals.js';
import { NO_CONTENT, type Reply, xml } from './http/reply.js';
import type { ServerMetrics } from './server_metrics.js';

export const WEBHOOK_BODY_BYTES_MAX = FORM_BYTES_MAX;
/** What is still checked of an address that was refused again and again: more than Twilio sends, and soon hashed. */
const SUSPECT_BODY_BYTES_MAX = 4 * 1024;
/** Longer than any number, SIP address or client name; what is beyond is not a party. */
const PARTY_CHARS_MAX = 320;

/** How long Twilio waits for us while a call's recording is closed; it gives up on a webhook after 15 s. */
const OVER_TIMEOUT_MS = 8_000;

export interface TwilioWebhooksOptions {
  authToken: string;
  /** False only in development. */
  validate: boolean;
  urls: PublicUrlRules;
  control: CallControl;
  registry: CallRegistry;
  agents: AgentBook;
  metrics: ServerMetrics;
  threadMetrics: ThreadMetrics;
  log: Logger;
  /** The dials under way: a call may be answered before Twilio has told us its sid. */
  dials: Pick<Dialler, 'claim'>;
  /** A genuine request came: Twilio is there. */
  onTwilioSeen(): void;
}

export class TwilioWebhooks {
  readonly #options: TwilioWebhooksOptions;
  readonly #refusals = new Refusals();

  constructor(options: TwilioWebhooksOptions) {
    this.#options = options;
  }

  /** `POST /`: somebody calls us. */
  readonly incoming = (request: ServerRequest): Promise<Reply> => this.#connect(request, 'inbound');

  /** `POST /outbound-twiml`: somebody we called has answered. */
  readonly outboundAnswered = (request: ServerRequest): Promise<Reply> => this.#connect(request, 'outbound');

  /** A webhook with a method that carries no form: somebody has set up the number, and would find nothing in the log. */
  readonly wrongMethod = (request: ServerRequest): Reply => {
    const { urls, log } = this.#options;
    const before = this.#refusals.note(clientAddress(urls.trustedProxies, request.peer, request.header), nowMs());
    if (before !== null) {
      const { method, path } = request;
      log.warn(
        { method, path, before },
        'webhook refused: set the method of this URL to HTTP POST in the Twilio console',
      );
    }
    throw new HttpError(405, 'Twilio webhooks are HTTP POST here', { allow: 'POST' });
  };

  /** `POST /twilio/connect-action`: the stream is over, and so is the call. Nobody is left with dead air and a click. */
  readonly connectAction = async (request: ServerRequest): Promise<Reply> => {
    const callSid = callSidOf(this.#genuineForm(request));
    // The socket closes a moment before the worker's summary is here, and only that tells whether an apology is owed.
    await this.#options.control.over(callSid, OVER_TIMEOUT_MS);
    const entry = this.#options.registry.find(callSid);
    if (!entry?.apologyOwed || entry.agentId === null) return xml(hangUpTwiml());
    return xml(sayAndHangUpTwiml(this.#options.agents.get(entry.agentId).technicalProblem()));
  };

  /** `POST /twilio/status`: call progress. */
  readonly status = async (request: ServerRequest): Promise<Reply> => {
    const form = this.#genuineForm(request);
    const callSid = callSidOf(form);
    const status = TWILIO_STATUSES.find((known) => known === field(form, 'CallStatus'));
    // A word that Twilio invents later is no reason to have the callback repeated.
    if (status === undefined) return NO_CONTENT;
    const entry = await this.#entryOf(callSid, form);
    if (entry === undefined) return NO_CONTENT;
    const sequence = wholeNumber(field(form, 'SequenceNumber'));
    // CallDuration is seconds; Duration beside it is minutes.
    if (!takeStatus(entry.twilio, status, sequence, wholeNumber(field(form, 'CallDuration')))) return NO_CONTENT;
    this.#options.log.info({ callSid, status, sequence }, 'call status');
    if (isTerminal(status)) this.#onTerminal(entry, status);
    return NO_CONTENT;
  };

  /** `POST /twilio/stream-status`: the media stream as Twilio sees it. Only its errors are news. */
  readonly streamStatus = (request: ServerRequest): Reply => {
    const form = this.#genuineForm(request);
    const callSid = callSidOf(form);
    if (field(form, 'StreamEvent') !== 'stream-error') return NO_CONTENT;
    const detail = field(form, 'StreamError').slice(0, 200);
    const entry = this.#options.registry.find(callSid);
    if (entry?.twilio.streamError === detail) return NO_CONTENT;
    if (entry !== undefined) entry.twilio.streamError = detail;
    this.#options.metrics.streamError();
    this.#options.log.warn({ callSid, provider: 'twilio', detail }, 'media stream error');
    return NO_CONTENT;
  };

  /** `POST /twilio/amd`: a person or a machine. */
  readonly machineDetection = async (request: ServerRequest): Promise<Reply> => {
    const form = this.#genuineForm(request);
    const callSid = callSidOf(form);
    const answeredBy = field(form, 'AnsweredBy');
    const entry = await this.#entryOf(callSid, form);
    if (entry !== undefined && /^[a-z_]{1,40}$/.test(answeredBy) && entry.twilio.answeredBy !== answeredBy) {
      entry.twilio.answeredBy = answeredBy;
      this.#options.log.info({ callSid, answeredBy }, 'answered by');
    }
    return NO_CONTENT;
  };

  async #connect(request: ServerRequest, direction: CallDirection): Promise<Reply> {
    const beganMs = nowMs();
    const { control, registry, threadMetrics, dials } = this.#options;
    const form = this.#genuineForm(request);
    const callSid = callSidOf(form);
    const base = publicBase(this.#options.urls, request.peer, request.header);
    const from = party(form, 'From');
    const to = party(form, 'To');
    if (direction === 'outbound' && registry.find(callSid) === undefined) await dials.claim(callSid, from, to, true);
    const acceptance = await control.accept({ callSid, direction, from, to }, socketBase(base));
    const twiml =
      'refused' in acceptance
        ? this.#refusalTwiml(acceptance.refused, { direction, ...numbersOf(direction, from, to) })
        : connectStreamTwiml({
            streamUrl: acceptance.streamUrl,
            actionUrl: `${base}/twilio/connect-action`,
            statusCallbackUrl: `${base}/twilio/stream-status`,
            parameters: { direction, from, to },
          });
    threadMetrics.observe('webhook_ms', nowMs() - beganMs);
    return xml(twiml);
  }

  /** Somebody who calls us is told why; somebody we no longer want to speak with hears nothing that would puzzle them. */
  #refusalTwiml(reason: RefusalReason, call: Pick<CallOrder, 'direction' | 'ourNumber'>): string {
    const { agents } = this.#options;
    return reason === 'cancelled'
      ? hangUpTwiml()
      : sayAndHangUpTwiml(agents.get(agents.pick(call, null)).allLinesBusy());
  }

  #onTerminal(entry: CallEntry, status: string): void {
    const { control, metrics } = this.#options;
    if (entry.direction === 'outbound') metrics.dial(status);
    if (entry.phase === 'dialling') control.endUnanswered(entry);
    // Hung up before the media socket came; with a socket, its closing says so.
    else if (entry.phase === 'accepted') control.hangUp(entry, 'caller_hangup');
  }

  /** The call's entry, also when Twilio is faster than its own answer to our dial. */
  async #entryOf(callSid: string, form: FormFields): Promise<CallEntry | undefined> {
    const { registry, dials } = this.#options;
    const entry = registry.find(callSid);
    if (entry !== undefined || !field(form, 'Direction').startsWith('outbound')) return entry;
    return dials.claim(callSid, party(form, 'From'), party(form, 'To'), false);
  }

  /** The decoded form of a request that Twilio signed. What costs least is checked first. */
  #genuineForm(request: ServerRequest): FormFields {
    const { authToken, validate, urls, onTwilioSeen } = this.#options;
    const signature = request.header('x-twilio-signature');
    const client = clientAddress(urls.trustedProxies, request.peer, request.header);
    if (validate) {
      if (!isSignature(signature)) throw this.#refusal(request, client);
      if (request.body.length > SUSPECT_BODY_BYTES_MAX && this.#refusals.isOver(client, nowMs())) {
        throw new HttpError(429, 'too many refused requests', { 'retry-after': '10' });
      }
    }
    const form = parseForm(request.body);
    if (form === null) throw new HttpError(413, 'the form has too many fields');
    if (!validate) return form;
    const url = publicBase(urls, request.peer, request.header) + request.target;
    if (!isSignedRequest(authToken, signature, url, form)) throw this.#refusal(request, client);
    onTwilioSeen();
    return form;
  }

  #refusal(request: ServerRequest, client: string): HttpError {
    const { urls, metrics, log } = this.#options;
    metrics.signatureRefused('webhook');
    const before = this.#refusals.note(client, nowMs());
    if (before !== null) {
      // The URL is the usual culprit: a proxy that isn't trusted, or a PUBLIC_URL that isn't Twilio's. Without its query,
      // in which there may be numbers of people.
      const url = publicBase(urls, request.peer, request.header) + request.path;
      const hasQuery = request.target !== request.path;
      log.warn({ url, hasQuery, peer: request.peer, client, before }, 'webhook refused: signature');
    }
    return new HttpError(403, 'the Twilio signature is missing or wrong');
  }
}

function callSidOf(form: FormFields): string {
  const callSid = field(form, 'CallSid');
  if (!CALL_SID.test(callSid)) throw fieldError('body', 'CallSid', 'must be CA and 32 hexadecimal digits');
  return callSid;
}

function party(form: FormFields, name: string): string {
  return field(form, name).slice(0, PARTY_CHARS_MAX);
}

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
