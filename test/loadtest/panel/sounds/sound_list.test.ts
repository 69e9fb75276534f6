import { describe, expect, test } from 'vitest';
import { inSilence, SOUNDS } from '../../../../loadtest/panel/sounds/sound_list.js';
import { levelsOf } from '../../../../loadtest/panel/sounds/sound_meter.js';

describe.each(Object.keys(SOUNDS))('%s', (name) => {
  test('is the same for the same seed, another for another, and audible', async () => {
    const [once, again, other] = await Promise.all([1, 1, 2].map((seed) => SOUNDS[name].make(seed)));
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
    const ms = once.length / 8;
    expect(ms).toBeGreaterThan(100);
    expect(ms).toBeLessThan(10_000);
    const loudest = Math.max(...levelsOf(once));
    expect(loudest).toBeGreaterThan(-48);
    expect(loudest).toBeLessThan(-6); // not clipped
  });
});

test('silence before and after a sound', () => {
  expect([...inSilence(Int16Array.of(5, 6), 1, 0.5)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 5, 6, 0, 0, 0, 0]);
});
