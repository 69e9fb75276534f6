// A field that is being collected in a call: takes the caller's turns and keys to the collector while it lasts, keeps the call off the
// record where the field is protected, and makes of the outcome what the model is told. What is asked and understood is
// conversation/collect; who speaks is dialogue.ts.

import type { Field, FieldOutcome } from '../call/field.js';
import { CONCEALED, Collector, type CollectStep } from '../conversation/collect/collector.js';
import type { ExpectedAnswer } from '../conversation/turns/expected_answer.js';
import type { OffRecord } from './off_record.js';
import type { ProtectedValues } from './protected_values.js';

/** Nobody who is typing a number from a card pauses longer between two keys. */
const KEY_GAP_MS = 4000;
const KEYS_MAX = 32;
/** Stands for keys in the caller's turn until they are read. */
const TYPED = '[typed]';

export interface FieldLinks {
  /** BCP 47. */
  language: string;
  offRecord: OffRecord;
  values: ProtectedValues;
  /** Whether the caller's voice is taken in at all. */
  onListen(isListening: boolean): void;
}

/** `kept`: what of the caller's words may be written down. */
export type FieldStep = { kept: string } & ({ say: string } | { result: string });

export class FieldCollection {
  readonly field: Field;
  readonly #collector: Collector;
  readonly #links: FieldLinks;
  #keys = '';
  /** Of the turn that was heard last. */
  #keysBefore = '';
  /** When the entry of keys is over if no further one comes. */
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(field: Field, links: FieldLinks) {
    this.field = field;
    this.#links = links;
    this.#collector = new Collector(field, links.language);
    this.#open();
  }

  get expects(): ExpectedAnswer {
    return this.#collector.expects;
  }

  key(key: string, nowMs: number): void {
    if (key === '*') this.#keys = '';
    else if (/^\d$/.test(key) && this.#keys.length < KEYS_MAX) this.#keys += key;
    const isOver = key === '#' || this.#collector.isWhole(this.#keys);
    this.#dueMs = this.#keys === '' ? Number.POSITIVE_INFINITY : isOver ? nowMs : nowMs + KEY_GAP_MS;
  }

  /** An entry of keys is over: its turn is to be told as these words. Null = none is. */
  typed(nowMs: number): string | null {
    if (nowMs < this.#dueMs) return null;
    this.#dueMs = Number.POSITIVE_INFINITY;
    return TYPED;
  }

  /** The caller's turn is over. */
  heard(text: string): FieldStep {
    // So it stands where the call was held before, or the agent was paused: nobody knows it any more.
    if (text.includes(CONCEALED)) {
      this.#keys = '';
      this.settle();
      return { kept: this.#kept(text, ''), say: this.field.question };
    }
    const keys = text.includes(TYPED) ? this.#keys : '';
    this.#keysBefore = keys;
    this.#keys = '';
    const kept = this.#kept(text, keys);
    const step = keys === '' ? this.#collector.heard(text) : this.#collector.typed(keys);
    return { kept, ...this.#carriedOut(step) };
  }

  /** The caller's turn is over and nobody answers it: returns what of it may be written down. Keys of it are lost. */
  unanswered(text: string): string {
    const keys = text.includes(TYPED) ? this.#keys : '';
    this.#keys = '';
    return this.#kept(text, keys);
  }

  /** The caller goes on with the turn that was heard last: it comes again, with more. */
  undo(): void {
    this.#keys = this.#keysBefore + this.#keys;
    this.#collector.undo();
    this.#open();
  }

  /** What was heard last is answered: nothing of it is undone any more. */
  settle(): void {
    this.#keysBefore = '';
    this.#collector.settle();
  }

  /** It is given up, whatever is there of it. Safe twice. */
  close(): void {
    this.#links.onListen(true);
    this.#links.offRecord.set('field', false);
  }

  #open(): void {
    if (this.field.isProtected) this.#links.offRecord.set('field', true);
    this.#links.onListen(this.field.byVoice || !this.#collector.wantsValue);
  }

  #carriedOut(step: CollectStep): { say: string } | { result: string } {
    if ('say' in step) {
      this.#links.onListen(this.field.byVoice || !this.#collector.wantsValue);
      return step;
    }
    this.close();
    return { result: JSON.stringify(this.#result(step.done)) };
  }

  #kept(text: string, keys: string): string {
    if (keys === '') return this.#collector.kept(text);
    return this.field.isProtected ? CONCEALED : `typed ${[...keys].join(' ')} on the keypad`;
  }

  #result(outcome: FieldOutcome): object {
    if (!outcome.ok) return { ok: false, reason: REASONS[outcome.why] };
    const { value } = outcome;
    const { kind, isProtected } = this.field;
    if (!isProtected) return { ok: true, value, confirmed: true };
    const handle = this.#links.values.keep(this.field, value);
    const shown = kind === 'card_number' ? { last_four: value.slice(-4) } : { characters: value.length };
    return { ok: true, handle, ...shown, confirmed: true };
  }
}

const REASONS: Readonly<Record<(FieldOutcome & { ok: false })['why'], string>> = {
  not_understood: 'it could not be understood in three attempts',
  otherwise: 'the caller said something else: answer that first',
};
