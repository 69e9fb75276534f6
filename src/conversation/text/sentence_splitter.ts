// Cuts the language model's stream into pieces for the voice: the first as early as it can be spoken well, later ones
// whole sentences. The pieces, put together, are exactly the cleaned text (spoken_text.ts); the voice provider joins
// them verbatim, so every piece ends with the space that belongs there. A model's thoughts are left out before
// (thought_filter.ts).

import { SpokenWords } from './spoken_text.js';
import { ThoughtFilter } from './thought_filter.js';

export interface SentenceSplitterOptions {
  language: string;
  /** The first piece may end at a comma once it has this many words: less sounds clipped, more costs time. */
  firstClauseWords: number;
  /** The first piece may end at a full stop from here on: one word alone plays out before the next piece is there. */
  firstSentenceWords: number;
  /** Without any punctuation the first piece ends with the word that reaches this: some two seconds of speech, eight tokens of waiting. */
  firstCharsMin: number;
  /** The piece behind one that was cut so is cut here at the latest: it must be there when the first has played out. */
  secondCharsMax: number;
  /** Later pieces end at a comma only when they are this long already. */
  clauseChars: number;
  /** No piece grows beyond this (plus one word), punctuation or not. */
  charsMax: number;
}
export const SENTENCE_SPLITTER_DEFAULTS = {
  language: 'en',
  firstClauseWords: 3,
  firstSentenceWords: 2,
  firstCharsMin: 32,
  secondCharsMax: 90,
  clauseChars: 90,
  charsMax: 200,
} as const satisfies SentenceSplitterOptions;

/** A run without white space this long is a script that writes none (or nonsense): it is cut. URLs stay whole. */
const WIDE_WORD_CHARS_MAX = 40;
const ASCII_WORD_CHARS_MAX = 250;

const WIDE_END = /[。！？]/;
const WIDE_PAUSE = /[、，；：]/;

