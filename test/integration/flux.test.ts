import { afterAll, beforeAll, expect, test } from 'vitest';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ DEEPGRAM_MODEL: 'flux-general-en' });
});
afterAll(() => stage.close());

test('a call whose ears are Flux: what was said is answered once, whole, by our own rule of when it is over', async () => {
  const { report, summary } = await stage.oneTurn('The soup was cold today.');
  expect(report.script.completed).toBe(true);
  expect(report.streams[0].violations).toEqual([]);
  expect(summary.turns.map(({ caller }) => caller)).toEqual(['', 'The soup was cold today.']);
  expect(summary.turns[1].heard).toBe(summary.turns[1].agent);
  expect(summary.errors).toEqual([]);
  // Final words came for it, and not only the time to wait for them ran out.
  expect(summary.turns[1].stt_final_ms).toBeGreaterThan(0);
  expect(stage.deepgram.stats.badMessages).toBe(0);
});
