import { describe, expect, test } from 'vitest';
import { UnaskedLines } from '../../../src/conversation/turns/unasked_lines.js';

const lines = () => new UnaskedLines({ idlePromptMs: 8000, deafPatienceMs: 20_000 });

describe('to a caller who says nothing', () => {
  test('first we ask, then we say goodbye; each after a whole silence of its own', () => {
    const unasked = lines();
    expect(unasked.silence(1000, 8999)).toBeNull();
    expect(unasked.checkMs).toBe(9000);
    expect(unasked.silence(1000, 9000)).toBe('idle_prompt');
    expect(unasked.isSilent).toBe(false);
    expect(unasked.silence(11_000, 18_999)).toBeNull();
    expect(unasked.silence(11_000, 19_000)).toBe('farewell');
    expect(unasked.isSilent).toBe(true);
  });

  test('who spoke or typed in between is asked again, not sent away', () => {
    const unasked = lines();
    expect(unasked.silence(0, 8000)).toBe('idle_prompt');
    unasked.callerActed();
    expect(unasked.silence(10_000, 18_000)).toBe('idle_prompt');
    expect(unasked.isSilent).toBe(false);
  });
});

describe('to a caller whom we can’t hear', () => {
  test('it is said once, and the call ends when it lasts', () => {
    const unasked = lines();
    unasked.deaf(1000);
    unasked.deaf(5000);
    expect(unasked.isDeaf).toBe(true);
    expect(unasked.deafness(false, 1000)).toBe('cannot_hear');
    expect(unasked.deafness(false, 1005)).toBeNull();
    // Since it began, not since it was last told.
    expect(unasked.checkMs).toBe(21_000);
    expect(unasked.deafness(false, 21_000)).toBe('cannot_hear_goodbye');
  });

  test('words of before come first, but not for ever', () => {
    const unasked = lines();
    unasked.deaf(0);
    expect(unasked.deafness(true, 0)).toBeNull();
    expect(unasked.checkMs).toBe(20_000);
    expect(unasked.deafness(false, 500)).toBe('cannot_hear');
    expect(unasked.deafness(true, 20_000)).toBe('cannot_hear_goodbye');
  });

  test('once we hear again, who was told to hold on is spoken to soon, others as if nothing had been', () => {
    const unasked = lines();
    unasked.deaf(0);
    expect(unasked.hearing(500)).toBeNull();
    unasked.deaf(1000);
    unasked.deafness(false, 1000);
    const sinceMs = unasked.hearing(4000);
    expect(unasked.isDeaf).toBe(false);
    expect(unasked.silence(sinceMs!, 5999)).toBeNull();
    expect(unasked.silence(sinceMs!, 6000)).toBe('idle_prompt');
    // A second outage is told anew, and has its own patience.
    unasked.deaf(30_000);
    expect(unasked.deafness(false, 30_000)).toBe('cannot_hear');
    expect(unasked.checkMs).toBe(50_000);
  });
});
