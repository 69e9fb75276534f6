// Reads the messages of /v2/listen (Flux), which tell the whole turn so far again and again, as results in spans, as /v1/listen
// has them: words that were given out as final are not given out again. Pure; times stay relative to the connection. One
// for each connection. What Flux takes for a turn ends none of ours: it is one more sign for our own detector.

import { type DeepgramComplaint, type DeepgramResult, readDeepgramMessage } from './deepgram_results.js';

const EVENTS = ['StartOfTurn', 'Update', 'EagerEndOfTurn', 'TurnResumed', 'EndOfTurn'];
/** So much audio later the words before a Finalize are there: they come with the updates, four of which make a second. */
const SETTLED_MS = 240;
/** A word that ends this much after the place of a Finalize was begun before it. */
const WORD_TOLERANCE_MS = 120;
const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

interface TurnInfo {
  event: string;
  turn: number;
  startMs: number;
  endMs: number;
  /** As they are written. */
  words: string[];
  /** When each ends, ms; null = not told. */
  wordEndMs: number[] | null;
  confidence: number;
  endOfTurn: number;
  language: string | undefined;
}

export class FluxTurns {
  #turn = -1;
  /** Words of this turn that were given out as final, and up to where they went. */
  #given = 0;
  #givenToMs = 0;
  /** Where final words were asked for; -1 = nowhere. */
  #askedMs = -1;

  /** Everything before `sentMs` of the connection's audio shall be final soon. */
  finalize(sentMs: number): void {
    this.#askedMs = sentMs;
  }

  /** As `readDeepgramMessage`; null also for an update of a silence in which nothing was asked. O(words of the turn). */
  read(message: unknown): DeepgramResult | DeepgramComplaint | null | 'garbage' {
    if (!isObject(message) || message['type'] !== 'TurnInfo') {
      const other = readDeepgramMessage(message);
      // A result of the other endpoint has no place here.
      return other !== null && typeof other === 'object' && 'text' in other ? 'garbage' : other;
    }
    const info = turnInfo(message);
    if (info === null) return 'garbage';
    if (info.turn !== this.#turn) {
      this.#turn = info.turn;
      this.#given = 0;
    }
    return info.event === 'EndOfTurn' ? this.#ends(info, message['trigger'] === 'manual') : this.#goesOn(info);
  }

  #ends(info: TurnInfo, isManual: boolean): DeepgramResult {
    const wasAsked = this.#askedMs >= 0 && (isManual || info.endMs >= this.#askedMs);
    if (wasAsked) this.#askedMs = -1;
    return this.#give(info, info.words.length, { isFinal: true, speechFinal: !isManual, fromFinalize: wasAsked });
  }

  #goesOn(info: TurnInfo): DeepgramResult | null {
    const isSettled =
      info.event === 'EagerEndOfTurn' ? info.endMs >= this.#askedMs : info.endMs >= this.#askedMs + SETTLED_MS;
    if (this.#askedMs >= 0 && isSettled) {
      const upToMs = this.#askedMs + WORD_TOLERANCE_MS;
      this.#askedMs = -1;
      const { wordEndMs, words } = info;
      // The caller may have gone on meanwhile: those words are the next ones.
      const later =
        info.event === 'EagerEndOfTurn' || wordEndMs === null ? -1 : wordEndMs.findIndex((end) => end > upToMs);
      return this.#give(info, later < 0 ? words.length : later, {
        isFinal: true,
        speechFinal: false,
        fromFinalize: true,
      });
    }
    if (info.words.length <= this.#given) return null;
    return { ...this.#result(info, info.words.length), isFinal: false, speechFinal: false, fromFinalize: false };
  }

  #give(
    info: TurnInfo,
    count: number,
    flags: Pick<DeepgramResult, 'isFinal' | 'speechFinal' | 'fromFinalize'>,
  ): DeepgramResult {
    const result = { ...this.#result(info, count), ...flags };
    this.#given = Math.max(this.#given, count);
    this.#givenToMs = result.endMs;
    return result;
  }

  #result(info: TurnInfo, count: number) {
    const { words, wordEndMs, endMs, confidence, endOfTurn, language } = info;
    const isAll = count === words.length;
    const toMs = isAll || wordEndMs === null ? endMs : Math.min(endMs, wordEndMs[count - 1] ?? this.#givenToMs);
    const startMs = Math.min(Math.max(info.startMs, this.#givenToMs), toMs);
    const text = words.slice(this.#given, count).join(' ');
    return { text, startMs, endMs: Math.max(startMs, toMs), confidence, endOfTurn, language };
  }
}

function turnInfo(message: Record<string, unknown>): TurnInfo | null {
  const { event, turn_index: turn, audio_window_start: start, audio_window_end: end, transcript, words } = message;
  if (typeof event !== 'string' || !EVENTS.includes(event) || typeof transcript !== 'string') return null;
  if (typeof turn !== 'number' || typeof start !== 'number' || typeof end !== 'number') return null;
  if (!(start >= 0) || !(end >= start) || !Array.isArray(words)) return null;
  const endOfTurn = message['end_of_turn_confidence'];
  const [language] = Array.isArray(message['languages']) ? message['languages'] : [];
  const written = transcript.split(/\s+/).filter((word) => word !== '');
  return {
    ...{ event, turn, startMs: start * 1000, endMs: end * 1000 },
    words: written,
    wordEndMs: wordEnds(words, written.length),
    confidence: meanConfidence(words),
    endOfTurn: typeof endOfTurn === 'number' && endOfTurn >= 0 && endOfTurn <= 1 ? endOfTurn : 0,
    language: typeof language === 'string' && LANGUAGE.test(language) ? language : undefined,
  };
}

/** Only where every written word has its time. */
function wordEnds(words: readonly unknown[], count: number): number[] | null {
  if (words.length !== count) return null;
  const ends = words.map((word) =>
    isObject(word) && typeof word['end'] === 'number' ? word['end'] * 1000 : Number.NaN,
  );
  return ends.every((end) => end >= 0) ? ends : null;
}

function meanConfidence(words: readonly unknown[]): number {
  const all = words.map((word) => (isObject(word) && typeof word['confidence'] === 'number' ? word['confidence'] : 0));
  return all.length === 0 ? 0 : all.reduce((sum, each) => sum + each, 0) / all.length;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
