// How much of what the vendors allow is in use: streams of the recogniser and contexts of the voice at once, requests and tokens of
// the model a minute. Of this instance, and of all that share an account with it. The vendors refuse what is beyond with
// 429, in the middle of calls; so no new ones are taken shortly before.

import type { Instances } from '../../store/instances.js';
import type { Store } from '../../store/store.js';

export const LIMITED = ['streams', 'contexts', 'requests', 'tokens'] as const;
export type Limited = (typeof LIMITED)[number];
export type VendorUse = Record<Limited, number>;

/** What this process counts: `streams` and `contexts` now, `requests` and `tokens` since it started. */
export type VendorCounts = VendorUse;

export interface VendorUseOptions {
  /** 0 = no limit. */
  limits: VendorUse;
  counts(): VendorCounts;
  instances: Pick<Instances, 'name' | 'isShared' | 'others'>;
  store: Pick<Store, 'put' | 'get'>;
}

const WINDOW_S = 60;
/** Contexts come and go within a second; what counts is how many there are as a rule. */
const SMOOTH_S = 10;
const TOLD_EVERY_S = 2;
/** An instance that tells nothing any more has gone, and its calls with it. */
const TOLD_MS = 10_000;
/** Shares of a limit: who calls us is taken up to the first, somebody is rung up to the second. */
const SHARES = {
  // These are counted exactly, one for each call.
  streams: { inbound: 1, outbound: 0.9 },
  // Of these the calls under way will want more than they use now.
  contexts: { inbound: 0.9, outbound: 0.8 },
  requests: { inbound: 0.9, outbound: 0.8 },
  tokens: { inbound: 0.9, outbound: 0.8 },
} as const satisfies Record<Limited, { inbound: number; outbound: number }>;

export class VendorUses {
  readonly #options: VendorUseOptions;
  /** One a second, the oldest first. */
  readonly #requests: number[] = [];
  readonly #tokens: number[] = [];
  readonly #contexts: number[] = [];
  #theirs: VendorUse = none();
  #seconds = 0;
  #isAsking = false;

  constructor(options: VendorUseOptions) {
    this.#options = options;
  }

  get limits(): VendorUse {
    return this.#options.limits;
  }

  /** Of all instances: streams and contexts now, requests and tokens in the last minute. */
  get used(): VendorUse {
    const own = this.#own();
    const sum = none();
    for (const each of LIMITED) sum[each] = own[each] + this.#theirs[each];
    return sum;
  }

  /** Whose limit is reached, for a new call of this lane; null = none is. */
  exhausted(lane: 'inbound' | 'outbound'): Limited | null {
    const { limits } = this.#options;
    if (LIMITED.every((each) => limits[each] === 0)) return null;
    const { used } = this;
    return LIMITED.find((each) => limits[each] > 0 && used[each] >= limits[each] * SHARES[each][lane]) ?? null;
  }

  /** Once a second. */
  tick(): void {
    const counts = this.#options.counts();
    for (const [list, count, max] of [
      [this.#requests, counts.requests, WINDOW_S + 1],
      [this.#tokens, counts.tokens, WINDOW_S + 1],
      [this.#contexts, counts.contexts, SMOOTH_S],
    ] as const) {
      list.push(count);
      if (list.length > max) list.shift();
    }
    if (this.#options.instances.isShared && ++this.#seconds % TOLD_EVERY_S === 0) void this.#share();
  }

  #own(): VendorUse {
    const counts = this.#options.counts();
    return {
      streams: counts.streams,
      contexts: this.#contexts.reduce((sum, each) => sum + each, 0) / Math.max(1, this.#contexts.length),
      requests: counts.requests - (this.#requests[0] ?? counts.requests),
      tokens: counts.tokens - (this.#tokens[0] ?? counts.tokens),
    };
  }

  /** Tells the others and hears of them. Never rejects: no store does. */
  async #share(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { instances, store } = this.#options;
    await store.put(keyOf(instances.name), JSON.stringify(this.#own()), TOLD_MS);
    const others = await instances.others();
    const told = await Promise.all(others.map((name) => store.get(keyOf(name))));
    const theirs = none();
    for (const text of told) {
      const use = text === null ? none() : (JSON.parse(text) as VendorUse);
      for (const each of LIMITED) theirs[each] += use[each] ?? 0;
    }
    this.#theirs = theirs;
    this.#isAsking = false;
  }
}

function none(): VendorUse {
  return { streams: 0, contexts: 0, requests: 0, tokens: 0 };
}

function keyOf(instance: string): string {
  return `use:${instance}`;
}
