// Turns of real calls, words and pauses as they stand in a file, for callers to say in their own synthesised voices.

import { joined, lengthMs, type Person, say, type Utterance } from '../callers/person.js';
import { type CallerTurn, readTurnsFile } from '../turns/turns_file.js';
import { type Exchange, replyNumber } from './dialogues.js';

/** Words closer together than this are said in one breath. */
const BREATH_MS = 180;
/** A turn of fewer words is a nod as often as not, and it would be judged as a turn. */
const WORDS_MIN = 2;
const LENGTH_MS_MAX = 20_000;

/** One turn of a real caller. */
export interface SpokenTurn {
  text: string;
  /** What the agent of that call had said before it. */
  asked: string;
  speak(person: Person): Promise<Utterance>;
}

/** Throws an Error that says what is wrong with the file. */
export function readSpokenTurns(path: string): SpokenTurn[] {
  return readTurnsFile(path)
    .map(({ words, asked }) => ({ asked, words: words.filter(({ text }) => /^[\p{L}\p{N}'-]+$/u.test(text)) }))
    .filter(({ words }) => words.length >= WORDS_MIN && (words.at(-1)?.endMs ?? 0) - words[0].startMs < LENGTH_MS_MAX)
    .map(({ words, asked }) => ({
      text: words.map(({ text }) => text).join(' '),
      asked,
      speak: (person) => spoken(words, person),
    }));
}

/** What the model answers to each: something of its own, and then what the agent asked before the next turn. */
export function exchangesOf(turns: readonly SpokenTurn[]): Exchange[] {
  return turns.map(({ text }, i) => ({ caller: text, agent: replyNumber(i, turns[i + 1]?.asked ?? '') }));
}

async function spoken(words: CallerTurn['words'], person: Person): Promise<Utterance> {
  const breaths: { text: string; startMs: number; endMs: number }[] = [];
  for (const { text, startMs, endMs } of words) {
    const last = breaths.at(-1);
    if (last && startMs - last.endMs < BREATH_MS) {
      last.text += ` ${text}`;
      last.endMs = endMs;
    } else breaths.push({ text, startMs, endMs });
  }
  const parts: { utterance: Utterance; gapMs: number }[] = [];
  let endMs = breaths[0].startMs;
  for (const breath of breaths) {
    const utterance = await say(breath.text, person);
    // A breath that takes the synthesiser longer than the person moves what follows; the pause stays as it was.
    const gapMs = parts.length === 0 ? 0 : Math.max(0, breath.startMs - endMs);
    parts.push({ utterance, gapMs });
    endMs = breath.endMs;
  }
  const whole = joined(parts);
  return lengthMs(whole) > 0 ? whole : say('Hello.', person);
}
