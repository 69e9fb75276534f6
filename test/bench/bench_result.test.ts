import { expect, test } from 'vitest';
import { contest } from '../../bench/audio/kernel_contest.js';
import { compared, nsPerOperation, ResultHash } from '../../bench/bench_result.js';

test('a comparison of different work is refused', () => {
  const ours = { nsPerOp: 10, hash: 'aa' };
  expect(() => compared('adding', ours, { name: 'other', nsPerOp: 50, hash: 'ab' })).toThrow(
    /other came to ab, not aa/,
  );
  expect(compared('adding', ours, { name: 'other', nsPerOp: 50, hash: 'aa' })).toEqual({
    name: 'adding',
    ns_per_op: 10,
    peer: 'other',
    peer_ns_per_op: 50,
    ratio: 5,
    hash: 'aa',
  });
});

test('a contest compares the first with each other one, and refuses one with another result', async () => {
  const adding = (name: string, step: number) => {
    const sum = new Uint8Array(1);
    return { name, run: () => void (sum[0] += step), result: () => sum };
  };
  const rows = await contest({ small: true }, 'adding', 1, [adding('native', 1), adding('a', 1), adding('b', 1)]);
  expect(rows.map(({ name, peer }) => [name, peer])).toEqual([
    ['adding', 'a'],
    ['adding', 'b'],
  ]);
  await expect(contest({ small: true }, 'adding', 1, [adding('native', 1), adding('c', 2)])).rejects.toThrow(
    /c came to/,
  );
});

test('without the addon a row says that it is about the twin', async () => {
  const idle = { run: () => {}, result: () => new Uint8Array() };
  const [row] = await contest({ small: true }, 'level', 1, [
    { name: 'TypeScript twin', ...idle },
    { name: 'b', ...idle },
  ]);
  expect(row.name).toBe('TypeScript twin: level');
});

test('times are of one operation, in the order of the tasks', async () => {
  const spin = (turns: number) => () => {
    for (let i = 0; i < turns; i++) Math.sqrt(i);
  };
  const [slow, quick] = await nsPerOperation({ small: true }, 10, { slow: spin(1e6), quick: spin(10) });
  expect(slow).toBeGreaterThan(5 * quick);
  // A million roots take more than 10 us, whatever the machine.
  expect(slow).toBeGreaterThan(1000);
});

test('a task that fails is not a fast one', async () => {
  const fails = () => {
    throw new Error('broken');
  };
  await expect(nsPerOperation({ small: true }, 1, { fails })).rejects.toThrow('broken');
});

test('the hash is FNV-1a', () => {
  // Test vectors of draft-eastlake-fnv, 32 bit.
  expect(new ResultHash().hex).toBe('811c9dc5');
  expect(new ResultHash().add(Buffer.from('a')).hex).toBe('e40c292c');
  expect(new ResultHash().add(Buffer.from('foo')).add(Buffer.from('bar')).hex).toBe('bf9cf968');
});
