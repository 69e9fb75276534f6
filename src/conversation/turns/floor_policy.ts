// What follows from a verdict in each state of the agent: a table, so that an agent can have cells of its own.

import type { Verdict } from './stretch.js';

/** What the agent is doing as far as the floor is concerned. */
export type AgentState =
  /** Listening: nothing of ours is playing or being made. */
  | 'quiet'
  /** The first words of the call, in their protected beginning. */
  | 'greeting'
  /** An answer is being made; nothing of it was heard. */
  | 'thinking'
  | 'speaking'
  /** A tool is at work; a filler may be playing. */
  | 'tool'
  /** Words that must be heard to their end, whatever happens: a legal notice. */
  | 'protected'
  /** The last words before we hang up. */
  | 'closing';

/**
 * `keep`: nothing happened, go on. `hold`: stop feeding, keep everything, ask again. `yield`: be silent at once, withdraw
 * the reply, listen. `note`: go on, and what was said is the caller's next turn. `listen`: it is the caller's turn.
 */
export type FloorAction = 'keep' | 'hold' | 'yield' | 'note' | 'listen';

export type FloorPolicy = Readonly<Record<AgentState, Readonly<Record<Verdict, FloorAction>>>>;

export const FLOOR_POLICY: FloorPolicy = {
  //         undecided          speech          stop            backchannel           noise          echo          background
  quiet: {
    undecided: 'listen',
    speech: 'listen',
    stop: 'listen',
    backchannel: 'listen',
    noise: 'keep',
    echo: 'keep',
    background: 'keep',
  },
  greeting: {
    undecided: 'keep',
    speech: 'keep',
    stop: 'yield',
    backchannel: 'keep',
    noise: 'keep',
    echo: 'keep',
    background: 'keep',
  },
  thinking: {
    undecided: 'hold',
    speech: 'yield',
    stop: 'yield',
    backchannel: 'keep',
    noise: 'keep',
    echo: 'keep',
    background: 'keep',
  },
  speaking: {
    undecided: 'hold',
    speech: 'yield',
    stop: 'yield',
    backchannel: 'keep',
    noise: 'keep',
    echo: 'keep',
    background: 'keep',
  },
  tool: {
    undecided: 'keep',
    speech: 'note',
    stop: 'note',
    backchannel: 'keep',
    noise: 'keep',
    echo: 'keep',
    background: 'keep',
  },
  protected: {
    undecided: 'keep',
    speech: 'note',
    stop: 'note',
    backchannel: 'keep',
    noise: 'keep',
    echo: 'keep',
    background: 'keep',
  },
  // What the caller still says while we say goodbye is heard: the line stays open for it.
  closing: {
    undecided: 'keep',
    speech: 'note',
    stop: 'yield',
    backchannel: 'keep',
    noise: 'keep',
    echo: 'keep',
    background: 'keep',
  },
};

/** Cells of an agent's own. */
export type FloorCells = { readonly [state in AgentState]?: { readonly [verdict in Verdict]?: FloorAction } };

/** Where an agent can have cells of its own: while it listens there is nothing to decide. */
export const FLOOR_STATES = ['greeting', 'thinking', 'speaking', 'closing'] as const satisfies AgentState[];
export const FLOOR_VERDICTS = Object.keys(FLOOR_POLICY.quiet) as Verdict[];

/** What such a cell can be: a sound that nobody knows yet is no turn, one that is known needs no waiting for. */
export function floorActions(verdict: Verdict): FloorAction[] {
  return verdict === 'undecided' ? ['keep', 'hold'] : ['keep', 'yield'];
}

/** The usual table with cells of an agent's own. */
export function floorPolicy(own: FloorCells = {}): FloorPolicy {
  const rows = Object.entries(FLOOR_POLICY) as [AgentState, FloorPolicy[AgentState]][];
  return Object.fromEntries(rows.map(([state, row]) => [state, { ...row, ...own[state] }])) as FloorPolicy;
}
