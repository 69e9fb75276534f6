// Plays the turns of a call to the engine's own turn manager, word by word on simulated time, and tells where it answered.
// The VAD and the recogniser are ideal but late: an onset is known after 96 ms, silence within speech after 96 and its end
// after 192 ms; each word comes as an interim 250 ms after it ended, the answer to Finalize 120 ms after it was sent with
// all words spoken by then. Deterministic: no clock, no sound.

import { CONFIG_VARIABLES } from '../../src/config_variables.js';
import type { TurnAction, TurnEvent, TurnOptions } from '../../src/conversation/turns/turn_events.js';
import { TurnManager } from '../../src/conversation/turns/turn_manager.js';
import type { CallerTurn } from './turns_file.js';
import { type Spelling, written } from './written_words.js';

export const VAD_START_MS = 96;
export const VAD_PAUSE_MS = 96;
export const VAD_END_MS = 192;
const INTERIM_LAG_MS = 250;
const FINALIZE_MS = 120;
const TICK_MS = 5;
/** A turn that nobody answered for so long never will be. */
const TAIL_MS = 15_000;
/** The agent's line ends so long before the caller's first word. */
const LEAD_MS = 200;

export interface Replayed {
  turn: CallerTurn;
  /** Word index -> when an answer began in the silence behind it, in ms after the word's end. */
  answeredAfter: ReadonlyMap<number, number>;
  /** Answers in the first moments of a next word, which the VAD had not reported yet. */
  onOnsets: number;
}

export interface ReplayOptions {
  spelling: Spelling;
  /** Stretches both bounds of the rule. */
  scale: number;
  /** Whether the VAD reports silences within speech; older engines know no such event. */
  reportsPauses?: boolean;
}

/** The engine's defaults; nothing but the caller ends a silence here. */
export const BASE_OPTIONS: TurnOptions = {
  silenceMsMin: Number(CONFIG_VARIABLES.TURN_SILENCE_MS_MIN.fallback),
  silenceMsMax: Number(CONFIG_VARIABLES.TURN_SILENCE_MS_MAX.fallback),
  sttFinalTimeoutMs: Number(CONFIG_VARIABLES.TURN_STT_FINAL_TIMEOUT_MS.fallback),
  leadMs: 400,
  bargeInMinSpeechMs: Number(CONFIG_VARIABLES.BARGE_IN_MIN_SPEECH_MS.fallback),
  greetingProtectMs: Number(CONFIG_VARIABLES.GREETING_PROTECT_MS.fallback),
  idlePromptMs: 1e9,
  fillerMs: 0,
  replyTimeoutMs: 1e9,
  outagePatienceMs: 1e9,
  deafPatienceMs: 1e9,
  language: 'en',
};

/** All turns in order, one manager per call. */
export function replay(turns: readonly CallerTurn[], options: ReplayOptions): Replayed[] {
  const bounds = {
    silenceMsMin: BASE_OPTIONS.silenceMsMin * options.scale,
    silenceMsMax: BASE_OPTIONS.silenceMsMax * options.scale,
  };
  let manager = new TurnManager({ ...BASE_OPTIONS, ...bounds });
  let call: string | null = null;
  let clockMs = 0;
  return turns.map((turn) => {
    if (turn.call !== call) {
      manager = new TurnManager({ ...BASE_OPTIONS, ...bounds });
      manager.handle({ on: 'started' }, turn.words[0].startMs - LEAD_MS);
      call = turn.call;
      clockMs = 0;
    }
    // A turn whose end is waited for longer than until the next one began: the manager's clock must not run backwards.
    const shiftMs = Math.max(0, clockMs + LEAD_MS - turn.words[0].startMs);
    const run = new TurnReplay(manager, shifted(turn, shiftMs), options);
    const { answeredAfter, onOnsets } = run.run();
    clockMs = run.nowMs;
    return { turn, answeredAfter, onOnsets };
  });
}

function shifted(turn: CallerTurn, byMs: number): CallerTurn {
  if (byMs === 0) return turn;
  const words = turn.words.map((word) => ({ ...word, startMs: word.startMs + byMs, endMs: word.endMs + byMs }));
  return { ...turn, words };
}

/** One caller turn on the manager of its call, from the end of the agent's line to the answer. */
class TurnReplay {
  nowMs = 0;
  readonly #answeredAfter = new Map<number, number>();
  #onOnsets = 0;
  /** Words up to this index are in finals. */
  #finalTo = -1;
  readonly #queue: { atMs: number; run: (nowMs: number) => void }[] = [];

  constructor(
    readonly manager: TurnManager,
    readonly turn: CallerTurn,
    readonly options: ReplayOptions,
  ) {}

