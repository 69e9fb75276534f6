// Collects one field from a caller: their words and keys in, what to say next or what came of it out. Asks for what is missing,
// says the value back and has it confirmed. Pure: who asks and who speaks is worker/field_collection.ts, what the words
// give is field_reading.ts.

import type { Field, FieldOutcome } from '../../call/field.js';
import { languagePack } from '../languages/languages.js';
import { type ExpectedAnswer, NOTHING_ASKED } from '../turns/expected_answer.js';
import { spokenWords } from '../turns/spoken_words.js';
import { type CollectWords, collectWords } from './collect_words.js';
import { type FieldReading, isNumber, isWholeEntry, oneByOne, readSpoken, readTyped } from './field_reading.js';
import { mayHoldDigits } from './number_words.js';

export type CollectStep = { say: string } | { done: FieldOutcome };

/** What stands in a transcript where a caller said something that may not be kept. */
export const CONCEALED = '[protected]';

const FAILURES_MAX = 3;

interface State {
  phase: 'value' | 'confirm';
  digits: string;
  value: string;
  /** What is asked while it is to be confirmed. */
  question: string;
  failures: number;
}

export class Collector {
  readonly field: Field;
  readonly #language: string;
  readonly #words: CollectWords;
  #state: State = { phase: 'value', digits: '', value: '', question: '', failures: 0 };
  #before: State = this.#state;

  /** @param language BCP 47 */
  constructor(field: Field, language: string) {
    this.field = field;
    this.#language = language;
    this.#words = collectWords(language);
  }

  /** The value is wanted; else the yes or no to it. */
  get wantsValue(): boolean {
    return this.#state.phase === 'value';
  }

  /** What the caller is about to say, for whoever decides when they are done. */
  get expects(): ExpectedAnswer {
    if (!this.wantsValue) return { ...NOTHING_ASKED, kind: 'yes_no' };
    const { kind, lengths } = this.field;
    const continued = this.#state.digits !== '';
    const missing = (counts: readonly number[]) =>
      counts.map((count) => count - this.#state.digits.length).filter((count) => count > 0);
    if (kind === 'card_number') return { ...NOTHING_ASKED, kind: 'number', digits: missing([16]), continued };
    if (kind === 'digits') return { ...NOTHING_ASKED, kind: 'number', digits: missing(lengths), continued };
    if (kind === 'phone') return { ...NOTHING_ASKED, kind: 'number', digits: missing([10, 11]), continued };
    return { ...NOTHING_ASKED, kind };
  }

  /** What of the caller's words may be kept: nothing with a digit of a protected field in it. */
  kept(text: string): string {
    if (!this.field.isProtected) return text;
    // A "no" may have the right one behind it.
    if (!isNumber(this.field)) return CONCEALED;
    return mayHoldDigits(text, this.#language) ? CONCEALED : text;
  }

  /** An entry of keys needs no hash key to be over. */
  isWhole(keys: string): boolean {
    return this.wantsValue ? isWholeEntry(this.field, keys) : keys.length > 0;
  }

  /** The caller's turn is over, and this is what they said. */
  heard(text: string): CollectStep {
    this.#before = this.#state;
    const reading = readSpoken(this.field, text, this.#context());
    return this.wantsValue ? this.#value(reading, text) : this.#confirm(reading, text);
  }

  /** An entry of keys is over. To confirm it, 1 is yes and 2 is no. */
  typed(keys: string): CollectStep {
    this.#before = this.#state;
    if (!this.wantsValue && keys === '1') return this.#done();
    if (!this.wantsValue && keys === '2') return this.#again('');
    // Keys are all of it: whoever turns to the keypad begins anew.
    return this.#value(readTyped(this.field, keys, { ...this.#context(), before: '' }), keys);
  }

  /** The caller goes on: what they said last comes again with the rest. */
  undo(): void {
    this.#state = this.#before;
  }

  /** The turn that was heard last is over for good. */
  settle(): void {
    this.#before = this.#state;
  }

  #context() {
    return { language: this.#language, pack: languagePack(this.#language), before: this.#state.digits };
  }

  #value(reading: FieldReading, text: string): CollectStep {
    switch (reading.state) {
      case 'whole':
        return this.#read(reading);
      case 'partial':
        this.#state = { ...this.#state, phase: 'value', digits: reading.digits };
        return { say: this.#words.goOn };
      case 'wrong':
        return this.#again('');
      case 'none':
        if (this.#isSomethingElse(text)) return { done: { ok: false, why: 'otherwise' } };
        return this.#failed() ?? { say: this.#words.goOn };
    }
  }

  #confirm(reading: FieldReading, text: string): CollectStep {
    const { yes, no } = this.#words;
    const isNo = no.test(text);
    // "No, it is four one one two…": the value counts, not the no.
    const anew = isNumber(this.field) ? reading : this.#correction(text);
    if (anew.state === 'whole' && (isNumber(this.field) || isNo || !yes.test(text))) return this.#read(anew);
    if (isNo) return this.#again('');
    if (yes.test(text)) return this.#done();
    if (reading.state === 'partial' || reading.state === 'wrong') return this.#again('');
    return this.#failed() ?? { say: this.#state.question };
  }

  /** What is left of it behind the no. */
  #correction(text: string): FieldReading {
    const rest = text.replace(new RegExp(`^[^\\p{L}]*${this.#words.no.source}[\\s,.!]+`, 'iu'), '');
    const reading = readSpoken(this.field, rest, this.#context());
    // Three words more are not an address yet.
    return this.field.kind === 'address' && !/\d/.test(rest) ? { state: 'none' } : reading;
  }

  #read({ value, said }: FieldReading & { state: 'whole' }): CollectStep {
    const { kind, isProtected } = this.field;
    const { confirm, confirmCard, confirmCount } = this.#words;
    const question =
      kind === 'card_number'
        ? confirmCard(oneByOne(value.slice(-4)))
        : isProtected
          ? confirmCount(value.length)
          : confirm(said);
    this.#state = { ...this.#state, phase: 'confirm', digits: '', value, question };
    return { say: question };
  }

  #again(digits: string): CollectStep {
    const { again, typeAgain } = this.#words;
    this.#state = { ...this.#state, phase: 'value', digits, value: '' };
    return this.#failed() ?? { say: this.field.byVoice ? again : typeAgain };
  }

  #failed(): CollectStep | null {
    const failures = this.#state.failures + 1;
    this.#state = { ...this.#state, failures };
    return failures >= FAILURES_MAX ? { done: { ok: false, why: 'not_understood' } } : null;
  }

  #done(): CollectStep {
    return { done: { ok: true, value: this.#state.value } };
  }

  /** "Why do you need that?", not "okay, one moment" on the way to it. */
  #isSomethingElse(text: string): boolean {
    const { endOfTurn } = languagePack(this.#language);
    const { plain, words, end } = spokenWords(text, endOfTurn);
    if (end === 'question') return true;
    return words.length > 0 && !endOfTurn.answers.test(plain) && !words.every((word) => endOfTurn.fillers.has(word));
  }
}
