// Cuts a transcript into words the way they were spoken: lower case, without the punctuation a recogniser adds, hyphens
// opened ("S-M-I-T-H" is five letters). What the words amount to is turn_reading.ts.

import type { EndOfTurnWords } from '../languages/end_of_turn_words.js';

/** More of a turn than any decision looks at; keeps the cost of a long story flat. */
const WORDS_MAX = 80;
const CHARS_MAX = 800;

export interface SpokenWords {
  /** The last words, at most WORDS_MAX. */
  words: readonly string[];
  /** The same, joined by spaces. */
  plain: string;
  /** What stands behind the last word. */
  end: '' | 'stop' | 'question' | 'comma';
  /** The words of the last sentence, joined by spaces; all of them without punctuation. */
  lastSentence: string;
}

/** O(text), bounded by CHARS_MAX. */
export function spokenWords(text: string, language: EndOfTurnWords): SpokenWords {
  const tail = text.length > CHARS_MAX ? text.slice(text.indexOf(' ', text.length - CHARS_MAX) + 1) : text;
  const words: string[] = [];
  let sentenceFrom = 0;
  let end: SpokenWords['end'] = '';
  for (const written of tail.toLowerCase().replace(/’/g, "'").split(/\s+/)) {
    const before = words.length;
    for (const word of opened(written, language)) words.push(word);
    const mark = markBehind(written);
    if (words.length === before) {
      if (mark !== '' && before > 0) end = mark;
      continue;
    }
    if (end === 'stop' || end === 'question') sentenceFrom = before;
    end = mark;
  }
  const kept = words.slice(-WORDS_MAX);
  return {
    words: kept,
    plain: kept.join(' '),
    end,
    lastSentence: words.slice(Math.max(sentenceFrom, words.length - WORDS_MAX)).join(' '),
  };
}

function markBehind(written: string): SpokenWords['end'] {
  if (/[?？؟]["')\]]*$/.test(written)) return 'question';
  if (/(?:,|;|:|-|—|\.\.\.|…|、|，)$/.test(written)) return 'comma';
  // "a.m." ends in a full stop of its own, which says nothing about the sentence; taken for one all the same.
  return /[.!。！।]["')\]]*$/.test(written) ? 'stop' : '';
}

/** One written word as spoken ones. E-mail addresses, times ("10:30"), dates ("3/15") and amounts stay whole. */
function opened(written: string, language: EndOfTurnWords): string[] {
  if (written.startsWith('<')) return []; // <unk>: speech that nobody understood
  const bare = written.replace(/^[^\p{L}\p{M}\p{N}@$€£+#]+|[^\p{L}\p{M}\p{N}$€£%]+$/gu, '');
  if (bare === '') return [];
  if (bare.includes('@') || !bare.includes('-')) return [bare];
  if (language.digits.has(bare) || language.compound.test(bare)) return [bare];
  return bare.split('-').filter((part) => part !== '');
}
