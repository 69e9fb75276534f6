// One listen socket from open to close: counts the audio, feeds it to the v1 or v2 stream, obeys control messages, and
// carries out the failures planned for it.

import { nowMs } from '../../../src/clock.js';
import type { ArmedFailure, FailurePlan } from '../failures.js';
import type { StageTimings } from '../stage_timings.js';
import { type DeepgramFailureMode, FINALIZE_MODES, STREAM_MODES } from './failure_modes.js';
import { type Ear, Hearing, type HearingOptions } from './hearing.js';
import type { V1Options, V2Options } from './listen_query.js';
import { type DeepgramLatency, StreamOutbox } from './outbox.js';
import type { ScriptBook } from './script.js';
import { SpeechLevel } from './speech_level.js';
import type { DeepgramStats } from './stats.js';
import { type CallerTruth, TimedHearing } from './timed_hearing.js';
import { judgeConfigure } from './v1_configure.js';
import type { StreamIdentity } from './v1_messages.js';
import { V1Stream } from './v1_stream.js';
import { V2Stream } from './v2_stream.js';

/** The part of a server's socket that a stream uses. */
export interface StreamSocket {
  send(text: string): number;
  end(code?: number, reason?: string): void;
  close(): void;
}

/** What all streams of a simulator share. */
export interface StreamHost {
  scripts: ScriptBook;
  stats: DeepgramStats;
  timings: StageTimings;
  failures: FailurePlan<DeepgramFailureMode>;
  hearing: HearingOptions;
  latency: DeepgramLatency;
  random: () => number;
  settings: { forceEndTurn?: boolean };
  /** What really lies in the audio of the call with this tag; null or absent: by loudness and script. */
  truth?: (tag: string) => CallerTruth | null;
}

const REAL_TIME_MAX = 1.25;
const LATE_FINAL_MS = 1500;
/** A stream that no longer transcribes is ended after this long. */
const DEAF_MS = 30_000;
const NO_TRANSCRIPT = 'NET-0000: no transcript was produced within the timeout window';
/** The answer to a Finalize takes no longer. */
const INTERIM_AFTER_FINALIZE_MS = 500;
/** Messages closer together than this were sent together. */
const BURST_GAP_MS = 3;
/** The shortest lag is that of the last one to two of these. */
const LAG_PERIOD_MS = 1500;

export class ListenStream {
  readonly tag: string;
  readonly #hearing: Ear;
  readonly #level: SpeechLevel;
  readonly #outbox: StreamOutbox;
  readonly #machine: V1Stream | V2Stream;
  readonly #onWindow: (loud: boolean) => void;
  #socket: StreamSocket | null = null;
  #openedMs = 0;
  #lastReceivedMs = 0;
  #finalizedMs = Number.NEGATIVE_INFINITY;
  #audioBytes = 0;
  /** Audio after the first audio message of the present burst; null = none in it yet. */
  #burstFirstMs: number | null = null;
  #lag = { sinceMs: 0, ms: Number.POSITIVE_INFINITY, beforeMs: Number.POSITIVE_INFINITY };
  #plan = -1;
  #armed: (ArmedFailure<DeepgramFailureMode> & { fromMs: number })[] = [];
  #throttled = false;
  #tooFast = false;
  #closing = false;
  #deafUntilMs = Number.POSITIVE_INFINITY;

