// Turns written text into text that can be spoken, word by word, so that it can run on a stream: what belongs together
// around a number ("5 - 10 %", "$5 million") waits for its last word, line breaks and dashes become pauses. How one such
// expression is said is speakable.ts; cutting into pieces for the voice is sentence_splitter.ts.

import { languagePack } from '../languages/languages.js';
import type { SymbolWords } from '../languages/symbol_words.js';
import { currencyCode, unitOf } from './sign_tokens.js';
import { speakable } from './speakable.js';
import { SpokenSigns } from './spoken_signs.js';

/** `pause`: punctuation to put directly behind what was spoken before; `text`: the words to add, '' for none. */
export type OnSpoken = (pause: string, text: string, glued: boolean) => void;

/** Most words of most replies: nothing of a number. */
const PLAIN_WORD = /^[A-Za-z]+(?:'[A-Za-z]+)*[.,?!;:]?$/;
const LONE_MARK = /^(?:[-–—•·●▪◦‣*>+|]|#{1,6}|={3,}|-{3,}|`{3,}\w*|\|?(?:[:|-]{3,}))$/;
const LONE_DASH = /^[-–—]+$/;
/** Alone inside a line they part what stands around them. */
const LONE_PAUSE = /^(?:[-–—]+|[•·●▪◦‣|⇒←↔/]|=>|<-|<->)$/;
/** Alone they may belong to a number behind them. */
const BEGIN_SIGN = /^(?:[−+×*÷=<>≤≥≈±~#^→]|->|-->|\+\/-|<=|>=|!=)$/;
/** Behind a number. */
const LONE_SIGN = /^(?:[-–—−+×xX*/÷=<>≤≥≈±~#^→]|->|-->|\+\/-|<=|>=|!=)$/;
const SIGN_END = /(?:^|\s)(?:[-–—−+×xX*/÷=<>≤≥≈±~#^→]|->|-->|\+\/-|<=|>=|!=)$/;
const CLOSED = /[.,;:!?)\]}"'”’»…]$/;
/** Full stops that end no expression. */
const OPEN_STOP = /(?:^|[\d\s])(?:[ap]\.m\.|rs\.|mio\.|mrd\.)$/i;
const NUMBER_BEGIN = /^["'“«([*_]*(?:[-–−+~<>≈±]{0,2}(?:\p{Sc}|[A-Z]{1,2}\$)?[-−]?\.?\d|#\d)/u;
/** What is held waits for no more words than this. */
const HELD_WORDS_MAX = 12;
/** "I <3 you": a heart at the end of a line, a comparison before a word. */
const HEART = /^<3+[.!]*$/;

/** The beginning of a tag whose end is in a later word: `<break time="1s"/>`. */
const TAG_BEGIN = /(?:(?<![\p{L}\p{N}])<\/?[a-z]|<\/?[a-z][a-z0-9:_-]+)$/iu;
const ATTRIBUTE = /^[\w:-]+=|^\/?>|["'][/>]*$|>/;
const TAG_WORDS_MAX = 12;

/** A whitespace-separated stream of words in, spoken words out. Not the same object for two texts at once. */
export class SpokenWords {
  readonly #onSpoken: OnSpoken;
  readonly #language: string;
  readonly #words: SymbolWords | null;
  readonly #signs: SpokenSigns | null;
  #breaks = 0;
  #tag: string[] = [];
  #dash = false;
  /** An expression around a number, under way; '' = none. */
  #held = '';
  #heldGlued = false;
  #started = false;
  #afterNumber = false;
  #punctuated = true;

  constructor(language: string, onSpoken: OnSpoken) {
    this.#onSpoken = onSpoken;
    const pack = languagePack(language);
    this.#words = pack.symbols;
    this.#language = pack.code;
    this.#signs = pack.symbols === null ? null : signsOf(pack.code, pack.symbols);
  }

  /** One word with `lineBreaks` (0, 1, 2 = paragraph) before it; `glued`: no white space stood before it. */
  push(raw: string, lineBreaks: number, glued = false): void {
    if (lineBreaks > 0) {
      this.#replayTag();
      this.#flush();
    }
    if (lineBreaks > this.#breaks) this.#breaks = lineBreaks;
    if (this.#tag.length > 0) {
      const close = raw.indexOf('>');
      if (close < 0 && ATTRIBUTE.test(raw) && this.#tag.length < TAG_WORDS_MAX) {
        this.#tag.push(raw);
        return;
      }
      if (close < 0 || !ATTRIBUTE.test(raw)) this.#replayTag();
      else {
        this.#tag = [];
        if (close === raw.length - 1) return;
        raw = raw.slice(close + 1);
      }
    }
    const tag = TAG_BEGIN.exec(raw);
    if (tag === null) return this.#word(raw, lineBreaks > 0, glued);
    if (tag.index > 0) this.#word(raw.slice(0, tag.index), lineBreaks > 0, glued);
    this.#tag.push(tag[0]);
  }

  /** The text is over: hands out what was held back. */
  end(): void {
    this.#replayTag();
    this.#flush();
  }

  /** It was no tag, and no word of it may be lost. */
  #replayTag(): void {
    const words = this.#tag;
    this.#tag = [];
    for (const word of words) this.#word(word.replace(/^<\/?(?=\p{L}{3})/u, ''), false, false);
  }

  #word(raw: string, beginsLine: boolean, glued: boolean): void {
    if (this.#held === '' && PLAIN_WORD.test(raw) && !this.#begins(raw)) return this.#speak(raw, glued);
    if (glued) this.#flush();
    if (this.#held !== '' && this.#continues(raw)) {
      this.#held += ` ${raw}`;
      const isFull = this.#held.split(' ').length >= HELD_WORDS_MAX;
      if (isFull || (CLOSED.test(raw) && !OPEN_STOP.test(this.#held))) this.#flush();
      return;
    }
    this.#flush(true);
    if (LONE_MARK.test(raw) && (beginsLine || this.#breaks > 0 || !this.#started)) return;
    // Without words for signs a dash behind a number is the voice's: it may mean "to".
    if (LONE_PAUSE.test(raw) && (this.#signs !== null || !this.#afterNumber)) this.#dash = true;
    else if (LONE_PAUSE.test(raw)) this.#speak(raw === '-' ? '–' : raw, glued);
    else if (this.#begins(raw)) {
      this.#held = raw;
      this.#heldGlued = glued;
    } else if (!HEART.test(raw)) this.#speak(speakable(raw, this.#words, this.#signs), glued);
  }

  /** Words behind this one may belong to it. */
  #begins(raw: string): boolean {
    if (this.#signs === null) return false;
    if (currencyCode(raw) !== null || BEGIN_SIGN.test(raw)) return true;
    if (/^\p{Lu}/u.test(raw) && this.#signs.isDay(raw)) return true;
    return /\d/.test(raw) && (!CLOSED.test(raw) || OPEN_STOP.test(raw)) && !/^[(<["']*https?:|@/i.test(raw);
  }

  #continues(raw: string): boolean {
    const held = this.#held;
    const last = held.slice(held.lastIndexOf(' ') + 1);
    const bare = raw.replace(/[.,;:!?)\]}"'”»…*_]+$/, '').replace(/(?<![a-z])\/\p{L}+$/u, '');
    const startsWithDay = this.#signs!.isDay(held.split(' ')[0]);
    if (SIGN_END.test(held) || (!/\d/.test(last) && currencyCode(last) !== null && !/\d/.test(held))) {
      if (NUMBER_BEGIN.test(raw)) return true;
      if (LONE_DASH.test(last)) return this.#signs!.isDay(bare);
      return last === '/' && /\d/.test(held) && /^\p{L}/u.test(raw);
    }
    if (startsWithDay && !/\d/.test(held)) return LONE_DASH.test(raw);
    if (LONE_SIGN.test(raw) || /^(?:[%‰٪％]|[°º]\s?[CF]?|℃|℉)$/.test(bare)) return raw !== '#';
    if (currencyCode(bare) !== null || currencyCode(raw) !== null || unitOf(bare) !== null) return true;
    if (this.#words!.scale.test(bare) || /^(?:[KMB]|mn|bn|Mio|Mrd|Mds?|[kMm]€|Md€|[ap]\.?m|h|uhr)$/i.test(bare))
      return true;
    // "9 h–17 h", "5 mg/kg".
    if (/^(?:[\p{L}°%.]{1,4}[-–]\d|\p{L}{1,3}\/\p{L}{1,3}$)/u.test(bare)) return true;
    // "1 299,00 €": groups of three digits, not in English.
    return this.#language !== 'en' && /(?:^|\D)\d{1,3}(?: \d{3})*$/.test(held) && /^\d{3}(?:,\d+)?\p{Sc}?$/u.test(bare);
  }

  /** Says what was held. `goesOn`: a dash at its end is a pause before the next word. */
  #flush(goesOn = false): void {
    let held = this.#held;
    if (held === '') return;
    this.#held = '';
    if (HEART.test(held) && !goesOn) return;
    const dash = /\s[-–—]$/.exec(held) ?? /^[-–—]$/.exec(held);
    if (dash !== null) held = held.slice(0, dash.index);
    this.#speak(speakable(held, this.#words, this.#signs), this.#heldGlued);
    if (dash !== null) this.#dash = true;
  }

  #speak(text: string, glued: boolean): void {
    if (text === '') return;
    let pause = '';
    const lead = /^[.,?!;:]+(?!\d)/.exec(text);
    if (lead !== null) {
      // A stray mark, or a dash glued to the front: it belongs to the word before.
      pause = lead[0][0];
      text = text.slice(lead[0].length).trimStart();
    } else if (this.#breaks > 1) pause = '.';
    else if (this.#breaks === 1 || this.#dash) pause = ',';
    if (!this.#started || this.#punctuated) pause = '';
    if (pause !== '') this.#punctuated = true;
    if (text !== '') {
      this.#started = true;
      this.#afterNumber = /\p{N}[\p{L}\p{Sc}%°]{0,3}$/u.test(text);
      this.#punctuated = /[.,?!;:。！？、，；：،؛؟।]$/.test(text);
      this.#breaks = 0;
      this.#dash = false;
    }
    if (pause !== '' || text !== '') this.#onSpoken(pause, text, glued);
  }
}

/** A whole text at once: greetings, template values. Collapses white space. */
export function spokenText(text: string, language: string): string {
  let out = '';
  const words = new SpokenWords(language, (pause, spoken) => {
    out += pause;
    if (spoken !== '') out += out === '' ? spoken : ` ${spoken}`;
  });
  for (const match of text.matchAll(/(\s*)(\S+)/g)) words.push(match[2], Math.min(2, match[1].split('\n').length - 1));
  words.end();
  return out;
}

/** One per language: it keeps the names of days and nothing of a text. */
const signs = new Map<string, SpokenSigns>();

function signsOf(language: string, words: SymbolWords): SpokenSigns {
  let known = signs.get(language);
  if (known === undefined) {
    known = new SpokenSigns(language, words);
    signs.set(language, known);
  }
  return known;
}
