import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BenchResult } from '../../bench/bench_result.js';
import { type CompiledCode, compile } from '../compiled_code.js';

const SMALL_BENCH = 'test/threads/real_threads/small_bench.ts';
let code: CompiledCode;
beforeAll(async () => {
  code = await compile([SMALL_BENCH, 'bench/threads/ring_bench_peer.ts']);
}, 60_000);
afterAll(() => code.remove());

test('the bench carries the same bytes by ring and by port, and ends', async () => {
  const results: BenchResult[] = JSON.parse((await code.runNode(SMALL_BENCH)).stdout);
  expect(results.map(({ name, hash }) => [name, hash])).toEqual([
    ['ring write + read, 8 bytes', 'a02592c5'],
    ['ring write + read, 160 bytes', '3ae46545'],
    ['ring write + read, 382 bytes', '59bf10a5'],
    ['ring write + read, 1200 bytes', '21390585'],
    ['to another thread, 382 bytes, 32 each ms, CPU of both threads', '7ba8bf0a'],
    ['waking a sleeping thread, p50', 'a3ff9311'],
    ['waking a sleeping thread, p99', 'a3ff9311'],
    ['ringing a doorbell that is rung already', 'dbe1d625'],
  ]);
  for (const { name, ns_per_op, peer, peer_ns_per_op } of results) {
    if (name.startsWith('ring') || name.startsWith('waking')) expect(ns_per_op, name).toBeGreaterThan(0);
    if (peer && !name.startsWith('to another')) expect(peer_ns_per_op, name).toBeGreaterThan(0);
  }
});
