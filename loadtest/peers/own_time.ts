// How much of each response time was the system's own: the response time less what the vendors' simulators took for that very
// turn, by their own record. The turn is found by its turn word (fleet/turn_words.ts). Pure.
//
//   own = response - stt - llm - tts
//
// stt: from the end of the audio that the last final before the LLM request was about until it left; llm: from the request
// until all characters had left that the voice was given first; tts: from those characters until the first audio. What of it
// lies before the caller's voice ended delays nobody and is not counted. What is left is the wait for the end of the turn
// and all of the system's work.

import type { ProviderRows, TurnRow } from '../fleet/fleet_messages.js';
import { leftAt, RowIndex } from '../report/turn_analysis.js';

/** One number for each turn whose rows are all there, ms. */
export function ownTimes(answered: readonly TurnRow[], rows: ProviderRows): number[] {
  const index = new RowIndex(rows);
  return answered.flatMap((turn) => {
    const own = ownTime(turn, index);
    return own === null ? [] : own;
  });
}

function ownTime(turn: TurnRow, index: RowIndex): number | null {
  const { answerMs, voiceEndMs } = turn;
  if (answerMs === null) return null;
  const word = index.wordOf(turn, answerMs);
  const voice = word === null ? undefined : index.voice(word, answerMs);
  const completion = voice && index.completion(voice);
  const textLeftMs = completion ? leftAt(completion, voice.firstText) : null;
  if (!voice || !completion || textLeftMs === null) return null;
  const after = (startMs: number, endMs: number): number => Math.max(0, endMs - Math.max(startMs, voiceEndMs));
  const final = index.lastFinal(turn, completion.startMs);
  const sttMs = final ? after(final.startMs, final.endMs) : 0;
  return answerMs - voiceEndMs - sttMs - after(completion.startMs, textLeftMs) - after(voice.startMs, voice.endMs);
}
