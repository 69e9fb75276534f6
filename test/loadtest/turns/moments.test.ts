import { expect, test } from 'vitest';
import { momentsOf } from '../../../loadtest/turns/moments.js';
import type { CallerTurn } from '../../../loadtest/turns/turns_file.js';

const word = (text: string, startMs: number, last = false) => ({
  text,
  startMs,
  endMs: startMs + 300,
  first: false,
  last,
});

const TURN: CallerTurn = {
  call: 'a',
  words: [word('five', 0), word('five', 1300, true), word('nine', 1700, true)],
  pauses: [
    { at: 0, ms: 1000 },
    { at: 1, ms: 100 },
  ],
  asked: 'What is your phone number?',
  answeredAfterMs: 500,
};

test('a moment per silence, read with all words so far and the caller pauses known by then', () => {
  const moments = momentsOf([TURN], 'plain');
  expect(moments.map(({ pauseMs }) => pauseMs)).toEqual([1000, 100, null]);
  expect(moments.map(({ reading }) => reading.dictation?.count)).toEqual([1, 2, 3]);
  expect(moments.map(({ longPauseMs }) => longPauseMs > 600)).toEqual([false, true, true]);
});

test('what is known of a caller ends with the call', () => {
  const [first] = momentsOf([TURN, { ...TURN, call: 'b' }], 'plain').slice(3);
  expect(first.longPauseMs).toBe(600);
});
