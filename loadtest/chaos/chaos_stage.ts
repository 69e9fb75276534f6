// Everything a chaos run or a soak works on: simulated vendors, the crowd of callers, the real server with a way in, and if
// wanted Redis and a second server. Each has one owner, this; close() ends them all and is safe twice.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nowMs } from '../../src/clock.js';
import { Child } from '../fleet/child.js';
import type { ProviderCommand, ProviderEvent, ProviderName, ProviderUrls } from '../fleet/fleet_messages.js';
import { type Exposition, parseExposition, sumOf } from '../report/exposition.js';
import { freePort, type LogLine, ServerProcess } from '../server_process.js';
import type { Churn, CrowdCommand, CrowdEvent } from './crowd_messages.js';
import { type InsideAnswer, type InsideCommand, tellInside, wayIn } from './inside.js';

const ACCOUNT_SID = `AC${'e'.repeat(32)}`;
const AUTH_TOKEN = 'chaos-auth-token';
const SPARE_SLOTS = 50;
/** What counts as an attempt in each simulator's figures, beside refusals. */
const ATTEMPTS: Record<ProviderName, readonly string[]> = {
  deepgram: ['opened'],
  openai: ['requests'],
  cartesia: ['socketsOpened', 'contextsStarted'],
};

export interface StageOptions {
  calls: number;
  workers: number;
  seed: number;
  churn: Churn | null;
  redisUrl: string | null;
  serverEnv: Record<string, string>;
  /** Before anything is recorded there. */
  prepare?(recordings: string): void;
  onLog(line: LogLine): void;
}

