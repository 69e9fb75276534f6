import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CompiledCode, compile } from '../../compiled_code.js';

const SOUND = 'test/audio/sound/sound_allocation.ts';
/** A young generation so large that nothing is collected between two looks at the heap. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
let code: CompiledCode;
beforeAll(async () => {
  code = await compile([SOUND]);
}, 60_000);
afterAll(() => code.remove());

test('what windows are like leaves nothing for the garbage collector', async () => {
  const bytesByRound: Record<string, number> = JSON.parse((await code.runNode(SOUND, [], FLAGS)).stdout);
  for (const [name, bytes] of Object.entries(bytesByRound)) {
    // The compiler at work leaves a few bytes a round; the smallest object has 16.
    if (name.startsWith('for comparison')) expect(bytes, name).toBeGreaterThan(16);
    else expect(bytes, name).toBeLessThan(10);
  }
  expect(Object.keys(bytesByRound)).toHaveLength(3);
});
