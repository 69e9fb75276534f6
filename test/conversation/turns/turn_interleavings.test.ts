// The turn manager under 10,000 seeded conversations in which everything comes in any order: sounds, words, nods, failures,
// silence. A mouth obeys it, and what must never happen is looked for after each event: two replies at once, a sound after a
// cut, a reply that stays held or is lost, a caller's word that is answered twice or never.

import { expect, test } from 'vitest';
import { emptyWindow } from '../../../src/conversation/turns/sound_window.js';
import type { TurnAction, TurnEvent } from '../../../src/conversation/turns/turn_events.js';
import { TurnManager } from '../../../src/conversation/turns/turn_manager.js';
import { seededRandom } from '../../threads/random_records.js';

const CONVERSATIONS = 10_000;
const STEP_MS = 32;
const WORD_MS = 160;
const OPTIONS = {
  silenceMsMin: 300,
  silenceMsMax: 1400,
  sttFinalTimeoutMs: 800,
  leadMs: 400,
  bargeInMinSpeechMs: 1200,
  greetingProtectMs: 1000,
  idlePromptMs: 12_000,
  fillerMs: 2500,
  replyTimeoutMs: 6000,
  outagePatienceMs: 45_000,
  deafPatienceMs: 25_000,
};

/** A reply in the mouth: words that were heard, of so many. */
interface Reply {
  words: number;
  heard: number;
  isAudible: boolean;
  isAnswer: boolean;
  /** To what the caller said last, not the rest of an earlier one. */
  answers: boolean;
}

class Conversation {
  readonly turns = new TurnManager(OPTIONS);
  now = 0;
  reply: Reply | null = null;
  isHeld = false;
  hasEnded = false;
  /** Text of answers that were not withdrawn; the last of them may still be. */
  readonly answered: string[] = [];
  /** Said in a silence of ours, and final. */
  readonly owed = new Set<string>();
  readonly faults: string[] = [];
  #rest = 0;
  #dueMs = 0;
  #nextWord = 0;
  #sttMs = 0;
  /** Of the reply so many words must be heard, whatever happens. */
  #mustHear = 0;

  constructor(readonly random: () => number) {
    this.happens({ on: 'started' });
  }

  happens(event: TurnEvent): void {
    for (const action of this.turns.handle(event, this.now)) this.#obey(action);
  }

  /** Time passes, with or without a voice. */
  pass(ms: number, voice: { levelDb: number } | null = null): void {
    const window = emptyWindow();
    for (const untilMs = this.now + ms; this.now < untilMs && !this.hasEnded; ) {
      this.now += STEP_MS;
      window.probability = voice ? 0.9 : 0.03;
      window.levelDb = voice?.levelDb ?? -70;
      window.voicing = 0.8;
      for (const action of this.turns.window(window, this.now, this.now)) this.#obey(action);
      this.#tick();
      this.#speak();
      this.#unprotect();
    }
  }

