// What the vendor clients cost in CPU time: per session opened, audio message sent, result, token, audio chunk. The
// servers run in another process (vendor_peer.ts), so what is counted is this process alone: SDK, socket and kernel
// calls. Times are of the processor, not of the clock. Varies: message and chunk sizes; tokens also through the SDK's
// own stream over fetch, which the engine doesn't use.

import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { pino } from 'pino';
import { CartesiaTts } from '../../src/providers/cartesia/cartesia_tts.js';
import { DeepgramStt } from '../../src/providers/deepgram/deepgram_stt.js';
import { OpenaiLlm } from '../../src/providers/openai/openai_llm.js';
import type { ProviderHooks } from '../../src/providers/shared/provider_hooks.js';
import type { SttSession } from '../../src/providers/stt.js';
import { type BenchOptions, type BenchResult, compared, ResultHash } from '../bench_result.js';
import { VendorPeer } from './vendor_peer_process.js';

interface Load {
  calls: number;
  /** Of audio for each call; results, tokens and chunks in proportion. */
  seconds: number;
}
const FULL = { calls: 50, seconds: 3 } as const satisfies Load;
const SMALL = { calls: 3, seconds: 0.2 } as const satisfies Load;

const TOKENS_PER_S = 60;
/** More than a vendor sends, so that a run is short; the cost of one is the same. */
const RESULTS_PER_S = 20;
const PATIENCE_MS = 30_000;

const hooks: ProviderHooks = { log: pino({ level: 'silent' }) };

/** Cost of one unit, and what the units added up to. */
interface Cost {
  nsPerOp: number;
  hash: string;
}

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const load = options.small ? SMALL : FULL;
  const peer = await VendorPeer.start();
  try {
    // Everything once before it counts: connections, lazily loaded code, the compiler.
    if (!options.small) await benchAll(peer, SMALL);
    return await benchAll(peer, load);
  } finally {
    peer.stop();
  }
}

async function benchAll(peer: VendorPeer, load: Load): Promise<BenchResult[]> {
  const note = `CPU time, ${load.calls} calls at once`;
  const results: BenchResult[] = [];
  const add = (name: string, ours: Cost, theirs: ({ name: string } & Cost) | null = null) => {
    results.push(compared(name, ours, theirs, note));
  };
  add('stt session opened', await sessions(peer, load));
  for (const messageMs of [20, 60, 100]) add(`stt audio message, ${messageMs} ms`, await audio(peer, load, messageMs));
  add('stt result', await sttResults(peer, load));
  add('llm token', await tokens(peer, load), { name: 'the SDK stream over fetch', ...(await sdkTokens(peer, load)) });
  for (const [bytes, perSecond] of [[400, 20] as const, [1600, 5] as const]) {
    add(`tts chunk, ${bytes} bytes`, await chunks(peer, load, bytes, perSecond));
  }
  return results;
}

async function costOf(units: number, sum: () => number, work: () => Promise<void>): Promise<Cost> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { nsPerOp: ((user + system) * 1000) / units, hash: new ResultHash().add(sum()).hex };
}

/** Resolves when `tell` was called `count` times; rejects when `fail` was. */
function whenTold(count: number, begin: (tell: () => void, fail: (error: Error) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let told = 0;
    begin(() => {
      if (++told === count) resolve();
    }, reject);
  });
}

function deepgram(peer: VendorPeer): DeepgramStt {
  const timeouts = {
    connectTimeoutMs: PATIENCE_MS,
    ...{ eotThreshold: 0.7, eagerEotThreshold: 0.4, eotTimeoutMs: 5000, forceEndTurn: false },
    stallTimeoutMs: PATIENCE_MS,
  };
  const config = { apiKey: 'k', baseUrl: peer.url, model: 'nova-3', language: 'en', endpointingMs: 300, ...timeouts };
  return new DeepgramStt(config, hooks);
}

async function openSessions(stt: DeepgramStt, calls: number, onTranscript: () => void): Promise<SttSession[]> {
  const opened: SttSession[] = [];
  await whenTold(calls, (tell, fail) => {
    for (let i = 0; i < calls; i++) {
      const handlers = { onTranscript, onOpen: tell, onError: fail, onDeaf: fail, onHearing: () => {} };
      opened.push(stt.open({ callSid: `CA${i}`, language: 'en', keyterms: [] }, handlers));
    }
  });
  return opened;
}

async function sessions(peer: VendorPeer, { calls }: Load): Promise<Cost> {
  const stt = deepgram(peer);
  const cost = await costOf(
    calls,
    () => stt.sessionCount,
    async () => {
      await openSessions(stt, calls, () => {});
    },
  );
  stt.close();
  return cost;
}

