// All benches in their small size, as `npm run bench` runs them: compiled, in a process of their own.

import { execFile } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BenchResult } from '../../bench/bench_result.js';
import { MINIMUMS, unusedMinimums } from '../../bench/minimums.js';
import { nativeDsp } from '../../src/audio/kernels/addon.js';
import { type CompiledCode, compile } from '../compiled_code.js';

const projectDir = fileURLToPath(new URL('../..', import.meta.url));
let code: CompiledCode;
let main: string;
beforeAll(async () => {
  code = await compile(['bench/main.ts', 'bench/threads/ring_bench_peer.ts', 'bench/providers/vendor_peer.ts']);
  main = fileURLToPath(code.url('bench/main.ts'));
  // Where the compiled code looks for the addon.
  await symlink(join(projectDir, 'native'), fileURLToPath(code.url('native')));
}, 60_000);
afterAll(() => code.remove());

function runMain(args: string[], cwd = projectDir) {
  return promisify(execFile)(process.execPath, ['--expose-gc', main, ...args], { cwd, timeout: 60_000 });
}

interface Report {
  machine: { cpu: string; cores: number; node: string };
  commit: string | null;
  dsp: string;
  packages: Record<string, string>;
  results: BenchResult[];
  failures: string[];
}

test('every bench runs in its small size, and the report holds what a reader needs', { timeout: 60_000 }, async () => {
  const file = join(fileURLToPath(code.url('.')), 'report.json');
  const { stdout } = await runMain(['--small', '--json', file]);
  const report: Report = JSON.parse(await readFile(file, 'utf8'));

  expect(report.failures).toEqual([]);
  expect(report.dsp).toBe(nativeDsp ? 'native' : 'fallback');
  expect(report.machine.cpu).not.toBe('');
  expect(report.machine.cores).toBeGreaterThan(0);
  expect(report.packages['alawmulaw']).toMatch(/^\d+\.\d+\.\d+$/);
  expect(stdout).toContain(report.commit ?? 'commit unknown');

  const peers = new Map<string, string[]>();
  for (const { name, peer, hash, ns_per_op, ratio } of report.results) {
    expect(hash, name).not.toBe('');
    expect(Number.isFinite(ns_per_op), name).toBe(true);
    expect(ratio === null, name).toBe(peer === null);
    peers.set(name, [...(peers.get(name) ?? []), peer ?? 'nobody']);
  }
  const twin = nativeDsp ? ['TypeScript twin'] : [];
  const named = (name: string) => peers.get(nativeDsp ? name : `TypeScript twin: ${name}`);
  expect(named('mu-law decode, one second')).toEqual([...twin, 'alawmulaw', 'wavefile']);
  expect(named('A-law encode, one frame')).toEqual([...twin, 'alawmulaw']);
  expect(named('base64 decode, one frame')).toEqual([...twin, 'Buffer']);
  expect(named('media message to PCM')).toEqual([...twin, 'JSON.parse, Buffer, table']);
  expect(named('resampler, 24000 to 8000 Hz')).toEqual([
    ...twin,
    'libsamplerate sinc best quality',
    'libsamplerate sinc medium quality',
    'libsamplerate sinc fastest',
    'libsamplerate linear',
    'Speex quality 10',
    'Speex quality 7',
    'Speex quality 4',
  ]);
  expect(peers.get('voice activity, onnxruntime, batch 32')).toEqual(['onnxruntime, one stream']);
  expect(peers.get('recording a call of 2 s')).toEqual(['wavefile']);
  expect(peers.get('histogram observation, one histogram')).toEqual(['prom-client histogram.observe']);
  expect(peers.get('llm token')).toEqual(['the SDK stream over fetch']);
  // The twins have no minimums.
  if (nativeDsp) expect(unusedMinimums(report.results, MINIMUMS)).toEqual([]);
});

test('a bench that can not run fails the run', async () => {
  // No model there.
  const failed = await runMain(['vad', '--small'], fileURLToPath(code.url('.'))).catch((error) => error);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/FAILED: audio\/vad failed: .*silero_vad\.onnx/);
});

test.each([[['no-such-bench']], [['--no-such-option']]])('wrong arguments %o are explained', async (args) => {
  const failed = await runMain(args).catch((error) => error);
  expect(failed.code).toBe(64);
  expect(failed.stderr).toMatch(/no-such.*\nnpm run bench -- --help/);
});
