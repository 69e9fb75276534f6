// The caller's turn so far: sound, words, what was asked, and from these whether it is over. Gathers what turn_manager.ts
// is told and keeps it together until the turn is answered or forgotten; what the agent does meanwhile is the manager's.
// The rules are endpointing.ts (when) and end_of_turn.ts (how long to wait); both are pure.

import type { SttTranscript } from '../../providers/stt.js';
import type { EndOfTurnWords } from '../languages/end_of_turn_words.js';
import { languagePack } from '../languages/languages.js';
import { CallerPauses } from './caller_pauses.js';
import { type EndOfTurnBounds, type Evidence, type Hold, holdFor, whyHold } from './end_of_turn.js';
import {
  decideEndpoint,
  type EndpointDecision,
  type EndpointingOptions,
  STUCK_SPEECH_FINAL_MS,
} from './endpointing.js';
import { type ExpectedAnswer, expectedAnswer, NOTHING_ASKED } from './expected_answer.js';
import { spokenWords } from './spoken_words.js';
import { sameWords, type TranscriptChange, UtteranceTranscript } from './transcript.js';
import { readTurn } from './turn_reading.js';

export interface CallerTurnOptions extends EndOfTurnBounds, EndpointingOptions {
  /** BCP 47. */
  language?: string;
}

/** Up to here (log odds of going on) a draft is worth its tokens: three of four such turns are answered as they stand. */
const LIKELY_OVER = -1;
/**
 * Without the recogniser's clock: a final that comes this long after the end of speech has heard all of it, since
 * transcribers run 200 to 300 ms behind. When one came by itself, Finalize has nothing left to flush.
 */
const FINAL_LAG_MS = 300;
/** What the VAD's and the recogniser's clocks may differ by at the end of a word. */
const COVERAGE_TOLERANCE_MS = 80;
/** The VAD runs on for so long behind the last sound; no word is as short. */
const LAST_WORD_MS = 120;

/** What the caller said, and when. */
export interface FinishedTurn {
  text: string;
  speechStartMs: number;
  speechEndMs: number;
  /** From there to the last final words; null = none came. */
  finalMs: number | null;
  /** From there to the decision. */
  endpointMs: number;
  /** Why it was held so long, for the log. */
  why: string;
}

export class CallerTurn {
  /** VAD: the caller is speaking now. */
  speaking = false;
  /** There was speech since the last turn ended. */
  heard = false;
  /** When the turn's first speech began. */
  startMs = 0;
  /** When the stretch of speech under way, or the last one, began. */
  stretchStartMs = 0;
  /** When the last speech ended. */
  endMs = 0;

  readonly #options: CallerTurnOptions;
  readonly #language: EndOfTurnWords;
  readonly #transcript = new UtteranceTranscript();
  readonly #pauses = new CallerPauses();
  #expected: ExpectedAnswer = NOTHING_ASKED;
  #said = '';
  /** Text of an answer that was withdrawn: the caller went on, so it is the beginning of what they say. */
  #carried = '';
  /** Keys typed in this turn, as words; beside what is said, which may still change. */
  #typed = '';
  #finalizeSentAtMs: number | null = null;
  #finalAnsweredAtMs: number | null = null;
  /** VAD: within speech, a silence that may be its end. */
  #pausing = false;
  /** The end of the last speech, or of its part before a pause, on the recogniser's clock; null = not known. */
  #endAudioMs: number | null = null;
  #speechFinal = false;
  /** The recogniser's own confidence in the end; null = it gives none. */
  #endOfTurn: number | null = null;
  #newWordAtMs = 0;
  /** Words of the text that came before the last pause. */
  #breathFrom = 0;
  #cutIns = 0;
  /** The hold of `#heldText`, so that a beat costs nothing. */
  #hold: Hold = { holdMs: 0, goesOn: 0 };
  #heldText: string | null = null;
  #evidence: Evidence | null = null;

  constructor(options: CallerTurnOptions) {
    this.#options = options;
    this.#language = languagePack(options.language ?? 'en').endOfTurn;
  }

