// What the vendor clients cost in CPU time: per audio message sent, per result, per token, per audio chunk. The servers
// run in another process (bench_peer.ts), so the time counted is this process's alone: SDK, socket, kernel calls.

import { type ChildProcess, fork } from 'node:child_process';
import { pino } from 'pino';
import { CartesiaTts } from '../../src/providers/cartesia_tts.js';
import { DeepgramStt } from '../../src/providers/deepgram_stt.js';
import { OpenaiLlm } from '../../src/providers/openai_llm.js';
import type { ProviderHooks } from '../../src/providers/provider_hooks.js';
import type { SttSession } from '../../src/providers/stt.js';
import type { PeerNews, PeerOrder } from './bench_peer.js';

export interface ProviderBenchOptions {
  /** Calls at once. */
  calls: number;
  /** Seconds of audio per call, results, tokens and chunks in proportion. */
  seconds: number;
}
export const PROVIDER_BENCH_FULL = { calls: 50, seconds: 3 } as const satisfies ProviderBenchOptions;
export const PROVIDER_BENCH_SMALL = { calls: 4, seconds: 0.3 } as const satisfies ProviderBenchOptions;

export interface ProviderBenchRow {
  /** What one unit is. */
  unit: string;
  units: number;
  /** CPU time of this process per unit, user and system. */
  usPerUnit: number;
}

const hooks: ProviderHooks = { log: pino({ level: 'silent' }) };
const TOKENS_PER_S = 60;
const RESULTS_PER_S = 20;

/** All rows. Rejects when a client fails, or a peer got less than was sent: the work would not be the same. */
export async function measureProviders(options: ProviderBenchOptions): Promise<ProviderBenchRow[]> {
  const peer = await BenchPeer.start();
  try {
    return [
      await measureConnect(peer, options),
      await measureAudio(peer, options, 20),
      await measureAudio(peer, options, 100),
      await measureResults(peer, options),
      await measureTokens(peer, options),
      await measureChunks(peer, options, 400, 20),
      await measureChunks(peer, options, 1600, 5),
    ];
  } finally {
    peer.stop();
  }
}

class BenchPeer {
  private constructor(
    readonly process: ChildProcess,
    readonly url: string,
  ) {}

  static async start(): Promise<BenchPeer> {
    const child = fork(new URL('./bench_peer.js', import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const news = await nextNews(child);
    if (news.kind !== 'listening') throw new Error('the bench peer did not listen');
    return new BenchPeer(child, `http://127.0.0.1:${news.port}`);
  }

  order(order: PeerOrder): void {
    this.process.send(order);
  }

  async audio(): Promise<{ messages: number; bytes: number }> {
    const news = nextNews(this.process);
    this.process.send('audio');
    const answer = await news;
    return answer.kind === 'audio' ? answer : { messages: 0, bytes: 0 };
  }

  stop(): void {
    this.process.disconnect();
  }
}

function nextNews(child: ChildProcess): Promise<PeerNews> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as PeerNews));
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the bench peer is gone')));
  });
}

async function cpuUs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Runs `work` once `count` events have been told to the callback it gets. */
function whenCounted(count: number, begin: (tell: () => void, fail: (error: Error) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let told = 0;
    begin(() => {
      if (++told === count) resolve();
    }, reject);
  });
}

function deepgram(peer: BenchPeer): DeepgramStt {
  return new DeepgramStt(
    {
      apiKey: 'k',
      baseUrl: peer.url,
      model: 'nova-3',
      language: 'en',
      endpointingMs: 300,
      connectTimeoutMs: 5000,
      stallTimeoutMs: 60_000,
    },
    hooks,
  );
}

async function openSessions(stt: DeepgramStt, calls: number, onTranscript: () => void): Promise<SttSession[]> {
  const sessions: SttSession[] = [];
  await whenCounted(calls, (tell, fail) => {
    for (let i = 0; i < calls; i++) {
      const handlers = { onTranscript, onOpen: tell, onError: fail };
      sessions.push(stt.open({ callSid: `CA${i}`, language: 'en', keyterms: [] }, handlers));
    }
  });
  return sessions;
}

