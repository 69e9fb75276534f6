// Who answered the call that we dialled, a person or a mailbox: judged while its greeting is still being spoken, from the
// words so far, from how it is spoken, from the beep, and from what the carrier says. Pure: time comes in as an argument.
// What is done about a mailbox is mailbox.ts.

import { languagePack } from '../languages/languages.js';
import type { VoicemailWords } from '../languages/voicemail_words.js';

export type Answerer = 'unknown' | 'person' | 'machine';
/** What told that it is a machine, for record and metrics. */
export type MachineSign = 'words' | 'cadence' | 'beep' | 'carrier';

/** Evidence that it takes for a machine. Words that only a mailbox says, or the carrier's word, are enough by themselves. */
const ENOUGH = 1;
/** Of each word that a mailbox says and a person may. */
const HINT = 0.4;
/** A person who answers speaks for two seconds and waits. Speech that goes on for so long counts half, and for so long all. */
const LONG_SPEECH_MS = 6_000;
const ENDLESS_SPEECH_MS = 14_000;
/** A pause as between two sentences does not end it. */
const PAUSE_MS = 900;
/** The speech that answers the call begins within this; later ones answer us. */
const ANSWERS_WITHIN_MS = 6_000;
/** A beep behind speech is a mailbox's, one on an empty line when nobody speaks for so long after it. */
const SPEECH_BEFORE_BEEP_MS = 1_000;
const QUIET_AFTER_BEEP_MS = 2_000;
/** The carrier takes a mailbox of few words for a person. */
const CARRIER_SAYS_HUMAN = -0.6;
/** A menu is a machine, too, but takes no message: its hints and its long speech count less. */
const MENU = -0.6;
/** After so long, or so many answers of ours, whoever speaks with us is a person. */
const WATCH_MS = 40_000;
const ANSWERS_MAX = 3;
/** Of the greeting's words; a longer one has said what it is. */
const TEXT_CHARS_MAX = 1_200;

