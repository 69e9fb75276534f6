import { expect, test } from 'vitest';
import type { BenchResult } from '../../bench/bench_result.js';
import { runBenches } from '../../bench/bench_run.js';
import type { Bench } from '../../bench/benches.js';

function benchOf(name: string, ratio: number): Bench {
  const found: BenchResult = { name, ns_per_op: 1, peer: 'other', peer_ns_per_op: ratio, ratio, hash: 'aa' };
  return { name: `folder/${name}`, load: async () => ({ bench: async () => [found] }) };
}
const BROKEN: Bench = { name: 'folder/broken', load: () => Promise.reject(new Error('no such package')) };
const MINIMUMS = [{ name: 'decode', peer: 'other', ratio: 10 }];

async function run(benches: Bench[], isComplete = true) {
  const shown: (string | null)[] = [];
  const output = { print: (text: string) => shown.push(text), progress: (text: string | null) => shown.push(text) };
  const outcome = await runBenches({ small: false, benches, minimums: MINIMUMS, isComplete }, output);
  return { ...outcome, shown };
}

test('a run that keeps its minimums has no failures, and shows each bench as it comes', async () => {
  const { failures, results, shown } = await run([benchOf('encode', 2), benchOf('decode', 12)]);
  expect(failures).toEqual([]);
  expect(results.map(({ name }) => name)).toEqual(['encode', 'decode']);
  expect(shown).toEqual([
    '[1/2] folder/encode',
    null,
    expect.stringMatching(/^\nfolder\/encode\nencode .*2\.00 x/),
    '[2/2] folder/decode',
    null,
    expect.stringMatching(/^\nfolder\/decode\ndecode .*ok, min 10$/),
  ]);
});

test('a missed minimum is a failure', async () => {
  const { failures } = await run([benchOf('decode', 9)]);
  expect(failures).toEqual(['decode, against other: 9.00 times as fast, must be 10']);
});

test('a bench that throws is a failure, and the others still run', async () => {
  const { failures, results } = await run([BROKEN, benchOf('decode', 12)]);
  expect(failures).toEqual(['folder/broken failed: no such package']);
  expect(results).toHaveLength(1);
});

test('a minimum without a result fails the run, unless only a part was to run', async () => {
  expect((await run([benchOf('encode', 2)])).failures).toEqual([
    'nothing was measured for the minimum "decode" against "other"',
  ]);
  expect((await run([benchOf('encode', 2)], false)).failures).toEqual([]);
});
