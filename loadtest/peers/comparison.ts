// Measures one system after the other and says how many calls each holds. Bounded in time: when the time is up, the search
// ends with what it has and says so.

import { nowMs } from '../../src/clock.js';
import type { Pinning } from '../fleet/child.js';
import type { FleetTick } from '../fleet/fleet_messages.js';
import { takeMachineTurn } from '../machine_turn.js';
import { firstClimb, secondClimb, TABLE_CALLS, windowSeconds } from './ladder.js';
import { isNearMiss, judge, quietMedians, type Rung } from './objective.js';
import { missing, type Peer } from './peer_list.js';
import { PeerSession } from './peer_session.js';

export interface PeerResult {
  name: string;
  title: string;
  version: string;
  /** It could not be measured, or not to the end. */
  error: string | null;
  idle_mib: number | null;
  rungs: Rung[];
  /** Highest number of calls that held; 0 = not even one. */
  capacity: number;
  /** No higher rung was tried: it may hold more. */
  capacity_is_lower_bound: boolean;
}

export interface ComparisonOptions {
  pinning: Pinning;
  /** Rising numbers of calls to measure; null = the table's and then ever more, up to `callsMax`. */
  ladder: readonly number[] | null;
  callsMax: number;
  /** Further variables of the servers. */
  serverEnv: Record<string, string>;
  /** Only the table's rungs. */
  search: boolean;
  /** Length of the windows, 1 = as long as planned. */
  scale: number;
  seed: number;
  nice: number;
  signal: AbortSignal;
  /** Another load test runs on this machine. */
  onWait(): void;
  onTick(peer: Peer, calls: number, tick: FleetTick): void;
  onRung(peer: Peer, rung: Rung): void;
}

export class Comparison {
  #session: PeerSession | null = null;

  constructor(readonly options: ComparisonOptions) {}

  kill(): void {
    this.#session?.kill();
  }

  /** Takes at most about `ms`. Never rejects: what went wrong is in the result. */
  async measure(peer: Peer, ms: number): Promise<PeerResult> {
    const lack = missing(peer);
    const result: PeerResult = {
      name: peer.name,
      title: peer.title,
      version: lack === null ? peer.version() : '',
      error: lack,
      idle_mib: null,
      rungs: [],
      capacity: 0,
      capacity_is_lower_bound: true,
    };
    if (lack !== null) return result;
    const turn = await takeMachineTurn(this.options.onWait);
    const untilMs = nowMs() + ms;
    try {
      const failed = await this.#climb(result, peer, this.options.ladder ?? firstClimb(this.options.callsMax), untilMs);
      this.#conclude(result);
      if (failed !== null && this.options.search) {
        result.capacity_is_lower_bound = false;
        await this.#climb(result, peer, secondClimb(result.capacity, failed), untilMs);
      } else if (failed !== null) result.capacity_is_lower_bound = false;
    } catch (error) {
      result.error = (error as Error).message;
    } finally {
      turn?.close();
    }
    this.#conclude(result);
    return result;
  }

  /** Returns the first number of calls that did not hold, null = all that were tried did. */
  async #climb(result: PeerResult, peer: Peer, ladder: readonly number[], untilMs: number): Promise<number | null> {
    const { signal, pinning, nice, seed, serverEnv } = this.options;
    if (ladder.length === 0) return null;
    let calls = 0;
    let failed: number | null = null;
    const session = await PeerSession.start({
      peer,
      pinning,
      nice,
      seed,
      serverEnv,
      signal,
      onTick: (tick) => this.options.onTick(peer, calls, tick),
    });
    this.#session = session;
    result.idle_mib ??= Math.round(session.idleMib);
    try {
      for (calls of ladder) {
        const isTable = ladder === this.options.ladder || (TABLE_CALLS as readonly number[]).includes(calls);
        // The table shows what it is like beyond the limit too; nothing else is tried there.
        if (!isTable && (failed !== null || !this.options.search)) break;
        if (signal.aborted || (!isTable && nowMs() > untilMs)) {
          if (failed === null) result.capacity_is_lower_bound = true;
          break;
        }
        const rung = await this.#rung(result, session, calls);
        if (!rung.verdict.holds) failed ??= calls;
        if (!session.server.alive) break;
      }
      return failed;
    } finally {
      await session.close();
      this.#session = null;
    }
  }

  /** A rung that nearly holds is measured once more: a machine has hiccups, and two in a row are none. */
  async #rung(result: PeerResult, session: PeerSession, calls: number): Promise<Rung> {
    const { peer } = session.options;
    const seconds = windowSeconds(calls, this.options.scale);
    let rung: Rung | null = null;
    for (let attempt = 0; attempt < 2 && !this.options.signal.aborted; attempt++) {
      const measured = await session.measure(calls, seconds);
      const verdict = judge(measured, quietMedians([...result.rungs, measured]));
      rung = { ...measured, verdict };
      this.options.onRung(peer, rung);
      if (!session.server.alive) {
        result.error = `it ended at ${calls} calls:\n${session.server.tail.join('\n')}`;
        break;
      }
      if (!isNearMiss(rung)) break;
    }
    if (rung === null) throw new Error('stopped');
    result.rungs.push(rung);
    return rung;
  }

  /** Judges all rungs again by the final quiet median, and finds the highest that held below the first that did not. */
  #conclude(result: PeerResult): void {
    const quiet = quietMedians(result.rungs);
    result.rungs.sort((a, b) => a.calls - b.calls);
    let capacity = 0;
    let broken = false;
    for (const rung of result.rungs) {
      rung.verdict = judge(rung, quiet);
      if (!rung.verdict.holds) broken = true;
      else if (!broken) capacity = rung.calls;
    }
    result.capacity = capacity;
  }
}
