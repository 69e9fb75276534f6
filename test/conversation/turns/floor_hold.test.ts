import { expect, test } from 'vitest';
import { FloorHold } from '../../../src/conversation/turns/floor_hold.js';
import type { AgentState } from '../../../src/conversation/turns/floor_policy.js';
import { emptyWindow } from '../../../src/conversation/turns/sound_window.js';
import { Stretch, type Verdict } from '../../../src/conversation/turns/stretch.js';

const WINDOW_MS = 32;

/** One sound that grows window by window and is undecided until it is said what it was. */
class Sound {
  readonly stretch: Stretch;
  readonly done: string[] = [];
  now: number;

  constructor(
    readonly hold: FloorHold,
    readonly aboveDb: number,
    readonly agent: AgentState = 'speaking',
    startMs = 1000,
  ) {
    hold.anew();
    this.now = startMs;
    this.stretch = new Stretch(startMs);
  }

  sounds(ms: number, voicing = 0.8): this {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += WINDOW_MS;
      this.stretch.add({ ...emptyWindow(), probability: 0.9, levelDb: -25, voicing }, this.now);
      this.#move();
    }
    return this;
  }

  silent(ms: number): this {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += WINDOW_MS;
      this.#move();
    }
    return this;
  }

  is(verdict: Verdict): this {
    this.stretch.verdict = verdict;
    return this.#move(verdict === 'speech' ? 'yield' : 'keep');
  }

  #move(action: 'hold' | 'yield' | 'keep' = 'hold'): this {
    const what = this.hold.move(action, this.stretch, this.now, this.agent, this.aboveDb);
    if (what !== 'none') this.done.push(`${what} ${this.now - this.stretch.onsetMs}`);
    return this;
  }
}
const newHold = () => new FloorHold({ leadMs: 400, gapMsMax: 320 });

test.each([
  [6, 96], // the louder, the sooner
  [2, 96],
  [0, 160],
  [-2, 224],
  [-4, 256],
])('a voice %d dB above the caller silences us after %i ms', (aboveDb, ms) => {
  expect(new Sound(newHold(), aboveDb).sounds(320).done).toEqual([`pause ${ms}`]);
});

test.each([
  [-5, 256],
  [Number.NaN, 160],
])('a voice that is softer (%d dB), or nobody knows, holds', (aboveDb, ms) => {
  expect(new Sound(newHold(), aboveDb).sounds(320).done).toEqual([`hold ${ms}`]);
});

test('a sound without pitch holds, however loud', () => {
  expect(new Sound(newHold(), 3).sounds(160, 0.1).done).toEqual(['hold 96']);
});

test('what is over before it is met is not met', () => {
  expect(new Sound(newHold(), 0).sounds(128).silent(800).done).toEqual([]);
});

test('a voice that is over is waited for a gap, one that goes on as long as it takes', () => {
  expect(new Sound(newHold(), 0).sounds(352).silent(320).done).toEqual(['pause 160', 'resume 480']);
  expect(new Sound(newHold(), -5).sounds(352).silent(800).done).toEqual(['hold 256', 'resume 992']);
  expect(new Sound(newHold(), 0).sounds(1600).done).toEqual(['pause 160']);
});

test('who insists is waited for until their words must be there', () => {
  expect(new Sound(newHold(), 3).sounds(352).silent(900).done).toEqual(['pause 96', 'resume 1152']);
});

test('a voice that goes on behind what we took for its end stops us once more', () => {
  const sound = new Sound(newHold(), 0).sounds(224).silent(320).sounds(352);
  expect(sound.done).toEqual(['pause 160', 'resume 480', 'pause 800']);
});

test('a hold becomes a pause when the voice comes near', () => {
  const hold = newHold();
  const soft = new Sound(hold, -5).sounds(320);
  expect(hold.move('hold', soft.stretch, soft.now, 'speaking', 0)).toBe('pause');
  expect(hold.move('hold', soft.stretch, soft.now, 'speaking', 0)).toBe('none');
});

test('words decide: on we go, or it is their turn, once', () => {
  expect(new Sound(newHold(), 0).sounds(320).is('backchannel').done).toEqual(['pause 160', 'resume 320']);
  const yielded = new Sound(newHold(), 0).sounds(320).is('speech').is('speech').sounds(640);
  expect(yielded.done).toEqual(['pause 160', 'yield 320']);
});

test('two stops for nothing are enough for a while; nods, whose words come late, are not nothing', () => {
  const stops = (verdict: Verdict): number => {
    const hold = newHold();
    let count = 0;
    for (let startMs = 1000; startMs < 4000; startMs += 700) {
      const sound = new Sound(hold, 0, 'speaking', startMs).sounds(256).silent(352);
      sound.stretch.verdict = verdict;
      if (verdict === 'backchannel') sound.stretch.text = 'yeah';
      count += sound.done.filter((each) => each.startsWith('pause')).length;
    }
    return count;
  };
  expect([stops('noise'), stops('backchannel')]).toEqual([2, 5]);
});

test('while we think any sound holds at once, and nothing is lost by waiting for its words', () => {
  expect(new Sound(newHold(), -20, 'thinking').sounds(64).silent(900).done).toEqual(['hold 32', 'resume 864']);
});

test('a sound that is held is asked about when it is over, and when its words are due', () => {
  const hold = newHold();
  const sound = new Sound(hold, 0).sounds(320);
  expect(hold.checkAtMs('speaking', sound.stretch, sound.now)).toBe(1320 + 96);
  sound.silent(128);
  expect(hold.checkAtMs('speaking', sound.stretch, sound.now)).toBe(1160 + 320);
  expect(hold.holding).toBe(true);
  expect([hold.drop(), hold.holding, hold.drop()]).toEqual([true, false, false]);
  sound.is('noise');
  expect(hold.checkAtMs('speaking', sound.stretch, sound.now)).toBe(Number.POSITIVE_INFINITY);
});
