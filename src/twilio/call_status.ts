// Twilio's words for how a call is doing, and their order: which status can follow which, and what a callback that comes
// late, twice or out of order changes.

/** Twilio's ids of calls. */
export const CALL_SID = /^CA[0-9a-fA-F]{32}$/;

/** Twilio's words for a call's status, in the order in which a call can go through them. */
export const TWILIO_STATUSES = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
] as const;
export type TwilioStatus = (typeof TWILIO_STATUSES)[number];
const TERMINAL = new Set<string>(['completed', 'busy', 'no-answer', 'failed', 'canceled']);

/** True when nothing can come after this status. */
export function isTerminal(status: string | null): boolean {
  return status !== null && TERMINAL.has(status);
}

const PROGRESS = ['queued', 'initiated', 'ringing', 'in-progress'];

/** Which of two reports of one call is later: Twilio's record may be a moment older than its callbacks. */
export function laterStatus(theirs: string | null, ours: string | null): string {
  if (theirs === null || ours === null) return theirs ?? ours ?? 'unknown';
  if (isTerminal(theirs) || !PROGRESS.includes(theirs)) return theirs;
  if (isTerminal(ours)) return ours;
  return PROGRESS.indexOf(ours) > PROGRESS.indexOf(theirs) ? ours : theirs;
}

/** What Twilio's callbacks have told, by their sequence numbers. */
export interface StatusHistory {
  status: TwilioStatus | null;
  /** Sequence numbers already seen: a callback may come twice and out of order. */
  seen: Set<number>;
  /** The one `status` is from; -1 before any. */
  sequence: number;
  /** Seconds, once the call is over. */
  durationS: number | null;
  answeredBy: string | null;
  streamError: string | null;
}

/** Nothing told yet. */
export function noStatus(): StatusHistory {
  return { status: null, seen: new Set(), sequence: -1, durationS: null, answeredBy: null, streamError: null };
}

/**
 * Takes in one status callback. False = seen before, or older than what is known: nothing changed.
 * A terminal status is never left again, whatever the numbers say.
 */
export function takeStatus(
  history: StatusHistory,
  status: TwilioStatus,
  sequence: number | null,
  durationS: number | null,
): boolean {
  if (sequence !== null) {
    if (history.seen.has(sequence)) return false;
    history.seen.add(sequence);
  }
  if (isTerminal(status)) history.durationS = durationS ?? history.durationS;
  const isNewer =
    sequence === null
      ? TWILIO_STATUSES.indexOf(status) > (history.status === null ? -1 : TWILIO_STATUSES.indexOf(history.status))
      : sequence > history.sequence;
  if (isTerminal(history.status) || (!isNewer && !isTerminal(status))) return false;
  history.status = status;
  history.sequence = sequence ?? history.sequence;
  return true;
}
