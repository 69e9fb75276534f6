// What the company's systems and operators ask: dial, how is a call doing, which calls are there, hang one up. Answers
// from the registry, and for the status of a call from Twilio too.

import type { AgentBook } from '../../agents/agent_book.js';
import { nowMs } from '../../clock.js';
import type { Logger } from '../../log.js';
import { CALL_SID } from '../../twilio/call_status.js';
import { type TwilioCall, type TwilioRest, TwilioRestError } from '../../twilio/rest_client.js';
import { parseJson } from '../http/body.js';
import { fieldError, HttpError } from '../http/errors.js';
import type { ServerRequest } from '../http/exchange.js';
import { dialBase, type PublicUrlRules } from '../http/public_url.js';
import { json, type Reply } from '../http/reply.js';
import type { CallControl } from './call_control.js';
import type { CallEntry, CallRegistry } from './call_registry.js';
import { details, mergeStatus, overview } from './call_views.js';
import type { Dialler } from './dialler.js';
import type { Idempotency } from './idempotency.js';
import type { Operators } from './operators.js';
import { readOutboundRequest } from './outbound_request.js';
import type { HangUpResult, RecordingState, RemoteCalls } from './remote_calls.js';

export const API_BODY_BYTES_MAX = 64 * 1024;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

export interface CallsApiOptions {
  ownNumber: string;
  agents: Pick<AgentBook, 'has' | 'pick'>;
  urls: PublicUrlRules;
  dialler: Dialler;
  rest: Pick<TwilioRest, 'isConfigured' | 'fetchCall'>;
  control: CallControl;
  registry: CallRegistry;
  idempotency: Idempotency;
  /** What operators do to our calls. */
  operators: Pick<Operators, 'act'>;
  /** Calls that other instances hold. */
  remote: RemoteCalls;
  slots: number;
}

export class CallsApi {
  readonly #options: CallsApiOptions;

  constructor(options: CallsApiOptions) {
    this.#options = options;
    const { registry, remote } = options;
    remote.answerWith({
      rows: () => [...registry.live()].map(overview),
      details: (callSid) => this.#details(callSid),
      status: (callSid, call) => this.#status(callSid, call),
      hangUp: (callSid) => this.#hangUp(callSid),
      offRecord: (callSid, isOff) => this.#offRecord(callSid, isOff),
      act: (callSid, order) => options.operators.act(callSid, order),
    });
  }

  /** `POST /outbound` */
  readonly outbound = (request: ServerRequest): Promise<Reply> => {
    const key = request.header('idempotency-key');
    if (key === '') return this.#dial(request);
    if (!IDEMPOTENCY_KEY.test(key))
      throw fieldError('header', 'Idempotency-Key', 'must be 1 to 255 printable characters');
    // Two clients may happen to count alike.
    const { idempotency } = this.#options;
    return idempotency.run(`${request.who.name} ${key}`, request.body, nowMs(), () => this.#dial(request));
  };

  /** `GET /call-status/{call_sid}` */
  readonly callStatus = async (request: ServerRequest): Promise<Reply> => {
    const { registry, remote } = this.#options;
    const callSid = callSidParam(request);
    const known = registry.findOurs(callSid);
    const call = await this.#askTwilio(callSid, known, request.log);
    const status = this.#status(callSid, call) ?? (await this.#unlessSilent(remote.status(callSid, call), call));
    if (status === null && call === null) throw new HttpError(404, `Call ${callSid} not found`);
    return json(200, status ?? mergeStatus(callSid, call, undefined));
  };

  /** `GET /calls`: of all instances. */
  readonly list = async (): Promise<Reply> => {
    const { registry, remote, slots } = this.#options;
    const ours = [...registry.live()].map((entry) => ({ ...overview(entry), instance: remote.name }));
    const { rows, silent } = await remote.rows();
    const calls = [...ours, ...rows];
    return json(200, { calls, count: calls.length, max: slots, instance: remote.name, instances_silent: silent });
  };

  /** `GET /calls/{call_sid}` */
  readonly show = async (request: ServerRequest): Promise<Reply> => {
    const { remote } = this.#options;
    const callSid = callSidParam(request);
    const found = this.#details(callSid) ?? (await remote.details(callSid));
    if (found === null) throw new HttpError(404, `Call ${callSid} not found`);
    return json(200, found);
  };

  /** `DELETE /calls/{call_sid}` and `POST /calls/{call_sid}/end`: answered at once; the call is over when its status says so. */
  readonly hangUp = async (request: ServerRequest): Promise<Reply> => {
    const callSid = callSidParam(request);
    const result = this.#hangUp(callSid) ?? (await this.#options.remote.hangUp(callSid));
    if (result === null) throw new HttpError(404, `Call ${callSid} not found`);
    if (result === 'ended') throw new HttpError(409, `Call ${callSid} has ended`);
    return { ...json(202, { call_sid: callSid, status: 'ending' }), target: callSid };
  };

  /** `POST /calls/{call_sid}/recording/pause` */
  readonly pauseRecording = (request: ServerRequest): Promise<Reply> => this.#answerOffRecord(request, true);

  /** `POST /calls/{call_sid}/recording/resume` */
  readonly resumeRecording = (request: ServerRequest): Promise<Reply> => this.#answerOffRecord(request, false);

  async #answerOffRecord(request: ServerRequest, isOff: boolean): Promise<Reply> {
    const callSid = callSidParam(request);
    const recording = this.#offRecord(callSid, isOff) ?? (await this.#options.remote.offRecord(callSid, isOff));
    if (recording === null) throw new HttpError(404, `Call ${callSid} not found`);
    if (recording === 'ended') throw new HttpError(409, `Call ${callSid} has ended`);
    return { ...json(200, { call_sid: callSid, recording }), target: callSid };
  }

