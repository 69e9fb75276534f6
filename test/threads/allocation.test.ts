import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CompiledCode, compile } from '../compiled_code.js';

const ALLOCATION = 'test/threads/real_threads/allocation.ts';
/** A young generation so large that nothing is collected between two looks at the heap. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
let code: CompiledCode;
beforeAll(async () => {
  code = await compile([ALLOCATION]);
}, 60_000);
afterAll(() => code.remove());

test('rings, flags, bells and metrics leave nothing for the garbage collector', async () => {
  const bytesByRound: Record<string, number> = JSON.parse((await code.runNode(ALLOCATION, [], FLAGS)).stdout);
  for (const [name, bytes] of Object.entries(bytesByRound)) {
    // The compiler at work leaves a byte or two a round; the smallest object has 16.
    if (name.startsWith('for comparison')) expect(bytes, name).toBeGreaterThan(16);
    else if (name.includes('time')) expect(bytes, 'the clock’s own').toBeLessThan(22);
    else expect(bytes, name).toBeLessThan(6);
  }
  expect(Object.keys(bytesByRound)).toHaveLength(7);
});
