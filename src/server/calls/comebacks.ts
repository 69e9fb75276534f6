// Which calls get another media stream when theirs is gone and the caller is still on the line: those that neither we nor
// the caller ended. Bounded: what breaks every stream it is given is no accident, and its caller is told the truth.

import type { EndReason } from '../../call/call.js';
import type { CallEntry } from './call_registry.js';

/** A stream that ended by one of these says nothing of the call. */
const BREAKS: ReadonlySet<EndReason> = new Set(['socket_lost', 'start_timeout', 'protocol']);
/** So many within the time; the next break is the call's end. */
const COMEBACKS_MAX = 5;
const COMEBACKS_WITHIN_MS = 60_000;

/** What of a call's entry tells whether its stream broke. */
export type StreamState = Pick<CallEntry, 'phase' | 'endReason' | 'hangUp' | 'isSocketLost'>;

/** Twilio says that the stream is over and the call is not: did it break? A call that is still being ended may not know yet. */
export function isBroken({ phase, endReason, hangUp, isSocketLost }: StreamState): boolean {
  if (phase === 'ended') return endReason !== null && BREAKS.has(endReason);
  // Twilio could not even open the socket; or it is gone, and the worker still closes the call's files.
  return hangUp === null && (phase === 'accepted' || isSocketLost);
}

/** Counts a comeback. False: there were too many. */
export function mayComeBack(comebacks: number[], nowMs: number): boolean {
  while (comebacks.length > 0 && nowMs - comebacks[0] >= COMEBACKS_WITHIN_MS) comebacks.shift();
  if (comebacks.length >= COMEBACKS_MAX) return false;
  comebacks.push(nowMs);
  return true;
}
