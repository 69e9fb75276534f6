// Fits the weights of the end-of-turn score and tells what they are worth on calls they were not fitted on. The log odds
// that a caller goes on are a ridge regression over all silences; how they become a wait (two numbers) is chosen so that
// waiting and cutting in cost least together.

import { CONFIG_VARIABLES } from '../../src/config_variables.js';
import { type EndOfTurnWeights, type Evidence, holdFor } from '../../src/conversation/turns/end_of_turn.js';
import { END_OF_TURN_WEIGHTS } from '../../src/conversation/turns/end_of_turn_weights.js';
import { type Example, fitLogistic } from './logistic.js';
import { type Moment, momentsOf } from './moments.js';
import type { CallerTurn } from './turns_file.js';
import { SPELLINGS } from './written_words.js';

/** The engine's defaults. */
const BOUNDS = {
  silenceMsMin: Number(CONFIG_VARIABLES.TURN_SILENCE_MS_MIN.fallback),
  silenceMsMax: Number(CONFIG_VARIABLES.TURN_SILENCE_MS_MAX.fallback),
};
/** A shorter silence ends no turn, whatever the weights say, so it teaches nothing. */
const TELLING_MS = 300;
/** Draws the weights towards PRIOR: matters for what the calls show rarely or never. */
export const RIDGE = 1;
/** Log odds that one would guess for each class of text, before any data. */
const PRIOR: Readonly<Record<string, number>> = {
  open: 2,
  half_open: 1,
  under_way: 3,
  may_grow: 1,
  whole: -2.5,
  greeting: 1.5,
  introduction: 2.5,
  acknowledgement: 0.5,
  answer: -2,
  phrase: -1.5,
  fragment: 0.5,
  sentence: -1,
  question: -2.5,
  stop_there: -0.5,
  stop_missing: 0.5,
  story_asked: 0.3,
  long_pauses: 0.5,
};
/** So many ms of mean hold are worth one turn in a hundred not cut. */
export const PRICE_OF_A_CUT_MS = 70;

/** A pause of 1.2 times the hold counts as four fifths of a cut. */
const BLUR = 0.13;

const OVER = range(-6, 0, 0.25);
const SLOPE = range(0.05, 0.8, 0.025);

export interface Outcome {
  /** Share of turns with a pause longer than the hold, 0..1. */
  cut: number;
  /** Mean hold at the ends that were answered. */
  holdMs: number;
}

/** Weights fitted on `turns`, in all spellings at once. The hand-set part (provider) stays as it is. */
export function fitWeights(turns: readonly CallerTurn[], ridge = RIDGE, price = PRICE_OF_A_CUT_MS): EndOfTurnWeights {
  const moments = SPELLINGS.flatMap((spelling) => momentsOf(turns, spelling));
  const odds = fitLogistic(examplesOf(moments), ridge, 'always', PRIOR);
  const features = Object.fromEntries([...odds].map(([name, value]) => [name, round(value)]));
  let best = { ...END_OF_TURN_WEIGHTS, features };
  let least = Number.POSITIVE_INFINITY;
  for (const over of OVER) {
    for (const slope of SLOPE) {
      const tried = { ...best, features, over, slope };
      const { cut, holdMs } = outcomeOf(moments, tried, 1, BLUR);
      const cost = holdMs + price * 100 * cut;
      if (cost < least - 1e-9) [best, least] = [tried, cost];
    }
  }
  return best;
}

function examplesOf(moments: readonly Moment[]): Example[] {
  return moments
    .filter(({ pauseMs }) => pauseMs === null || pauseMs > TELLING_MS)
    .map(({ features, pauseMs }) => ({ features, yes: pauseMs !== null, weight: 1 / SPELLINGS.length }));
}

/**
 * What `weights` would do, spellings taken together. `scale` stretches both bounds. `blur` > 0: a pause near the hold counts
 * in part, by their ratio, so that a fit does not hang on a few pauses of one length.
 */
export function outcomeOf(moments: readonly Moment[], weights: EndOfTurnWeights, scale = 1, blur = 0): Outcome {
  const bounds = { silenceMsMin: BOUNDS.silenceMsMin * scale, silenceMsMax: BOUNDS.silenceMsMax * scale };
  /** Chance that nothing was cut, per turn. */
  const turns = new Map<string, number>();
  let hold = 0;
  let ends = 0;
  for (const moment of moments) {
    const { holdMs } = holdFor(evidenceOf(moment), bounds, weights);
    const key = `${moment.spelling} ${moment.turn.call} ${moment.turn.words[0].startMs}`;
    const cut = moment.pauseMs === null ? 0 : cutShare(moment.pauseMs, holdMs, blur);
    turns.set(key, (turns.get(key) ?? 1) * (1 - cut));
    if (moment.pauseMs !== null || moment.turn.answeredAfterMs === null) continue;
    hold += holdMs;
    ends++;
  }
  const whole = [...turns.values()].reduce((sum, share) => sum + share, 0);
  return { cut: 1 - whole / Math.max(1, turns.size), holdMs: hold / Math.max(1, ends) };
}

function cutShare(pauseMs: number, holdMs: number, blur: number): number {
  if (blur === 0) return pauseMs > holdMs ? 1 : 0;
  return 1 / (1 + Math.exp(-Math.log(pauseMs / holdMs) / blur));
}

function evidenceOf({ reading, longPauseMs }: Moment): Evidence {
  return { reading, longPauseMs, cutIns: 0, provider: null };
}

/** Calls dealt into `folds` parts by the order of their names; each part is judged by weights fitted on the others. */
export function crossValidate(
  turns: readonly CallerTurn[],
  folds: number,
  onFold: (fold: number) => void = () => {},
  ridge = RIDGE,
  price = PRICE_OF_A_CUT_MS,
): { turns: CallerTurn[]; weights: EndOfTurnWeights }[] {
  const calls = [...new Set(turns.map(({ call }) => call))].sort();
  const foldOf = new Map(calls.map((call, k) => [call, k % folds]));
  return Array.from({ length: Math.min(folds, calls.length) }, (_, fold) => {
    onFold(fold);
    const held = turns.filter(({ call }) => foldOf.get(call) === fold);
    const others = turns.filter(({ call }) => foldOf.get(call) !== fold);
    return { turns: held, weights: fitWeights(others, ridge, price) };
  });
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, k) => round(from + k * step));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