  /** Everything said in this turn so far, a withdrawn beginning included. */
  get text(): string {
    return join(this.#carried, this.newText);
  }

  /** What was said since the last turn was answered. */
  get newText(): string {
    return join(this.#transcript.text, this.#typed);
  }

  /** There was sound or a word since the last turn was answered. */
  get heardOrSaid(): boolean {
    return this.heard || this.newText !== '';
  }

  /** What was said since then is "um" and nothing else. O(text). */
  get isOnlyFillers(): boolean {
    const { words } = spokenWords(this.newText, this.#language);
    return words.length > 0 && words.every((word) => this.#language.fillers.has(word));
  }

  /** When the final that settled the text came; null = it has not. */
  get finalAtMs(): number | null {
    return this.#finalAnsweredAtMs ?? this.#transcript.lastFinalAtMs;
  }

  /** What the last hold came from, without a word of the caller's; for the log. */
  get why(): string {
    return this.#evidence === null ? 'no words' : whyHold(this.#evidence, this.#hold);
  }

  /** What the caller heard us say, to its end: it tells what kind of answer comes, unless that is known. */
  agentSaid(text: string, expects?: ExpectedAnswer): void {
    this.#expected = expects ?? expectedAnswer(text, this.#expected, this.#language);
    this.#said = text;
    this.#heldText = null;
  }

  /** Our words were cut short: nothing in particular is expected. */
  agentWasCut(): void {
    this.#expected = NOTHING_ASKED;
    this.#said = '';
    this.#heldText = null;
  }

  /** The caller goes on though we thought they were done. */
  wasCutOff(): void {
    this.#cutIns++;
    this.#heldText = null;
  }

  /** `goesOn`: this speech continues the turn, so the silence before it was a pause. */
  speechStarts(startMs: number, goesOn: boolean): void {
    if (goesOn && !this.speaking && this.text !== '') {
      this.#pauses.add(startMs - this.endMs);
      this.#breathFrom = spokenWords(this.text, this.#language).words.length;
      this.#heldText = null;
    }
    // The turn began with its first words, also when an answer to them was withdrawn.
    if (!this.heard && !(goesOn && this.#carried !== '')) this.startMs = startMs;
    this.stretchStartMs = startMs;
    this.speaking = true;
    this.#pausing = false;
    this.heard = true;
    // Its words are still to come.
    this.#newWordAtMs = Math.max(this.#newWordAtMs, startMs);
    this.#speechFinal = false;
    this.#endOfTurn = null;
    this.#finalizeSentAtMs = this.#finalAnsweredAtMs = null;
  }

  /**
   * A short silence within speech, since `endAudioMs` on the recogniser's clock (null = not known): Finalize now, and if it
   * was the end its answer is there when the VAD is sure.
   */
  speechPauses(endAudioMs: number | null, nowMs: number): void {
    this.#pausing = true;
    this.#endAudioMs = endAudioMs;
    this.#finalizeSentAtMs = nowMs;
    this.#finalAnsweredAtMs = null;
  }

  /** It was not the end. */
  speechResumes(): void {
    this.#pausing = false;
  }

  /**
   * The VAD is sure of the end. `endAudioMs`: the same on the recogniser's clock, null = not known. Returns whether Finalize
   * is still to be sent.
   */
  speechEnds(endMs: number, endAudioMs: number | null, nowMs: number): boolean {
    this.speaking = this.#pausing = false;
    this.endMs = endMs;
    this.#endAudioMs = endAudioMs;
    // Sent in the pause that turned out to be the end; whatever came before that pause is another one's.
    if (this.#finalizeSentAtMs !== null && this.#finalizeSentAtMs >= endMs) return false;
    this.#finalizeSentAtMs = nowMs;
    this.#finalAnsweredAtMs = null;
    return true;
  }

  /** Takes a result; returns what it changed. `listening`: words that the VAD missed begin a turn, too. */
  transcribed(transcript: SttTranscript, listening: boolean, nowMs: number): TranscriptChange {
    const before = this.text;
    const change = this.#transcript.add(transcript, nowMs);
    this.#noteFinal(transcript, change, listening, nowMs);
    if (!sameWords(before, this.text)) this.#newWordAtMs = nowMs;
    const endOfTurn = transcript.endOfTurn ?? null;
    if (this.#speechFinal === transcript.speechFinal && this.#endOfTurn === endOfTurn) return change;
    this.#speechFinal = transcript.speechFinal;
    this.#endOfTurn = endOfTurn;
    this.#heldText = null;
    return change;
  }

  /**
   * Words came behind the answer to Finalize, in a silence: the last word had not ended for the recogniser. Returns whether it
   * is to be sent again.
   */
  finalizesAgain(change: TranscriptChange, nowMs: number): boolean {
    if (change !== 'interim' || this.#finalAnsweredAtMs === null || (this.speaking && !this.#pausing)) return false;
    this.#finalizeSentAtMs = nowMs;
    this.#finalAnsweredAtMs = null;
    return true;
  }

  /** A sound or words from `startMs` to `endMs` are the caller's turn, whatever the VAD noticed of them. */
  claims(startMs: number, endMs: number, nowMs: number): void {
    if (this.heard && (this.speaking || this.endMs >= startMs)) return;
    if (!this.heard && this.#carried === '') this.startMs = startMs;
    this.heard = true;
    this.endMs = Math.min(endMs, nowMs);
    this.#endAudioMs = null;
    this.#newWordAtMs = nowMs;
  }

  /**
   * Words that need no waiting for more: typed, or heard before the call went on here. Returns whether they end the turn:
   * not while the caller speaks, too.
   */
  completes(text: string, nowMs: number): boolean {
    if (!this.heard && this.#carried === '') this.startMs = nowMs;
    this.#typed = join(this.#typed, text);
    this.#heldText = null;
    if (this.speaking) return false;
    this.endMs = this.#finalAnsweredAtMs = nowMs;
    return true;
  }

  #noteFinal(transcript: SttTranscript, change: TranscriptChange, listening: boolean, nowMs: number): void {
    if (!transcript.isFinal) return;
    if (this.#finalizeSentAtMs !== null && (transcript.fromFinalize || transcript.speechFinal))
      this.#finalAnsweredAtMs ??= nowMs;
    if (change !== 'final' || this.heard || !listening) return;
    // Words too soft for the VAD are words all the same.
    this.heard = true;
    if (this.#carried === '') this.startMs = nowMs;
    this.endMs = nowMs;
    this.#endAudioMs = null;
    this.#finalAnsweredAtMs = nowMs;
  }

  /** Is it over? O(text) when the words changed, else O(1). */
  check(nowMs: number): EndpointDecision {
    const { text } = this;
    // Nobody needs to weigh words while more of them come.
    const askAgainMs = this.#newWordAtMs + STUCK_SPEECH_FINAL_MS;
    if (this.speaking && !this.#pausing && text !== '' && nowMs < askAgainMs)
      return { decision: 'wait', checkAtMs: askAgainMs, draftAtMs: Number.POSITIVE_INFINITY };
    if (text !== this.#heldText) this.#weigh(text);
    const { holdMs, goesOn } = this.#hold;
    return decideEndpoint(
      {
        nowMs,
        speaking: this.speaking,
        pausing: this.#pausing,
        speechEndMs: this.endMs,
        hasText: text !== '',
        holdMs,
        silenceMsMin: this.#options.silenceMsMin,
        likelyOver: goesOn < LIKELY_OVER,
        pendingInterim: this.#transcript.hasPendingInterim,
        finalizeSentAtMs: this.#finalizeSentAtMs,
        finalCame: this.#finalAnsweredAtMs !== null || this.#finalsReachEnd(),
        fallsShort: this.#fallsShortBy(COVERAGE_TOLERANCE_MS),
        heardAll: !this.#fallsShortBy(LAST_WORD_MS),
        newWordAtMs: this.#newWordAtMs,
        speechFinal: this.#speechFinal,
      },
      this.#options,
    );
  }

  /**
   * Finals that nobody asked for settle the text when they reach the end of speech, the last of them with or without a word:
   * a Finalize so soon after another that there is next to no sound for it is not answered.
   */
  #finalsReachEnd(): boolean {
    const { lastFinalAtMs, finalHeardToMs } = this.#transcript;
    if (lastFinalAtMs === null) return false;
    if (this.#endAudioMs === null) return lastFinalAtMs >= this.endMs + FINAL_LAG_MS;
    return finalHeardToMs >= this.#endAudioMs - LAST_WORD_MS;
  }

  #fallsShortBy(ms: number): boolean {
    return this.#endAudioMs !== null && this.#transcript.heardToMs < this.#endAudioMs - ms;
  }

  #weigh(text: string): void {
    this.#heldText = text;
    const reading = readTurn(text, {
      expected: this.#expected,
      language: this.#language,
      breathFrom: this.#breathFrom,
      said: this.#said,
    });
    this.#evidence = null;
    if (reading === null) {
      this.#hold = { holdMs: this.#options.silenceMsMax, goesOn: 0 };
      return;
    }
    const provider = { speechFinal: this.#speechFinal, endOfTurn: this.#endOfTurn };
    const { longMs: longPauseMs } = this.#pauses;
    this.#evidence = { reading, longPauseMs, cutIns: this.#cutIns, provider };
    this.#hold = holdFor(this.#evidence, this.#options);
  }

  /** The turn is being answered: its text is kept in case the caller goes on. Returns what it was. */
  handOver(nowMs: number): FinishedTurn {
    const { text, finalAtMs, startMs, endMs, why } = this;
    const finalMs = finalAtMs === null ? null : Math.max(0, finalAtMs - endMs);
    this.#carried = text;
    this.#typed = '';
    this.#transcript.reset();
    this.heard = false;
    return { text, speechStartMs: startMs, speechEndMs: endMs, finalMs, endpointMs: nowMs - endMs, why };
  }

  /** The answer was heard, or a new turn began: what was said before is history. */
  dropCarried(): void {
    this.#carried = '';
    this.#breathFrom = 0;
    this.#heldText = null;
  }

  /** Nothing of it counts. */
  forget(): void {
    this.#transcript.reset();
    this.#typed = '';
    this.dropCarried();
    this.heard = this.speaking;
    this.#finalizeSentAtMs = this.#finalAnsweredAtMs = null;
  }
}

function join(a: string, b: string): string {
  return a && b ? `${a} ${b}` : a || b;
}
