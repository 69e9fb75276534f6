// What our own sentence is doing at a moment, for whoever judges the caller's sound over it.

import type { OurSentence } from '../conversation/turns/floor.js';
import type { Playout } from './playout.js';
import type { Spoken } from './speaker.js';

/** What was said in the last seconds, for telling an echo. */
const OUR_WORDS_CHARACTERS = 120;

/** undefined while nothing of ours can be heard. */
export function ourSentence(spoken: Spoken | null, playout: Playout, nowMs: number): OurSentence | undefined {
  if (spoken === null || spoken.audibleMs === null) return undefined;
  const isQuestion = spoken.complete && /[?？؟]\s*$/.test(spoken.reply.text);
  return {
    words: playout.heard(spoken.id, nowMs).text.slice(-OUR_WORDS_CHARACTERS),
    questionEndMs: isQuestion ? nowMs + Math.max(0, playout.aheadMs(nowMs)) + playout.queuedMs : null,
  };
}
