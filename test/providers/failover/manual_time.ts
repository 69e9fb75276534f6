// Time that a test moves by hand, and whoever watches for deadlines in it.

import type { FailoverOptions } from '../../../src/providers/failover/ranking.js';
import type { Swept } from '../../../src/providers/shared/liveness.js';

export class ManualTime {
  now = 1000;
  readonly switches: string[] = [];
  readonly #swept = new Set<Swept>();

  /** A deadline of 100 ms, and a vendor that failed is asked last for 10 s. */
  readonly options: FailoverOptions = {
    deadlineMs: 100,
    coolMs: 10_000,
    onFailover: (from, to) => this.switches.push(`${from} -> ${to}`),
    sweeper: { add: (item) => this.#swept.add(item), delete: (item) => this.#swept.delete(item) },
    clock: () => this.now,
  };

  /** Objects that wait for a deadline. */
  get watched(): number {
    return this.#swept.size;
  }

  pass(ms: number): void {
    this.now += ms;
    for (const item of [...this.#swept]) item.sweep(this.now);
  }
}
