// One run of the load test: starts the providers, the real server and the fleet, brings the calls up, measures a window,
// hangs up and puts the figures together. Stops cleanly when told to. What a scenario does in the window is in
// scenarios/, what the figures mean in report/.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nowMs } from '../src/clock.js';
import { loadUws } from '../src/server/http/transport_uws.js';
import { Child, CORES, launcher, niceGroup, type Pinning, pinSelf, planPinning } from './fleet/child.js';
import type {
  FleetCommand,
  FleetEvent,
  FleetTick,
  ProviderCommand,
  ProviderEvent,
  ProviderRows,
  ProviderUrls,
} from './fleet/fleet_messages.js';
import { benchHttp, type HttpBench } from './http_bench.js';
import type { LoadOptions } from './load_options.js';
import { type Exposition, parseExposition } from './report/exposition.js';
import { findWorkerThreads } from './report/process_sampler.js';
import { type Measured, RunSampler } from './report/run_sampler.js';
import { habitsOf, type Scenario, type ScenarioControl, scenarioOf } from './scenarios/scenarios.js';
import { type LogLine, ServerProcess } from './server_process.js';

const ACCOUNT_SID = `AC${'e'.repeat(32)}`;
const AUTH_TOKEN = 'load-test-auth-token';
/** Room above the callers, so that a call being closed does not refuse the next one. */
const SPARE_SLOTS = 32;
const RAMP_GRACE_MS = 20_000;
const HANG_UP_MS = 1500;
/** Between the window and the hang-ups: answers that are awaited at its end are not to meet 300 hang-ups at once. */
const LAST_ANSWERS_MS = 3000;
/** Pino's level of a warning. */
const WARN = 40;

/** Everything a run saw; report/load_report.ts makes the figures of it. */
export interface RunRecord {
  options: LoadOptions;
  scenario: Scenario;
  pinning: Pinning;
  workers: number;
  server: { health: Record<string, unknown>; rssIdleMib: number | null; exitCode: number | null };
  measured: Measured;
  rows: ProviderRows;
  metrics: { before: Exposition; after: Exposition };
  /** Warnings and errors of the server's log, by message. */
  logged: Record<string, number>;
  notes: { atMs: number; text: string }[];
  http: HttpBench | null;
  interrupted: boolean;
}

export interface RunHooks {
  /** Once a second. */
  onProgress(tick: FleetTick, phase: string, sampler: RunSampler): void;
}

export class LoadRun {
  readonly #abort = new AbortController();
  readonly #scenario: Scenario;
  readonly #pinning: Pinning;
  readonly #workers: number;
  readonly #logged: Record<string, number> = {};
  readonly #notes: { atMs: number; text: string }[] = [];
  #phase = 'starting';
  #server: ServerProcess | null = null;
  #providers: Child<ProviderCommand, ProviderEvent> | null = null;
  #fleet: Child<FleetCommand, FleetEvent> | null = null;
  #sampler: RunSampler | null = null;
  #recordings: string | null = null;
  /** When the scenario ends the server: its figures just before. */
  #metricsAtEnd: Exposition | null = null;

