// How long to wait in silence before the caller's turn counts as over, fused from what the words read as, what we asked,
// this caller's own pauses and the recogniser's own signal. Pure; when the silence began and what else must have come
// before an answer is endpointing.ts. The weights are data, made by loadtest/turns/fit_turns.ts. How a turn sounds at its
// end is not asked: pitch, level and length of the last syllable were measured on recordings, and differed more between
// people than between an end and a pause.

import { END_OF_TURN_WEIGHTS } from './end_of_turn_weights.js';
import type { Reading, TurnReading } from './turn_reading.js';

/**
 * The numbers of end_of_turn_weights.ts. `features`: log odds per feature, above 0 the caller goes on. At log odds `over` the
 * shortest wait ends; each further unit adds `slope` of the way to the longer bound. `provider`: log odds likewise.
 */
export type EndOfTurnWeights = typeof END_OF_TURN_WEIGHTS;

export interface EndOfTurnBounds {
  /** Silence that ends a turn that reads as finished. */
  silenceMsMin: number;
  /**
   * Silence that ends a turn that may be unfinished. Where something is plainly missing (a number that lacks digits, a
   * name without the request) the wait may be up to LONGEST times as far above the minimum.
   */
  silenceMsMax: number;
}

/** What the recogniser itself says about the end of the turn. */
export interface ProviderSignal {
  /** Its endpointer saw the end of speech. */
  speechFinal: boolean;
  /** Its confidence that the turn is over, 0..1; null = it gives none. */
  endOfTurn: number | null;
}

export interface Evidence {
  reading: TurnReading;
  /** A length that most of this caller's pauses do not reach (CallerPauses.longMs). */
  longPauseMs: number;
  /** How often in this call we began to answer and the caller went on. */
  cutIns: number;
  provider: ProviderSignal | null;
}

export interface Hold {
  /** Silence after which the turn is over, from the end of speech. */
  holdMs: number;
  /** Log odds that the caller goes on; below 0 the turn is more likely over. */
  goesOn: number;
}

/** Where something is plainly missing the wait reaches so many times the distance between the two bounds: 3,270 ms with 300 and 1,400. */
export const LONGEST = 2.7;

/** Where the wait may pass silenceMsMax, and how far: the caller is plainly not done, they only stopped. */
const CEILINGS: Readonly<Partial<Record<Reading, number>>> = {
  under_way: LONGEST,
  may_grow: 2,
  introduction: 2,
  open: 2,
  greeting: 1.5,
};

/**
 * A thing being dictated is waited for at least so far, whatever the weights say: people pause up to 1.5 s between the
 * groups of a number, and the VAD is sure of the next one 100 ms after its onset. 1,950 ms with 300 and 1,400, 1,650 with 300
 * and 1,200.
 */
const DICTATION_FLOOR = 1.5;

/** A caller who was cut off is given so much more from then on, 150 ms a time with 300 and 1,400; twice at most. */
const CUT_IN_REACH = 0.14;
const CUT_INS_MAX = 2;

/** Rises with every sign that the caller goes on; never below silenceMsMin. No allocation beyond the result. */
export function holdFor(
  evidence: Evidence,
  bounds: EndOfTurnBounds,
  weights: EndOfTurnWeights = END_OF_TURN_WEIGHTS,
): Hold {
  const goesOn = logOdds(evidence, weights);
  const { reading } = evidence.reading;
  const floor = isDictating(evidence.reading) ? DICTATION_FLOOR : 0;
  const ceiling = Math.max(floor, CEILINGS[reading] ?? 1);
  const reached = Math.min(ceiling, Math.max(floor, weights.slope * (goesOn - weights.over)));
  const reach = Math.min(LONGEST, reached + CUT_IN_REACH * Math.min(evidence.cutIns, CUT_INS_MAX));
  const { silenceMsMin, silenceMsMax } = bounds;
  return { holdMs: silenceMsMin + reach * Math.max(0, silenceMsMax - silenceMsMin), goesOn };
}

/** A thing lacks a part, or was asked for and only led in to: "sure", "my number is". */
function isDictating({ reading, expected }: TurnReading): boolean {
  return reading === 'under_way' || reading === 'may_grow' || (DICTATED.has(expected) && LEADS.has(reading));
}

const LEADS: ReadonlySet<Reading> = new Set(['open', 'half_open', 'greeting', 'acknowledgement', 'fragment']);
const DICTATED: ReadonlySet<TurnReading['expected']> = new Set([
  'number',
  'address',
  'street',
  'email',
  'spelling',
  'birth_date',
]);

/** What the logarithm of the odds is summed from, by name; the fit asks for the same. */
export function features(reading: TurnReading, longPauseMs: number, add: (name: string, value: number) => void): void {
  add('always', 1);
  add(reading.reading, 1);
  if (reading.stop !== 'unknown' && STOP_TELLS.has(reading.reading)) add(`stop_${reading.stop}`, 1);
  if (reading.reading === 'sentence') add('sentence_words', Math.log2(Math.max(3, Math.min(reading.words, 24)) / 8));
  if (reading.expected === 'story') add('story_asked', 1);
  if (reading.expected === 'statement') add('nothing_asked', 1);
  add('long_pauses', Math.log2(longPauseMs / 600));
}

/** Behind the others a recogniser's full stop says nothing, or the reading has used it. */
const STOP_TELLS: ReadonlySet<Reading> = new Set(['sentence', 'phrase', 'fragment', 'half_open', 'answer']);

function logOdds({ reading, longPauseMs, provider }: Evidence, weights: EndOfTurnWeights): number {
  let sum = 0;
  features(reading, longPauseMs, (name, value) => {
    sum += (weights.features[name] ?? 0) * value;
  });
  if (provider !== null) {
    if (provider.speechFinal) sum += weights.provider.speechFinal;
    if (provider.endOfTurn !== null) sum += weights.provider.endOfTurn * bounded(provider.endOfTurn * 2 - 1);
  }
  return sum;
}

function bounded(value: number): number {
  return Math.max(-1, Math.min(1, value));
}

/** For the log: what decided, without a word of the caller's. */
export function whyHold({ reading }: Evidence, { holdMs }: Hold): string {
  const item = reading.dictation;
  const of = item === null ? '' : ` ${item.item} ${item.count}${item.wanted > 0 ? `/${item.wanted}` : ''}`;
  return `${reading.reading}${of}, asked ${reading.expected}, hold ${Math.round(holdMs)} ms`;
}
