// One call from its first ring to its end: moves the call's state, fetches and runs TwiML, opens streams, sends the
// callbacks, and tells tests what happens through events and promises. Who starts calls is simulator.ts (inbound) and
// dialler.ts (outbound).

import { EventEmitter } from 'node:events';
import { nowMs } from '../../../src/clock.js';
import type { AudioClip } from './audio_clip.js';
import { type CallReport, reportSteps } from './call_report.js';
import type { CallState, CallStatus, EndedBy } from './call_state.js';
import { CallStream, sid } from './call_stream.js';
import { type CallbackReport, newCallback, type StatusCallbacks, sendCallback } from './callbacks.js';
import { Caller, type CallerOptions, type CallerScript, type Talker } from './caller.js';
import type { CallerClock } from './caller_clock.js';
import { fetchDocument } from './document_fetch.js';
import type { Strike } from './failure_modes.js';
import type { Microphone } from './media_client.js';
import type { NetworkProfile } from './network_profile.js';
import type { MarkEcho } from './playout.js';
import { type StreamVerb, TwimlError } from './twiml.js';
import { type TwimlLine, TwimlRunner } from './twiml_runner.js';
import { type WebhookClient, WebhookError } from './webhook_client.js';

/** How the person on the line behaves. */
export interface Person {
  script: CallerScript;
  caller?: Partial<CallerOptions>;
  /** Speaks and listens instead of the script. */
  talker?: Talker;
  /** What the telephone picks up, instead of what is said over `background`. */
  microphone?: Microphone;
  network?: NetworkProfile;
  /** Heard by the server while the person says nothing. Default digital silence. */
  background?: AudioClip;
  /** False: what was heard is not kept, only when. */
  keepAudio?: boolean;
  seed?: number;
}

/** What every call of one simulator shares. */
export interface CallEnvironment {
  authToken: string;
  clock: CallerClock;
  webhooks: WebhookClient;
  /** Twilio's limit for an answer with TwiML. */
  webhookTimeoutMs: number;
  /** Real seconds for a second of <Say>, <Play> and <Pause>; 0 = they take no time. */
  verbTimeScale: number;
}

export interface CallSource {
  /** Where TwiML comes from, or the document itself. */
  url: string | null;
  method: 'GET' | 'POST';
  twiml: string | null;
  fallbackUrl: string | null;
  timeLimitS: number;
}

/** Base of relative URLs in TwiML that came without one. */
const NO_URL = 'http://127.0.0.1/';

export interface SimulatedCallEvents {
  status: [status: CallStatus];
  streamStarted: [stream: CallStream];
  agentAudio: [atMs: number];
  said: [text: string];
  mark: [echo: MarkEcho];
  cleared: [atMs: number];
  ended: [report: CallReport];
}

export class SimulatedCall extends EventEmitter<SimulatedCallEvents> implements TwimlLine {
  readonly sid: string;
  /** True when somebody picked up, false when the call ended before. Never rejects. */
  readonly answered: Promise<boolean>;
  /** The first stream's `start` was sent; null = the call ended before. Never rejects. */
  readonly streamStarted: Promise<CallStream | null>;
  /** The call is over, its socket closed and its callbacks delivered. Never rejects. */
  readonly ended: Promise<CallReport>;
  readonly streams: CallStream[] = [];
  readonly callbacks: CallbackReport[] = [];
  readonly #env: CallEnvironment;
  readonly #source: CallSource;
  readonly #strike: Strike;
  #person: Person;
  #caller: Talker;
  /** Goes up when the call ends or another document takes over: what was being fetched no longer counts. */
  #epoch = 0;
  readonly #statusCallbacks: StatusCallbacks | null;
  readonly #runner = new TwimlRunner(this);
  readonly #documents: CallReport['documents'] = [];
  readonly #notices: CallReport['notices'] = [];
  readonly #spoken: CallReport['spoken'] = [];
  readonly #pending = new Set<Promise<unknown>>();
  #settleAnswered!: (answered: boolean) => void;
  #settleStream!: (stream: CallStream | null) => void;
  #settleEnded!: (report: CallReport) => void;
  #interrupt: () => void = () => {};
  #timeLimit: NodeJS.Timeout | undefined;

