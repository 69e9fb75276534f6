// What a simulated caller did, as the caller itself knows it, and a call as the ear judges it. Types only.

import type { Span } from './spans.js';

/**
 * - `turn`: words for the agent, begun while it was silent; `interruption`: begun to stop it
 * - `backchannel`: "mm-hmm" and the like; `vocal`: cough, sneeze, sniff, "um"; `not_for_us`: speech meant for others
 * - `burst`: a horn, a dog, a siren; reported beside the panel
 */
export type EventKind = 'turn' | 'interruption' | 'backchannel' | 'vocal' | 'not_for_us' | 'burst';

export interface CallerEvent extends Span {
  kind: EventKind;
  /** Words or the sound's name. */
  text: string;
  /** Said because nobody answered. */
  again?: boolean;
}

export interface JudgedCall {
  id: string;
  durationMs: number;
  /** The agent's sound as the telephone played it, holes of 40 ms and less closed. */
  agent: readonly Span[];
  /** By start. */
  events: readonly CallerEvent[];
  /** When the last word of a reply had been played to its end: what is silent after that was not cut. */
  replyEndsMs: readonly number[];
}
