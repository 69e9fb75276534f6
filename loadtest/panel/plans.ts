// Draws what each caller of a run will do: who they are, what they say, and which things out of turn happen where. Seeded; the
// kinds are dealt from decks, so that there are enough of each behind every rate.

import { type Person, say, somebody, type Utterance } from '../callers/person.js';
import { seededRandom } from '../simulators/latency.js';
import { DIALOGUES, INTERRUPTIONS } from './dialogues.js';
import type { CallPlan, InSilence, Over, PlannedTurn } from './panel_call.js';
import type { SpokenTurn } from './spoken_turns.js';

export interface PlanOptions {
  seed: number;
  calls: number;
  /** Noise on the line: things are misheard, and bursts come. */
  noise: boolean;
  /** Turns that are played as they are, instead of the built-in words; by voice. */
  recordings?: readonly (readonly Utterance[])[];
  /** Turns said in the built-in voices, with their pauses. */
  turns?: readonly SpokenTurn[];
  turnsPerCall: number;
}

const OVER_DECK: readonly Over[] = [
  'interruption',
  'backchannel',
  'vocal',
  'not_for_us',
  'interruption',
  'backchannel',
  'vocal',
  'not_for_us',
  'nothing',
];
const SILENCE_DECK: readonly InSilence[] = ['vocal', 'nothing', 'not_for_us', 'nothing', 'nothing'];
const MISHEARD = { clean: 0.01, noise: 0.04 };

export async function drawPlans(options: PlanOptions): Promise<CallPlan[]> {
  const random = seededRandom(options.seed);
  const over = dealer<Over>(options.noise ? [...OVER_DECK, 'burst'] : OVER_DECK, random);
  const silence = dealer(SILENCE_DECK, random);
  const interruption = dealer(INTERRUPTIONS, random);
  const plans: CallPlan[] = [];
  for (let i = 0; i < options.calls; i++) {
    const person = somebody(random);
    const turns: PlannedTurn[] = [];
    for (const utterance of await wordsOf(options, i, person)) {
      const kind = over();
      turns.push({
        utterance,
        over: kind,
        interruption: kind === 'interruption' ? await say(interruption().caller, person) : null,
        overAfterMs: 900 + 1900 * random(),
        silence: silence(),
      });
    }
    plans.push({
      id: `${options.noise ? 'noise' : 'clean'} ${i + 1}`,
      person,
      other: somebody(random),
      turns,
      random: seededRandom(Math.floor(random() * 2 ** 31)),
      misheardShare: options.noise ? MISHEARD.noise : MISHEARD.clean,
    });
  }
  return plans;
}

function wordsOf(options: PlanOptions, call: number, person: Person): Promise<Utterance[]> {
  const { recordings, turns, turnsPerCall } = options;
  if (recordings && recordings.length > 0) {
    const voice = recordings[call % recordings.length];
    const from = Math.floor(call / recordings.length) * turnsPerCall;
    return Promise.resolve(Array.from({ length: turnsPerCall }, (_, i) => voice[(from + i) % voice.length]));
  }
  if (turns && turns.length > 0) {
    return Promise.all(
      Array.from({ length: turnsPerCall }, (_, i) => turns[(call * turnsPerCall + i) % turns.length].speak(person)),
    );
  }
  const dialogue = DIALOGUES[call % DIALOGUES.length].slice(0, turnsPerCall);
  return Promise.all(dialogue.map(({ caller }) => say(caller, person, 450 + 100 * (call % 5))));
}

/** Deals a shuffled deck again and again. */
function dealer<T>(deck: readonly T[], random: () => number): () => T {
  let left: T[] = [];
  return () => {
    if (left.length === 0) left = [...deck].sort(() => random() - 0.5);
    return left.pop() as T;
  };
}
