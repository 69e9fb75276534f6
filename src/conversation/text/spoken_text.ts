// Turns written text into text that can be spoken: no markdown, no emoji, no brackets, no symbols; those that carry
// meaning become words ("$4.99" -> "4 dollars and 99 cents"). Works word by word, so that it can run on a stream;
// cutting into pieces for the voice is sentence_splitter.ts.

import { languagePack } from '../languages/languages.js';
import type { SymbolWords } from '../languages/symbol_words.js';

/** What spoken text consists of, for the languages whose pack has words for signs. */
export const SPOKEN_PATTERN = /^[\p{L}\p{M}\p{N} .,?!;:'\-¿¡。！？、，；：،؛؟।]*$/u;

/** Most words of most replies: nothing to do. */
const PLAIN_WORD = /^[A-Za-z0-9]+(?:['-][A-Za-z0-9]+)*[.,?!;:]?$/;
const MONEY = /^[("'[*_]*([$€£])(\d[\d,]*)(?:\.(\d{1,2}))?([^\d]*)$/;
const LONE_MARK = /^([-–—*•·>+#|]+|={3,}|`{3,}\w*)$/;
const SMILEY = /^[:;=8]['-]?[)(DPpO3|\\/]+$/;
const URL_WORD = /^[(<["']*https?:\/\/([^\s)>\]"']*)(.*)$/i;
const EMAIL = /^[(<["']*([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)(.*)$/;
const EMOJI = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0e|\ufe0f|\u20e3/gu;
const TAG = /<\/?[a-z][^<>]*>/gi;
/** A tag that spans more words than this was none. */
const TAG_WORDS_MAX = 6;

/**
 * A whitespace-separated stream of words in, spoken words out. `push` fills `pause` and `text`: first the punctuation to
 * put directly behind what was spoken before (a line break or a dash makes one), then the words to add, '' for none.
 * Not the same object for two texts at once.
 */
export class SpokenWords {
  pause = '';
  text = '';
  private readonly symbols: SymbolWords | null;
  private breaks = 0;
  private tagWords = 0;
  private dash = false;
  // An amount waits for the word behind it ("$5" "million"); `pause` is what a line break behind it asks for.
  private money: { major: string; minor: string; sign: string; pause: string } | null = null;
  private started = false;
  private punctuated = true;

  constructor(language: string) {
    this.symbols = languagePack(language).symbols;
  }

  /** One word with `lineBreaks` (0, 1, 2 = paragraph) before it. */
  push(raw: string, lineBreaks: number): void {
    this.pause = '';
    this.text = '';
    if (this.money !== null && lineBreaks > 0) this.money.pause = lineBreaks > 1 ? '.' : ',';
    else if (lineBreaks > this.breaks) this.breaks = lineBreaks;
    if (this.tagWords > 0) {
      // Inside `<break time="1s"/>`: nothing of it is text.
      const close = raw.indexOf('>');
      this.tagWords = close < 0 ? this.tagWords - 1 : 0;
      if (close < 0 || close === raw.length - 1) return;
      raw = raw.slice(close + 1);
    }
    if (PLAIN_WORD.test(raw) && this.money === null) {
      this.speak(raw);
      return;
    }
    const tag = /<\/?[a-z][^<>]*$/i.exec(raw);
    if (tag !== null) {
      this.tagWords = TAG_WORDS_MAX;
      raw = raw.slice(0, tag.index);
    }
    if (LONE_MARK.test(raw)) this.loneMark(raw, lineBreaks > 0);
    else if (this.symbols === null) this.speak(speakable(raw, null));
    else this.amountOrWord(raw, this.symbols);
  }

  /** The text is over: fills `text` with what was held back, '' for nothing. */
  end(): void {
    this.pause = '';
    this.text = '';
    this.speak(this.flushMoney());
  }

  /** Alone at the beginning of a line a bullet, a heading or a rule; inside a line a dash is a pause. */
  private loneMark(raw: string, beginsLine: boolean): void {
    const bullet = beginsLine || (this.breaks > 0 && this.money === null) || (!this.started && this.money === null);
    if (bullet) return;
    if (/^[-–—]/.test(raw)) {
      this.speak(this.flushMoney());
      this.dash = true;
    } else if (raw === '+' && this.symbols !== null) this.speak(joinWords(this.flushMoney(), this.symbols.plus));
  }

  private amountOrWord(raw: string, symbols: SymbolWords): void {
    const money = MONEY.exec(raw);
    if (money === null) {
      const spoken = speakable(raw, symbols);
      // "$5 million" is "5 million dollars": the word after the amount decides where the unit goes.
      const scale = this.money === null || this.money.pause !== '' ? null : symbols.scales.exec(spoken);
      if (this.money === null || scale === null) {
        this.speak(joinWords(this.flushMoney(), spoken));
        return;
      }
      const { major, minor, sign } = this.money;
      this.money = null;
      this.speak(`${major}${minor === '' ? '' : `.${minor}`} ${scale[1]} ${symbols.units[sign][1]}${scale[2]}`);
      return;
    }
    const before = this.flushMoney();
    const [, sign, digits, minor = '', rest] = money;
    const tail = (digits.endsWith(',') ? ',' : '') + speakable(rest, symbols);
    this.money = { sign, major: digits.replace(/,+$/, ''), minor, pause: '' };
    this.speak(tail === '' ? before : joinWords(before, joinWords(this.flushMoney(), tail)));
  }

  private speak(text: string): void {
    if (text === '') return;
    let pause = '';
    const lead = /^[.,?!;:]+/.exec(text);
    if (lead !== null) {
      // A stray mark, or a dash glued to the front: it belongs to the word before.
      pause = lead[0][0];
      text = text.slice(lead[0].length).trimStart();
    } else if (this.breaks > 1) pause = '.';
    else if (this.breaks === 1 || this.dash) pause = ',';
    if (this.started && !this.punctuated && pause !== '') {
      this.pause = pause;
      this.punctuated = true;
    }
    if (text === '') return;
    this.text = text;
    this.started = true;
    this.punctuated = /[.,?!;:。！？、，；：،؛؟।]$/.test(text);
    this.breaks = 0;
    this.dash = false;
  }

  private flushMoney(): string {
    if (this.money === null) return '';
    const { sign, major, minor, pause } = this.money;
    this.money = null;
    const [one, many, oneMinor, manyMinor] = this.symbols!.units[sign];
    const cents = Number(minor.padEnd(2, '0'));
    let text = `${major} ${major === '1' ? one : many}`;
    if (cents > 0) text += ` ${this.symbols!.and} ${cents} ${cents === 1 ? oneMinor : manyMinor}`;
    return text + pause;
  }
}

/** A whole text at once: greetings, template values. Collapses white space. */
export function spokenText(text: string, language: string): string {
  const words = new SpokenWords(language);
  let out = '';
  const add = (): void => {
    out += words.pause;
    if (words.text !== '') out += out === '' ? words.text : ` ${words.text}`;
  };
  for (const match of text.matchAll(/(\s*)(\S+)/g)) {
    words.push(match[2], Math.min(2, match[1].split('\n').length - 1));
    add();
  }
  words.end();
  add();
  return out;
}

function joinWords(a: string, b: string): string {
  if (a === '' || b === '') return a + b;
  return /^[.,?!;:]/.test(b) ? a + b : `${a} ${b}`;
}

/** One word without white space, made speakable; may become several words, or none. */
function speakable(raw: string, symbols: SymbolWords | null): string {
  if (PLAIN_WORD.test(raw)) return raw;
  if (SMILEY.test(raw)) return '';
  let text = raw
    .replace(/\]\([^)]*\)?/g, '')
    .replace(TAG, '')
    .replace(EMOJI, '');
  const url = URL_WORD.exec(text);
  if (url !== null) text = speakAddress(url[1], symbols) + url[2];
  const email = EMAIL.exec(text);
  if (email !== null && symbols !== null) {
    text = `${speakAddress(email[1], symbols)} ${symbols.at} ${speakAddress(email[2], symbols)}${email[3]}`;
  }
  text = text
    .replace(/[‘’ʼ]/g, "'")
    .replace(/…/g, '...')
    .replace(/(\d)[–—](?=\d)/g, symbols === null ? '$1-' : `$1 ${symbols.to} `)
    .replace(/\s*(?:[–—]|--+)\s*/g, ', ');
  if (symbols !== null) {
    text = text
      .replace(/%/g, ` ${symbols.percent}`)
      .replace(/[$€£]/g, (sign) => ` ${symbols.units[sign][1]} `)
      .replace(/&(?:amp;)?/g, ` ${symbols.and} `)
      .replace(/#(?=\d)/g, `${symbols.number} `)
      .replace(/~(?=\d)/g, `${symbols.about} `)
      .replace(/°\s*C\b/g, ` ${symbols.degrees} Celsius`)
      .replace(/°\s*F\b/g, ` ${symbols.degrees} Fahrenheit`)
      .replace(/°/g, ` ${symbols.degrees}`)
      .replace(/\+/g, ` ${symbols.plus} `)
      .replace(/@/g, ` ${symbols.at} `)
      .replace(/=/g, ` ${symbols.equals} `);
  } else text = text.replace(/[&#~@=]/g, ' ');
  return (
    text
      // What joins two words becomes a space, everything else that can't be spoken goes.
      .replace(/(?<=[\p{L}\p{N}])[/_\\|*^~<>{}[\]()$€£"]+(?=[\p{L}\p{N}])/gu, ' ')
      .replace(symbols === null ? /[^\p{L}\p{M}\p{N} .,?!;:'\-¿¡。！？、，；：،؛؟।%+°$€£¥₹]/gu : NOT_SPOKEN, '')
      .replace(/(?<![\p{L}\p{N}])['-]+|-+(?![\p{L}\p{N}])/gu, '')
      .replace(/[.,?!;:]{2,}/g, strongest)
      .replace(/\s+(?=[.,?!;:])/g, '')
      .replace(/\s{2,}/g, ' ')
      .trim()
  );
}

const NOT_SPOKEN = /[^\p{L}\p{M}\p{N} .,?!;:'\-¿¡。！？、，；：،؛؟।]/gu;

/** "?!" is a question, "!!!" one exclamation; "..." stays, it is a pause of its own. */
function strongest(marks: string): string {
  if (/^\.{3,}$/.test(marks)) return '...';
  for (const mark of '?!.;:') if (marks.includes(mark)) return mark;
  return ',';
}

function speakAddress(address: string, symbols: SymbolWords | null): string {
  const [, path, tail] = /^(.*?)([.,?!;:]*)$/.exec(address.replace(/[?#&].*?(?=[.,!;:]*$)/, '')) ?? ['', address, ''];
  const plain = path.replace(/\/+$/, '');
  if (symbols === null) return plain.replace(/[/_]/g, ' ') + tail;
  return (
    plain
      .replace(/\./g, ` ${symbols.dot} `)
      .replace(/\/+/g, ` ${symbols.slash} `)
      .replace(/-/g, ` ${symbols.dash} `)
      .replace(/_/g, ` ${symbols.underscore} `) + tail
  );
}