  #tick(): void {
    const isDue = this.now >= this.turns.dueMs;
    const actions = this.turns.handle({ on: 'tick' }, this.now);
    if (!isDue && actions.length > 0) this.faults.push('a tick before its time did something');
    for (const action of actions) this.#obey(action);
  }

  /** The caller says something, as the VAD, the recogniser and the windows tell it. */
  says(count: number, levelDb: number, what: 'words' | 'nod' | 'stop' | 'nothing'): void {
    const fromMs = this.now;
    // Nothing of ours is heard or being made, and their level is not in doubt: these words want an answer.
    const isOwed = this.turns.state.kind === 'listening' && what === 'words' && levelDb > -30;
    const words = Array.from({ length: count }, () =>
      what === 'nod' ? 'yeah' : what === 'stop' ? 'stop' : `Item${this.#nextWord++}`,
    );
    this.pass(96, { levelDb });
    this.happens({ on: 'speech_start', startMs: fromMs });
    for (let said = 1; said <= count; said++) {
      this.pass(256, { levelDb });
      if (what !== 'nothing' && this.random() < 0.6) this.#result(words.slice(0, said), fromMs, false);
    }
    const endMs = this.now;
    this.pass(96);
    this.happens({ on: 'speech_pause' });
    this.pass(96);
    this.happens({ on: 'speech_end', endMs });
    this.pass(this.random() * 300);
    if (what === 'nothing') return this.#result([], fromMs, true, endMs);
    this.#result(words, fromMs, true, endMs);
    if (isOwed && this.turns.state.kind !== 'ended') for (const word of words) this.owed.add(word);
  }

  #result(words: readonly string[], fromMs: number, isFinal: boolean, toMs = this.now): void {
    if (this.hasEnded) return;
    const startMs = Math.max(fromMs, this.#sttMs);
    if (isFinal) this.#sttMs = toMs;
    const text = words.length === 0 ? '' : `${words.join(' ')}${isFinal ? '.' : ''}`;
    const transcript = {
      text,
      isFinal,
      speechFinal: false,
      fromFinalize: isFinal,
      startMs,
      endMs: toMs,
      confidence: 0.9,
    };
    this.happens({ on: 'transcript', transcript, behindMs: 0, ...(this.reply?.isAudible && { ours: OURS }) });
  }

  #speak(): void {
    const { reply } = this;
    if (reply === null || this.isHeld || this.now < this.#dueMs) return;
    this.#dueMs = this.now + WORD_MS;
    if (!reply.isAudible) {
      reply.isAudible = true;
      return this.happens({ on: 'reply_audible' });
    }
    if (this.turns.state.kind !== 'speaking') this.faults.push(`${this.now}: a sound in ${this.turns.state.kind}`);
    if (++reply.heard < reply.words) return;
    this.reply = null;
    this.happens({ on: 'reply_played', farewell: false, text: this.random() < 0.5 ? 'Is it so?' : 'So it is.' });
  }

  /** A key that interrupts, and what was typed. */
  presses(): void {
    this.happens({ on: 'key', interrupts: true });
    if (this.reply !== null && this.turns.state.kind === 'listening')
      this.faults.push(`${this.now}: a key cut nothing`);
    this.pass(200);
    if (this.turns.state.kind !== 'listening') return;
    const word = `Item${this.#nextWord++}`;
    this.owed.add(word);
    this.happens({ on: 'typed', text: word });
  }

  /** What is being said holds a sentence that must be heard. */
  protects(): void {
    if (this.reply === null || !this.reply.isAudible) return;
    this.#mustHear = Math.ceil((this.reply.heard + this.reply.words) / 2);
    this.happens({ on: 'protected', isOn: true });
  }

  #unprotect(): void {
    if (this.#mustHear === 0 || (this.reply !== null && this.reply.heard < this.#mustHear)) return;
    this.#mustHear = 0;
    this.happens({ on: 'protected', isOn: false });
  }

  fails(): void {
    if (this.reply === null || !this.reply.isAnswer || this.reply.isAudible) return;
    this.reply = null;
    // The apology asks the caller to say it again.
    this.owed.clear();
    this.happens({ on: 'reply_failed' });
  }

  #begin(isAnswer: boolean, words = 2 + Math.floor(this.random() * 20), answers = isAnswer): void {
    if (this.reply !== null) this.faults.push(`${this.now}: a second reply`);
    this.reply = { words, heard: 0, isAudible: false, isAnswer, answers };
    this.#dueMs = this.now + 200 + this.random() * 800;
  }

  #obey(action: TurnAction): void {
    switch (action.do) {
      case 'answer':
        this.answered.push(action.text);
        return this.#begin(true);
      case 'say':
        return this.#begin(false);
      case 'take_up':
        if (this.#rest === 0) return this.happens({ on: 'nothing_left' });
        return this.#begin(true, this.#rest, false);
      case 'withdraw':
      case 'give_up':
        if (this.reply === null || this.reply.isAudible) this.faults.push(`${this.now}: ${action.do} of nothing`);
        if (action.do === 'withdraw' && this.reply?.answers) this.answered.pop();
        this.reply = null;
        this.isHeld = false;
        return;
      case 'interrupt':
        if (this.reply === null) this.faults.push(`${this.now}: cut of nothing`);
        if (this.reply !== null && this.reply.heard < this.#mustHear)
          this.faults.push(`${this.now}: cut in what must be heard`);
        this.#rest = this.reply?.isAnswer ? this.reply.words - this.reply.heard : 0;
        this.reply = null;
        this.isHeld = false;
        return;
      case 'hold':
      case 'pause':
        if (this.reply === null) this.faults.push(`${this.now}: ${action.do} of nothing`);
        this.isHeld = true;
        return;
      case 'resume':
        if (!this.isHeld) this.faults.push(`${this.now}: resume of nothing`);
        this.isHeld = false;
        return;
      case 'end':
        this.hasEnded = true;
    }
  }
}
const OURS = { words: 'we have soup and bread', questionEndMs: null };

/** `keys`: keys are pressed, too, and sentences are protected. */
function run(seed: number, keys = false): string[] {
  const random = seededRandom(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)];
  const talk = new Conversation(random);
  talk.pass(random() * 3000);
  for (let event = 0; event < 12 && !talk.hasEnded; event++) {
    const dice = random();
    const rare = keys ? random() : 1;
    if (rare < 0.15) talk.presses();
    else if (rare < 0.3) talk.protects();
    else if (dice < 0.1) talk.fails();
    else if (dice < 0.35) talk.pass(random() * 4000);
    else {
      const levelDb = pick([-25, -25, -25, -27, -22, -33, -42]);
      talk.says(1 + Math.floor(random() * 6), levelDb, pick(['words', 'words', 'words', 'nod', 'stop', 'nothing']));
    }
  }
  // A patient silence: whatever is owed is said now, and nothing may stay held.
  talk.pass(7000);
  if (talk.isHeld && !talk.hasEnded) talk.faults.push('held for ever');
  const said: readonly string[] = talk.answered.join(' ').match(/Item\d+/g) ?? [];
  if (new Set(said).size < said.length) talk.faults.push(`a word was answered twice: ${talk.answered.join(' | ')}`);
  for (const word of talk.owed) {
    if (!talk.hasEnded && !said.includes(word)) talk.faults.push(`${word} was never answered`);
  }
  return talk.faults.map((fault) => `seed ${seed}: ${fault}`);
}

test(`${CONVERSATIONS} conversations in any order`, { timeout: 120_000 }, () => {
  const faults: string[] = [];
  for (let seed = 1; seed <= CONVERSATIONS && faults.length < 10; seed++) faults.push(...run(seed));
  expect(faults).toEqual([]);
});

test('the same with keys that interrupt and sentences that must be heard: nothing cuts those', () => {
  const faults: string[] = [];
  for (let seed = 1; seed <= CONVERSATIONS / 5 && faults.length === 0; seed++) faults.push(...run(seed, true));
  expect(faults).toEqual([]);
});
