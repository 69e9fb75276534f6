import { expect, test } from 'vitest';
import { MustBeHeard } from '../../src/worker/must_be_heard.js';
import type { Playout } from '../../src/worker/playout.js';
import type { Spoken } from '../../src/worker/speaker.js';

const spoken = (id: number, pieces: string) => ({ id, reply: { pieces, text: pieces } }) as unknown as Spoken;

test('told when such a sentence is being said, when it was heard, and when the reply is gone', () => {
  let heard = '';
  const playout = { heard: () => ({ text: heard }) } as unknown as Playout;
  const must = MustBeHeard.of(['Calls are recorded.'], playout)!;
  expect(must.tick(null, 0)).toBeNull();
  expect(must.tick(spoken(1, 'Hello.'), 100)).toBeNull();
  expect(must.tick(spoken(1, 'Hello. Calls are recorded. Well?'), 200)).toBe(true);
  heard = 'Hello. Calls are';
  expect(must.tick(spoken(1, 'Hello. Calls are recorded. Well?'), 300)).toBeNull();
  heard = 'Hello. Calls are recorded.';
  expect(must.tick(spoken(1, 'Hello. Calls are recorded. Well?'), 400)).toBe(false);
  heard = '';
  expect(must.tick(spoken(2, 'Calls are recorded.'), 500)).toBe(true);
  expect(must.tick(null, 505)).toBe(false);
});

test('an agent without any is not looked after', () => {
  expect(MustBeHeard.of([], {} as Playout)).toBeNull();
});
