import { describe, expect, test } from 'vitest';
import { replay } from '../../../loadtest/turns/replay.js';
import type { CallerTurn } from '../../../loadtest/turns/turns_file.js';

/** "|" with a number in front: so many ms of silence; words of 300 ms. */
function turn(said: string, asked: string, call = 'a', fromMs = 1000): CallerTurn {
  const words: CallerTurn['words'] = [];
  const pauses: CallerTurn['pauses'] = [];
  let now = fromMs;
  for (const text of said.split(' ')) {
    if (/^\d+\|$/.test(text)) {
      const ms = Number.parseInt(text, 10);
      pauses.push({ at: words.length - 1, ms });
      words[words.length - 1].last = true;
      now += ms;
      continue;
    }
    words.push({ text, startMs: now, endMs: now + 300, first: words.at(-1)?.last ?? true, last: false });
    now += 300;
  }
  words[words.length - 1].last = true;
  return { call, words, pauses, asked, answeredAfterMs: 1000 };
}
const answered = (turns: CallerTurn[], scale = 1) =>
  replay(turns, { spelling: 'plain', scale }).map(({ answeredAfter }) => [...answeredAfter]);

describe('the engine heard through the replay', () => {
  test('answers a finished turn once, at its end, as soon as silence and words allow', () => {
    expect(answered([turn("no that's it thank you", 'Anything else?')])).toEqual([[[4, 300]]]);
  });

  test('waits inside a number, and cuts in where the knob makes it impatient', () => {
    const number = turn('five five five 1400| one two three 1400| four five six seven', 'What is your phone number?');
    expect(answered([number])[0].map(([word]) => word)).toEqual([9]);
    expect(answered([number], 0.3)[0].map(([word]) => word)).toEqual([2, 5, 9]);
  });

  test('goes on with the same turn after it cut in, and judges the end by all of its words', () => {
    const [cuts] = answered([turn('i lost my card 2500| and i need a new one', 'How can I help you?')]);
    expect(cuts.map(([word]) => word)).toEqual([3, 9]);
  });

  test('what one turn asked does not leak into the next, nor into the next call', () => {
    const number = turn('five five five one two three four five six seven', 'What is your phone number?');
    const [, second, third] = answered([
      number,
      turn("no that's it", 'Anything else?', 'a', 9000),
      turn("no that's it", 'Anything else?', 'b'),
    ]);
    expect(second).toEqual([[2, 300]]);
    expect(third).toEqual([[2, 300]]);
  });

  test('turns closer together than the wait at the end of the first do not turn time back', () => {
    const first = turn('five five five', 'What is your phone number?');
    const next = turn('yes', 'Five five five?', 'a', first.words[2].endMs + 400);
    expect(answered([first, next]).map((each) => each.length)).toEqual([1, 1]);
  });
});