  run(): Pick<Replayed, 'answeredAfter' | 'onOnsets'> {
    const { words, asked } = this.turn;
    const beginMs = words[0].startMs - LEAD_MS;
    // The answer to the turn before is audible and heard to its end: what it asked is what this turn answers.
    this.#give({ on: 'reply_audible' }, beginMs);
    this.#give({ on: 'reply_played', farewell: false, text: asked }, beginMs + 1);
    this.#schedule();
    const lastMs = words[words.length - 1].endMs + TAIL_MS;
    for (let nowMs = beginMs + TICK_MS; nowMs <= lastMs; nowMs += TICK_MS) {
      while (this.#queue.length > 0 && this.#queue[0].atMs <= nowMs) {
        const { atMs, run } = this.#queue.shift()!;
        run(atMs);
      }
      this.#give({ on: 'tick' }, nowMs);
      this.nowMs = nowMs;
      if (this.#answeredAfter.has(words.length - 1)) break;
    }
    return { answeredAfter: this.#answeredAfter, onOnsets: this.#onOnsets };
  }

  #schedule(): void {
    const { words } = this.turn;
    for (const { startMs, endMs, pauses } of this.#stretches()) {
      this.#at(startMs + VAD_START_MS, (now) => this.#give({ on: 'speech_start', startMs }, now));
      for (const pauseMs of pauses) this.#at(pauseMs, (now) => this.#give({ on: 'speech_pause' }, now));
      this.#at(Math.max(endMs, startMs + VAD_START_MS) + VAD_END_MS, (now) =>
        this.#give({ on: 'speech_end', endMs }, now),
      );
    }
    words.forEach((word, i) => {
      if (word.text === '<unk>') return;
      this.#at(word.endMs + INTERIM_LAG_MS, (now) => {
        if (i > this.#finalTo) this.#transcript(this.#finalTo + 1, i, false, now);
      });
    });
  }

  /** What the VAD takes for one stretch of speech, with the moments at which it hears silence inside or behind it. */
  #stretches(): { startMs: number; endMs: number; pauses: number[] }[] {
    const stretches: { startMs: number; endMs: number; pauses: number[] }[] = [];
    for (const { startMs, endMs } of this.turn.words) {
      const open = stretches[stretches.length - 1];
      if (open === undefined || startMs - open.endMs >= VAD_END_MS) stretches.push({ startMs, endMs, pauses: [] });
      else {
        if (startMs - open.endMs >= VAD_PAUSE_MS) open.pauses.push(open.endMs + VAD_PAUSE_MS);
        open.endMs = endMs;
      }
    }
    for (const stretch of stretches)
      stretch.pauses.push(Math.max(stretch.endMs, stretch.startMs + VAD_START_MS) + VAD_PAUSE_MS);
    return this.options.reportsPauses === false ? stretches.map((each) => ({ ...each, pauses: [] })) : stretches;
  }

  #at(atMs: number, run: (nowMs: number) => void): void {
    let place = this.#queue.length;
    while (place > 0 && this.#queue[place - 1].atMs > atMs) place--;
    this.#queue.splice(place, 0, { atMs, run });
  }

  #give(event: TurnEvent, nowMs: number): void {
    for (const action of this.manager.handle(event, nowMs)) this.#carryOut(action, nowMs);
  }

  #carryOut(action: TurnAction, nowMs: number): void {
    const { words } = this.turn;
    if (action.do === 'answer') {
      const i = words.findLastIndex(({ startMs }) => startMs <= nowMs);
      if (i < 0 || nowMs < words[i].endMs) this.#onOnsets++;
      else if (!this.#answeredAfter.has(i)) this.#answeredAfter.set(i, nowMs - words[i].endMs);
    }
    if (action.do !== 'finalize_stt') return;
    this.#at(nowMs + FINALIZE_MS, (now) => {
      const to = Math.max(
        this.#finalTo,
        words.findLastIndex(({ endMs }) => endMs <= nowMs),
      );
      this.#transcript(this.#finalTo + 1, to, true, now, nowMs);
      this.#finalTo = to;
    });
  }

  /** Words `from` to `to`, both included; none when `to` is before `from`. */
  #transcript(from: number, to: number, isFinal: boolean, nowMs: number, sentMs = nowMs): void {
    const words = this.turn.words.slice(from, to + 1);
    const none = words.length === 0;
    const transcript = {
      text: written(words, this.options.spelling),
      isFinal,
      speechFinal: false,
      fromFinalize: isFinal,
      confidence: 0.95,
      startMs: none ? sentMs : words[0].startMs,
      endMs: none ? sentMs : words[words.length - 1].endMs,
    };
    this.#give({ on: 'transcript', transcript }, nowMs);
  }
}
