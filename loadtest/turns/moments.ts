// Every moment of a file's calls at which a caller fell silent, as the engine's own reading of the words so far: what the
// end-of-turn weights are fitted on. Without the state machine and its timing; those are measured by replay.ts.

import { languagePack } from '../../src/conversation/languages/languages.js';
import { CallerPauses } from '../../src/conversation/turns/caller_pauses.js';
import { features } from '../../src/conversation/turns/end_of_turn.js';
import { expectedAnswer, NOTHING_ASKED } from '../../src/conversation/turns/expected_answer.js';
import { readTurn, type TurnReading } from '../../src/conversation/turns/turn_reading.js';
import type { CallerTurn } from './turns_file.js';
import { type Spelling, written } from './written_words.js';

export interface Moment {
  turn: CallerTurn;
  spelling: Spelling;
  reading: TurnReading;
  longPauseMs: number;
  features: ReadonlyMap<string, number>;
  /** The silence lasted so long and the caller went on; null = the turn was over. */
  pauseMs: number | null;
}

/** The VAD knows no shorter silence. */
const BREATH_PAUSE_MS = 192;

/** All moments of all calls in one spelling, in order. O(words). */
export function momentsOf(turns: readonly CallerTurn[], spelling: Spelling, languageTag = 'en'): Moment[] {
  const language = languagePack(languageTag).endOfTurn;
  const moments: Moment[] = [];
  let pauses = new CallerPauses();
  let expected = NOTHING_ASKED;
  let call = '';
  for (const turn of turns) {
    if (turn.call !== call) [call, pauses, expected] = [turn.call, new CallerPauses(), NOTHING_ASKED];
    expected = expectedAnswer(turn.asked, expected, language);
    let breathFrom = 0;
    for (let at = 0; at < turn.words.length; at++) {
      const pause = turn.pauses.find((each) => each.at === at);
      if (pause === undefined && at < turn.words.length - 1) continue;
      const text = written(turn.words.slice(0, at + 1), spelling);
      const reading = readTurn(text, { expected, language, breathFrom, said: turn.asked });
      if (reading !== null) {
        const values = new Map<string, number>();
        features(reading, pauses.longMs, (name, value) => values.set(name, value));
        const pauseMs = pause?.ms ?? null;
        moments.push({ turn, spelling, reading, longPauseMs: pauses.longMs, features: values, pauseMs });
      }
      if (pause !== undefined && pause.ms >= BREATH_PAUSE_MS) {
        breathFrom = text.split(/\s+/).length;
        pauses.add(pause.ms);
      }
    }
  }
  return moments;
}
