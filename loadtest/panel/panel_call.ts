// One caller of the panel: a conversation turn by turn, with something out of turn over most replies and in some of the
// silences. What is done is drawn in front; when it is done depends on what is heard.

import type { Guest, GuestScript } from '../callers/guest.js';
import { type Person, say, type Utterance } from '../callers/person.js';
import type { EventKind } from '../ear/caller_event.js';
import { backchannel, burst, misheard, notForUs, type OutOfTurn, vocalSound } from './out_of_turn.js';

/** What happens over a reply, and in the silence after it. */
export type Over = Exclude<EventKind, 'turn'> | 'nothing';
export type InSilence = 'vocal' | 'not_for_us' | 'nothing';

export interface PlannedTurn {
  utterance: Utterance;
  over: Over;
  /** Words of the interruption, when that is what happens. */
  interruption: Utterance | null;
  /** So long into the reply. */
  overAfterMs: number;
  silence: InSilence;
}

export interface CallPlan {
  id: string;
  person: Person;
  other: Person;
  turns: readonly PlannedTurn[];
  random: () => number;
  /** Share of the words that the recogniser gets wrong. */
  misheardShare: number;
}

/** The agent is taken to have finished after this. */
const DONE_MS = 800;
const SETTLED_MS = 2200;
/** Nobody waits longer for an answer. */
const PATIENCE_MS = 6000;

export function panelScript(plan: CallPlan): GuestScript {
  return async (guest) => {
    const { random } = plan;
    await guest.agentSpeaks(15_000, 0);
    await guest.agentDone(DONE_MS, 20_000);
    for (const turn of plan.turns) {
      await speak(guest, plan, 'turn', turn.utterance);
      const wasDisturbed = await overReply(guest, plan, turn);
      // An agent that stopped for a cough may go on, or answer it: that is not to be taken for what comes next.
      await guest.agentDone((wasDisturbed ? SETTLED_MS : DONE_MS) + 500 * random(), 25_000);
      if (turn.silence === 'nothing') continue;
      const made = await outOfTurn(plan, turn.silence);
      // In the very moment before, the agent may have begun again.
      if (guest.agentSilentMs < DONE_MS) continue;
      await guest.say(turn.silence, made.utterance, { heardAs: made.heardAs });
      await guest.wait(2200);
      await guest.agentDone(DONE_MS, 15_000);
    }
  };
}

/** Says it and waits until the agent begins to answer; asks whether anybody is there when nobody does. */
async function speak(guest: Guest, plan: CallPlan, kind: 'turn' | 'interruption', utterance: Utterance): Promise<void> {
  const { random, misheardShare } = plan;
  const event = await guest.say(kind, utterance, { heardAs: misheard(utterance.words, misheardShare, random) });
  if (await guest.agentSpeaks(PATIENCE_MS, event.endMs)) return;
  const again = await say('Hello? Are you still there?', plan.person);
  const second = await guest.say('turn', again, { again: true });
  await guest.agentSpeaks(PATIENCE_MS, second.endMs);
}

/** True when something was done that the agent should not have minded. */
async function overReply(guest: Guest, plan: CallPlan, turn: PlannedTurn): Promise<boolean> {
  if (turn.over === 'nothing') return false;
  const made = turn.over === 'interruption' ? null : await outOfTurn(plan, turn.over);
  const isSpeaking = await guest.until(
    () => guest.agentSpeakingMs >= turn.overAfterMs && guest.agent.isSpeaking,
    turn.overAfterMs + 2500,
  );
  // A reply that was over sooner is none to speak over.
  if (!isSpeaking) return false;
  if (made) await guest.say(turn.over, made.utterance, { heardAs: made.heardAs });
  else if (turn.interruption) await speak(guest, plan, 'interruption', turn.interruption);
  return made !== null;
}

async function outOfTurn(plan: CallPlan, kind: Exclude<Over, 'interruption' | 'nothing'>): Promise<OutOfTurn> {
  const { person, other, random } = plan;
  switch (kind) {
    case 'backchannel':
      return backchannel(person, random);
    case 'vocal':
      return vocalSound(person, random);
    case 'not_for_us':
      return notForUs(person, other, random);
    case 'burst':
      return burst(person, random);
  }
}
