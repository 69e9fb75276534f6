// The local Twilio: one object that owns the HTTP server, the calls and the clock. Everything it does is in the files
// beside it; this one only wires and looks after start and end.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallState } from './call_state.js';
import { sid } from './call_stream.js';
import { StatusCallbacks } from './callbacks.js';
import type { CallerScript } from './caller.js';
import { CallerClock } from './caller_clock.js';
import { type FailureMode, type FailureOptions, Failures } from './failures.js';
import { type CallEnvironment, type Person, SimulatedCall } from './simulated_call.js';
import { WebhookClient } from './webhook_client.js';

export interface TwilioSimulatorOptions {
  /** Default: any free port. Always on 127.0.0.1. */
  port?: number;
  accountSid: string;
  authToken: string;
  /** Origin of the local server, for TwiML that names a public host or wss:// (the tunnel in front of it). */
  serverUrl?: string;
  /** Seconds that a second of <Say>, <Play> and <Pause> takes. Default 1. */
  verbTimeScale?: number;
  webhookTimeoutMs?: number;
}

export interface PlaceCallOptions extends Omit<Person, 'script' | 'caller'> {
  from: string;
  to: string;
  webhookUrl: string;
  fallbackUrl?: string;
  caller: CallerScript;
  callerOptions?: Person['caller'];
  statusCallback?: string;
  statusCallbackEvents?: readonly string[];
}

/** Four hours, Twilio's default. */
const TIME_LIMIT_S = 14_400;

export class TwilioSimulator {
  readonly calls = new Map<string, SimulatedCall>();
  readonly failures = new Failures();
  readonly clock = new CallerClock();
  readonly #options: TwilioSimulatorOptions;
  readonly #server: Server;
  readonly #env: CallEnvironment;

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
    this.#env = {
      authToken: options.authToken,
      clock: this.clock,
      failures: this.failures,
      webhooks: new WebhookClient(options.authToken, options.serverUrl ?? null),
      webhookTimeoutMs: options.webhookTimeoutMs ?? 15_000,
      verbTimeScale: options.verbTimeScale ?? 1,
    };
    this.#server = createServer((_request, response) => response.writeHead(501).end());
  }

  /** What goes into TWILIO_BASE_URL. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Somebody rings: the voice webhook is requested at once. Never throws; what goes wrong is in the report. */
  placeCall(options: PlaceCallOptions): SimulatedCall {
    const { from, to, webhookUrl, statusCallback, statusCallbackEvents } = options;
    const { accountSid } = this.#options;
    const identity = { sid: sid('CA'), accountSid, direction: 'inbound' as const, from, to };
    const state = new CallState(identity, 'ringing', Date.now());
    const subscription = statusCallback
      ? { url: statusCallback, method: 'POST' as const, events: statusCallbackEvents ?? ['completed'] }
      : null;
    const call = new SimulatedCall(
      state,
      {
        url: webhookUrl,
        method: 'POST',
        twiml: null,
        fallbackUrl: options.fallbackUrl ?? null,
        timeLimitS: TIME_LIMIT_S,
      },
      { ...options, script: options.caller, caller: options.callerOptions },
      this.#env,
      subscription && new StatusCallbacks(subscription, this.#env.webhooks, this.failures),
    );
    this.calls.set(call.sid, call);
    void call.begin();
    return call;
  }

  fail(mode: FailureMode, options?: FailureOptions): void {
    this.failures.fail(mode, options);
  }

  heal(mode?: FailureMode): void {
    this.failures.heal(mode);
  }

  /** Hangs up every call and stops listening. */
  async close(): Promise<void> {
    const live = [...this.calls.values()].filter((call) => !call.state.isOver);
    for (const call of live) call.finish('completed', 'simulator');
    await Promise.all(live.map((call) => call.ended));
    this.#env.webhooks.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
