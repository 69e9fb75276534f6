// Watches a run: once a second the fleet's tick, the server's CPU by thread and memory, and the CPU of the other
// processes; and the same as differences over the measured window.

import { nowMs } from '../../src/clock.js';
import type { Child, Pinning } from '../fleet/child.js';
import type {
  CallFailure,
  FleetCommand,
  FleetEvent,
  FleetTick,
  GapRow,
  ProviderCommand,
  ProviderEvent,
  TurnRow,
} from '../fleet/fleet_messages.js';
import { type CpuReading, countFds, readCoreBusyMs, readCpu, readRssMib } from './process_sampler.js';

/** CPU in percent of one core. */
export interface CpuShares {
  main: number;
  workers: number;
  other: number;
}

/** One second of the run. */
export interface Sample {
  atMs: number;
  up: number;
  server: CpuShares | null;
  rssMib: number | null;
  fleetCpuPct: number | null;
  providersCpuPct: number | null;
  tick: FleetTick;
}

/** Totals of the fleet at one moment. */
export type Totals = Omit<FleetTick, 'turns' | 'failures' | 'gaps' | 'webhookMs' | 'greetingMs'>;

export interface Measured {
  startMs: number;
  endMs: number;
  /** CPU over the window; null = no /proc. */
  server: CpuShares | null;
  fleetCpuPct: number | null;
  providersCpuPct: number | null;
  /** What others took of the cores of server and generator while they were measured, in % of one core; null = not pinned. */
  foreign: { server: number | null; generator: number | null };
  rssMib: number | null;
  fds: number | null;
  samples: Sample[];
  before: Totals;
  after: Totals;
  last: Totals;
  turns: TurnRow[];
  failures: CallFailure[];
  gaps: GapRow[];
  webhookMs: number[];
  greetingMs: number[];
}

interface Reading {
  atMs: number;
  server: CpuReading | null;
  fleet: CpuReading | null;
  providers: CpuReading | null;
  own: CpuReading | null;
  busyMs: { server: number | null; others: number | null };
}

export interface SamplerTargets {
  serverPid: number;
  /** Thread ids of the server's workers; null = not known. */
  workerThreads: readonly number[] | null;
  pinning: Pinning;
  fleet: Child<FleetCommand, FleetEvent>;
  providers: Child<ProviderCommand, ProviderEvent>;
}

const NO_TICK: FleetTick = {
  kind: 'tick',
  final: false,
  atMs: 0,
  connecting: 0,
  up: 0,
  talking: 0,
  placed: 0,
  completed: 0,
  failed: 0,
  turns: [],
  failures: [],
  unanswered: 0,
  framesSent: 0,
  framesLost: 0,
  framesDiscarded: 0,
  framesHeard: 0,
  playoutGaps: 0,
  playoutGapMs: 0,
  playoutLongGaps: 0,
  violations: 0,
  clears: 0,
  gaps: [],
  webhookMs: [],
  greetingMs: [],
  late: { p50: 0, p99: 0, max: 0, beatsLost: 0 },
  cpuMs: 0,
};

