// What a fault is: its name, whom it may touch, what may come of it, and how it is struck. The lists are in faults/.

import type { ProviderName } from '../fleet/fleet_messages.js';
import type { ChaosStage } from './chaos_stage.js';

export interface Struck {
  /** Calls it hit: their number, or names; null = all. Absent: none but the attackers' own. */
  victims?: number | readonly string[] | null;
  /** What is wrong beside what callers went through; any of it fails the fault. */
  problems?: string[];
  notes?: string[];
}

export interface Fault {
  name: string;
  /** In one line. */
  about: string;
  /** Calls may be lost by it; with the reason. */
  mayLose?: 'no store' | 'drained';
  /** Recordings may be missing or shorter, but not unreadable. */
  mayShorten?: boolean;
  /** The server process ends: its own counters begin anew. */
  endsProcess?: boolean;
  /** This vendor says nothing for the whole time: nobody may wait in silence, and attempts are bounded. */
  dark?: ProviderName;
  /** Why it can't be run here; null = it can. */
  skip?(stage: ChaosStage): Promise<string | null>;
  /** Strikes, holds on, heals, resolves. Must heal also when it throws. */
  strike(stage: ChaosStage): Promise<Struck>;
}
