// The local Twilio: one object that owns the HTTP server, the calls and the clock, and is what tests and the demo hold
// in their hands. Everything it does is in the files beside it; this one only wires.

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FailOptions, FailurePlan } from '../failures.js';
import { type CallIdentity, CallState, type CallStatus } from './call_state.js';
import { sid } from './call_stream.js';
import { StatusCallbacks, type StatusSubscription } from './callbacks.js';
import type { CallerOptions, CallerScript } from './caller.js';
import { CallerClock } from './caller_clock.js';
import { answerTwilioControl, type Speaker } from './control_api.js';
import { type CreateCall, MAGIC_TO } from './create_request.js';
import { DEFAULT_CALLEE, Dialler, dial, type OutboundAnswer } from './dialler.js';
import { strikesFor, TWILIO_FAILURE_MODES, type TwilioFailure } from './failure_modes.js';
import { createFront } from './http_front.js';
import { recordingCallback } from './recordings.js';
import type { RestBackend } from './rest_api.js';
import type { Recording } from './rest_resources.js';
import { type CallEnvironment, type CallSource, type Person, SimulatedCall } from './simulated_call.js';
import { WebhookClient } from './webhook_client.js';

export interface TwilioSimulatorOptions {
  /** Default: any free port. Always on 127.0.0.1. */
  port?: number;
  accountSid: string;
  authToken: string;
  /** API keys that may be used instead of the account: SK sid -> secret. */
  apiKeys?: Readonly<Record<string, string>>;
  /** Our numbers: another `From` is refused with 21210. Default: any number is ours. */
  phoneNumbers?: readonly string[];
  /** Calls by REST that start in a second; default 1, as on a new account. The rest is queued. */
  cps?: number;
  /** Origin of the local server, for TwiML that names a public host or wss:// (the tunnel in front of it). */
  serverUrl?: string;
  /** How long a called phone rings when its callee doesn't say. Default 200 ms. */
  ringMs?: number;
  /** Seconds that a second of <Say>, <Play> and <Pause> takes. Default 1. */
  verbTimeScale?: number;
  /** Twilio's patience for TwiML; default its 15 s. */
  webhookTimeoutMs?: number;
  /** 429 with code 10004 above this many live calls. Default: no limit. */
  concurrencyMax?: number;
  /** Lets scripts on the control surface say text. */
  speak?: Speaker;
  /** With a certificate the API speaks https. */
  tls?: { key: string; cert: string };
  /** Beat of all callers together; default 10 ms. */
  tickMs?: number;
  /**
   * Finished calls kept for reports (what was heard takes about half a MB a minute); the oldest go first. Default 200.
   */
  finishedCallsMax?: number;
}

export interface PlaceCallOptions extends Omit<Person, 'script' | 'caller'> {
  from: string;
  to: string;
  /** The number's voice webhook. */
  webhookUrl: string;
  fallbackUrl?: string;
  caller: CallerScript;
  callerOptions?: Partial<CallerOptions>;
  /** The number's status callback, and what it hears of; default `completed`. */
  statusCallback?: string;
  statusCallbackEvents?: readonly string[];
}

export type OutboundHandler = (call: SimulatedCall) => OutboundAnswer;

export interface TwilioStats {
  calls: number;
  live: number;
  byStatus: Partial<Record<CallStatus, number>>;
  queued: number;
  restRequests: number;
  restCreated: number;
  violations: number;
  failuresStruck: Partial<Record<TwilioFailure, number>>;
  generatorLateMs: { p50: number; p99: number; max: number };
  beatsLost: number;
}

/** Four hours, Twilio's default. */
const TIME_LIMIT_S = 14_400;
/** A call may wait a day in the queue, then creating it is refused (22005). */
const QUEUE_MS_MAX = 24 * 3600 * 1000;

