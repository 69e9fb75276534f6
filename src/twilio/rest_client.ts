// Twilio's REST API as far as we need it: dial, look up, hang up. Wraps the SDK: its loading time, its misleading types
// and its three kinds of errors stay in here. What an answer means to our users is server/calls/dialler.ts and calls_api.ts.

import type { CallInstance, CallListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/call.js';
import type TwilioClient from 'twilio/lib/rest/Twilio.js';
import type { EngineConfig } from '../config.js';
import { EngineError } from '../errors.js';
import { CALL_SID, isTerminal } from './call_status.js';

const REQUEST_TIMEOUT_MS = 10_000;
/** Only 429 is tried again, by the SDK: such a request was not carried out. */
const RETRIES = 2;

export interface DialRequest {
  to: string;
  from: string;
  /** Asked for TwiML when the call is answered. */
  url: string;
  statusCallbackUrl: string;
  /** How long it may ring, seconds. */
  ringTimeoutS: number;
  /** Twilio ends the call itself after this long. */
  timeLimitS: number;
  /** Asynchronous answering machine detection; null = none. */
  machineDetection: { mode: 'Enable' | 'DetectMessageEnd'; callbackUrl: string } | null;
}

/** A call as Twilio knows it; null = not known (yet). Times are ISO 8601 UTC. */
export interface TwilioCall {
  sid: string;
  status: string;
  direction: string;
  to: string;
  from: string;
  durationS: number | null;
  startTime: string | null;
  endTime: string | null;
  answeredBy: string | null;
  /** Estimated wait in Twilio's dial queue. */
  queueMs: number;
}

/** Twilio refused or failed; `twilioCode` is its own number, such as 21211. */
export class TwilioRestError extends EngineError {
  constructor(
    options: { status: number | undefined; retryable: boolean; detail: string; cause: unknown },
    readonly twilioCode: number | null,
  ) {
    super('TWILIO_REST', { provider: 'twilio', ...options });
  }
}

export class TwilioRest {
  readonly #config: EngineConfig['twilio'];
  readonly #onResult: (ok: boolean, code: string | null) => void;
  #client: Promise<TwilioClient> | null = null;

  /** @param onResult told after each request whether Twilio was there; a refusal of one call counts as being there */
  constructor(config: EngineConfig['twilio'], onResult: (ok: boolean, code: string | null) => void = () => {}) {
    this.#config = config;
    this.#onResult = onResult;
  }

  get isConfigured(): boolean {
    return this.#config.accountSid !== '' && this.#config.authToken !== '';
  }

  /** Loads the SDK, which takes some 300 ms of processor time: once, before there are calls. */
  async load(): Promise<void> {
    if (this.isConfigured) await this.#open();
  }

  /** Throws TwilioRestError. Never repeated after a doubt: the call may have been created. */
  dial(request: DialRequest): Promise<TwilioCall> {
    const options: CallListInstanceCreateOptions = {
      to: request.to,
      from: request.from,
      url: request.url,
      method: 'POST',
      statusCallback: request.statusCallbackUrl,
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      statusCallbackMethod: 'POST',
      timeout: request.ringTimeoutS,
      timeLimit: request.timeLimitS,
    };
    if (request.machineDetection !== null) {
      options.machineDetection = request.machineDetection.mode;
      // Otherwise Twilio keeps the answered caller waiting until it has decided.
      options.asyncAmd = 'true';
      options.asyncAmdStatusCallback = request.machineDetection.callbackUrl;
      options.asyncAmdStatusCallbackMethod = 'POST';
    }
    return this.#run(async (client) => readCall(await client.calls.create(options)));
  }

  /** Throws TwilioRestError; status 404 = no such call. */
  fetchCall(callSid: string): Promise<TwilioCall> {
    return this.#run(async (client) => readCall(await client.calls(callSid).fetch()));
  }

  /** Ends a call in any state. Throws TwilioRestError. */
  endCall(callSid: string): Promise<TwilioCall> {
    return this.#run(async (client) => readCall(await client.calls(callSid).update({ status: 'completed' })));
  }

  /** Asks for our own account, the cheapest question there is. Throws TwilioRestError. */
  async probe(): Promise<void> {
    await this.#run((client) => client.api.v2010.accounts(this.#config.accountSid).fetch());
  }

  async #run<T>(request: (client: TwilioClient) => Promise<T>): Promise<T> {
    try {
      const result = await request(await this.#open());
      this.#onResult(true, null);
      return result;
    } catch (thrown) {
      const error = toRestError(thrown);
      const isThere = error.status !== undefined && error.status < 500 && error.status !== 401 && error.status !== 403;
      this.#onResult(isThere, isThere ? null : failureCode(error));
      throw error;
    }
  }

  #open(): Promise<TwilioClient> {
    this.#client ??= import('twilio/lib/rest/Twilio.js').then(({ default: Client }) => {
      const client = new Client(this.#config.accountSid, this.#config.authToken, {
        timeout: REQUEST_TIMEOUT_MS,
        autoRetry: true,
        maxRetries: RETRIES,
        // Otherwise TWILIO_EDGE and TWILIO_REGION of the environment would count.
        edge: '',
        region: '',
      });
      if (this.#config.baseUrl !== null) client.api.baseUrl = this.#config.baseUrl;
      return client;
    });
    return this.#client;
  }
}

