import { describe, expect, test } from 'vitest';
import { emptyWindow, WINDOW_MS } from '../../../src/conversation/turns/sound_window.js';
import type { TurnState } from '../../../src/conversation/turns/turn_events.js';
import { TurnFloor } from '../../../src/conversation/turns/turn_floor.js';

const VOICE = { probability: 0.95, levelDb: -25, voicing: 0.8, change: 4, tilt: 5, likeness: 0 };
const SILENCE = { probability: 0.02, levelDb: -70, voicing: 0.1 };
const SPEAKING: TurnState = { kind: 'speaking', reply: 'answer', sinceMs: 0 };

/** A floor that was told what the agent does, and the moves that followed. */
class Story {
  readonly floor = new TurnFloor({ language: 'en', leadMs: 400, bargeInMinSpeechMs: 700, greetingProtectMs: 1500 });
  readonly moves: string[] = [];
  state: TurnState = SPEAKING;
  now = 0;

  is(state: TurnState): this {
    this.state = state;
    return this.note(this.floor.agent(state, this.now));
  }
  sound(ms: number, kind: object = VOICE): this {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += WINDOW_MS;
      if (this.now >= this.floor.checkMs) this.note(this.floor.tick(this.state, this.now));
      this.note(this.floor.window(Object.assign(emptyWindow(), kind), this.state, this.now));
    }
    return this;
  }
  /** `startMs`, `endMs` on the recogniser's clock. */
  words(text: string, startMs: number, endMs: number, behindMs?: number): this {
    const of = { isFinal: true, speechFinal: true, fromFinalize: false, confidence: 1 };
    const transcript = { text, startMs, endMs, ...of };
    return this.note(this.floor.transcribed({ on: 'transcript', transcript, behindMs }, this.state, this.now));
  }
  note(move: string): this {
    if (move !== 'none') this.moves.push(move);
    return this;
  }
}

describe('words are put on the clock of the sound', () => {
  test('words of a sound under our reply yield; the recogniser may be late', () => {
    const story = new Story().is(SPEAKING).sound(640);
    story.now += 700;
    story.words('The soup was cold.', 0, 640, 5);
    expect(story.moves.at(-1)).toBe('yield');
    expect(story.floor.judgedForUs).toBe(true);
  });

  test('what was said before our reply began does not interrupt it', () => {
    const story = new Story();
    story.now = 5000;
    story.is({ kind: 'speaking', reply: 'answer', sinceMs: 5000 });
    story.now = 5200;
    story.words('And the bread was stale.', 0, 900, 4000);
    expect(story.moves).toEqual([]);
  });

  test('without a clock they are as of now', () => {
    const story = new Story();
    story.now = 5000;
    story.is({ kind: 'speaking', reply: 'answer', sinceMs: 5000 }).sound(320);
    story.words('The soup was cold.', 0, 900);
    expect(story.moves.at(-1)).toBe('yield');
  });
});

describe('the beginning of the greeting', () => {
  const GREETING: TurnState = { kind: 'speaking', reply: 'greeting', sinceMs: 0 };

  test('is not cut off by words; after it the same words are', () => {
    const story = new Story().is(GREETING).sound(640).words('The soup was cold.', 0, 600, 5);
    expect(story.moves).toEqual([]);
    expect(story.floor.protectedUntilMs(GREETING)).toBe(1500);
    story.sound(960, SILENCE).sound(640).words('The bread was stale.', 1640, 2240, 5);
    expect(story.moves.at(-1)).toBe('yield');
  });

  test('a voice that began in it and goes on is judged when it is over', () => {
    const story = new Story().is(GREETING);
    story.now = 600;
    story.sound(864).words('The soup was', 650, 1400, 5);
    expect(story.moves).toEqual([]);
    story.sound(96);
    expect(story.moves.at(-1)).toBe('yield');
  });

  test('its end is a time to ask again', () => {
    expect(new Story().is(GREETING).floor.checkMs).toBe(1500);
  });
});

test.each(['farewell', 'cannot_hear', 'cannot_hear_goodbye', 'technical_goodbye'] as const)(
  'nobody interrupts the %s',
  (reply) => {
    const story = new Story().is({ kind: 'speaking', reply, sinceMs: 0 }).sound(960);
    expect(story.words('The soup was cold and the bread was stale.', 0, 900, 5).moves).toEqual([]);
  },
);

test('what was said to us while we spoke is for us when our turn is over', () => {
  const story = new Story().is({ kind: 'speaking', reply: 'farewell', sinceMs: 0 }).sound(640);
  story.words('One more thing.', 0, 600, 5);
  expect(story.floor.isForUs).toBe(false);
  story.floor.endTurn();
  expect(story.floor.isForUs).toBe(true);
});
