import { describe, expect, test } from 'vitest';
import { BYTES_PER_MS, PlayHead } from '../../../src/conversation/playout/play_head.js';

const ms = (count: number) => count * BYTES_PER_MS;
const head = () => new PlayHead({ networkMs: 30, unmeasuredErrorMs: 150 });

test('pieces of one run join without a gap; after a pause a new run begins when it is sent', () => {
  const it = head();
  expect(it.sent(ms(100), 1000)).toBe(1030);
  expect(it.sent(ms(100), 1010)).toBe(1130);
  expect(it.sent(ms(100), 5000)).toBe(5030);
  expect(it.playMsOf(ms(150))).toBe(1180);
  expect(it.playMsOf(ms(250))).toBe(5080);
  expect(it.playMsOf(ms(301))).toBeNull();
});

test('before any echo the way is a guess; an echo measures it', () => {
  const it = head();
  it.sent(ms(100), 1000);
  expect(it.bytesAt(1050)).toBe(ms(20));
  expect(it.errorMs(1050, it.bytesAt(1050))).toBeGreaterThan(0);
  it.echoed(ms(100), 1100, 1180);
  expect(it.oneWayMs).toBe(40);
  expect(it.behindMs).toBe(0);
  expect(it.provenBytes).toBe(ms(100));
});

test('what was proven to have played does not become unheard by a worse estimate', () => {
  const it = head();
  it.sent(ms(100), 1000);
  it.echoed(ms(60), 1060, 1061);
  expect(it.bytesAt(1000)).toBe(ms(60));
});

describe('playout that fell behind', () => {
  function late(echoes: number[]): PlayHead {
    const it = head();
    it.sent(ms(1000), 1000);
    for (const [i, lateMs] of echoes.entries())
      it.echoed(ms(100 * (i + 1)), 1000 + 100 * (i + 1), 1000 + 100 * (i + 1) + lateMs);
    return it;
  }

  test.each([
    ['one late echo is jitter', [60, 60, 300], 0],
    ['three are a line that is behind', [60, 300, 300, 300], 240],
    ['and it counts no longer once echoes are early again', [60, 300, 300, 300, 60], 0],
  ])('%s', (_, echoes, behindMs) => expect(late(echoes).behindMs).toBe(behindMs));

  test('a clear travels the way of the audio: only being behind counts, not the way', () => {
    const it = late([60, 60, 60]);
    expect(it.bytesAtClear(1500) - it.bytesAt(1500)).toBe(ms(30));
  });

  test('a dry buffer starts afresh', () => {
    const it = late([60, 300, 300, 300]);
    it.sent(ms(100), 9000);
    expect(it.behindMs).toBe(0);
  });
});

test('after a clear nothing is outstanding, and the stream goes on where it was', () => {
  const it = head();
  it.sent(ms(1000), 1000);
  it.cleared();
  expect([it.bytesAt(1001), it.provenBytes, it.sentBytes]).toEqual([ms(1000), ms(1000), ms(1000)]);
  expect(it.emptyAtMs).toBe(Number.NEGATIVE_INFINITY);
  expect(it.sent(ms(10), 1100)).toBe(1130);
});

test('ours follows what somebody else still plays', () => {
  const it = head();
  it.follow(2000);
  expect(it.markReachMs(1000)).toBe(2000);
  expect(it.sent(ms(100), 1000)).toBe(2030);
});

test('more runs than are kept: the oldest count as played, the newest are known', () => {
  const it = head();
  for (let i = 0; i < 70; i++) it.sent(ms(10), 1000 * (i + 1));
  expect(it.bytesAt(70_100)).toBe(ms(700));
  expect(it.playMsOf(0)).toBeNull();
  expect(it.playMsOf(ms(695))).toBe(70_035);
});

test('only audio is sent', () => {
  expect(() => head().sent(0, 1000)).toThrow('only audio is sent');
});
