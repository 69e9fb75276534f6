// The vendors as a worker thread's calls know them: one to listen, one to think, one to speak. Where several of a kind
// have keys, the next takes over from one that fails; what they report goes into metrics, log and /health. One hub a
// worker, shared by all its calls.

import type { Logger } from 'pino';
import type { Dsp } from '../audio/kernels/kernel_interface.js';
import type { EngineConfig } from '../config.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import { FailoverLlm } from '../providers/failover/failover_llm.js';
import { FailoverStt } from '../providers/failover/failover_stt.js';
import { FailoverTts } from '../providers/failover/failover_tts.js';
import { HedgedLlm } from '../providers/failover/hedged_llm.js';
import type { FailoverOptions } from '../providers/failover/ranking.js';
import type { LlmProvider } from '../providers/llm.js';
import { Sweep } from '../providers/shared/liveness.js';
import { logFault, type ProviderHooks } from '../providers/shared/provider_hooks.js';
import { isRefusal } from '../providers/shared/provider_http.js';
import type { SttProvider } from '../providers/stt.js';
import type { TtsProvider } from '../providers/tts.js';
import { loadClients } from '../providers/vendor_clients.js';
import type { VendorName } from '../providers/vendor_settings.js';
import type { ProviderNews } from '../threads/worker_messages.js';
import { phoneVoice } from './phone_voice.js';

/** A provider in steady use proves itself many times a second; /health needs to know once. */
const PROVIDER_OK_EVERY_MS = 1000;
/** What a caller bears before the next vendor is asked as well. A connection may take longer than a token. */
const DEADLINE_MS = { stt: 1500, llm: 1500, tts: 1200 } as const;
const COOL_MS = 15_000;

export interface ProviderHub {
  stt: SttProvider;
  llm: LlmProvider;
  tts: TtsProvider;
}

export interface HubLinks {
  dsp: Dsp;
  metrics: ThreadMetrics;
  log: Logger;
  /** How a request that serves a call went, for /health. */
  onNews(news: ProviderNews): void;
}

/** Loads the clients (which is the slow part); the hub is made of them when the thread's metrics are there. */
export async function loadHub(config: EngineConfig): Promise<(links: HubLinks) => ProviderHub> {
  const open = await loadClients(config);
  return (links) => {
    const { stt, llm, tts } = open((name) => hooksOf(name, links));
    const voices = tts.map((voice) => ({ ...voice, provider: phoneVoice(voice.provider, links.dsp) }));
    return {
      stt: stt.length > 1 ? new FailoverStt(stt, failover('stt', links)) : stt[0].provider,
      llm: llm.length > 1 ? new FailoverLlm(llm, failover('llm', links)) : hedged(llm[0].provider, config, links),
      tts: voices.length > 1 ? new FailoverTts(voices, failover('tts', links)) : voices[0].provider,
    };
  };
}

/** With several vendors the next one is the second request. */
function hedged(model: LlmProvider, { turn }: EngineConfig, { log, metrics }: HubLinks): LlmProvider {
  if (turn.llmHedgeMs === 0) return model;
  return new HedgedLlm(model, {
    afterMs: turn.llmHedgeMs,
    sweeper: new Sweep((thrown) => logFault({ log }, thrown)),
    onHedge: () => metrics.add('llm_hedges'),
    onWon: () => metrics.add('llm_hedges_won'),
  });
}

function hooksOf(provider: VendorName, { log, metrics, onNews }: HubLinks): ProviderHooks {
  let lastOkAt = 0;
  return {
    log: log.child({ provider }),
    onResult: (error) => {
      const at = Date.now();
      const ok = error === null;
      if (!ok) metrics.add(`${provider}_errors`);
      // Good news is worth a message between threads now and then, bad news always; good news after bad at once.
      else if (at - lastOkAt < PROVIDER_OK_EVERY_MS) return;
      lastOkAt = ok ? at : 0;
      onNews({ provider, ok, code: error?.code ?? null, refused: isRefusal(error), at });
    },
    metrics: {
      contexts: (n) => metrics.setGauge('tts_contexts', n),
      count: (counter, n) => {
        switch (counter) {
          case 'stt_audio_dropped':
          case 'stale_audio':
          case 'tts_characters':
          case 'llm_requests':
            return metrics.add(counter, n);
          default:
            return metrics.add(`${provider}_${counter}`, n);
        }
      },
    },
  };
}

function failover(role: keyof typeof DEADLINE_MS, { log, metrics }: HubLinks): FailoverOptions {
  return {
    deadlineMs: DEADLINE_MS[role],
    coolMs: COOL_MS,
    sweeper: new Sweep((thrown) => logFault({ log }, thrown)),
    onFailover: (from, to) => {
      metrics.add(`${role}_failovers`);
      log.warn({ role, from, to }, 'another provider took over');
    },
  };
}
