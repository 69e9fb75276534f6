// One life of a server under comparison, with its caller fleet and vendors: brings calls up rung by rung and measures at
// each. The number of calls only grows, because callers hang up for good; fewer calls need a new session.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nowMs } from '../../src/clock.js';
import { Child, launcher, type Pinning } from '../fleet/child.js';
import type {
  FleetCommand,
  FleetEvent,
  FleetTick,
  ProviderCommand,
  ProviderEvent,
  ProviderRows,
} from '../fleet/fleet_messages.js';
import { readCpu } from '../report/process_sampler.js';
import { quantiles } from '../report/quantiles.js';
import { HABITS } from '../scenarios/scenarios.js';
import { freePort } from '../server_process.js';
import { FIXED_LATENCIES } from './latencies.js';
import type { Rung } from './objective.js';
import { ownTimes } from './own_time.js';
import { type Peer, vendorEnvironment } from './peer_list.js';
import { PeerServer } from './peer_server.js';
import type { TreeUsage } from './process_tree.js';

const ACCOUNT = { sid: `AC${'b'.repeat(32)}`, token: 'peer-auth-token' };
/** Calls that may be up; more than any rung has. */
const CALLS_MAX = 2000;
/** Brisk callers, who cut off every other reply: more turns of both kinds in a short window. */
const PEER_HABITS = { thinkMs: [300, 1200], bargeInShare: 0.5, dtmfShare: 0 } as const;
const RAMP_S = 6;
/** Greeting of eight seconds, and patience for a server that is slow to take calls. */
const GREETED_TIMEOUT_MS = 30_000;
const SETTLE_MS = 2000;

export interface SessionOptions {
  peer: Peer;
  pinning: Pinning;
  /** Of all processes of the comparison; below zero on a machine with other work to do. */
  nice: number;
  seed: number;
  serverEnv: Record<string, string>;
  /** Ends waits early. */
  signal: AbortSignal;
  onTick(tick: FleetTick): void;
}

export type Measurement = Omit<Rung, 'verdict'>;

interface Reading {
  atMs: number;
  server: TreeUsage;
  fleetMs: number;
  providersMs: number;
}

export class PeerSession {
  readonly idleMib: number;
  readonly #turns: FleetTick['turns'] = [];
  #tick: FleetTick | null = null;
  #calls = 0;
  #failedBefore = 0;

  private constructor(
    readonly options: SessionOptions,
    readonly server: PeerServer,
    readonly fleet: Child<FleetCommand, FleetEvent>,
    readonly providers: Child<ProviderCommand, ProviderEvent>,
    readonly recordings: string,
  ) {
    this.idleMib = server.usage().memoryMib;
    fleet.on((event) => {
      if (event.kind !== 'tick') return;
      this.#tick = event;
      this.#turns.push(...event.turns);
      options.onTick(event);
    });
  }

  /** Rejects when the server does not come up; what was started is ended then. */
  static async start(options: SessionOptions): Promise<PeerSession> {
    const { peer, pinning, nice, seed, serverEnv } = options;
    const file = (name: string): URL => new URL(`../fleet/${name}`, import.meta.url);
    const place = launcher(pinning.others, nice);
    const fleet = new Child<FleetCommand, FleetEvent>(file('fleet_process.js'), place);
    const providers = new Child<ProviderCommand, ProviderEvent>(file('provider_process.js'), place);
    const recordings = mkdtempSync(path.join(tmpdir(), 'ringline-peers-'));
    try {
      const port = await freePort();
      fleet.tell({
        kind: 'setup',
        serverUrl: `http://127.0.0.1:${port}`,
        authToken: ACCOUNT.token,
        accountSid: ACCOUNT.sid,
        audioDir: null,
        habits: { ...HABITS, ...PEER_HABITS },
        network: 'even',
        seed,
      });
      const { clips } = await fleet.next((event) => event.kind === 'ready', 60_000);
      providers.tell({
        kind: 'setup',
        accountSid: ACCOUNT.sid,
        authToken: ACCOUNT.token,
        latency: FIXED_LATENCIES,
        clips,
        builtInLines: true,
        seed,
      });
      const { urls } = await providers.next((event) => event.kind === 'ready');
      const env = {
        ...vendorEnvironment(urls, ACCOUNT),
        ...peer.env(pinning.server?.length ?? 1, CALLS_MAX),
        RECORDING_DIR: recordings,
        ...serverEnv,
      };
      const server = await PeerServer.start(peer, port, pinning.server, nice, env);
      return new PeerSession(options, server, fleet, providers, recordings);
    } catch (error) {
      await Promise.all([fleet.stop({ kind: 'exit' }), providers.stop({ kind: 'exit' })]);
      rmSync(recordings, { recursive: true, force: true });
      throw error;
    }
  }

