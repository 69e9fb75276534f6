// What tests of a whole call on its worker share: stand-ins for the vendors, and Twilio's end of the rings.

import { type AgentProfile, parseAgentProfile } from '../../src/agents/agent.js';
import { type CallPlan, planCall } from '../../src/agents/call_plan.js';
import { dsp } from '../../src/audio/kernels/addon.js';
import { TELEPHONE_FORMAT } from '../../src/audio_format.js';
import type { CallOrder } from '../../src/call/call.js';
import type { CallEvent } from '../../src/call/call_events.js';
import type { CallSnapshot } from '../../src/call/call_snapshot.js';
import { nowMs } from '../../src/clock.js';
import { loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/log.js';
import { createSharedMetrics, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import type { LlmHandlers, LlmRequest } from '../../src/providers/llm.js';
import type { SttHandlers } from '../../src/providers/stt.js';
import type { TtsHandlers, TtsOptions } from '../../src/providers/tts.js';
import { EGRESS, INGRESS } from '../../src/threads/record_types.js';
import { createSlab, SlotRings } from '../../src/threads/slab.js';
import type { Tool } from '../../src/tools/tool.js';
import type { CallMoment } from '../../src/worker/event_feed.js';
import { EgressBuffers } from '../../src/worker/media_egress.js';
import { IngressBuffers } from '../../src/worker/media_ingress.js';
import { PhraseCache } from '../../src/worker/phrase_cache.js';
import { RecorderBuffers } from '../../src/worker/recorder.js';
import type { SessionServices } from '../../src/worker/session_services.js';

export const STREAM = `MZ${'0'.repeat(32)}`;

export const PERSONA = {
  name: 'Ada',
  company: 'Test Kitchen',
  systemPrompt: 'You listen.',
  greeting: 'Hello there.',
  apology: 'Sorry, once more please.',
  idlePrompt: 'Are you there?',
  goodbye: 'Goodbye.',
};

export const ORDER: CallOrder = {
  ...{ slot: 0, callSid: `CA${'1'.repeat(32)}`, direction: 'inbound', ourNumber: '+12025550143' },
  ...{
    theirNumber: '+12025550199',
    acceptedAt: '2026-03-04T05:06:07.890Z',
    agentId: 'default',
    agentVariant: 'default',
    agentHash: 'h',
    agentDefinition: null,
    others: [],
    variables: {},
    ...{ resume: null, takeOver: null },
  },
};

/** What a snapshot says of a call of which nothing happened yet but its greeting. */
export function snapshotWith(fields: Partial<CallSnapshot>): CallSnapshot {
  const { slot: _slot, resume: _resume, takeOver: _takeOver, agentDefinition: _agent, others: _others, ...who } = ORDER;
  return {
    ...{
      ...who,
      atMs: 0,
      seq: 1,
      greeted: true,
      turnCount: 0,
      history: [],
      asked: null,
      turn: null,
      saying: null,
      offRecord: false,
      field: null,
      stream: null,
      recordingConsent: null,
    },
    past: NOTHING_YET.past,
    ...fields,
  };
}

/** For an EventFeed without a stream. */
export const NOTHING_YET: CallMoment = {
  stream: null,
  past: {
    ...{ turns: [], bargeIns: [], tools: [], handOffs: [], pauses: [], operators: [], errors: [] },
    usage: {
      ...{ promptTokens: 0, completionTokens: 0, ttsCharacters: 0, sttSeconds: 0 },
      discardedTokens: 0,
      discardedCharacters: 0,
    },
    media: { framesIn: 0, lost: 0, late: 0, concealed: 0, framesOut: 0, underruns: 0 },
  },
};

/** One worker with one call: the vendors' handlers as the call gave them, and what it told and logged. */
export class CallBench {
  readonly metrics = createSharedMetrics(1);
  readonly events: CallEvent[] = [];
  readonly lines: Record<string, unknown>[] = [];
  readonly llm: { request: LlmRequest; handlers: LlmHandlers }[] = [];
  readonly tts: { options: TtsOptions; handlers: TtsHandlers; texts: string[] }[] = [];
  stt: SttHandlers | null = null;
  sttFinalized = 0;
  /** Other agents than the call's own. */
  readonly colleagues = new Map<string, AgentProfile>();
  /** What the model may do. */
  tools: readonly Tool[] = [];
  sttClosed = 0;
  readonly rings: SlotRings;
  readonly #far: SlotRings;
  readonly services: SessionServices;

  /** @param own what the agent has beside PERSONA */
  constructor(env: Record<string, string> = {}, own: object = {}) {
    const keys = { OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k', TWILIO_VALIDATE: 'off' };
    const config = loadConfig({ ...keys, RECORDING: 'off', ...env }, []);
    const agent = parseAgentProfile({ ...PERSONA, ...own });
    const slab = createSlab({ slots: 1, ingressBytes: 1 << 17, egressBytes: 1 << 16 });
    this.rings = new SlotRings(slab, 0);
    this.#far = new SlotRings(slab, 0);
    this.services = {
      plan: (order): CallPlan => planCall(this.colleagues.get(order.agentId) ?? agent, order, config),
      testMode: false,
      dsp,
      vad: { push() {}, describe: () => null } as unknown as SessionServices['vad'],
      stt: {
        close() {},
        open: (_options, handlers) => {
          this.stt = handlers;
          return { sendAudio() {}, finalize: () => this.sttFinalized++, close: () => this.sttClosed++ };
        },
      },
      llm: {
        warm() {},
        close() {},
        start: (request, handlers) => {
          this.llm.push({ request, handlers });
          return { cancel() {} };
        },
      },
      tts: {
        format: TELEPHONE_FORMAT,
        warm() {},
        close() {},
        open: (options, handlers) => {
          const texts: string[] = [];
          this.tts.push({ options, handlers, texts });
          return { push: (text) => void texts.push(text), cancel() {} };
        },
      },
      phrases: new PhraseCache(),
      toolsOf: () => this.tools,
      metrics: new ThreadMetrics(this.metrics, 0),
      log: createLogger({ level: 'debug', sink: (line) => this.lines.push(JSON.parse(line)) }),
      ingressBuffers: new IngressBuffers(),
      egressBuffers: new EgressBuffers(),
      recorderBuffers: new RecorderBuffers(),
      redact: null,
      onCallEvent: (event) => this.events.push(event),
    };
  }

  get links() {
    return {
      ingress: this.rings.ingress,
      egress: this.rings.egress,
      said: this.rings.said,
      vadStream: 0,
      onDirty() {},
    };
  }

  /** A message of Twilio's. */
  twilio(message: object): void {
    this.#far.ingress.tryWriteText(INGRESS.MESSAGE, JSON.stringify(message));
  }
  control(type: number, text = ''): void {
    this.#far.ingress.tryWriteText(type, text);
  }
  start(callSid = ORDER.callSid): void {
    this.control(INGRESS.SOCKET_OPEN);
    this.twilio({
      event: 'start',
      sequenceNumber: '1',
      start: {
        ...{ accountSid: `AC${'0'.repeat(32)}`, streamSid: STREAM, callSid, tracks: ['inbound'] },
        ...{ mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 }, customParameters: {} },
      },
      streamSid: STREAM,
    });
  }
  key(digit: string): void {
    this.twilio({ event: 'dtmf', streamSid: STREAM, sequenceNumber: '5', dtmf: { track: 'inbound_track', digit } });
  }

  /** The voice says what it was given: `ms` of audio, and is done. */
  speak(ms: number, done = true): void {
    const { handlers, texts } = this.tts.at(-1)!;
    const words = texts.join('').trim().split(/\s+/);
    const each = ms / words.length;
    handlers.onWords(
      words,
      words.map((_, i) => i * each),
      words.map((_, i) => (i + 1) * each),
    );
    handlers.onAudio(new Uint8Array(ms * 8).fill(7));
    if (done) handlers.onDone();
  }
  /** The model writes an answer. */
  write(text: string): void {
    const { handlers } = this.llm.at(-1)!;
    handlers.onText(text);
    handlers.onDone({ finishReason: 'stop', usage: { promptTokens: 10, completionTokens: 5 } });
  }
  /** Recognition understands something for good. */
  words(text: string, startMs = 0, endMs = 0): void {
    const result = { isFinal: true, speechFinal: true, fromFinalize: true, confidence: 1 };
    this.stt?.onTranscript({ text, startMs, endMs, ...result });
  }

  /** What went out to Twilio since the last time. */
  sent(): string[] {
    const all: string[] = [];
    const { egress } = this.#far;
    while (egress.next()) {
      const { type, offset, length, bytes } = egress;
      const text = Buffer.from(bytes.slice(offset, offset + length)).toString();
      all.push(type === EGRESS.CLOSE ? 'CLOSE' : (JSON.parse(text) as { event: string }).event);
    }
    egress.release();
    return all;
  }
  logged(msg: string): Record<string, unknown>[] {
    return this.lines.filter((line) => line['msg'] === msg);
  }
}

/** Engine time a while from now: tests step time without waiting for it. */
export function clockFromNow(): { now: number; pass(ms: number): number } {
  const clock = {
    now: nowMs(),
    pass(ms: number): number {
      clock.now += ms;
      return clock.now;
    },
  };
  return clock;
}
