// Where and with what a measurement was made: without that its numbers mean nothing.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Packages whose versions explain a result. */
const PACKAGES = [
  '@alexanderolsen/libsamplerate-js',
  'alawmulaw',
  'onnxruntime-node',
  'openai',
  'prom-client',
  'speex-resampler',
  'tinybench',
  'wavefile',
];

export interface Machine {
  cpu: string;
  cores: number;
  memory_gib: number;
  os: string;
  node: string;
  /** Processes that wanted to run, on average over the last minute: above `cores` others disturbed the times. */
  load: number;
}

export function describeMachine(): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memory_gib: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    load: Number(os.loadavg()[0].toFixed(1)),
  };
}

/** The commit in the current folder, with `+changes` when files differ from it; null outside a repository. */
export async function describeCommit(): Promise<string | null> {
  try {
    const { stdout: hash } = await run('git', ['rev-parse', '--short=12', 'HEAD']);
    const { stdout: changes } = await run('git', ['status', '--porcelain', '--untracked-files=no']);
    return hash.trim() + (changes ? '+changes' : '');
  } catch {
    return null;
  }
}

/** Version by package, of those that are installed in the current folder. */
export async function packageVersions(): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const name of PACKAGES) {
    const text = await readFile(`node_modules/${name}/package.json`, 'utf8').catch(() => null);
    if (text) versions[name] = JSON.parse(text).version;
  }
  return versions;
}
