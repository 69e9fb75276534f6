// The entry of a worker thread: builds what all its calls share, then runs one call per piscina task. Loading this file
// is what makes the thread ready, so everything slow (SDKs, model, prepared phrases) happens here and not at a caller's
// first word.

import { fileURLToPath } from 'node:url';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import type { AgentProfile } from '../agents/agent.js';
import { AgentBook, type AgentSource } from '../agents/agent_book.js';
import { planCall, voiceOf } from '../agents/call_plan.js';
import { dsp } from '../audio/kernels/addon.js';
import { VadBatch } from '../audio/vad/vad_batch.js';
import type { CallOrder } from '../call/call.js';
import type { CallSummary } from '../call/call_report.js';
import { nowMs } from '../clock.js';
import type { EngineConfig } from '../config.js';
import { createLogger } from '../log.js';
import { watchGarbageCollector } from '../metrics/gc_pauses.js';
import { watchEventLoop } from '../metrics/loop_watch.js';
import { ThreadMetrics } from '../metrics/shared_metrics.js';
import type { TtsProvider } from '../providers/tts.js';
import { redactorOf } from '../redact.js';
import { Doorbell } from '../threads/doorbell.js';
import { Heartbeat } from '../threads/heartbeat.js';
import { inTurn } from '../threads/loading_turn.js';
import { slabSlots } from '../threads/slab.js';
import { SlotFlags } from '../threads/slot_flags.js';
import type { WorkerMessage } from '../threads/worker_messages.js';
import { claimSeat } from '../threads/worker_seats.js';
import type { WorkerSetup } from '../threads/worker_setup.js';
import { ToolHttpClient } from '../tools/http_client.js';
import { ToolShelf } from '../tools/tool_book.js';
import { EgressBuffers } from './media_egress.js';
import { IngressBuffers } from './media_ingress.js';
import { PhraseCache } from './phrase_cache.js';
import { loadHub } from './provider_hub.js';
import { RecorderBuffers } from './recorder.js';
import { redactedEvent } from './redacted_events.js';
import { SentenceVoice } from './sentence_voice.js';
import { SessionHost } from './session_host.js';

const MODEL_PATH = fileURLToPath(new URL('../../../models/silero_vad.onnx', import.meta.url));

const host = await createHost(workerData as WorkerSetup);

/** Piscina's task: one call from webhook to end. Resolves with its summary. */
export default function runCall(order: CallOrder): Promise<CallSummary> {
  return host.run(order);
}

async function createHost(setup: WorkerSetup): Promise<SessionHost> {
  const { config, slab, doorbells, seats, heartbeats } = setup;
  const post = (message: WorkerMessage): void => parentPort?.postMessage(message);
  const redact = redactorOf({ kinds: config.privacy.redact, digitsMin: config.privacy.digitsMin });
  const log = createLogger({
    level: config.log.level,
    pii: config.log.pii,
    redact,
    testMode: config.testMode,
    traced: config.tracing.endpoint !== null,
    dir: null,
    sink: (line) => post({ topic: 'log', payload: line }),
  });
  const book = new AgentBook(setup.agents as AgentSource[]);
  const makeHub = await inTurn(setup.loading, () => loadHub(config));
  const vad = await VadBatch.create(MODEL_PATH, config.vad.engine, slabSlots(slab));
  // A seat is what makes the server ready: it is taken when the slow part is over.
  const workerIndex = claimSeat(seats, threadId);
  const heartbeat = new Heartbeat(heartbeats, workerIndex, nowMs());
  const metrics = new ThreadMetrics(setup.metrics, workerIndex + 1);
  watchGarbageCollector(metrics);
  watchEventLoop(metrics);
  const onUncaught = (what: string, error: unknown): void => {
    metrics.add('worker_exceptions');
    log.error({ err: error }, `defect: uncaught ${what} in a worker`);
  };
  // Nobody knows what an exception left behind that no session caught. The thread ends, and its calls go on in another one,
  // which knows all of them that counts. A rejection is as a rule a vendor's SDK that forgot one of its own.
  process.on('uncaughtException', (error) => {
    onUncaught('exception', error);
    process.exit(1);
  });
  process.on('unhandledRejection', (error) => onUncaught('rejection', error));

  const { stt, llm, tts } = makeHub({
    dsp,
    metrics,
    log,
    onNews: (news) => post({ topic: 'provider', payload: news }),
  });
  const phrases = new PhraseCache(config.voice.cacheMb * 1_000_000);
  const toolShelf = new ToolShelf({ http: new ToolHttpClient(), secretOf: (name) => config.tools.secrets[name] });
  const host = new SessionHost(
    {
      plan: (order) => planCall(book.held(order), order, config),
      testMode: config.testMode,
      dsp,
      vad,
      stt,
      llm,
      tts: config.voice.cacheMb > 0 ? new SentenceVoice(tts, phrases, metrics) : tts,
      phrases,
      toolsOf: (definitions) => toolShelf.of(definitions),
      metrics,
      log,
      ingressBuffers: new IngressBuffers(),
      egressBuffers: new EgressBuffers(),
      recorderBuffers: new RecorderBuffers(),
      redact,
      onCallEvent: (event) => post({ topic: 'call', payload: redact === null ? event : redactedEvent(event, redact) }),
    },
    {
      slab,
      workerIndex,
      flags: new SlotFlags(slab),
      mainBell: new Doorbell(doorbells, 0),
      ownBell: new Doorbell(doorbells, workerIndex + 1),
      heartbeat,
    },
  );
  metrics.setGauge('dsp_fallback', dsp.kind === 'fallback' ? 1 : 0);
  metrics.setGauge('vad_native', vad.engine === 'native' ? 1 : 0);
  if (vad.fallbackReason) log.warn({ reason: vad.fallbackReason }, 'the native VAD is not used');
  log.info({ workerIndex, dsp: dsp.kind, vad: vad.engine }, 'worker ready');
  // Its other calls have their lines ready then; the first one has its greeting made as it is said.
  book.onNewer((agent) => void preparePhrases([agent], config, phrases, tts));
  // Not awaited: a voice that is down must not keep the worker from taking calls.
  void preparePhrases(book.all(), config, phrases, tts).then((failed) => {
    if (failed > 0) log.warn({ failed }, 'phrases could not be prepared, they are made when first needed');
    else log.info('phrases ready');
    post({ topic: 'prepared', payload: { failed } });
  });
  return host;
}

/** Resolves with how many lines could not be made; never rejects. */
async function preparePhrases(
  agents: readonly AgentProfile[],
  config: EngineConfig,
  phrases: PhraseCache,
  tts: TtsProvider,
): Promise<number> {
  let failed = 0;
  for (const agent of agents) failed += await phrases.warm(tts, voiceOf(agent, config), agent.fixedLines());
  return failed;
}