  constructor(
    readonly options: LoadOptions,
    readonly hooks: RunHooks,
  ) {
    this.#scenario = scenarioOf(options.scenario);
    this.#pinning = planPinning(options.pin);
    pinSelf(this.#pinning.others);
    // The main thread takes about a third of a worker's time: on few cores it shares one with a worker.
    const cores = this.#pinning.server?.length ?? CORES;
    this.#workers = options.workers ?? Math.max(1, cores - 1);
  }

  /** Ends the window now; the run goes on to its report. Safe twice. */
  interrupt(): void {
    this.#abort.abort();
  }

  /** Kills everything at once. */
  kill(): void {
    for (const pid of [this.#server?.pid, this.#providers?.pid, this.#fleet?.pid]) if (pid) tryKill(pid);
    this.#removeRecordings();
  }

  async run(): Promise<RunRecord> {
    try {
      return await this.#run();
    } finally {
      this.#sampler?.close();
      await this.#server?.stop();
      await this.#fleet?.stop({ kind: 'exit' });
      await this.#providers?.stop({ kind: 'exit' });
      this.#removeRecordings();
    }
  }

  async #run(): Promise<RunRecord> {
    const { options } = this;
    const { generatorProfile } = options;
    const nodeArgs = generatorProfile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${generatorProfile}`];
    const place = launcher(this.#pinning.others, options.nice);
    niceGroup(process.pid, options.nice);
    const fleet = new Child<FleetCommand, FleetEvent>(at('fleet/fleet_process.js'), place, nodeArgs);
    this.#fleet = fleet;
    const providers = new Child<ProviderCommand, ProviderEvent>(at('fleet/provider_process.js'), place, nodeArgs);
    this.#providers = providers;
    // The fleet needs the server's address and the providers need the clips: first the server's port is made up.
    const port = Number(options.serverEnv['PORT'] ?? 0) || (await freeServerPort());
    fleet.tell({
      kind: 'setup',
      serverUrl: `http://127.0.0.1:${port}`,
      authToken: AUTH_TOKEN,
      accountSid: ACCOUNT_SID,
      audioDir: options.audioDir,
      habits: habitsOf(this.#scenario, options.calls),
      network: options.network,
      seed: options.seed,
    });
    const { clips } = await fleet.next((event) => event.kind === 'ready', 60_000);
    providers.tell({
      kind: 'setup',
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      latency: options.latency,
      clips,
      builtInLines: options.audioDir === null,
      seed: options.seed,
    });
    const { urls } = await providers.next((event) => event.kind === 'ready');
    const server = await this.#startServer(port, urls);
    this.#server = server;
    niceGroup(server.pid, options.nice);
    const health = await readHealth(server.url);
    const workerThreads = await findWorkerThreads(server.pid, this.#workers);
    const sampler = new RunSampler({
      serverPid: server.pid,
      workerThreads,
      pinning: this.#pinning,
      fleet,
      providers,
    });
    this.#sampler = sampler;
    const rssIdleMib = sampler.rssMib;
    sampler.onTick = (tick) => this.hooks.onProgress(tick, this.#phase, sampler);

    await this.#bringUp(fleet, sampler);
    this.#phase = 'measuring';
    const before = await readMetrics(server.url);
    fleet.tell({ kind: 'window' });
    sampler.startWindow();
    const http = this.options.http ? benchHttp(server.url, AUTH_TOKEN, options.seconds) : null;
    await this.#window(server, fleet, providers, sampler);
    if (this.#metricsAtEnd === null) sampler.endWindow();
    const after = this.#metricsAtEnd ?? (await readMetrics(server.url));
    const httpResult = await http;
    if (!this.#scenario.endsServer) await this.#sleep(LAST_ANSWERS_MS);
    this.#phase = 'hanging up';
    const last = fleet.next((event): event is FleetTick => event.kind === 'tick' && event.final, HANG_UP_MS + 15_000);
    fleet.tell({ kind: 'hang_up', overMs: HANG_UP_MS });
    await last;
    const rowsCame = providers.next((event) => event.kind === 'rows', 60_000);
    providers.tell({ kind: 'collect' });
    const { rows } = await rowsCame;
    this.#phase = 'stopping';
    const exitCode = await server.stop();
    return {
      options,
      scenario: this.#scenario,
      pinning: this.#pinning,
      workers: this.#workers,
      server: { health, rssIdleMib, exitCode },
      measured: sampler.measured(),
      rows,
      metrics: { before: before ?? new Map(), after: after ?? before ?? new Map() },
      logged: this.#logged,
      notes: this.#notes,
      http: httpResult,
      interrupted: this.#abort.signal.aborted,
    };
  }

  #startServer(port: number, urls: ProviderUrls): Promise<ServerProcess> {
    const { options } = this;
    const env: Record<string, string> = {
      PORT: String(port),
      HOST: '127.0.0.1',
      WORKERS: String(this.#workers),
      CALLS_MAX: String(options.calls + SPARE_SLOTS),
      TWILIO_ACCOUNT_SID: ACCOUNT_SID,
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      TWILIO_PHONE_NUMBER: '+14155550100',
      TWILIO_BASE_URL: urls.twilio,
      DEEPGRAM_API_KEY: 'load-test',
      DEEPGRAM_BASE_URL: urls.deepgram,
      OPENAI_API_KEY: 'load-test',
      OPENAI_BASE_URL: urls.openai,
      CARTESIA_API_KEY: 'load-test',
      CARTESIA_BASE_URL: urls.cartesia,
      // The hold is policy, not work: with both bounds below what speech recognition takes, an answer waits for the final
      // words and for nothing else, and what is measured is the server (report/turn_analysis.ts).
      TURN_SILENCE_MS_MIN: '100',
      TURN_SILENCE_MS_MAX: '100',
      ...this.#recordingEnv(),
      // The engine that costs a call least, where it loads. On Node 20 a server takes it only when told to (README,
      // "Platforms"); the report names it.
      ...(typeof loadUws() === 'string' ? {} : { HTTP_ENGINE: 'uws' }),
      ...options.serverEnv,
    };
    return ServerProcess.start({
      env,
      nodeArgs: options.serverNodeArgs,
      launcher: launcher(this.#pinning.server, options.nice),
      ownGroup: true,
      onLog: (line) => this.#onLog(line),
    });
  }

  #recordingEnv(): Record<string, string> {
    const { recordings } = this.options;
    if (recordings === null) return { RECORDING: 'off' };
    if (recordings !== '') return { RECORDING_DIR: path.resolve(recordings) };
    this.#recordings = mkdtempSync(path.join(tmpdir(), 'ringline-load-'));
    return { RECORDING_DIR: this.#recordings };
  }

  #removeRecordings(): void {
    if (this.#recordings) rmSync(this.#recordings, { recursive: true, force: true });
    this.#recordings = null;
  }

  /** Resolves when all calls of the scenario's beginning have heard their greeting and the line has settled. */
  async #bringUp(fleet: Child<FleetCommand, FleetEvent>, sampler: RunSampler): Promise<void> {
    const { calls, ratePerS, settleS } = this.options;
    const { arrivals } = this.#scenario;
    if (arrivals === 'window') return;
    this.#phase = 'ramping up';
    const rate = arrivals === 'at_once' ? calls * 1000 : ratePerS;
    fleet.tell({ kind: 'target', calls, ratePerS: rate });
    const deadlineMs = nowMs() + (calls / rate) * 1000 + RAMP_GRACE_MS;
    while (!this.#abort.signal.aborted && nowMs() < deadlineMs && (sampler.tick?.talking ?? 0) < calls)
      await this.#sleep(100);
    this.#phase = 'settling';
    await this.#sleep(settleS * 1000);
  }

  async #window(
    server: ServerProcess,
    fleet: Child<FleetCommand, FleetEvent>,
    providers: Child<ProviderCommand, ProviderEvent>,
    sampler: RunSampler,
  ): Promise<void> {
    const { calls, seconds } = this.options;
    const control: ScenarioControl = {
      calls,
      seconds,
      sleep: (ms) => this.#sleep(ms),
      target: (wanted, ratePerS) => fleet.tell({ kind: 'target', calls: wanted, ratePerS }),
      fail: (provider, modes) => providers.tell({ kind: 'fail', provider, modes }),
      heal: () => providers.tell({ kind: 'heal' }),
      hangUp: (overMs) => fleet.tell({ kind: 'hang_up', overMs }),
      terminateServer: async () => {
        this.#metricsAtEnd = await readMetrics(server.url);
        sampler.endWindow();
        process.kill(server.pid, 'SIGTERM');
      },
      serverGone: (timeoutMs) => server.gone(timeoutMs),
      note: (text) => this.#notes.push({ atMs: nowMs(), text }),
    };
    const endMs = nowMs() + seconds * 1000;
    await this.#scenario.during?.(control);
    if (!this.#scenario.endsServer) await this.#sleep(endMs - nowMs());
  }

  #onLog(line: LogLine): void {
    const { level, msg, code } = line;
    const isFault =
      typeof level === 'number' ? level >= WARN : level === 'warn' || level === 'error' || level === 'fatal';
    if (!isFault) return;
    const key = code === undefined ? msg : `${msg} (${String(code)})`;
    this.#logged[key] = (this.#logged[key] ?? 0) + 1;
  }

  #sleep(ms: number): Promise<void> {
    const { signal } = this.#abort;
    if (ms <= 0 || signal.aborted) return Promise.resolve();
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

function at(file: string): URL {
  return new URL(file, import.meta.url);
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

async function freeServerPort(): Promise<number> {
  const { freePort } = await import('./server_process.js');
  return freePort();
}

async function readMetrics(url: string): Promise<Exposition | null> {
  const answer = await fetch(`${url}/metrics`).catch(() => null);
  return answer?.ok ? parseExposition(await answer.text()) : null;
}

async function readHealth(url: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/health`).catch(() => null);
  return answer ? ((await answer.json()) as Record<string, unknown>) : {};
}
