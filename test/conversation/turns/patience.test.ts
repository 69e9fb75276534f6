import { describe, expect, test } from 'vitest';
import { Patience } from '../../../src/conversation/turns/patience.js';

const OPTIONS = { fillerMs: 2500, replyTimeoutMs: 11_000, outagePatienceMs: 45_000 };

describe('while the caller waits', () => {
  /** What is said when, asked whenever it asks to be asked. */
  function story(options: Partial<typeof OPTIONS>, heldMs: number, soundUntilMs = 0): string[] {
    const patience = new Patience({ ...OPTIONS, ...options });
    patience.waits(0, heldMs);
    const said: string[] = [];
    for (let now = patience.checkMs; said.at(-1)?.endsWith('give_up') !== true; now = patience.checkMs) {
      const due = patience.due(now, now >= soundUntilMs);
      if (due !== null) said.push(`${now} ${due}`);
    }
    return said;
  }

  test.each<[string, Partial<typeof OPTIONS>, number, string[]]>([
    ['two different words, then it is given up', {}, 300, ['2500 filler', '6500 filler_again', '11300 give_up']],
    ['after a long hold the answer comes first', {}, 3200, ['4200 filler', '8200 filler_again', '14200 give_up']],
    ['no fillers', { fillerMs: 0 }, 300, ['11300 give_up']],
    ['given up before a second', { replyTimeoutMs: 5000 }, 300, ['2500 filler', '5300 give_up']],
  ])('%s', (_, options, heldMs, expected) => {
    expect(story(options, heldMs)).toEqual(expected);
  });

  test('nobody is talked over: the word waits until they are quiet', () => {
    expect(story({}, 300, 3450)[0]).toBe('3500 filler');
  });

  test('too early nothing is due, and the next turn begins anew', () => {
    const patience = new Patience(OPTIONS);
    expect([patience.checkMs, patience.due(1000, true)]).toEqual([Number.POSITIVE_INFINITY, null]);
    patience.waits(0, 300);
    expect([patience.due(2490, true), patience.due(2500, true)]).toEqual([null, 'filler']);
    patience.waits(10_000, 10_300);
    expect([patience.checkMs, patience.due(12_500, true)]).toEqual([12_500, 'filler']);
  });
});

test.each<[string, number[], boolean[]]>([
  ['two in a row never end a call', [0, 60_000], [false, false]],
  ['nor do many in a short outage', [0, 8000, 16_000, 24_000, 32_000], [false, false, false, false, false]],
  ['three, and 45 s since the first', [0, 20_000, 45_000], [false, false, true]],
])('failed answers: %s', (_, atMs, expected) => {
  const patience = new Patience(OPTIONS);
  expect(atMs.map((now) => patience.failed(now))).toEqual(expected);
});

test('an answer that was heard ends an outage', () => {
  const patience = new Patience(OPTIONS);
  patience.failed(0);
  patience.failed(20_000);
  patience.answered();
  expect(patience.failed(50_000)).toBe(false);
});
