// What every bench of this project returns, and how it takes its time: tinybench around batches of operations, and
// a hash of what was computed, so that two ways of doing the same work are known to have done the same work.

import { Bench } from 'tinybench';

const ROUNDS = 8;

export interface BenchOptions {
  /** A size that runs with the tests; its times mean nothing, its hashes do. */
  small: boolean;
}

export interface BenchResult {
  /** What was measured, and at which size. */
  name: string;
  ns_per_op: number;
  /** What else does the same work; null = nothing to compare with. */
  peer: string | null;
  peer_ns_per_op: number | null;
  /** Peer's time over ours: above 1 we are faster. */
  ratio: number | null;
  /** Of the result; equal for ours and the peer, checked by the bench. */
  hash: string;
  note?: string;
}

/** Puts a result together. Throws when the peer's hash differs: then it was not the same work. */
export function compared(
  name: string,
  ours: { nsPerOp: number; hash: string },
  peer: { name: string; nsPerOp: number; hash: string } | null,
  note?: string,
): BenchResult {
  if (peer && peer.hash !== ours.hash) throw new Error(`${name}: ${peer.name} came to ${peer.hash}, not ${ours.hash}`);
  return {
    name,
    ns_per_op: ours.nsPerOp,
    peer: peer?.name ?? null,
    peer_ns_per_op: peer?.nsPerOp ?? null,
    ratio: peer ? peer.nsPerOp / ours.nsPerOp : null,
    hash: ours.hash,
    ...(note === undefined ? {} : { note }),
  };
}

/**
 * Nanoseconds for one operation of each task, in the order of `tasks`: the best of some rounds, each the mean over
 * what a round has time for. The mean, because collecting garbage is part of the cost; the best round, because what
 * else the machine does is not; the tasks in turn, because that changes. A task does `operations` of them a call,
 * enough that the clock's own cost does not count.
 */
export async function nsPerOperation(
  options: BenchOptions,
  operations: number,
  tasks: Record<string, () => void | Promise<void>>,
): Promise<number[]> {
  const best = Object.keys(tasks).map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < (options.small ? 1 : ROUNDS); round++) {
    const bench = new Bench(
      options.small
        ? { time: 5, iterations: 5, warmupTime: 1, warmupIterations: 2, throws: true }
        : { time: 150, iterations: 50, warmupTime: 50, warmupIterations: 10, throws: true },
    );
    for (const [name, task] of Object.entries(tasks)) bench.add(name, task);
    await bench.run();
    bench.tasks.forEach((task, i) => {
      if (task.result.state !== 'completed') throw new Error(`${task.name}: ${task.result.state}`);
      best[i] = Math.min(best[i], (task.result.latency.mean * 1e6) / operations);
    });
  }
  return best;
}

/** FNV-1a, 32 bit, of numbers as their eight bytes and of byte arrays as they are. */
export class ResultHash {
  #hash = 0x811c9dc5;
  readonly #number = new Float64Array(1);
  readonly #numberBytes = new Uint8Array(this.#number.buffer);

  add(result: number | Uint8Array): this {
    if (typeof result === 'number') this.#number[0] = result;
    for (const byte of typeof result === 'number' ? this.#numberBytes : result) {
      this.#hash = Math.imul(this.#hash ^ byte, 0x01000193);
    }
    return this;
  }

  get hex(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }
}
