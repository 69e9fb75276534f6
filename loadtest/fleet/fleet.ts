// All callers of one process: keeps as many calls up as asked for, counts what happens to them and sums it up once a
// second. What one caller does is fleet_caller.ts; the process around this is fleet_process.ts.

import { nowMs } from '../../src/clock.js';
import { hundredths } from '../report/quantiles.js';
import { seededRandom } from '../simulators/latency.js';
import type { AudioClip } from '../simulators/twilio/audio_clip.js';
import { CLEAN_NETWORK, type NetworkProfile, POOR_NETWORK } from '../simulators/twilio/network_profile.js';
import { WebhookClient } from '../simulators/twilio/webhook_client.js';
import { type CallerServices, FleetCaller } from './fleet_caller.js';
import type { CallFailure, FleetSetup, FleetTick, GapRow, TurnRow } from './fleet_messages.js';
import { PhasedClock } from './phased_clock.js';

const NETWORKS: Record<FleetSetup['network'], NetworkProfile> = {
  even: { ...CLEAN_NETWORK, jitterMs: 0 },
  clean: CLEAN_NETWORK,
  poor: POOR_NETWORK,
};
/** Jittered frames need a finer beat than their own length, or jitter becomes whole frames. */
const EVEN_BEAT = { periodMs: 20, phaseMs: 2 };
const JITTERED_BEAT = { periodMs: 5, phaseMs: 2.5 };
const PLACING_PERIOD_MS = 10;

export class Fleet {
  readonly clock: PhasedClock;
  readonly #services: CallerServices;
  readonly #callers = new Set<FleetCaller>();
  readonly #random: () => number;
  #placing: NodeJS.Timeout | null = null;
  #target = 0;
  #ratePerS = 0;
  #credit = 0;
  #creditMs = 0;
  #leaving = false;
  #up = 0;
  #placed = 0;
  #completed = 0;
  #failed = 0;
  #unanswered = 0;
  #turns: TurnRow[] = [];
  #failures: CallFailure[] = [];
  #gaps: GapRow[] = [];
  #webhookMs: number[] = [];
  #greetingMs: number[] = [];
  /** Of calls that are over. */
  #past: Sums = { ...NOTHING };

