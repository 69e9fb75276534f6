// What every bench of this project returns, and how it takes its time: tinybench around batches of operations, and
// a hash of what was computed, so that two ways of doing the same work are known to have done the same work.

import { Bench } from 'tinybench';

const ROUNDS = 7;
/** Of each task in each round. */
const ROUND_MS = 60;
const WARM_UP_MS = 15;
const ROUND_CALLS_MIN = 6;
const WARM_UP_CALLS_MIN = 2;
/** How `nsPerOperation` takes its times, in words. */
export const MEASUREMENT =
  `median of ${ROUNDS} rounds in turn, each the mean over ${ROUND_MS} ms (${ROUND_CALLS_MIN} calls at least) ` +
  `after ${WARM_UP_MS} ms of warm-up (${WARM_UP_CALLS_MIN} calls at least)`;

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
  /** Further figures, the same for all rows of a bench; printed as a table of their own. */
  more?: Record<string, number | string>;
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
 * Nanoseconds for one operation of each task, in the order of `tasks`: the median of some rounds, each the mean over
 * what a round has time for. The mean, because collecting garbage is part of the cost; the median round, because what
 * else the machine does is not; the tasks in turn, because that changes. A task does `operations` of them a call,
 * enough that the clock's own cost does not count.
 */
export async function nsPerOperation(
  options: BenchOptions,
  operations: number,
  tasks: Record<string, () => void | Promise<void>>,
): Promise<number[]> {
  const rounds: number[][] = Object.keys(tasks).map(() => []);
  for (let round = 0; round < (options.small ? 1 : ROUNDS); round++) {
    const bench = new Bench(
      options.small
        ? { time: 1, iterations: 2, warmupTime: 0, warmupIterations: 1, throws: true }
        : {
            time: ROUND_MS,
            iterations: ROUND_CALLS_MIN,
            warmupTime: WARM_UP_MS,
            warmupIterations: WARM_UP_CALLS_MIN,
            throws: true,
          },
    );
    for (const [name, task] of Object.entries(tasks)) bench.add(name, task);
    await bench.run();
    bench.tasks.forEach((task, i) => {
      if (task.result.state !== 'completed') throw new Error(`${task.name}: ${task.result.state}`);
      rounds[i].push((task.result.latency.mean * 1e6) / operations);
    });
  }
  return rounds.map((times) => times.sort((a, b) => a - b)[times.length >> 1]);
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