  /** Brings `calls` up (at least as many as before) and measures for `seconds`. */
  async measure(calls: number, seconds: number): Promise<Measurement> {
    const added = calls - this.#calls;
    this.#calls = calls;
    if (added > 0) {
      this.fleet.tell({ kind: 'target', calls, ratePerS: Math.max(0.5, added / RAMP_S) });
      const deadlineMs = nowMs() + RAMP_S * 1000 + GREETED_TIMEOUT_MS;
      while ((this.#tick?.talking ?? 0) < calls && nowMs() < deadlineMs && this.#goesOn()) await this.#sleep(100);
      await this.#sleep(SETTLE_MS);
    }
    this.fleet.tell({ kind: 'window' });
    const before = await this.#freshTick();
    const from = this.#read();
    await this.#sleep(seconds * 1000);
    const after = await this.#freshTick();
    const to = this.#read();
    const elapsedMs = to.atMs - from.atMs;
    const turns = this.#turns.filter(({ voiceEndMs }) => voiceEndMs >= from.atMs && voiceEndMs < to.atMs);
    const answered = turns.filter(({ answerMs, early }) => answerMs !== null && !early);
    const bargeIns = turns.filter(({ bargeIn }) => bargeIn);
    const own = ownTimes(answered, await this.#collect());
    const cpuPct = (100 * (to.server.cpuMs - from.server.cpuMs)) / elapsedMs;
    // Calls that failed while the rung was brought up failed under its load.
    const failed = after.failed - this.#failedBefore;
    this.#failedBefore = after.failed;
    return {
      calls,
      seconds: Math.round(elapsedMs / 100) / 10,
      turns: turns.length,
      response_ms: quantiles(answered.map(({ answerMs, voiceEndMs }) => answerMs! - voiceEndMs)),
      own_ms: quantiles(own),
      unattributed: answered.length - own.length,
      voice_to_clear_ms: quantiles(
        bargeIns.flatMap(({ clearMs, voiceStartMs }) => (clearMs === null ? [] : clearMs - voiceStartMs)),
      ),
      barge_ins: bargeIns.length,
      not_cleared: bargeIns.filter(({ clearMs }) => clearMs === null).length,
      cpu_pct: round(cpuPct),
      cpu_pct_per_call: Math.round((1000 * cpuPct) / calls) / 1000,
      memory_mib: round(to.server.memoryMib),
      memory_mib_per_call: round(Math.max(0, to.server.memoryMib - this.idleMib) / calls),
      processes: to.server.processes,
      holes: after.playoutGaps - before.playoutGaps,
      holes_audible: after.playoutLongGaps - before.playoutLongGaps,
      hole_ms: Math.round(after.playoutGapMs - before.playoutGapMs),
      frames_heard: after.framesHeard - before.framesHeard,
      failed_calls: failed,
      unanswered_turns: after.unanswered - before.unanswered,
      early_answers: turns.filter(({ early }) => early).length,
      generator: {
        late_p99_ms: round(after.late.p99),
        fleet_cpu_pct: round((100 * (to.fleetMs - from.fleetMs)) / elapsedMs),
        providers_cpu_pct: round((100 * (to.providersMs - from.providersMs)) / elapsedMs),
      },
    };
  }

  /** Everybody hangs up, everything ends. Safe twice. */
  async close(): Promise<void> {
    await Promise.all([this.fleet.stop({ kind: 'exit' }), this.server.stop()]);
    await this.providers.stop({ kind: 'exit' });
    rmSync(this.recordings, { recursive: true, force: true });
  }

  /** At once, for the end of the process. */
  kill(): void {
    this.server.kill();
  }

  #goesOn(): boolean {
    return this.server.alive && !this.options.signal.aborted;
  }

  #read(): Reading {
    const cpuMs = (pid: number): number => {
      const reading = readCpu(pid, []);
      return reading === null ? 0 : reading.mainMs + reading.otherMs;
    };
    return {
      atMs: nowMs(),
      server: this.server.usage(),
      fleetMs: cpuMs(this.fleet.pid),
      providersMs: cpuMs(this.providers.pid),
    };
  }

  async #collect(): Promise<ProviderRows> {
    const rows = this.providers.next((event) => event.kind === 'rows', 60_000);
    this.providers.tell({ kind: 'collect' });
    return (await rows).rows;
  }

  /** The fleet reports once a second: counters are compared at reports, not between them. */
  #freshTick(): Promise<FleetTick> {
    return this.fleet.next((event): event is FleetTick => event.kind === 'tick', 15_000);
  }

  #sleep(ms: number): Promise<void> {
    const { signal } = this.options;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