export class RunSampler {
  /** The fleet's newest. */
  tick: FleetTick | null = null;
  onTick: (tick: FleetTick) => void = () => {};
  readonly samples: Sample[] = [];
  readonly #targets: SamplerTargets;
  readonly #off: () => void;
  readonly #turns: TurnRow[] = [];
  readonly #failures: CallFailure[] = [];
  readonly #gaps: GapRow[] = [];
  readonly #webhookMs: number[] = [];
  readonly #greetingMs: number[] = [];
  #last: Reading;
  #window: {
    start: Reading;
    end: Reading;
    before: Totals;
    after: Totals;
    rssMib: number | null;
    fds: number | null;
  } | null = null;

  constructor(targets: SamplerTargets) {
    this.#targets = targets;
    this.#last = this.#read();
    this.#off = targets.fleet.on((event) => {
      if (event.kind === 'tick') this.#onTick(event);
    });
  }

  get rssMib(): number | null {
    return readRssMib(this.#targets.serverPid);
  }

  startWindow(): void {
    const start = this.#read();
    const before = totals(this.tick ?? NO_TICK);
    this.#window = { start, end: start, before, after: before, rssMib: null, fds: null };
  }

  endWindow(): void {
    const window = this.#window!;
    window.end = this.#read();
    window.after = totals(this.tick ?? NO_TICK);
    window.rssMib = this.rssMib;
    window.fds = countFds(this.#targets.serverPid);
  }

  close(): void {
    this.#off();
  }

  measured(): Measured {
    const { start, end, before, after, rssMib, fds } = this.#window!;
    const elapsedMs = end.atMs - start.atMs;
    const server = shares(start, end);
    const fleetCpuPct = share(start.fleet, end.fleet, elapsedMs);
    const providersCpuPct = share(start.providers, end.providers, elapsedMs);
    const busyPct = (which: 'server' | 'others'): number | null => {
      const from = start.busyMs[which];
      const to = end.busyMs[which];
      return from === null || to === null ? null : (100 * (to - from)) / elapsedMs;
    };
    const ours = (share(start.own, end.own, elapsedMs) ?? 0) + (fleetCpuPct ?? 0) + (providersCpuPct ?? 0);
    const serverPct = server && server.main + server.workers + server.other;
    return {
      startMs: start.atMs,
      endMs: end.atMs,
      server,
      fleetCpuPct,
      providersCpuPct,
      foreign: {
        server: rest(busyPct('server'), serverPct),
        generator: rest(busyPct('others'), ours),
      },
      rssMib,
      fds,
      samples: this.samples,
      before,
      after,
      last: totals(this.tick ?? NO_TICK),
      turns: this.#turns,
      failures: this.#failures,
      gaps: this.#gaps,
      webhookMs: this.#webhookMs,
      greetingMs: this.#greetingMs,
    };
  }

  #onTick(tick: FleetTick): void {
    this.tick = tick;
    this.#turns.push(...tick.turns);
    this.#failures.push(...tick.failures);
    this.#gaps.push(...tick.gaps);
    this.#webhookMs.push(...tick.webhookMs);
    this.#greetingMs.push(...tick.greetingMs);
    const reading = this.#read();
    const elapsedMs = reading.atMs - this.#last.atMs;
    this.samples.push({
      atMs: reading.atMs,
      up: tick.up,
      server: shares(this.#last, reading),
      rssMib: this.rssMib,
      fleetCpuPct: share(this.#last.fleet, reading.fleet, elapsedMs),
      providersCpuPct: share(this.#last.providers, reading.providers, elapsedMs),
      tick,
    });
    this.#last = reading;
    this.onTick(tick);
  }

  #read(): Reading {
    const { serverPid, workerThreads, pinning, fleet, providers } = this.#targets;
    const server = readCpu(serverPid, workerThreads);
    return {
      atMs: nowMs(),
      server,
      fleet: readCpu(fleet.pid, []),
      providers: readCpu(providers.pid, []),
      own: readCpu(process.pid, []),
      busyMs: { server: busyMs(pinning.server), others: busyMs(pinning.others) },
    };
  }
}

function busyMs(cores: readonly number[] | null): number | null {
  if (cores === null) return null;
  let sum = 0;
  for (const core of cores) {
    const busy = readCoreBusyMs(core);
    if (busy === null) return null;
    sum += busy;
  }
  return sum;
}

function rest(busyPct: number | null, oursPct: number | null): number | null {
  return busyPct === null || oursPct === null ? null : Math.max(0, busyPct - oursPct);
}

function shares(from: Reading, to: Reading): CpuShares | null {
  if (!from.server || !to.server) return null;
  const pct = (ms: number): number => (100 * ms) / (to.atMs - from.atMs);
  const { server: a } = from;
  const { server: b } = to;
  return { main: pct(b.mainMs - a.mainMs), workers: pct(b.workersMs - a.workersMs), other: pct(b.otherMs - a.otherMs) };
}

function share(from: CpuReading | null, to: CpuReading | null, elapsedMs: number): number | null {
  if (!from || !to) return null;
  const total = ({ mainMs, otherMs }: CpuReading): number => mainMs + otherMs;
  return (100 * (total(to) - total(from))) / elapsedMs;
}

function totals(tick: FleetTick): Totals {
  const { turns: _, failures: __, gaps: _____, webhookMs: ___, greetingMs: ____, ...rest } = tick;
  return rest;
}
