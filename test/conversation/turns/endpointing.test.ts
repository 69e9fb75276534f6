import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideEndpoint, type EndpointInput } from '../../../src/conversation/turns/endpointing.js';

const OPTIONS = { silenceMsMin: 300, silenceMsMax: 1200, sttFinalTimeoutMs: 700 };

/** Speech ended at 1000, Finalize went out at 1200 and was answered at 1250. */
function at(nowMs: number, text: string, over: Partial<EndpointInput> = {}) {
  const input = {
    speaking: false,
    speechEndMs: 1000,
    pendingInterim: false,
    finalizeSentAtMs: 1200,
    finalAnsweredAtMs: 1250,
  };
  return decideEndpoint({ ...input, nowMs, text, ...over }, OPTIONS);
}

describe('silence', () => {
  test.each([
    [250, 'Yes.', 'wait'],
    [300, 'Yes.', 'end'],
    [350, 'that is all', 'end'],
    [390, 'The soup was cold today.', 'end'],
    [300, 'my number is', 'wait'],
    [1199, 'my number is', 'wait'],
    [1200, 'my number is', 'end'], // whatever was said: longer feels like a dead line
    [700, 'the soup was cold', 'wait'], // no punctuation: in between
    [750, 'the soup was cold', 'end'],
    [1000, 'five five five', 'wait'],
  ])('after %i ms of it and "%s": %s', (silenceMs, text, decision) => {
    expect(at(1000 + silenceMs, text).decision).toBe(decision);
  });

  test('while the caller speaks nothing ends', () => {
    expect(at(99_999, 'Yes.', { speaking: true })).toEqual({ decision: 'wait', checkAtMs: Infinity, eager: false });
  });
});

describe('the final transcript', () => {
  test('is waited for, even after a finished-looking interim', () => {
    const waiting = { pendingInterim: true, finalAnsweredAtMs: null };
    expect(at(1500, 'That is all.', waiting)).toEqual({ decision: 'wait', checkAtMs: 1900, eager: true });
    expect(at(1900, 'That is all.', waiting).decision).toBe('end');
  });

  test('that never comes costs the timeout, not the call', () => {
    expect(at(1899, 'That is all.', { finalAnsweredAtMs: null }).decision).toBe('wait');
    expect(at(1900, 'That is all.', { finalAnsweredAtMs: null }).decision).toBe('end');
  });

  test('that came by itself after the end of speech is enough', () => {
    const byItself = { finalAnsweredAtMs: null, lastFinalAtMs: 1300 };
    expect(at(1400, 'That is all.', byItself).decision).toBe('end');
    expect(at(1400, 'That is all.', { ...byItself, lastFinalAtMs: 1050 }).decision).toBe('wait'); // too early to hold it all
    expect(at(1400, 'That is all.', { ...byItself, pendingInterim: true }).decision).toBe('wait');
  });

  test('without Finalize is waited for from the end of speech', () => {
    const none = { finalizeSentAtMs: null, finalAnsweredAtMs: null };
    expect(at(1699, 'That is all.', none).checkAtMs).toBe(1700);
    expect(at(1700, 'That is all.', none).decision).toBe('end');
  });
});

describe('sound without words', () => {
  test('is ignored once the transcriber says there was nothing', () => {
    expect(at(1290, '').decision).toBe('wait');
    expect(at(1300, '').decision).toBe('ignore');
  });

  test('is ignored after the timeout when the transcriber says nothing at all', () => {
    expect(at(1899, ' ', { finalAnsweredAtMs: null }).decision).toBe('wait');
    expect(at(1900, ' ', { finalAnsweredAtMs: null }).decision).toBe('ignore');
  });
});

test.each([
  ['That is all.', true],
  ['the soup was cold', false],
  ['my number is', false],
])('"%s" is worth a draft before the pause is over: %s', (text, eager) => {
  expect(at(1250, text).eager).toBe(eager);
});

test('waiting until checkAtMs, and no shorter, always brings the decision', () => {
  const input = fc.record({
    nowMs: fc.integer({ min: 1000, max: 4000 }),
    text: fc.constantFrom('', 'Yes.', 'my number is', 'the soup was cold', 'I like it.'),
    speaking: fc.constant(false),
    speechEndMs: fc.constant(1000),
    pendingInterim: fc.boolean(),
    finalizeSentAtMs: fc.option(fc.integer({ min: 1000, max: 1300 })),
    finalAnsweredAtMs: fc.option(fc.integer({ min: 1300, max: 2000 })),
  });
  fc.assert(
    fc.property(input, (pause) => {
      const first = decideEndpoint(pause, OPTIONS);
      if (first.decision !== 'wait') return;
      expect(first.checkAtMs).toBeGreaterThan(pause.nowMs);
      expect(first.checkAtMs).toBeLessThanOrEqual(1300 + 1200);
      expect(decideEndpoint({ ...pause, nowMs: first.checkAtMs }, OPTIONS).decision).not.toBe('wait');
      expect(decideEndpoint({ ...pause, nowMs: first.checkAtMs - 1 }, OPTIONS).decision).toBe('wait');
    }),
  );
});