  constructor(setup: FleetSetup, clips: readonly AudioClip[]) {
    this.clock = new PhasedClock(setup.network === 'even' ? EVEN_BEAT : JITTERED_BEAT);
    this.#random = seededRandom(setup.seed);
    this.#services = {
      ...setup,
      clips,
      clock: this.clock,
      network: NETWORKS[setup.network],
      webhooks: new WebhookClient(setup.authToken, setup.serverUrl),
    };
  }

  /** `calls` up from now on, new ones placed at `ratePerS`. */
  setTarget(calls: number, ratePerS: number): void {
    this.#target = calls;
    this.#ratePerS = ratePerS;
    this.#credit = 1;
    this.#creditMs = nowMs();
    this.#placing ??= setInterval(() => this.#place(), PLACING_PERIOD_MS);
  }

  /** Everybody hangs up, spread over `overMs`. Resolves when the last call is over. */
  async hangUp(overMs: number): Promise<void> {
    this.#leaving = true;
    if (this.#placing) clearInterval(this.#placing);
    const now = nowMs();
    for (const caller of this.#callers) caller.hangUpAt(now + this.#random() * overMs);
    const deadlineMs = now + overMs + 5000;
    while (this.#callers.size > 0 && nowMs() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  close(): void {
    if (this.#placing) clearInterval(this.#placing);
    this.#services.webhooks.close();
  }

  /** What happened since the last one, and the totals. */
  tick(final: boolean): FleetTick {
    const sums = { ...this.#past };
    let talking = 0;
    for (const caller of this.#callers) {
      addCaller(sums, caller);
      if (caller.talking) talking++;
    }
    const { windowLateness, windowBeatsLost } = this.clock;
    const tick: FleetTick = {
      kind: 'tick',
      final,
      atMs: nowMs(),
      connecting: this.#callers.size - this.#up,
      up: this.#up,
      talking,
      placed: this.#placed,
      completed: this.#completed,
      failed: this.#failed,
      turns: this.#turns,
      failures: this.#failures,
      unanswered: this.#unanswered,
      framesSent: sums.sent,
      framesLost: sums.lost,
      framesDiscarded: sums.discarded,
      framesHeard: Math.round(sums.heard / 160),
      playoutGaps: sums.gaps,
      playoutGapMs: sums.gapMs,
      playoutLongGaps: sums.longGaps,
      violations: sums.violations,
      clears: sums.clears,
      gaps: this.#gaps,
      webhookMs: this.#webhookMs,
      greetingMs: this.#greetingMs,
      late: {
        p50: hundredths(windowLateness.quantile(0.5))!,
        p99: hundredths(windowLateness.quantile(0.99))!,
        max: hundredths(windowLateness.maxMs)!,
        beatsLost: windowBeatsLost,
      },
      cpuMs: cpuMs(),
    };
    this.#turns = [];
    this.#failures = [];
    this.#gaps = [];
    this.#webhookMs = [];
    this.#greetingMs = [];
    return tick;
  }

  #place(): void {
    const now = nowMs();
    this.#credit += ((now - this.#creditMs) * this.#ratePerS) / 1000;
    this.#creditMs = now;
    while (!this.#leaving && this.#callers.size < this.#target && this.#credit >= 1) {
      this.#credit--;
      this.#placeOne();
    }
    // Calls that end are replaced at the rate too, not in a burst saved up while nothing was to be done.
    this.#credit = Math.min(this.#credit, Math.max(1, (this.#ratePerS * PLACING_PERIOD_MS) / 1000));
  }

  #placeOne(): void {
    this.#placed++;
    const caller = new FleetCaller(
      this.#services,
      {
        onWebhook: (tookMs) => this.#webhookMs.push(tookMs),
        onUp: () => this.#up++,
        onGreeted: (afterMs) => this.#greetingMs.push(afterMs),
        onTurn: (turn) => this.#turns.push(turn),
        onUnanswered: () => this.#unanswered++,
        onGap: (gap) => this.#gaps.push(gap),
        onOver: (over, failure) => this.#over(over, failure),
      },
      Math.floor(this.#random() * 2 ** 31),
    );
    this.#callers.add(caller);
    void caller.begin();
  }

  #over(caller: FleetCaller, failure: CallFailure | null): void {
    if (!this.#callers.delete(caller)) return;
    if (caller.client && caller.client.startedAtMs > 0) this.#up--;
    addCaller(this.#past, caller);
    const violation = caller.client?.checks.violations[0];
    const outcome = failure ?? (violation ? protocolFailure(caller, violation.problem) : null);
    if (outcome) {
      this.#failed++;
      this.#failures.push(outcome);
    } else if (caller.client) this.#completed++;
  }
}

function protocolFailure(caller: FleetCaller, detail: string): CallFailure {
  return { callSid: caller.callSid, reason: 'protocol', detail, atMs: nowMs() };
}

type Sums = typeof NOTHING;
const NOTHING = { sent: 0, lost: 0, discarded: 0, heard: 0, gaps: 0, gapMs: 0, longGaps: 0, violations: 0, clears: 0 };

function addCaller(sums: Sums, caller: FleetCaller): void {
  const { client } = caller;
  if (!client) return;
  const { playout, checks } = client;
  const heard = caller.heard();
  sums.sent += client.framesSent;
  sums.lost += client.framesLost;
  sums.discarded += client.framesDiscarded;
  sums.violations += checks.violationCount;
  sums.clears += playout.clears;
  sums.gaps += playout.underruns;
  sums.heard += heard.bytes;
  sums.gapMs += heard.gapMs;
  sums.longGaps += heard.longGaps;
}

/** CPU time of this process, ms. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
