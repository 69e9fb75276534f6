// Made-up words that tie what the providers see to one utterance of one call. Speech recognition hears the word, so the
// server carries it to the language model, whose reply repeats it, so the voice is asked to speak it: attribution that
// needs nothing from the server but that it does its work. Pure.

const CONSONANTS = 'bdfgklmnprstv';
const VOWELS = 'aeiou';
const SYLLABLES = CONSONANTS.length * VOWELS.length;
/** More words than any run has utterances. */
const WORD_COUNT = SYLLABLES ** 4;

/** The word of utterance number `n` (from 0): a capitalised name of ten letters that no dictionary holds. */
export function turnWord(n: number): string {
  let rest = n % WORD_COUNT;
  let word = 'Zu';
  for (let i = 0; i < 4; i++) {
    const syllable = rest % SYLLABLES;
    rest = Math.floor(rest / SYLLABLES);
    word += CONSONANTS[Math.floor(syllable / VOWELS.length)] + VOWELS[syllable % VOWELS.length];
  }
  return word;
}

const PATTERN = /\bZu(?:[bdfgklmnprstv][aeiou]){4}\b/gi;

/** All such words in `text`, in order. A server may change their case. */
export function turnWordsIn(text: string): string[] {
  return (text.match(PATTERN) ?? []).map((word) => word[0].toUpperCase() + word.slice(1).toLowerCase());
}