export class ChaosStage {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'ringline-chaos-'));
  readonly recordings = path.join(this.dir, 'recordings');
  readonly crowd = new Child<CrowdCommand, CrowdEvent>(at('chaos/crowd_process.js'), []);
  readonly providers = new Child<ProviderCommand, ProviderEvent>(at('fleet/provider_process.js'), []);
  server!: ServerProcess;
  urls!: ProviderUrls;
  #servers: ServerProcess[] = [];
  #starts = 0;
  #socket = '';
  #closed = false;

  private constructor(readonly options: StageOptions) {
    mkdirSync(this.recordings);
    options.prepare?.(this.recordings);
  }

  static async start(options: StageOptions): Promise<ChaosStage> {
    const stage = new ChaosStage(options);
    try {
      await stage.#start();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { seed, churn } = this.options;
    const crowdReady = this.crowd.next((event) => event.kind === 'ready', 60_000);
    this.crowd.tell({ kind: 'setup', accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, seed, churn });
    const { twilioUrl, clips } = await crowdReady;
    const ready = this.providers.next((event) => event.kind === 'ready');
    const account = { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN };
    this.providers.tell({ kind: 'setup', ...account, latency: {}, clips, builtInLines: true, seed });
    this.urls = { ...(await ready).urls, twilio: twilioUrl };
    await this.startServer();
  }

  /** Starts a server, the one that new calls go to from now on. `port` absent: as before, or any free one. */
  async startServer(port = 0): Promise<ServerProcess> {
    this.#socket = path.join(this.dir, `way_in_${++this.#starts}`);
    const { nodeArgs, env } = wayIn(this.#socket);
    const { calls, workers, redisUrl, serverEnv, onLog } = this.options;
    const { urls } = this;
    this.server = await ServerProcess.start({
      env: {
        PORT: String(port || (await freePort())),
        HOST: '127.0.0.1',
        WORKERS: String(workers),
        CALLS_MAX: String(calls + SPARE_SLOTS),
        DRAIN_TIMEOUT_MS: '8000',
        TWILIO_ACCOUNT_SID: ACCOUNT_SID,
        TWILIO_AUTH_TOKEN: AUTH_TOKEN,
        TWILIO_PHONE_NUMBER: '+14155550100',
        TWILIO_BASE_URL: urls.twilio,
        DEEPGRAM_API_KEY: 'chaos',
        DEEPGRAM_BASE_URL: urls.deepgram,
        OPENAI_API_KEY: 'chaos',
        OPENAI_BASE_URL: urls.openai,
        CARTESIA_API_KEY: 'chaos',
        CARTESIA_BASE_URL: urls.cartesia,
        RECORDING_DIR: this.recordings,
        ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
        ...serverEnv,
        ...env,
      },
      nodeArgs,
      onLog,
      ownGroup: true,
    });
    this.#servers.push(this.server);
    this.crowd.tell({ kind: 'server', url: this.server.url });
    return this.server;
  }

  inside(command: InsideCommand): Promise<InsideAnswer> {
    return tellInside(this.#socket, command);
  }

  async logs(sinceMs: number): Promise<CrowdEvent & { kind: 'logs' }> {
    const came = this.crowd.next((event) => event.kind === 'logs', 30_000);
    this.crowd.tell({ kind: 'logs', sinceMs });
    return came;
  }

  /** Names those whom `command` hit. */
  async strikeLines(command: CrowdCommand & { kind: 'cut' | 'inject' }): Promise<string[]> {
    const came = this.crowd.next((event) => event.kind === 'victims');
    this.crowd.tell(command);
    return (await came).callSids;
  }

  async hangUp(calls: number | null, overMs: number): Promise<string[]> {
    const came = this.crowd.next((event) => event.kind === 'left');
    this.crowd.tell({ kind: 'hang_up', calls, overMs });
    return (await came).callSids;
  }

  /** Resolves with true when `calls` are up, or false after `withinMs`. */
  async bringUp(calls: number, withinMs: number): Promise<boolean> {
    this.crowd.tell({ kind: 'target', calls, ratePerS: 12 });
    for (const end = nowMs() + withinMs; nowMs() < end; await sleep(250))
      if ((await this.logs(nowMs())).up >= calls) return true;
    return false;
  }

  /** Everybody hangs up, nobody calls any more. Resolves with true when nobody is left, or false after `withinMs`. */
  async empty(withinMs: number): Promise<boolean> {
    this.crowd.tell({ kind: 'target', calls: 0, ratePerS: 0 });
    for (const end = nowMs() + withinMs; nowMs() < end; await sleep(250)) {
      await this.hangUp(null, 500);
      if ((await this.logs(nowMs())).live === 0) return true;
    }
    return false;
  }

  fail(provider: ProviderName, modes: string[]): void {
    this.providers.tell({ kind: 'fail', provider, modes });
  }

  heal(): void {
    this.providers.tell({ kind: 'heal' });
  }

  /** Adds so much to what a vendor usually takes until the first word or sound; 0 = as usual. */
  async slow(provider: ProviderName, latency: Record<string, { kind: 'fixed'; ms: number }>): Promise<void> {
    await fetch(new URL('/_sim/latency', this.urls[provider]), { method: 'POST', body: JSON.stringify(latency) });
  }

  async metrics(): Promise<Exposition> {
    const answer = await fetch(`${this.server.url}/metrics`, { signal: AbortSignal.timeout(3000) }).catch(() => null);
    return parseExposition((await answer?.text()) ?? '');
  }

  async metric(name: string, label = ''): Promise<number> {
    return sumOf(await this.metrics(), name, label);
  }

  /** Connections and requests that a vendor saw so far, whatever became of them. */
  async attempts(provider: ProviderName): Promise<number> {
    const answer = await fetch(new URL('/_sim/stats', this.urls[provider]));
    const stats = (await answer.json()) as Record<string, unknown> & { refusals?: Record<string, number> };
    const refused = Object.values(stats.refusals ?? {}).reduce((sum, each) => sum + each, 0);
    return refused + ATTEMPTS[provider].reduce((sum, name) => sum + Number(stats[name] ?? 0), 0);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.#servers.map((server) => server.kill()));
    await this.crowd.stop({ kind: 'exit' });
    await this.providers.stop({ kind: 'exit' });
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function at(file: string): URL {
  const built = import.meta.url.endsWith('.ts') ? '../../dist/loadtest/' : '../';
  return new URL(`${built}${file}`, import.meta.url);
}
