// Calls as our users see them over HTTP: rows, details, and the status that merges Twilio's record with what we know. Fields
// in snake_case. Only shapes; finding the calls and asking Twilio is calls_api.ts.

import { snakeCased } from '../../snake_case.js';
import { isTerminal, laterStatus } from '../../twilio/call_status.js';
import type { TwilioCall } from '../../twilio/rest_client.js';
import type { CallDetails, CallRow, CallStatus } from '../openapi/answers.js';
import type { CallEntry } from './call_registry.js';

/**
 * Twilio's record, corrected by what we have seen ourselves. Its REST answer may be a moment older than its callbacks:
 * a call whose end was reported, or whose media we have, is not in an earlier state.
 */
export function mergeStatus(callSid: string, call: TwilioCall | null, known: CallEntry | undefined): CallStatus {
  const status = laterStatus(call?.status ?? null, known === undefined ? null : ownStatus(known));
  const isOver = isTerminal(status);
  return {
    call_sid: callSid,
    status,
    direction: call?.direction ?? (known?.direction === 'outbound' ? 'outbound-api' : 'inbound'),
    to: call?.to ?? known?.to ?? null,
    from_: call?.from ?? known?.from ?? null,
    duration: isOver ? (call?.durationS ?? known?.twilio.durationS ?? roundedDuration(known)) : null,
    start_time: call?.startTime ?? known?.connectedAt ?? null,
    end_time: isOver ? (call?.endTime ?? known?.endedAt ?? null) : null,
  };
}

function roundedDuration(known: CallEntry | undefined): number | null {
  return known?.summary ? Math.round(known.summary.durationS) : null;
}

/** What we have seen of the call, in Twilio's words. */
function ownStatus(entry: CallEntry): string {
  const reported = entry.twilio.status;
  if (isTerminal(reported)) return reported as string;
  if (entry.phase === 'accepted') return entry.direction === 'inbound' ? (reported ?? 'ringing') : 'in-progress';
  if (entry.phase === 'connected') return 'in-progress';
  if (entry.phase === 'dialling') return reported ?? 'queued';
  return entry.connectedAt === null ? (reported ?? 'canceled') : 'completed';
}

/** One row of `GET /calls`. */
export function overview(entry: CallEntry): CallRow {
  return {
    call_sid: entry.callSid,
    direction: entry.direction,
    agent: entry.agent?.id ?? null,
    agent_variant: entry.agent?.variant ?? null,
    agent_hash: entry.agent?.hash ?? null,
    from: entry.from,
    to: entry.to,
    state: entry.phase,
    activity: entry.workerState,
    accepted_at: entry.acceptedAt,
    connected_at: entry.connectedAt,
    stream_sid: entry.streamSid,
    turns: entry.turns.length,
    off_record: entry.isOffRecord,
    answered_by: entry.twilio.answeredBy,
    held_by: entry.hold?.operator ?? null,
  };
}

/** `GET /calls/{call_sid}` */
export function details(entry: CallEntry): CallDetails {
  const { summary } = entry;
  return {
    ...overview(entry),
    ended_at: entry.endedAt,
    end_reason: entry.endReason,
    twilio_status: entry.twilio.status,
    duration: summary?.durationS ?? null,
    recording: summary?.recording ?? null,
    turns: entry.turns.map(snakeCased),
    barge_ins: (summary?.bargeIns ?? []).map(snakeCased),
    operators: (summary?.operators ?? []).map(snakeCased),
    errors: summary?.errors ?? [],
    usage: summary ? snakeCased(summary.usage) : null,
    media: summary ? snakeCased(summary.media) : null,
  };
}
