// What it costs to judge who has the floor and when a turn is over, for one second of a call: every window of sound, every
// beat, every result of recognition. Against the budget, since nobody else's engine can be asked the same. The sound's features
// and the VAD are audio/sound_features and audio/vad.

import { emptyWindow } from '../../src/conversation/turns/sound_window.js';
import { TurnManager } from '../../src/conversation/turns/turn_manager.js';
import type { SttTranscript } from '../../src/providers/stt.js';
import { type BenchOptions, type BenchResult, nsPerOperation, ResultHash } from '../bench_result.js';

/** Both judgements together may take 0.02 % of a core: so many nanoseconds of a second. */
const BUDGET_NS = 0.0002 * 1e9;
const BEAT_MS = 5;
const WINDOW_MS = 32;
const CYCLE_MS = 12_000;
const CYCLES = 5;
const OPTIONS = {
  silenceMsMin: 300,
  silenceMsMax: 1400,
  sttFinalTimeoutMs: 800,
  leadMs: 400,
  bargeInMinSpeechMs: 1200,
  greetingProtectMs: 1000,
  idlePromptMs: 12_000,
  fillerMs: 2500,
  replyTimeoutMs: 15_000,
  outagePatienceMs: 45_000,
  deafPatienceMs: 25_000,
  language: 'en',
};
const SAID = 'I would like to know when my new card comes and what it costs me.'.split(' ');
const REPLY = 'It takes five working days and costs you nothing. Is there anything else?';

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const seconds = (CYCLES * CYCLE_MS) / 1000;
  const hash = new ResultHash().add(minuteOfCall()).hex;
  const [nsPerOp] = await nsPerOperation(options, seconds, { ours: () => void minuteOfCall() });
  return [
    {
      name: 'floor + end of turn, one second of a call',
      ns_per_op: nsPerOp,
      peer: 'the budget, 0.02 % of a core',
      peer_ns_per_op: BUDGET_NS,
      ratio: BUDGET_NS / nsPerOp,
      hash,
      note: `${((100 * nsPerOp) / 1e9).toFixed(4)} % of a core a call`,
    },
  ];
}

/**
 * Five times: the caller speaks for 5 s with interim results every 400 ms and is answered, nods and coughs under the reply.
 * Returns how many actions that came to.
 */
function minuteOfCall(): number {
  const turns = new TurnManager(OPTIONS);
  const window = emptyWindow();
  let actions = 0;
  turns.handle({ on: 'started' }, 0);
  turns.handle({ on: 'reply_played', farewell: false, text: 'How can I help you?' }, 1);
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const fromMs = 10 + cycle * CYCLE_MS;
    let windowAtMs = fromMs + WINDOW_MS;
    for (let nowMs = fromMs; nowMs < fromMs + CYCLE_MS; nowMs += BEAT_MS) {
      const atMs = nowMs - fromMs;
      for (; windowAtMs <= nowMs; windowAtMs += WINDOW_MS) {
        const isVoice = atMs < 5000 || (atMs > 7000 && atMs < 7400) || (atMs > 9000 && atMs < 9300);
        window.probability = isVoice ? 0.95 : 0.02;
        window.levelDb = isVoice ? -25 + ((windowAtMs * 7) % 5) : -70;
        window.voicing = atMs > 9000 ? 0.1 : 0.8;
        window.likeness = window.echo = 0;
        actions += turns.window(window, windowAtMs, nowMs).length;
      }
      for (const event of eventsAt(atMs, nowMs)) actions += turns.handle(event, nowMs).length;
      actions += turns.handle({ on: 'tick' }, nowMs).length;
    }
  }
  return actions;
}

function eventsAt(atMs: number, nowMs: number): Parameters<TurnManager['handle']>[0][] {
  if (atMs === 100) return [{ on: 'speech_start', startMs: nowMs - 100 }];
  if (atMs === 5100) return [{ on: 'speech_pause' }];
  if (atMs === 5200) return [{ on: 'speech_end', endMs: nowMs - 200 }];
  if (atMs === 5400) return [{ on: 'transcript', transcript: result(SAID.length, nowMs, true), behindMs: 0 }];
  if (atMs === 6200) return [{ on: 'reply_audible' }];
  if (atMs === 7600) return [{ on: 'transcript', transcript: result(0, nowMs, true), behindMs: 0 }];
  if (atMs === 11_000) return [{ on: 'reply_played', farewell: false, text: REPLY }];
  if (atMs > 0 && atMs < 5000 && atMs % 400 === 0)
    return [{ on: 'transcript', transcript: result(atMs / 400, nowMs, false), behindMs: 0 }];
  return [];
}

/** The first `words` of what is said; none = a nod. */
function result(words: number, nowMs: number, isFinal: boolean): SttTranscript {
  const text = words === 0 ? 'Yeah.' : SAID.slice(0, words).join(' ');
  const startMs = words === 0 ? nowMs - 600 : nowMs - 400 * words;
  const endMs = nowMs - 200;
  return { text, isFinal, speechFinal: false, fromFinalize: isFinal, startMs, endMs, confidence: 0.9 };
}