/** For /health: is Twilio away, does it refuse us, or does it fail? */
export function failureCode({ status }: TwilioRestError): string {
  if (status === undefined) return 'NETWORK';
  return status === 401 || status === 403 ? 'REFUSED' : `HTTP_${status}`;
}

const NOT_STARTED = new Set(['queued', 'initiated', 'ringing']);

/**
 * Plain values out of the SDK's; throws TwilioRestError when they are no call's. Its types say that nothing is null, while much is; and for a time that is absent from
 * Twilio's answer it gives the present moment, so times that the status rules out are not believed.
 */
function readCall(call: CallInstance): TwilioCall {
  // A compatible server, or a gateway's page with a status of success: nothing that could be followed up.
  if (!CALL_SID.test(call.sid) || typeof call.status !== 'string') throw notACall();
  const isOver = isTerminal(call.status);
  const seconds = Number(call.duration ?? Number.NaN);
  return {
    sid: call.sid,
    status: call.status,
    direction: call.direction,
    to: call.to,
    from: call.from,
    durationS: isOver && Number.isFinite(seconds) ? seconds : null,
    startTime: NOT_STARTED.has(call.status) ? null : isoTime(call.startTime),
    endTime: isOver ? isoTime(call.endTime) : null,
    answeredBy: (call.answeredBy as string | null) ?? null,
    queueMs: Number(call.queueTime) || 0,
  };
}

function isoTime(value: Date | null | undefined): string | null {
  // What the SDK can't parse it hands on as it was.
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : null;
}

function notACall(): TwilioRestError {
  const detail = 'the answer describes no call';
  return new TwilioRestError({ status: 502, retryable: false, detail, cause: undefined }, null);
}

/** RestException, TwilioServiceException and AxiosError in one shape. Axios errors carry our key in their request. */
function toRestError(thrown: unknown): TwilioRestError {
  if (thrown instanceof TwilioRestError) return thrown;
  const { status, code, message } = thrown as { status?: unknown; code?: unknown; message?: unknown };
  const httpStatus = typeof status === 'number' ? status : undefined;
  const twilioCode = Number(code);
  const text = typeof message === 'string' && message !== '' ? message : 'no answer';
  return new TwilioRestError(
    {
      status: httpStatus,
      retryable: httpStatus === undefined || httpStatus === 429 || httpStatus >= 500,
      // A gateway's HTML page is no detail for anybody.
      detail: httpStatus === undefined ? `no answer (${String(code ?? 'unknown')})` : text.slice(0, 300),
      cause: httpStatus === undefined ? undefined : thrown,
    },
    httpStatus !== undefined && Number.isInteger(twilioCode) && twilioCode > 0 ? twilioCode : null,
  );
}
