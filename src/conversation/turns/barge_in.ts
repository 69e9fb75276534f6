// Decides whether speech of the caller while the agent talks interrupts it. Pure. Asked only while audio is unplayed:
// whether the model still generates makes no difference, Twilio may hold seconds of finished speech. What "interrupt"
// does is turn_manager.ts.

import { asksToStop, isBackchannel } from './backchannel.js';

export interface BargeInOptions {
  /** Speech must last this long to interrupt when no words are known yet; shorter is a cough or a "mm". */
  bargeInMinSpeechMs: number;
  /** BCP 47. */
  language?: string;
}

export interface BargeInInput {
  /** VAD: the caller speaks now. */
  speaking: boolean;
  /** How long this stretch of speech lasts, or lasted. */
  speechMs: number;
  /** Its words as far as known, interims included; '' = none yet. */
  text: string;
  /** Since the reply began to play. */
  replyElapsedMs: number;
  /** The same for the end of this stretch of speech; absent or still speaking = now. */
  speechElapsedMs?: number;
  /** The reply can't be interrupted in its first so many ms (greeting); 0 = no protection. */
  protectedMs: number;
  /** The reply is our last word before hanging up: it is finished whatever happens. */
  ending: boolean;
}

/**
 * `interrupt`: stop talking. `wait`: undecided, ask again when time passed or words came. `ignore`: this stretch of
 * speech is over and was none of our business: noise, a backchannel, or spoken into the protected greeting. Words may
 * come after that; ask again with them.
 */
export type BargeInDecision = 'interrupt' | 'wait' | 'ignore';

/** A "yeah" may be drawn out to this; who goes on longer has more to say, even if the words aren't there yet. */
const BACKCHANNEL_MS_MAX = 1200;

export function decideBargeIn(input: BargeInInput, options: BargeInOptions): BargeInDecision {
  const { speaking, speechMs, text } = input;
  if (input.ending) return 'ignore';
  const undecided = speaking ? 'wait' : 'ignore';
  // Words come later than sound: a "hello?" said into the protected beginning must not interrupt when it is transcribed.
  const elapsedMs = speaking ? input.replyElapsedMs : (input.speechElapsedMs ?? input.replyElapsedMs);
  if (elapsedMs < input.protectedMs) return undecided;
  if (text.trim() !== '') {
    if (asksToStop(text, options.language)) return 'interrupt';
    if (isBackchannel(text, options.language)) return speechMs < BACKCHANNEL_MS_MAX ? undecided : 'interrupt';
    return 'interrupt';
  }
  return speechMs >= options.bargeInMinSpeechMs ? 'interrupt' : undecided;
}

/** Answers overlap the end of a question by about this much. */
const ANSWER_OVERLAP_MS = 800;

/**
 * Speech that did not interrupt and ended `endedBeforeMs` before the reply did: does it begin the caller's turn now that
 * the reply is over? Real words do. A lone "yeah" does when it can be the answer to the question the reply ended in.
 */
export function beginsTurnAfterReply(
  said: { text: string; endedBeforeMs: number; replyText: string },
  language = 'en',
): boolean {
  if (said.text.trim() === '') return false;
  if (!isBackchannel(said.text, language)) return true;
  return said.endedBeforeMs <= ANSWER_OVERLAP_MS && /[?？؟]\s*$/.test(said.replyText);
}
