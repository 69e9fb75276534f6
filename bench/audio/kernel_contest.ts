// Lets the native kernel, its TypeScript twin and other people's code do the same work, checks that they came to the
// same result, and compares the first of them with each of the others.

import { type Dsp, fallbackDsp, nativeDsp } from '../../src/audio/kernels/addon.js';
import { type BenchOptions, type BenchResult, compared, nsPerOperation, ResultHash } from '../bench_result.js';

/** One way of doing the work. */
export interface Contender {
  name: string;
  /** Does it, always the same `operations` of them. */
  run(): void;
  /** What the run came to, as bytes; asked for once, after one run. */
  result(): Uint8Array;
  note?: string;
}

/** What the rows call the twins. */
export const TWIN = 'TypeScript twin';

/** The native kernels, when they are there, and the twins, as contenders: `make` gets the kernels to use. */
export function ourContenders(make: (dsp: Dsp) => Omit<Contender, 'name'>): Contender[] {
  const native = nativeDsp ? [{ name: 'native', ...make(nativeDsp) }] : [];
  return [...native, { name: TWIN, ...make(fallbackDsp) }];
}

/** One row for each contender after the first. Throws when one of them came to another result. */
export async function contest(
  options: BenchOptions,
  name: string,
  operations: number,
  contenders: readonly Contender[],
): Promise<BenchResult[]> {
  const hashes = contenders.map((contender) => {
    contender.run();
    return new ResultHash().add(contender.result()).hex;
  });
  const tasks = Object.fromEntries(contenders.map((contender) => [contender.name, () => contender.run()]));
  const times = await nsPerOperation(options, operations, tasks);
  const ours = { nsPerOp: times[0], hash: hashes[0] };
  // Where the addon is missing the row must not pass for one about native code, nor be held to its minimum.
  const subject = contenders[0].name === 'native' ? name : `${contenders[0].name}: ${name}`;
  return contenders.slice(1).map((peer, i) => {
    const theirs = { name: peer.name, nsPerOp: times[i + 1], hash: hashes[i + 1] };
    return compared(subject, ours, theirs, peer.note);
  });
}

/** The memory of samples as bytes, for `result`. */
export function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