async function audio(peer: VendorPeer, { calls, seconds }: Load, messageMs: number): Promise<Cost> {
  const stt = deepgram(peer);
  const opened = await openSessions(stt, calls, () => {});
  const before = await peer.audioHeard();
  const piece = new Uint8Array(messageMs * 8).fill(0x55);
  const rounds = Math.round((seconds * 1000) / messageMs);
  let sent = 0;
  const cost = await costOf(
    rounds * calls,
    () => sent,
    async () => {
      const startMs = performance.now();
      for (let round = 0; round < rounds; round++) {
        for (const session of opened) session.sendAudio(piece);
        sent += calls;
        // In real time: faster, the kernel takes several messages at once and each looks cheaper than it is.
        await sleep(Math.max(0, startMs + (round + 1) * messageMs - performance.now()));
      }
    },
  );
  let heard = await peer.audioHeard();
  while (heard.messages - before.messages < sent) heard = await peer.audioHeard();
  stt.close();
  return cost;
}

async function sttResults(peer: VendorPeer, { calls, seconds }: Load): Promise<Cost> {
  const stt = deepgram(peer);
  const count = Math.ceil(seconds * RESULTS_PER_S);
  let heard = 0;
  let tell = () => {};
  const opened = await openSessions(stt, calls, () => {
    heard++;
    tell();
  });
  for (const session of opened) session.sendAudio(new Uint8Array(8000));
  const work = () =>
    whenTold(count * calls, (tellOne) => {
      tell = tellOne;
      peer.order({ kind: 'results', count, perSecond: RESULTS_PER_S });
    });
  const cost = await costOf(count * calls, () => heard, work);
  stt.close();
  return cost;
}

const MESSAGES = [{ role: 'user' as const, content: 'hello' }];
const MODEL = 'gpt-6-luna';

async function tokens(peer: VendorPeer, { calls, seconds }: Load): Promise<Cost> {
  const timeouts = { firstTokenTimeoutMs: PATIENCE_MS, stallTimeoutMs: PATIENCE_MS, retries: 0 };
  const model = { model: MODEL, temperature: 0.4, maxTokens: 1000, reasoningEffort: 'auto', verbosity: null } as const;
  const llm = new OpenaiLlm({ apiKey: 'k', baseUrl: `${peer.url}/v1`, ...model, ...timeouts }, hooks);
  const count = Math.ceil(seconds * TOKENS_PER_S);
  let characters = 0;
  const onText = (text: string) => {
    characters += text.length;
  };
  const work = () =>
    whenTold(calls, (tell, fail) => {
      const handlers = { onText, onDone: tell, onError: fail };
      for (let i = 0; i < calls; i++) llm.start({ messages: MESSAGES, maxTokens: 100, temperature: 0.4 }, handlers);
    });
  peer.order({ kind: 'tokens', count: 1, perSecond: 1000 });
  await work(); // opens the connections
  peer.order({ kind: 'tokens', count, perSecond: TOKENS_PER_S });
  const cost = await costOf(count * calls, () => characters, work);
  llm.close();
  return cost;
}

async function sdkTokens(peer: VendorPeer, { calls, seconds }: Load): Promise<Cost> {
  const client = new OpenAI({ apiKey: 'k', baseURL: `${peer.url}/v1`, maxRetries: 0, logLevel: 'off' });
  const count = Math.ceil(seconds * TOKENS_PER_S);
  let characters = 0;
  const one = async () => {
    const request = { model: MODEL, messages: MESSAGES, max_completion_tokens: 100, temperature: 0.4 };
    const options = { stream: true, stream_options: { include_usage: true } } as const;
    for await (const chunk of await client.chat.completions.create({ ...request, ...options })) {
      characters += chunk.choices[0]?.delta.content?.length ?? 0;
    }
  };
  const work = async () => {
    await Promise.all(Array.from({ length: calls }, one));
  };
  peer.order({ kind: 'tokens', count: 1, perSecond: 1000 });
  await work();
  peer.order({ kind: 'tokens', count, perSecond: TOKENS_PER_S });
  return await costOf(count * calls, () => characters, work);
}

async function chunks(
  peer: VendorPeer,
  { calls, seconds }: Load,
  chunkBytes: number,
  perSecond: number,
): Promise<Cost> {
  const patience = { connectTimeoutMs: PATIENCE_MS, firstAudioTimeoutMs: PATIENCE_MS, stallTimeoutMs: PATIENCE_MS };
  const voice = { voiceId: 'v', model: 'sonic-3', language: 'en', contextsPerSocket: 8 };
  const tts = new CartesiaTts({ apiKey: 'k', baseUrl: peer.url, ...voice, ...patience }, hooks);
  const count = Math.ceil(seconds * perSecond);
  let bytes = 0;
  const onAudio = (audioBytes: Uint8Array) => {
    bytes += audioBytes.length;
  };
  const work = () =>
    whenTold(calls, (tell, fail) => {
      const handlers = { onAudio, onWords: () => {}, onDone: tell, onError: fail };
      for (let i = 0; i < calls; i++) tts.open({ voiceId: 'v', language: 'en' }, handlers).push('hello', true);
    });
  peer.order({ kind: 'chunks', count: 1, perSecond: 1000, bytes: chunkBytes });
  await work(); // opens the sockets
  peer.order({ kind: 'chunks', count, perSecond, bytes: chunkBytes });
  const cost = await costOf(count * calls, () => bytes, work);
  tts.close();
  return cost;
}