  constructor(
    readonly state: CallState,
    source: CallSource,
    person: Person,
    env: CallEnvironment,
    strike: Strike,
    statusCallbacks: StatusCallbacks | null,
  ) {
    super();
    this.sid = state.identity.sid;
    this.#source = { ...source };
    this.#person = person;
    this.#caller = talkerOf(person);
    this.#env = env;
    this.#strike = strike;
    this.#statusCallbacks = statusCallbacks;
    this.answered = new Promise((resolve) => {
      this.#settleAnswered = resolve;
    });
    this.streamStarted = new Promise((resolve) => {
      this.#settleStream = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
  }

  /** The stream that is up now, if any. */
  get stream(): CallStream | null {
    const last = this.streams[this.streams.length - 1];
    return last && last.close === null && last.refused === null ? last : null;
  }

  /** When Twilio's own voice spoke, ms since 1970. */
  get spokenAt(): number[] {
    return this.#spoken.map(({ at }) => at);
  }

  /** Who is at the other end; only known when a call made by REST is picked up. */
  setPerson(person: Person): void {
    this.#person = person;
    this.#caller = talkerOf(person);
  }

  /** Moves the call on and tells the subscribers. False when the state machine forbids it. */
  move(status: CallStatus): boolean {
    if (!this.state.move(status, Date.now())) return false;
    this.emit('status', status);
    if (this.#statusCallbacks) this.track(this.#statusCallbacks.onStatus(this.state, (r) => this.callbacks.push(r)));
    return true;
  }

  /** `ended` waits for this too: deliveries under way. The promise must not reject. */
  track(work: Promise<unknown>): void {
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  /** Gets the first TwiML and runs it. Resolves when the call is over or replaced by an update; never rejects. */
  async begin(): Promise<void> {
    if (this.state.isOver) return;
    const { url, method, twiml, fallbackUrl } = this.#source;
    const base = url ?? NO_URL;
    try {
      await this.#run(() => twiml ?? this.fetch(base, method, []), base);
    } catch (error) {
      this.#notice(error);
      if (fallbackUrl === null) this.finish('failed', 'error');
      else await this.#runSafely(() => this.fetch(fallbackUrl, method, []), fallbackUrl);
    }
  }

  /** A REST update: the stream stops and the new document takes over. */
  redirect(source: { twiml: string | null; url: string | null; method: 'GET' | 'POST' }): void {
    this.#epoch++;
    this.#runner.stop();
    this.stream?.stop();
    this.#interrupt();
    const base = source.url ?? this.#source.url ?? NO_URL;
    void this.#runSafely(() => source.twiml ?? this.fetch(base, source.method, []), base);
  }

  /** The person hangs up; before the call was answered that cancels it. */
  hangup(): void {
    this.finish(this.state.status === 'in-progress' ? 'completed' : 'canceled', 'caller');
  }

  /** Ends the call on Twilio's side; safe twice. An unanswered call that is `completed` ends as canceled. */
  finish(status: CallStatus, by: EndedBy): void {
    if (this.state.isOver) return;
    this.state.endedBy = by;
    this.#epoch++;
    const stream = this.stream;
    if (!this.move(status) && !this.move('completed')) this.move('canceled');
    this.#runner.stop();
    clearTimeout(this.#timeLimit);
    stream?.stop();
    this.#interrupt();
    this.#settleAnswered(false);
    this.#settleStream(null);
    void this.#settle(stream);
  }

  answer(): void {
    if (this.state.status !== 'ringing' || !this.move('in-progress')) return;
    this.#settleAnswered(true);
    this.#armTimeLimit(this.#source.timeLimitS);
  }

  /** Another time limit for a call under way, in seconds since it was answered. */
  limit(timeLimitS: number): void {
    this.#source.timeLimitS = timeLimitS;
    if (this.state.status !== 'in-progress') return;
    clearTimeout(this.#timeLimit);
    this.#armTimeLimit(timeLimitS - (Date.now() - (this.state.startedAt ?? 0)) / 1000);
  }

  #armTimeLimit(seconds: number): void {
    this.#timeLimit = setTimeout(() => this.finish('completed', 'time_limit'), Math.max(0, seconds) * 1000);
    this.#timeLimit.unref();
  }

  async connectStream(verb: StreamVerb): Promise<void> {
    if (this.#strike('hangup_during_connect')) setImmediate(() => this.hangup());
    if (this.#strike('handshake_refused')) {
      this.#streamEvent(verb, 'stream-error', sid('MZ'), '31920 handshake error');
      this.warn(31920, 'handshake refused (simulated)');
      return;
    }
    let stream: CallStream;
    try {
      stream = this.#openStream(verb);
    } catch (error) {
      this.warn(31923, (error as Error).message);
      return;
    }
    this.streams.push(stream);
    await stream.over;
    if (stream.refused) {
      this.warn(stream.refused.code, stream.refused.message);
      this.#streamEvent(
        verb,
        'stream-error',
        stream.client.streamSid,
        `${stream.refused.code} ${stream.refused.message}`,
      );
    } else {
      this.#streamEvent(verb, 'stream-stopped', stream.client.streamSid);
    }
  }

  async speak(verb: 'Say' | 'Play', what: string): Promise<void> {
    this.#spoken.push({ verb, what, at: Date.now() });
    // About 15 characters a second; a sound file counts as three seconds.
    await this.#sleep(verb === 'Say' ? what.length * 65 : 3000);
  }

  pause(ms: number): Promise<void> {
    return this.#sleep(ms);
  }

  async dial(number: string, timeoutS: number): Promise<string> {
    this.warn(0, `<Dial> ${number}: nobody there in the simulator`);
    await this.#sleep(Math.min(timeoutS, 5) * 1000);
    return 'no-answer';
  }

  fetch(url: string, method: 'GET' | 'POST', extra: readonly (readonly [string, string])[]): Promise<string> {
    const { webhooks, webhookTimeoutMs } = this.#env;
    const request = { state: this.state, url, method, extra, timeoutMs: webhookTimeoutMs };
    return fetchDocument(request, webhooks, this.#strike, (document) => this.#documents.push(document));
  }

  reject(reason: 'rejected' | 'busy'): void {
    this.warn(0, `<Reject reason="${reason}">`);
    this.finish(this.state.status === 'ringing' ? 'busy' : 'completed', 'twiml');
  }

  hangUp(): void {
    this.finish('completed', 'twiml');
  }

  warn(code: number, text: string): void {
    this.#notices.push({ code, text, at: Date.now() });
  }

  /** Everything known so far; the last word once `ended` has resolved. */
  report(): CallReport {
    const { identity, status, endedBy, history, durationS } = this.state;
    const { lateness } = this.#env.clock;
    return {
      callSid: identity.sid,
      direction: identity.direction,
      from: identity.from,
      to: identity.to,
      status,
      endedBy,
      history: history.slice(),
      durationS,
      documents: this.#documents.slice(),
      notices: this.#notices.slice(),
      spoken: this.#spoken.slice(),
      callbacks: this.callbacks.slice(),
      streams: this.streams.map((stream) => stream.report()),
      script: {
        completed: this.#caller.completed,
        steps: reportSteps(this.#caller.steps, this.streams[0]?.client.startedAtMs ?? 0),
      },
      generatorLateMs: { p50: lateness.quantile(0.5), p99: lateness.quantile(0.99), max: lateness.maxMs },
    };
  }

  /** What the caller's ear got on the latest stream, 8 kHz, from its `start` on. */
  heardAudio(): Int16Array {
    return this.streams[this.streams.length - 1]?.heardAudio() ?? new Int16Array(0);
  }

  #openStream(verb: StreamVerb): CallStream {
    const { authToken, clock, webhooks } = this.#env;
    const { accountSid } = this.state.identity;
    const stream: CallStream = new CallStream(
      {
        ...this.#person,
        caller: this.#caller,
        stream: verb,
        accountSid,
        authToken,
        callSid: this.sid,
        clock,
        strike: this.#strike,
        serverUrl: webhooks.serverUrl,
      },
      {
        onStarted: () => {
          this.#streamEvent(verb, 'stream-started', stream.client.streamSid);
          this.#settleStream(stream);
          this.emit('streamStarted', stream);
        },
        onAgentAudio: () => this.emit('agentAudio', stream.client.streamMs(nowMs())),
        onMark: (echo) => this.emit('mark', echo),
        onCleared: () => this.emit('cleared', stream.client.clearsMs[stream.client.clearsMs.length - 1]),
        onSaid: (text) => this.emit('said', text),
        onHangUp: () => this.hangup(),
      },
    );
    return stream;
  }

  #streamEvent(verb: StreamVerb, event: string, streamSid: string, error?: string): void {
    if (verb.statusCallback === null) return;
    const url = new URL(verb.statusCallback, this.#documents[this.#documents.length - 1]?.url ?? NO_URL).href;
    const fields: [string, string][] = [
      ['AccountSid', this.state.identity.accountSid],
      ['CallSid', this.sid],
      ['StreamSid', streamSid],
      ['StreamName', verb.name ?? streamSid],
      ['StreamEvent', event],
      ['Timestamp', new Date().toISOString()],
    ];
    if (error) fields.push(['StreamError', error]);
    const report = newCallback('stream', url, event);
    this.callbacks.push(report);
    this.track(sendCallback(this.#env.webhooks, report, fields, verb.statusCallbackMethod));
  }

  async #run(source: () => string | Promise<string>, base: string): Promise<void> {
    const epoch = this.#epoch;
    const xml = await source();
    if (epoch === this.#epoch) await this.#runner.run(xml, base);
  }

  async #runSafely(source: () => string | Promise<string>, base: string): Promise<void> {
    try {
      await this.#run(source, base);
    } catch (error) {
      this.#notice(error);
      this.finish('failed', 'error');
    }
  }

  #notice(error: unknown): void {
    if (error instanceof TwimlError || error instanceof WebhookError) this.warn(error.code, error.message);
    else this.warn(0, String(error));
  }

  /** Ends early when the call ends or is redirected. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(done, ms * this.#env.verbTimeScale);
      this.#interrupt = done;
    });
  }

  async #settle(stream: CallStream | null): Promise<void> {
    if (stream) await stream.over;
    this.#caller.callEnded(nowMs());
    // Callbacks may make more callbacks (a stream that stops); wait until none is left.
    while (this.#pending.size > 0) await Promise.allSettled([...this.#pending]);
    const report = this.report();
    this.#settleEnded(report);
    this.emit('ended', report);
  }
}

function talkerOf(person: Person): Talker {
  return person.talker ?? new Caller(person.script, person.caller);
}