  constructor(
    readonly options: V1Options | V2Options,
    readonly identity: StreamIdentity,
    readonly host: StreamHost,
  ) {
    this.tag = options.tag;
    const truth = host.truth?.(this.tag) ?? null;
    this.#hearing = truth
      ? new TimedHearing(truth, host.hearing.interimEveryMs)
      : new Hearing(() => host.scripts.take(this.tag), host.hearing);
    this.#level = new SpeechLevel(options.encoding, options.bytesPerSecond);
    this.#outbox = new StreamOutbox(
      { sendText: (text) => this.#socket?.send(text), onSend: (kind) => host.stats.sent[kind]++, now: nowMs },
      host.latency,
      host.random,
    );
    this.#machine =
      options.version === 1
        ? new V1Stream(options, identity, this.#hearing, this.#outbox, host.random, (kind) => this.#timeWords(kind))
        : new V2Stream(options, identity.requestId, this.#hearing, this.#outbox);
    this.#onWindow = (loud) => this.#machine.window(loud);
  }

  get audioMs(): number {
    return (this.#audioBytes * 1000) / this.options.bytesPerSecond;
  }

  opened(socket: StreamSocket): void {
    this.#socket = socket;
    this.#openedMs = this.#lastReceivedMs = nowMs();
    this.host.stats.streamOpened();
    if (this.#machine instanceof V2Stream) this.#machine.connected();
  }

  received(message: Uint8Array, isBinary: boolean): void {
    this.host.stats.messages++;
    const now = nowMs();
    if (now - this.#lastReceivedMs > BURST_GAP_MS) this.#burstFirstMs = null;
    this.#lastReceivedMs = now;
    if (this.#closing) return;
    if (isBinary) this.#audio(message);
    else this.#control(Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString());
  }

  socketClosed(): void {
    this.#socket = null;
    this.#outbox.close();
  }

  cut(): void {
    this.#socket?.close();
  }

  /** NET-0001, both kinds: nothing at all for a while, or never any audio however many KeepAlives. */
  checkIdle(idleTimeoutMs: number): void {
    if (!this.#socket || this.#closing) return;
    if (nowMs() >= this.#deafUntilMs) {
      this.#close(1011, NO_TRANSCRIPT);
      return;
    }
    const silentMs = nowMs() - this.#lastReceivedMs;
    const neverAudio = this.#audioBytes === 0 && nowMs() - this.#openedMs >= idleTimeoutMs;
    if (silentMs >= idleTimeoutMs || neverAudio)
      this.#close(1011, 'NET-0001: no audio or text message was received within the timeout window');
  }

  #audio(bytes: Uint8Array): void {
    if (isGarbage(bytes, this.options)) {
      this.host.stats.badMessages++;
      this.#close(1008, 'DATA-0000: undecodable audio');
      return;
    }
    this.#audioBytes += bytes.length;
    this.#burstFirstMs ??= this.audioMs;
    this.#noteLag();
    const messageMs = (bytes.length * 1000) / this.options.bytesPerSecond;
    this.host.stats.audioMs += messageMs;
    if (messageMs < 20 || messageMs > 250) this.host.stats.oddSizes++;
    this.#watchRate();
    this.#hearing.receive(bytes);
    this.#level.push(bytes, this.#onWindow);
    if (this.#plan !== this.host.failures.version || this.#armed.length > 0) this.#strike();
  }

  #noteLag(): void {
    const lag = this.#lag;
    if (this.#lastReceivedMs - lag.sinceMs > LAG_PERIOD_MS) {
      lag.sinceMs = this.#lastReceivedMs;
      lag.beforeMs = lag.ms;
      lag.ms = Number.POSITIVE_INFINITY;
    }
    lag.ms = Math.min(lag.ms, this.#lastReceivedMs - this.audioMs);
  }

  /** Audio may run ahead of real time a little (a burst after connecting), but not for long. */
  #watchRate(): void {
    const elapsedMs = nowMs() - this.#openedMs;
    const aheadMs = this.audioMs - elapsedMs * REAL_TIME_MAX;
    if (aheadMs > 2000 && !this.#tooFast) {
      this.#tooFast = true;
      this.host.stats.tooFast++;
    }
    if (this.#throttled) this.#outbox.lagMs = Math.max(0, aheadMs / REAL_TIME_MAX);
  }

  #control(text: string): void {
    let message: Record<string, unknown>;
    try {
      message = JSON.parse(text) as Record<string, unknown>;
    } catch {
      this.#unreadable('not JSON');
      return;
    }
    const machine = this.#machine;
    const type = message?.['type'];
    if (type === 'CloseStream') this.#closeStream();
    else if (type === 'KeepAlive' && machine instanceof V1Stream) this.host.stats.keepAlives++;
    else if (type === 'Finalize' && machine instanceof V1Stream) this.#finalize(machine);
    else if (type === 'Configure' && machine instanceof V2Stream) machine.configure(message);
    else if (type === 'Configure') this.#configure(message);
    else if (type === 'ForceEndTurn' && machine instanceof V2Stream && this.host.settings.forceEndTurn)
      machine.forceEndTurn();
    else this.#unreadable(`no such message here: ${String(type)}`);
  }

  #configure(message: Record<string, unknown>): void {
    const verdict = judgeConfigure(message, this.options.model, this.identity.requestId);
    for (const reply of verdict.replies) this.#outbox.send('interim', reply);
    if (verdict.punctuate !== null && this.options.version === 1) this.options.punctuate = verdict.punctuate;
    if (!verdict.deaf) return;
    this.#outbox.stalled = true;
    this.#deafUntilMs = nowMs() + DEAF_MS;
  }

  #closeStream(): void {
    this.#closing = true;
    this.#machine.finish();
    this.#outbox.whenEmpty(() => {
      if (this.host.failures.take(['close_1005'], this.tag)) this.#socket?.end();
      else this.#socket?.end(1000, '');
    });
  }

  #finalize(machine: V1Stream): void {
    const { stats, failures, timings } = this.host;
    stats.finalizes++;
    const failure = failures.take(FINALIZE_MODES, this.tag);
    const startMs = nowMs();
    this.#finalizedMs = startMs;
    const lagMs = Math.min(this.#lag.ms, this.#lag.beforeMs);
    const audio = { totalMs: this.audioMs, burstFirstMs: this.#burstFirstMs ?? this.audioMs, lagMs };
    if (failure?.mode === 'ignore_finalize' || !machine.finalize()) {
      stats.finalizesUnanswered++;
      timings.add('stt_unanswered', this.tag, startMs, startMs, { audio });
      return;
    }
    this.#outbox.schedule(null, () => timings.add('stt_final', this.tag, startMs, nowMs(), { audio }));
    if (failure?.mode === 'duplicate_final') this.#outbox.repeatLast();
    if (failure?.mode === 'late_final')
      setTimeout(() => machine.lateFinal('also'), failure.delayMs ?? LATE_FINAL_MS).unref();
  }

  #timeWords(kind: 'final' | 'interim'): void {
    const startMs = nowMs();
    this.#outbox.schedule(null, () => {
      // Interims in the middle of speech decide nothing: only those that leave soon after a Finalize may.
      if (kind === 'final') this.host.timings.add('stt_endpointed', this.tag, startMs);
      else if (nowMs() - this.#finalizedMs < INTERIM_AFTER_FINALIZE_MS)
        this.host.timings.add('stt_interim', this.tag, startMs);
    });
  }

  #strike(): void {
    const { failures } = this.host;
    if (this.#plan !== failures.version) {
      const met = failures.takeSince(this.#plan, STREAM_MODES, this.tag);
      this.#plan = failures.version;
      for (const failure of met) this.#armed.push({ ...failure, fromMs: this.audioMs });
    }
    const due = this.#armed.filter((failure) => {
      if (failure.mode === 'close_1011' && !this.#hearing.speaking) return false;
      return this.audioMs - failure.fromMs >= failure.after;
    });
    if (due.length === 0) return;
    this.#armed = this.#armed.filter((failure) => !due.includes(failure));
    for (const { mode } of due) this.#carryOut(mode);
  }