/** Never the end of a sentence, though a full stop follows. */
const ABBREVIATIONS = new Set(
  `mr mrs ms dr prof st vs no approx dept est fig gen sen rep rev hon mt ext tel min max avg e.g i.e u.s u.k u.n
   sr jr cf al sra srta m mme mlle z.b d.h bzw usw ca nr str hr fr`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
/** May be one: what follows decides. */
const MAYBE_END = new Set(
  'a.m p.m etc inc ltd co corp u.s.a p.s jan feb mar apr jun jul aug sep sept oct nov dec'.split(' '),
);

type WordEnd = 'none' | 'clause' | 'sentence' | 'maybe_sentence';

export class SentenceSplitter {
  /** The last `push` showed that everything before it was thought and not meant for the caller: take it back. */
  withdrawn = false;
  /** What of the text of the last `push` or `flush` is for the caller, as the model wrote it. */
  kept = '';
  readonly #options: SentenceSplitterOptions;
  readonly #thoughts = new ThoughtFilter();
  #words: SpokenWords;
  readonly #pieces: string[] = [];
  #raw = ''; // the word under way
  #breaks = 0; // line breaks since the last word
  #glued = true; // no white space since the last word
  #piece = '';
  #pieceWords = 0;
  #spaced = true; // the space before the next word has been written
  #lastEnd: WordEnd = 'sentence';
  #first = true;
  /** The piece before was cut without punctuation. */
  #wasCut = false;

  constructor(options: Partial<SentenceSplitterOptions> = {}) {
    this.#options = { ...SENTENCE_SPLITTER_DEFAULTS, ...options };
    this.#words = this.#newWords();
  }

  /**
   * Adds streamed text of any size. Returns the pieces it completed, in order. The array is reused: read it before the
   * next call. Cost is linear in `text`; at most one piece of text is kept.
   */
  push(text: string): readonly string[] {
    this.#pieces.length = 0;
    this.kept = this.#thoughts.push(text);
    this.withdrawn = this.#thoughts.withdrawn;
    if (this.withdrawn) this.#restart();
    this.#cut(this.kept);
    return this.#pieces;
  }

  /** The stream is over: the rest, or null when there is none. The splitter is ready for another text. */
  flush(): string | null {
    this.#pieces.length = 0;
    this.kept = this.#thoughts.flush();
    this.#cut(this.kept);
    this.#endWord(false);
    this.#words.end();
    const rest = this.#pieces.join('') + this.#piece;
    this.#restart();
    return rest.trim() === '' ? null : rest;
  }

  #restart(): void {
    this.#raw = this.#piece = '';
    this.#pieceWords = this.#breaks = 0;
    this.#glued = this.#spaced = this.#first = true;
    this.#wasCut = false;
    this.#lastEnd = 'sentence';
    this.#words = this.#newWords();
  }

  /** Cuts `text` into words. */
  #cut(text: string): void {
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (isSpace(code)) {
        this.#raw += text.slice(start, i);
        start = i + 1;
        this.#endWord(true);
        this.#glued = false;
        if (code === 0x0a) this.#breaks += 1;
        continue;
      }
      if (code < 0x80 && this.#raw.length + i - start < ASCII_WORD_CHARS_MAX) continue;
      const wide = code > 0x2fff && (WIDE_END.test(text[i]) || WIDE_PAUSE.test(text[i]));
      const long = this.#raw.length + i + 1 - start >= (code < 0x80 ? ASCII_WORD_CHARS_MAX : WIDE_WORD_CHARS_MAX);
      const insidePair = code >= 0xd800 && code < 0xdc00;
      if (!wide && (!long || insidePair)) continue;
      this.#raw += text.slice(start, i + 1);
      start = i + 1;
      this.#endWord(false);
      this.#glued = true;
    }
    this.#raw += text.slice(start);
  }

  #endWord(spaceFollows: boolean): void {
    if (this.#raw === '') return;
    const word = this.#raw;
    this.#raw = '';
    this.#words.push(word, Math.min(2, this.#breaks), this.#glued);
    this.#breaks = 0;
    // A clear end is used at once; what the next word must decide is decided when it comes.
    if (this.#piece !== '' && !this.#spaced && this.#lastEnd !== 'maybe_sentence' && this.#endsPiece(this.#lastEnd)) {
      this.#emit(spaceFollows);
    }
  }

  #newWords(): SpokenWords {
    return new SpokenWords(this.#options.language, (pause, text, glued) => this.#append(pause, text, glued));
  }

  /** Adds what a word became, after deciding whether it begins a new piece. `glued`: no white space before it. */
  #append(pause: string, text: string, glued: boolean): void {
    if (pause !== '') {
      this.#piece += pause;
      this.#lastEnd = pause === '.' || pause === '?' || pause === '!' ? 'sentence' : 'clause';
    }
    if (text === '') return;
    if (this.#piece !== '') {
      const sentence = this.#lastEnd === 'maybe_sentence' && /^[\p{Lu}¿¡]/u.test(text);
      const end = sentence ? 'sentence' : this.#lastEnd === 'maybe_sentence' ? 'none' : this.#lastEnd;
      const { secondCharsMax, charsMax } = this.#options;
      const tooLong = this.#piece.length + text.length > (this.#wasCut ? secondCharsMax : charsMax);
      if (tooLong || this.#endsPiece(end)) this.#emit(!glued);
    }
    if (!this.#spaced && !glued) this.#piece += ' ';
    this.#piece += text;
    this.#pieceWords += 1;
    this.#spaced = false;
    this.#lastEnd = wordEnd(text, this.#lastEnd !== 'none');
  }

  #endsPiece(end: WordEnd): boolean {
    const { firstClauseWords, firstSentenceWords, firstCharsMin, clauseChars } = this.#options;
    if (end === 'sentence') return !this.#first || this.#pieceWords >= firstSentenceWords || isWide(this.#piece);
    if (this.#first && this.#piece.length >= firstCharsMin) return true;
    if (end !== 'clause') return false;
    return this.#first
      ? this.#pieceWords >= firstClauseWords || isWide(this.#piece)
      : this.#piece.length >= clauseChars;
  }

  #emit(withSpace: boolean): void {
    this.#pieces.push(withSpace ? `${this.#piece} ` : this.#piece);
    this.#piece = '';
    this.#pieceWords = 0;
    this.#spaced = withSpace;
    this.#wasCut = this.#first && this.#lastEnd === 'none';
    this.#first = false;
  }
}

/** `begins`: the word begins a sentence or clause, so a number with a full stop counts a list. */
function wordEnd(text: string, begins: boolean): WordEnd {
  const last = text[text.length - 1];
  if (last === '?' || last === '!' || WIDE_END.test(last) || last === '؟' || last === '।') return 'sentence';
  if (last === ',' || last === ';' || last === ':' || WIDE_PAUSE.test(last) || last === '،' || last === '؛') {
    return 'clause';
  }
  if (last !== '.') return 'none';
  if (text.endsWith('...')) return 'clause';
  const word = text.slice(text.lastIndexOf(' ') + 1, -1);
  const lower = word.toLowerCase();
  if (ABBREVIATIONS.has(lower)) return 'none';
  if (MAYBE_END.has(lower)) return 'maybe_sentence';
  if (/^\p{Lu}$/u.test(word) && word !== 'I') return 'none'; // an initial: "J. Smith"
  if (begins && /^\d{1,2}$/.test(word)) return 'none';
  return 'sentence';
}

/** Scripts without spaces have no words to count. */
function isWide(piece: string): boolean {
  return piece.length > 1 && piece.charCodeAt(piece.length - 2) > 0x2fff;
}

/** No-break, thin and ideographic spaces, line and paragraph separators. */
const WIDE_SPACE = /^\s$/;

function isSpace(code: number): boolean {
  return code <= 0x20
    ? code === 0x20 || (code >= 0x09 && code <= 0x0d)
    : code >= 0xa0 && WIDE_SPACE.test(String.fromCharCode(code));
}
