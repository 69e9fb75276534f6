// What the words of a stretch say by themselves, whatever its sound is. A verdict is asked for with every window of sound,
// 31 times a second; words change twice a second: they are read only then.

import { asksToStop, isBackchannel, mayBecomeBackchannel } from './backchannel.js';
import { settledWords } from './stretch_words.js';

export interface StretchReading {
  /** What was read. */
  readonly text: string;
  readonly finalText: string;
  readonly language: string;
  /** Lower case, words and blanks only. */
  readonly plain: string;
  readonly words: number;
  /** Nothing but a listener's sounds. */
  readonly isBackchannel: boolean;
  /** It may become that with its next word. */
  readonly mayBecomeBackchannel: boolean;
  /** It begins by asking for the floor. */
  readonly asksToStop: boolean;
  /** There is a word in it that no longer changes and is none of a listener's. */
  readonly hasSettledWord: boolean;
}

/** Who wants us to stop says so first: a "but" in the middle of a sentence does not ask for the floor. */
const STOP_WORDS_MAX = 4;

/** The same object as long as the words are the same; `last` = what was read before, null = nothing. O(text) else. */
export function readWords(
  { text, finalText }: { text: string; finalText: string },
  language: string,
  last: StretchReading | null,
): StretchReading {
  if (last !== null && last.text === text && last.finalText === finalText && last.language === language) return last;
  const said = plainWords(text);
  const settled = settledWords(text, finalText);
  return {
    ...{ text, finalText, language, plain: said },
    words: said === '' ? 0 : said.split(' ').length,
    isBackchannel: isBackchannel(text, language),
    mayBecomeBackchannel: mayBecomeBackchannel(text, language),
    asksToStop: asksToStop(text.split(/\s+/, STOP_WORDS_MAX).join(' '), language),
    hasSettledWord: settled !== '' && !isBackchannel(settled, language),
  };
}

/** Lower case, words and single blanks. */
export function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}