  #offRecord(callSid: string, isOff: boolean): RecordingState | null {
    const entry = this.#options.registry.findOurs(callSid);
    if (entry === undefined) return null;
    if (entry.phase === 'ended') return 'ended';
    this.#options.control.offRecord(entry, isOff);
    return isOff ? 'paused' : 'on';
  }

  #details(callSid: string): Record<string, unknown> | null {
    const entry = this.#options.registry.findOurs(callSid);
    return entry === undefined ? null : { ...details(entry), instance: this.#options.remote.name };
  }

  #status(callSid: string, call: TwilioCall | null): object | null {
    const entry = this.#options.registry.findOurs(callSid);
    return entry === undefined ? null : mergeStatus(callSid, call, entry);
  }

  #hangUp(callSid: string): HangUpResult | null {
    const entry = this.#options.registry.findOurs(callSid);
    if (entry === undefined) return null;
    if (entry.phase === 'ended') return 'ended';
    if (entry.phase === 'dialling') void this.#options.dialler.cancel(entry);
    else this.#options.control.hangUp(entry, 'operator');
    return 'ending';
  }

  /** Twilio's word is enough when the instance that holds the call is silent. */
  #unlessSilent(status: Promise<object | null>, call: TwilioCall | null): Promise<object | null> {
    return call === null ? status : status.catch(() => null);
  }

  async #dial(request: ServerRequest): Promise<Reply> {
    const { ownNumber, agents, urls, dialler } = this.#options;
    const order = readOutboundRequest(parseJson(request.body), ownNumber, agents);
    const call = await dialler.dial(order, dialBase(urls, request), request.log);
    const answer = json(200, {
      success: true,
      call_sid: call.sid,
      status: call.status,
      to: call.to,
      from: call.from,
      webhook_url: call.webhookUrl,
    });
    return { ...answer, target: call.sid };
  }

  /** null = Twilio doesn't know it, can't be asked, or failed while we know the call ourselves. */
  async #askTwilio(callSid: string, known: CallEntry | undefined, log: Logger): Promise<TwilioCall | null> {
    const { rest } = this.#options;
    if (!rest.isConfigured) return null;
    try {
      return await rest.fetchCall(callSid);
    } catch (thrown) {
      if (!(thrown instanceof TwilioRestError)) throw thrown;
      if (thrown.status === 404) return null;
      log.warn({ callSid, provider: 'twilio', err: thrown }, 'call status without Twilio');
      if (known !== undefined) return null;
      throw new HttpError(502, 'Failed to fetch call status: Twilio did not answer');
    }
  }
}

/** @throws HttpError 422 */
export function callSidParam(request: ServerRequest): string {
  const callSid = request.params[0];
  if (!CALL_SID.test(callSid)) throw fieldError('path', 'call_sid', 'must be CA and 32 hexadecimal digits');
  return callSid;
}
