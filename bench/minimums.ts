// What must stay true of this code's speed, as ratios against other ways to do the same work in the same run. A run that
// misses one fails. The figures are the promises of the project, not what was measured: that is in README.md.

import type { BenchResult } from './bench_result.js';

export interface Minimum {
  /** The result's name, whole or up to a comma. */
  name: string;
  /** The peer's name begins so. */
  peer: string;
  /** The peer's time over ours, at least. */
  ratio: number;
  /** Further figures (`more`) that must read so: being faster by doing it worse does not count. */
  more?: Record<string, string>;
}

const SOUNDS_AS_GOOD = { 'our quality': 'equal or better' };

export const MINIMUMS: readonly Minimum[] = [
  { name: 'mu-law decode, one second', peer: 'alawmulaw', ratio: 10 },
  { name: 'mu-law encode, one second', peer: 'alawmulaw', ratio: 10 },
  { name: 'mu-law decode, one second', peer: 'wavefile', ratio: 10 },
  { name: 'mu-law encode, one second', peer: 'wavefile', ratio: 10 },
  { name: 'A-law decode, one second', peer: 'alawmulaw', ratio: 10 },
  { name: 'A-law encode, one second', peer: 'alawmulaw', ratio: 10 },
  { name: 'media message to PCM', peer: 'JSON.parse, Buffer, table', ratio: 5 },
  { name: 'resampler', peer: 'libsamplerate sinc', ratio: 1, more: SOUNDS_AS_GOOD },
  { name: 'resampler', peer: 'Speex', ratio: 1, more: SOUNDS_AS_GOOD },
  { name: 'voice activity, native, batch 32', peer: 'onnxruntime, one stream', ratio: 4 },
  { name: 'sound features', peer: 'TypeScript twin', ratio: 3 },
  { name: 'floor + end of turn, one second of a call', peer: 'the budget', ratio: 1 },
  { name: 'ring write + read, 8 bytes', peer: 'MessagePort', ratio: 20 },
  { name: 'ring write + read, 160 bytes', peer: 'MessagePort', ratio: 20 },
  // A media message of Twilio's. Larger ones are mostly copying, which is as fast for everybody.
  { name: 'ring write + read, 382 bytes', peer: 'MessagePort', ratio: 20 },
  { name: 'histogram observation', peer: 'prom-client', ratio: 5 },
];

function isAbout({ name, peer }: Minimum, result: BenchResult): boolean {
  const isNamed = result.name === name || result.name.startsWith(`${name}, `);
  return isNamed && result.peer?.startsWith(peer) === true;
}

/** The minimum that `result` must keep; null when there is none. */
export function minimumFor(result: BenchResult, minimums: readonly Minimum[]): Minimum | null {
  return minimums.find((minimum) => isAbout(minimum, result)) ?? null;
}

/** What `result` misses, in words; null when it keeps its minimum or has none. */
export function missedBy(result: BenchResult, minimums: readonly Minimum[]): string | null {
  const minimum = minimumFor(result, minimums);
  if (!minimum) return null;
  const against = `${result.name}, against ${result.peer}`;
  // Written so that NaN and null are misses.
  if (!((result.ratio ?? 0) >= minimum.ratio)) {
    return `${against}: ${result.ratio?.toFixed(2)} times as fast, must be ${minimum.ratio}`;
  }
  for (const [key, wanted] of Object.entries(minimum.more ?? {})) {
    const found = result.more?.[key];
    if (found !== wanted) return `${against}: ${key} is ${found}, must be ${wanted}`;
  }
  return null;
}

/** Minimums that no result was there for: a renamed bench would otherwise be free of its promise. */
export function unusedMinimums(results: readonly BenchResult[], minimums: readonly Minimum[]): Minimum[] {
  return minimums.filter((minimum) => !results.some((result) => isAbout(minimum, result)));
}
