// What the chaos run and the process of its callers tell each other, over Node's channel as JSON.

import type { CallLog } from './call_log.js';

/** How the callers of a soak come and go; the chaos run's stay. */
export interface Churn {
  /** Seconds on the line, uniform. */
  staysS: readonly [number, number];
  /** Shares of calls whose line goes dead, that never say a word, whose media socket never opens. */
  cutShare: number;
  muteShare: number;
  refusedShare: number;
}

export type CrowdCommand =
  | { kind: 'setup'; accountSid: string; authToken: string; seed: number; churn: Churn | null }
  /** Where calls go from now on; a call that is up stays where it is. */
  | { kind: 'server'; url: string }
  /** Have this many calls up; who leaves is replaced, at this rate at most. */
  | { kind: 'target'; calls: number; ratePerS: number }
  /** Everything known of the calls that were live after `sinceMs`. */
  | { kind: 'logs'; sinceMs: number }
  /** So many callers hang up, the oldest first, spread over `overMs`; all with null. */
  | { kind: 'hang_up'; calls: number | null; overMs: number }
  /** The connection of every n-th media socket is reset. */
  | { kind: 'cut'; every: number }
  /** Every n-th caller's socket also sends this. */
  | { kind: 'inject'; every: number; messages: (string | { binary: string })[] }
  | { kind: 'exit' };

export type CrowdEvent =
  | { kind: 'ready'; twilioUrl: string; clips: { text: string; speechMs: number }[] }
  | { kind: 'logs'; logs: CallLog[]; up: number; live: number; placed: number; lateMaxMs: number }
  /** Whose sockets were cut or written to. */
  | { kind: 'victims'; callSids: string[] }
  | { kind: 'left'; callSids: string[] }
  | { kind: 'fault'; message: string };
