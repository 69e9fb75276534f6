import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decideEndpoint,
  type EndpointInput,
  STUCK_MS,
  STUCK_SPEECH_FINAL_MS,
} from '../../../src/conversation/turns/endpointing.js';

const OPTIONS = { sttFinalTimeoutMs: 700 };

/** Speech ended at 1000, Finalize went out at 1100 and was answered; the words are to be waited for 300 ms. */
const PAUSE: EndpointInput = {
  nowMs: 1000,
  speaking: false,
  pausing: false,
  speechEndMs: 1000,
  hasText: true,
  holdMs: 300,
  silenceMsMin: 300,
  likelyOver: true,
  pendingInterim: false,
  finalizeSentAtMs: 1100,
  finalCame: true,
  fallsShort: false,
  heardAll: true,
  newWordAtMs: 900,
  speechFinal: false,
};
const at = (nowMs: number, over: Partial<EndpointInput> = {}) => decideEndpoint({ ...PAUSE, nowMs, ...over }, OPTIONS);

describe('silence', () => {
  test.each([
    [299, 300, 'wait'],
    [300, 300, 'end'],
    [1199, 1200, 'wait'],
    [1200, 1200, 'end'],
  ])('after %i ms of it, of a hold of %i: %s', (silenceMs, holdMs, decision) => {
    expect(at(1000 + silenceMs, { holdMs }).decision).toBe(decision);
  });
});

describe('the final transcript', () => {
  const waiting = { pendingInterim: true, finalCame: false };

  test('is waited for, even after a finished-looking interim', () => {
    expect(at(1500, waiting)).toEqual({ decision: 'wait', checkAtMs: 1800, draftAtMs: 1500 });
    expect(at(1800, waiting).decision).toBe('end');
  });

  test('that never comes costs the timeout, not the call', () => {
    expect(at(1799, { finalCame: false }).decision).toBe('wait');
    expect(at(1800, { finalCame: false }).decision).toBe('end');
  });

  test('of a recogniser that is known to be behind is waited for longer: words are missing', () => {
    const behind = { ...waiting, fallsShort: true };
    expect(at(1800, behind).decision).toBe('wait');
    expect(at(3200, behind).decision).toBe('end');
  });
});

describe('sound without words', () => {
  const nothing = { hasText: false, holdMs: 1200 };
  test('is nothing once the transcriber says so, and not before the shortest silence', () => {
    expect(at(1299, nothing).decision).toBe('wait');
    expect(at(1300, nothing).decision).toBe('ignore');
  });

  test('is nothing when the transcriber never answers', () => {
    expect(at(1799, { ...nothing, finalCame: false }).decision).toBe('wait');
    expect(at(1800, { ...nothing, finalCame: false }).decision).toBe('ignore');
  });
});

describe('while the VAD says that the caller speaks', () => {
  test('nothing ends without words', () => {
    expect(at(99_999, { speaking: true, hasText: false })).toEqual({
      decision: 'wait',
      checkAtMs: Infinity,
      draftAtMs: Infinity,
    });
  });

  test('words with nothing new behind them for long are answered: the VAD hears a television', () => {
    expect(at(900 + STUCK_MS - 1, { speaking: true }).decision).toBe('wait');
    expect(at(900 + STUCK_MS, { speaking: true }).decision).toBe('end');
  });

  test('sooner where the recogniser itself heard the end, later where the words are to be waited for', () => {
    const heardEnd = { speaking: true, speechFinal: true };
    expect(at(900 + STUCK_SPEECH_FINAL_MS - 1, heardEnd).decision).toBe('wait');
    expect(at(900 + STUCK_SPEECH_FINAL_MS, heardEnd).decision).toBe('end');
    expect(at(900 + STUCK_SPEECH_FINAL_MS, { ...heardEnd, holdMs: 2500 }).decision).toBe('wait');
  });
});

describe('a draft is worth its tokens', () => {
  const unlikely = { likelyOver: false, holdMs: 1400 };
  test.each([
    ['at once where the caller is likely done', 1200, {}, 1200],
    ['else shortly before the wait is over', 1200, unlikely, 1800],
    ['not while words are missing', 1200, { heardAll: false }, Infinity],
    ['nor then shortly before the end', 2300, { ...unlikely, heardAll: false }, Infinity],
    ['in a pause that may be the end', 1000, { speaking: true, pausing: true }, 1000],
    ['not in one behind unfinished words', 1000, { speaking: true, pausing: true, likelyOver: false }, Infinity],
    ['not while the caller speaks', 1000, { speaking: true }, Infinity],
  ])('%s', (_, nowMs, over, draftAtMs) => {
    expect(at(nowMs, over).draftAtMs).toBe(draftAtMs);
  });
});

test('waiting until checkAtMs, and no shorter, always brings the decision', () => {
  const input = fc.record({
    nowMs: fc.integer({ min: 1000, max: 4000 }),
    speaking: fc.boolean(),
    pausing: fc.boolean(),
    hasText: fc.boolean(),
    holdMs: fc.integer({ min: 300, max: 3000 }),
    pendingInterim: fc.boolean(),
    finalCame: fc.boolean(),
    fallsShort: fc.boolean(),
    heardAll: fc.boolean(),
    speechFinal: fc.boolean(),
    finalizeSentAtMs: fc.option(fc.integer({ min: 1000, max: 1300 })),
  });
  fc.assert(
    fc.property(input, (pause) => {
      const first = decideEndpoint({ ...PAUSE, ...pause }, OPTIONS);
      if (first.decision !== 'wait' || !Number.isFinite(first.checkAtMs)) return;
      expect(first.checkAtMs).toBeGreaterThan(pause.nowMs);
      expect(decideEndpoint({ ...PAUSE, ...pause, nowMs: first.checkAtMs }, OPTIONS).decision).not.toBe('wait');
      expect(decideEndpoint({ ...PAUSE, ...pause, nowMs: first.checkAtMs - 1 }, OPTIONS).decision).toBe('wait');
    }),
  );
});