async function measureConnect(peer: BenchPeer, { calls }: ProviderBenchOptions): Promise<ProviderBenchRow> {
  const stt = deepgram(peer);
  await openSessions(stt, 2, () => {}); // loads what is loaded lazily
  const us = await cpuUs(async () => {
    await openSessions(stt, calls, () => {});
  });
  stt.close();
  return { unit: 'stt session opened', units: calls, usPerUnit: us / calls };
}

async function measureAudio(
  peer: BenchPeer,
  { calls, seconds }: ProviderBenchOptions,
  messageMs: number,
): Promise<ProviderBenchRow> {
  const stt = deepgram(peer);
  const sessions = await openSessions(stt, calls, () => {});
  const before = await peer.audio();
  const piece = new Uint8Array(messageMs * 8).fill(0x55);
  const rounds = Math.round((seconds * 1000) / messageMs);
  const us = await cpuUs(async () => {
    for (let round = 0; round < rounds; round++) {
      for (const session of sessions) session.sendAudio(piece);
      // Real time would take as long and cost the same; but the kernel must get its turn as often.
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  let got = await peer.audio();
  while (got.messages - before.messages < rounds * calls) got = await peer.audio();
  stt.close();
  return { unit: `stt audio message of ${messageMs} ms`, units: rounds * calls, usPerUnit: us / (rounds * calls) };
}

async function measureResults(peer: BenchPeer, { calls, seconds }: ProviderBenchOptions): Promise<ProviderBenchRow> {
  const stt = deepgram(peer);
  const count = Math.ceil(seconds * RESULTS_PER_S);
  let tellOne = () => {};
  const sessions = await openSessions(stt, calls, () => tellOne());
  for (const session of sessions) session.sendAudio(new Uint8Array(8000));
  const us = await cpuUs(() =>
    whenCounted(count * calls, (tell) => {
      tellOne = tell;
      peer.order({ kind: 'results', count, perSecond: RESULTS_PER_S });
    }),
  );
  stt.close();
  return { unit: 'stt result', units: count * calls, usPerUnit: us / (count * calls) };
}

async function measureTokens(peer: BenchPeer, { calls, seconds }: ProviderBenchOptions): Promise<ProviderBenchRow> {
  const llm = new OpenaiLlm(
    {
      apiKey: 'k',
      baseUrl: `${peer.url}/v1`,
      model: 'gpt-4o-mini',
      temperature: 0.4,
      maxTokens: 1000,
      firstTokenTimeoutMs: 10_000,
      stallTimeoutMs: 10_000,
      retries: 0,
    },
    hooks,
  );
  const count = Math.ceil(seconds * TOKENS_PER_S);
  peer.order({ kind: 'tokens', count, perSecond: TOKENS_PER_S });
  const us = await cpuUs(() =>
    whenCounted(calls, (tell, fail) => {
      for (let i = 0; i < calls; i++) {
        llm.start(
          { messages: [{ role: 'user', content: 'hello' }], maxTokens: 100, temperature: 0.4 },
          { onText: () => {}, onDone: tell, onError: fail },
        );
      }
    }),
  );
  llm.close();
  return { unit: 'llm token', units: count * calls, usPerUnit: us / (count * calls) };
}

async function measureChunks(
  peer: BenchPeer,
  { calls, seconds }: ProviderBenchOptions,
  bytes: number,
  perSecond: number,
): Promise<ProviderBenchRow> {
  const tts = new CartesiaTts(
    {
      apiKey: 'k',
      baseUrl: peer.url,
      voiceId: 'v',
      model: 'sonic-3',
      language: 'en',
      connectTimeoutMs: 5000,
      firstAudioTimeoutMs: 10_000,
      stallTimeoutMs: 10_000,
      contextsPerSocket: 8,
    },
    hooks,
  );
  const count = Math.ceil(seconds * perSecond);
  peer.order({ kind: 'chunks', count, perSecond, bytes });
  const us = await cpuUs(() =>
    whenCounted(calls, (tell, fail) => {
      for (let i = 0; i < calls; i++) {
        const handlers = { onAudio: () => {}, onWords: () => {}, onDone: tell, onError: fail };
        tts.open({ voiceId: 'v', language: 'en' }, handlers).push('hello', true);
      }
    }),
  );
  tts.close();
  return { unit: `tts chunk of ${bytes} bytes`, units: count * calls, usPerUnit: us / (count * calls) };
}