  #carryOut(mode: DeepgramFailureMode): void {
    const machine = this.#machine;
    switch (mode) {
      case 'close_1011':
        this.#close(1011, NO_TRANSCRIPT);
        break;
      case 'close_1000':
        this.#close(1000, '');
        break;
      case 'tcp_cut':
        this.cut();
        break;
      case 'stall':
        this.#outbox.stalled = true;
        break;
      case 'stuck_turn':
        if (machine instanceof V2Stream) machine.stuck = true;
        break;
      case 'malformed_json':
        this.#socket?.send('{"type":"Results","channel_index":[0,1],"dura');
        break;
      case 'error_message':
        this.#socket?.send('{"type":"Error","code":"INTERNAL_ERROR","description":"a simulated failure"}');
        break;
      case 'warning_message':
        this.#socket?.send('{"type":"Warning","code":"SIMULATED","description":"a simulated warning"}');
        break;
      case 'throttle':
        this.#throttled = true;
        break;
      case 'fatal_error':
        if (machine instanceof V2Stream) this.#fatal(machine, 'INTERNAL_SERVER_ERROR', 'a simulated failure');
        break;
      default:
        throw new Error(`${mode} is not a stream failure`);
    }
  }

  #unreadable(detail: string): void {
    this.host.stats.badMessages++;
    if (this.#machine instanceof V2Stream) this.#fatal(this.#machine, 'UNPARSABLE_CLIENT_MESSAGE', detail);
    else this.#close(1008, `DATA-0000: unreadable text message, ${detail}`);
  }

  /** v2: an Error message, then the end. */
  #fatal(machine: V2Stream, code: string, description: string): void {
    this.#closing = true;
    machine.fatal(code, description);
    this.#outbox.whenEmpty(() => this.#socket?.end(1011, code));
  }

  #close(code: number, reason: string): void {
    this.#closing = true;
    this.#socket?.end(code, reason);
  }
}

/** Raw audio can't be told from noise, but these are no raw audio: nothing, control messages, files, half samples. */
function isGarbage(bytes: Uint8Array, options: V1Options | V2Options): boolean {
  if (bytes.length === 0) return true;
  const isJson = bytes[0] === 0x7b && bytes[1] === 0x22 && bytes[bytes.length - 1] === 0x7d;
  if (options.encoding === 'unheard') return isJson;
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  const isHalfSample = options.encoding === 'linear16' && bytes.length % 2 === 1;
  return isJson || isHalfSample || magic === 'RIFF' || magic === 'OggS';
}
