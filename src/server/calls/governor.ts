// Keeps new calls out while those under way would suffer from them: the machine is late with their sound, or a vendor would soon
// refuse what they ask. Looks once a second; what is judged how is lateness.ts and vendor_use.ts.

import { HISTOGRAMS } from '../../metrics/metric_names.js';
import { sumCounter, sumGauge, sumHistogram } from '../../metrics/shared_metrics.js';
import type { Instances } from '../../store/instances.js';
import type { Store } from '../../store/store.js';
import { Lateness } from './lateness.js';
import { LIMITED, type VendorUse, VendorUses } from './vendor_use.js';

const LOOK_MS = 1_000;

/** `late`: frames are. `vendor`: a limit of theirs is reached. */
export type Strain = 'late' | 'vendor';

export interface GovernorOptions {
  metrics: SharedArrayBuffer;
  /** A frame later than this is late; 0 = lateness keeps nobody out. */
  lateMs: number;
  /** 0 = no limit. */
  limits: VendorUse;
  /** Streams of the recogniser: calls there are, dialled ones included, which will have theirs when they are answered. */
  streams(): number;
  instances: Pick<Instances, 'name' | 'isShared' | 'others'>;
  store: Pick<Store, 'put' | 'get'>;
}

export class Governor {
  readonly #metrics: SharedArrayBuffer;
  readonly #lateness: Lateness;
  readonly #uses: VendorUses;
  #timer: NodeJS.Timeout | null = null;

  constructor({ metrics, lateMs, limits, streams, instances, store }: GovernorOptions) {
    this.#metrics = metrics;
    this.#lateness = new Lateness(lateMs);
    this.#uses = new VendorUses({
      ...{ limits, instances, store },
      counts: () => ({
        streams: streams(),
        contexts: sumGauge(metrics, 'tts_contexts'),
        requests: sumCounter(metrics, 'llm_requests'),
        tokens: sumCounter(metrics, 'prompt_tokens') + sumCounter(metrics, 'completion_tokens'),
      }),
    });
  }

  /** Safe twice. Does not keep the process alive. */
  start(): void {
    this.#timer ??= setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Safe twice. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Public for tests; `start` does it regularly. */
  look(): void {
    const { counts } = sumHistogram(this.#metrics, 'frame_late_ms');
    this.#lateness.look({ bounds: HISTOGRAMS.frame_late_ms.bounds, counts });
    this.#uses.tick();
  }

  /** Why no new call of this lane should be taken; null = it may. Somebody is rung only while there is room to spare. */
  strain(lane: 'inbound' | 'outbound'): Strain | null {
    if (lane === 'inbound' ? this.#lateness.isOver : this.#lateness.isStrained) return 'late';
    return this.#uses.exhausted(lane) === null ? null : 'vendor';
  }

  /** Share of late frames, 0 to 1. */
  get lateShare(): number {
    return this.#lateness.share;
  }

  /** Of each limit that is set: what is used of it, by all instances. */
  uses(): { what: string; used: number; max: number }[] {
    const { limits, used } = this.#uses;
    return LIMITED.filter((each) => limits[each] > 0).map((each) => ({
      what: each,
      used: Math.round(used[each] * 10) / 10,
      max: limits[each],
    }));
  }
}