/** Words in small letters, one blank between two: what recognisers add to them differs. */
export function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/’/g, "'")
    .replace(/[^\p{L}\p{M}\p{N}' ]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

export class AnswererJudge {
  verdict: Answerer = 'unknown';
  /** What decided for a machine; null = nothing did. */
  sign: MachineSign | null = null;
  /** It said that it takes no message. */
  isFull = false;
  readonly #words: VoicemailWords;
  readonly #sinceMs: number;
  #finals = '';
  #wordEvidence = 0;
  #menu = 0;
  #carrier = 0;
  #beep = 0;
  #beepEndMs: number | null = null;
  /** Of the speech that answered: when it began, its last end (infinite while it goes on), how much of it there was. */
  #speechFromMs: number | null = null;
  #speechEndMs = Number.NEGATIVE_INFINITY;
  #lastStartMs = 0;
  #spokenMs = 0;
  /** The speech that answered is over: what follows answers us. */
  #hasAnswered = false;
  #answers = 0;

  /** @param language BCP 47 @param nowMs the line is open */
  constructor(language: string, nowMs: number) {
    this.#words = languagePack(language).voicemail;
    this.#sinceMs = nowMs;
  }

  /** Words of the recogniser, since its last final ones. */
  words(text: string, isFinal: boolean, nowMs: number): Answerer {
    const all = plainWords(`${this.#finals} ${text}`).slice(-TEXT_CHARS_MAX);
    if (isFinal) this.#finals = all;
    const { mailbox, hint, full, someone, menu } = this.#words;
    if (full.test(all)) this.isFull = true;
    this.#menu = menu.test(all) ? MENU : 0;
    if (someone.test(all)) this.#wordEvidence = 0;
    else if (this.isFull || mailbox.test(all)) this.#wordEvidence = ENOUGH;
    else this.#wordEvidence = Math.max(0, HINT * new Set(all.match(hint)).size + this.#menu);
    return this.#judge(nowMs);
  }

  speechStarts(startMs: number, nowMs: number): Answerer {
    if (!this.#hasAnswered && startMs - this.#speechEndMs > PAUSE_MS && this.#speechFromMs !== null) {
      this.#hasAnswered = true;
    }
    if (this.#speechFromMs === null) {
      if (startMs - this.#sinceMs > ANSWERS_WITHIN_MS) this.#hasAnswered = true;
      this.#speechFromMs = startMs;
    }
    this.#lastStartMs = startMs;
    this.#speechEndMs = Number.POSITIVE_INFINITY;
    return this.#judge(nowMs);
  }

  speechEnds(endMs: number, nowMs: number): Answerer {
    this.#spokenMs += Math.max(0, endMs - this.#lastStartMs);
    this.#speechEndMs = endMs;
    return this.#judge(nowMs);
  }

  /** A beep was heard to its end. */
  beeped(endMs: number, nowMs: number): Answerer {
    this.#beepEndMs = endMs;
    const isBehindSpeech = this.#spoken(nowMs) >= SPEECH_BEFORE_BEEP_MS;
    if (isBehindSpeech) this.#beep = ENOUGH;
    return this.#judge(nowMs);
  }

  /** Twilio's AnsweredBy. */
  carrierSays(answeredBy: string, nowMs: number): Answerer {
    if (answeredBy.startsWith('machine') || answeredBy === 'fax') this.#carrier = ENOUGH;
    else if (answeredBy === 'human') this.#carrier = CARRIER_SAYS_HUMAN;
    if (answeredBy === 'fax') this.isFull = true;
    return this.#judge(nowMs);
  }

  /** Something was said that we answer: a conversation begins. */
  answered(nowMs: number): Answerer {
    this.#answers++;
    return this.#judge(nowMs);
  }

  tick(nowMs: number): Answerer {
    return this.verdict === 'unknown' ? this.#judge(nowMs) : this.verdict;
  }

  #judge(nowMs: number): Answerer {
    if (this.verdict !== 'unknown') return this.verdict;
    const beep = this.#beepOnEmptyLine(nowMs) ? ENOUGH : this.#beep;
    const cadence = this.#cadence(nowMs);
    const parts: [MachineSign, number][] = [
      ['carrier', Math.max(0, this.#carrier)],
      ['words', this.#wordEvidence],
      ['beep', beep],
      ['cadence', cadence],
    ];
    const sum = parts.reduce((all, [, part]) => all + part, Math.min(0, this.#carrier));
    if (sum >= ENOUGH) {
      this.verdict = 'machine';
      this.sign = parts.reduce((most, each) => (each[1] > most[1] ? each : most))[0];
    } else if (this.#isPerson(nowMs)) this.verdict = 'person';
    return this.verdict;
  }

  #beepOnEmptyLine(nowMs: number): boolean {
    const endMs = this.#beepEndMs;
    if (endMs === null || this.#answers > 0) return false;
    return this.#speechFromMs === null && nowMs - endMs >= QUIET_AFTER_BEEP_MS;
  }

  /** Somebody speaks on and on, over our own greeting too. */
  #cadence(nowMs: number): number {
    if (this.#hasAnswered || this.#speechFromMs === null) return 0;
    const endMs = Math.min(nowMs, this.#speechEndMs);
    const lengthMs = endMs - this.#speechFromMs;
    if (lengthMs < LONG_SPEECH_MS) return 0;
    return Math.max(0, (lengthMs >= ENDLESS_SPEECH_MS ? ENOUGH : 0.5) + this.#menu);
  }

  #spoken(nowMs: number): number {
    const isSpeaking = this.#speechEndMs === Number.POSITIVE_INFINITY;
    return this.#spokenMs + (isSpeaking ? Math.max(0, nowMs - this.#lastStartMs) : 0);
  }

  #isPerson(nowMs: number): boolean {
    if (this.#wordEvidence > 0) return nowMs - this.#sinceMs > WATCH_MS && this.#answers >= ANSWERS_MAX;
    // The carrier's word for a person is believed once something was said that is answered.
    const answersMax = this.#carrier < 0 ? 1 : ANSWERS_MAX;
    return this.#answers >= answersMax || (nowMs - this.#sinceMs > WATCH_MS && this.#answers > 0);
  }
}