export class TwilioSimulator implements RestBackend {
  readonly calls = new Map<string, SimulatedCall>();
  readonly recordings = new Map<string, Recording>();
  readonly failures = new FailurePlan<TwilioFailure>(TWILIO_FAILURE_MODES);
  readonly clock: CallerClock;
  readonly accountSid: string;
  readonly authToken: string;
  readonly apiKeys: ReadonlyMap<string, string>;
  /** `refused` may be added to: number -> Twilio's code. */
  readonly numbers: { owned: readonly string[]; refused: Map<string, number> };
  readonly startedAt = Date.now();
  readonly concurrencyMax: number;
  readonly queueMsMax = QUEUE_MS_MAX;
  readonly #options: TwilioSimulatorOptions;
  readonly #server: Server;
  readonly #env: CallEnvironment;
  readonly #dialler: Dialler;
  #answerOutbound: OutboundHandler = () => DEFAULT_CALLEE;
  #restRequests = 0;
  #restCreated = 0;
  #placed = 0;
  #closed = false;

  /** Starts listening on loopback; rejects when the port is taken. */
  static async start(options: TwilioSimulatorOptions): Promise<TwilioSimulator> {
    const simulator = new TwilioSimulator(options);
    await new Promise<void>((resolve, reject) => {
      simulator.#server.once('error', reject);
      simulator.#server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return simulator;
  }

  private constructor(options: TwilioSimulatorOptions) {
    this.#options = options;
    this.accountSid = options.accountSid;
    this.authToken = options.authToken;
    this.apiKeys = new Map(Object.entries(options.apiKeys ?? {}));
    this.numbers = { owned: options.phoneNumbers ?? [], refused: new Map(MAGIC_TO) };
    this.concurrencyMax = options.concurrencyMax ?? Infinity;
    this.clock = new CallerClock(options.tickMs);
    this.#dialler = new Dialler(options.cps ?? 1);
    this.#env = {
      authToken: options.authToken,
      clock: this.clock,
      webhooks: new WebhookClient(options.authToken, options.serverUrl ?? null),
      webhookTimeoutMs: options.webhookTimeoutMs ?? 15_000,
      verbTimeScale: options.verbTimeScale ?? 1,
    };
    this.#server = createFront({
      backend: this,
      strikes: (path) => {
        this.#restRequests++;
        return strikesFor(this.failures, path);
      },
      control: (method, path, query, body) =>
        answerTwilioControl(this, options.speak ?? null, method, path, query, body),
      tls: options.tls,
    });
  }

  /** What goes into TWILIO_BASE_URL. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  }

  /** Where calls really go; may be set after start, when the server's port is known. */
  get serverUrl(): string | null {
    return this.#env.webhooks.serverUrl;
  }

  set serverUrl(url: string | null) {
    this.#env.webhooks.serverUrl = url;
  }

  get stats(): TwilioStats {
    const byStatus: Partial<Record<CallStatus, number>> = {};
    let live = 0;
    let violations = 0;
    for (const call of this.calls.values()) {
      byStatus[call.state.status] = (byStatus[call.state.status] ?? 0) + 1;
      if (!call.state.isOver) live++;
      for (const stream of call.streams) violations += stream.client.checks.violationCount;
    }
    const { lateness, beatsLost } = this.clock;
    return {
      calls: this.#placed + this.#restCreated,
      live,
      byStatus,
      queued: this.#dialler.depth,
      restRequests: this.#restRequests,
      restCreated: this.#restCreated,
      violations,
      failuresStruck: { ...this.failures.struck },
      generatorLateMs: { p50: lateness.quantile(0.5), p99: lateness.quantile(0.99), max: lateness.maxMs },
      beatsLost,
    };
  }

  /** Somebody rings: the voice webhook is requested at once. Never throws; what goes wrong is in the call's report. */
  placeCall(options: PlaceCallOptions): SimulatedCall {
    const { from, to, webhookUrl, statusCallback, statusCallbackEvents } = options;
    this.#placed++;
    const identity: CallIdentity = { sid: sid('CA'), accountSid: this.accountSid, direction: 'inbound', from, to };
    const call = this.#add(
      new CallState(identity, 'ringing', Date.now()),
      {
        url: webhookUrl,
        method: 'POST',
        twiml: null,
        fallbackUrl: options.fallbackUrl ?? null,
        timeLimitS: TIME_LIMIT_S,
      },
      { ...options, script: options.caller, caller: options.callerOptions },
      statusCallback ? { url: statusCallback, method: 'POST', events: statusCallbackEvents ?? ['completed'] } : null,
    );
    // Not in this very turn: whoever places a call wants to listen to its events first.
    setImmediate(() => void call.begin());
    return call;
  }

  /** Decides who answers the calls that the server makes. The last handler given counts. */
  onOutbound(handler: OutboundHandler): void {
    this.#answerOutbound = handler;
  }

  /** Arms a failure mode; strikes once unless `times` says otherwise. */
  fail(mode: TwilioFailure, options?: FailOptions): void {
    this.failures.fail(mode, options);
  }

  /** Disarms `mode`, or everything. */
  heal(mode?: TwilioFailure): void {
    this.failures.heal(mode);
  }

  /** REST refuses calls to or from `number` with Twilio's `code` (21214, 21219 …). */
  refuseNumber(number: string, code: number): void {
    this.numbers.refused.set(number, code);
  }

  /** Hangs up every call, waits for the last callbacks and stops listening. Safe twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#dialler.close();
    const live = [...this.calls.values()];
    for (const call of live) call.finish('completed', 'simulator');
    await Promise.all(live.map((call) => call.ended));
    this.#env.webhooks.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  create(create: CreateCall): SimulatedCall {
    this.#restCreated++;
    const { from, to } = create;
    const identity: CallIdentity = { sid: sid('CA'), accountSid: this.accountSid, direction: 'outbound-api', from, to };
    const state = new CallState(identity, 'queued', Date.now());
    state.queueTimeMs = this.queueMs();
    const call = this.#add(state, create, { script: DEFAULT_CALLEE }, create.statusSubscription);
    if (create.record) {
      void call.answered.then((answered) => {
        if (answered) this.record(call, create.recordingChannels, create.recordingStatusCallback);
      });
    }
    this.#dialler.enqueue(() => {
      if (call.state.isOver) return;
      const { webhooks } = this.#env;
      void dial(call, create, {
        answer: this.#answerOutbound(call),
        ringMs: this.#options.ringMs ?? 200,
        webhooks,
        strike: this.#strikes(identity),
      });
    });
    return call;
  }

  queueMs(): number {
    return Math.round(this.#dialler.estimateMs(Date.now()));
  }

  record(call: SimulatedCall, channels: number, statusCallback: string | null): Recording {
    const recording: Recording = {
      sid: sid('RE'),
      callSid: call.sid,
      accountSid: this.accountSid,
      channels,
      createdAt: Date.now(),
      endedAt: null,
      statusCallback,
    };
    this.recordings.set(recording.sid, recording);
    call.on('status', () => {
      if (!call.state.isOver) return;
      recording.endedAt ??= Date.now();
      call.track(recordingCallback(recording, this.#env.webhooks, (report) => call.callbacks.push(report)));
    });
    return recording;
  }

  beforeUpdate(call: SimulatedCall): boolean {
    if (!this.#strikes(call.state.identity)('hangup_after_update')) return true;
    call.hangup();
    return false;
  }

  remove(call: SimulatedCall): void {
    this.calls.delete(call.sid);
  }

  #add(state: CallState, source: CallSource, person: Person, subscription: StatusSubscription | null): SimulatedCall {
    const strike = this.#strikes(state.identity);
    const callbacks = subscription && new StatusCallbacks(subscription, this.#env.webhooks, strike);
    const call = new SimulatedCall(state, source, person, this.#env, strike, callbacks);
    this.calls.set(call.sid, call);
    this.#forgetOldCalls();
    return call;
  }

  #strikes(identity: CallIdentity) {
    return strikesFor(this.failures, `${identity.sid} ${identity.from} ${identity.to}`);
  }

  #forgetOldCalls(): void {
    const keep = this.#options.finishedCallsMax ?? 200;
    if (this.calls.size <= keep) return;
    for (const [key, call] of this.calls) {
      if (this.calls.size <= keep) return;
      if (call.state.isOver) this.calls.delete(key);
    }
  }
}
