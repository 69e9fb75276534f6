// The end of one call, whatever its reason: nothing more is said or heard, the socket is told to close, recording and record
// are written, and the summary goes out. When and why a call ends is call_session.ts.

import type { Logger } from 'pino';
import type { EndReason } from '../call/call.js';
import type { CallSummary } from '../call/call_report.js';
import { mediaCounts } from './buffer_state.js';
import type { CallHearing } from './call_hearing.js';
import type { StreamParts } from './call_stream.js';
import type { Dialogue } from './dialogue.js';
import type { EventFeed } from './event_feed.js';
import { redactedSummary } from './redacted_events.js';
import type { SessionServices } from './session_services.js';

export interface EndingParts extends StreamParts {
  dialogue: Pick<Dialogue, 'close'>;
  hearing: Pick<CallHearing, 'close'>;
  events: Pick<EventFeed, 'emit'>;
  log: Logger;
  redact: SessionServices['redact'];
}

/** Ends it at `nowMs` on the engine's clock. Resolves when nothing is left of it. Never rejects: a defect here is logged. */
export async function endCall(parts: EndingParts, reason: EndReason, nowMs: number): Promise<CallSummary> {
  const { ingress, egress, playout, ears, archive, limits, report, log, redact } = parts;
  try {
    parts.dialogue.close(nowMs);
    parts.hearing.close();
    egress.close();
    await archive.close(nowMs);
  } catch (thrown) {
    log.error({ err: thrown }, 'defect while ending the call');
  }
  const counts = mediaCounts(ingress, playout);
  const whole = report.summary(reason, limits.durationMs(nowMs), counts, ears.sttSeconds);
  const summary = redact === null ? whole : redactedSummary(whole, redact);
  await archive.describe(summary);
  parts.events.emit({ kind: 'ended', reason, summary });
  const { endReason, durationS, usage, turns, media } = summary;
  log.info({ endReason, durationS, usage, media, turns: turns.length }, 'call ended');
  return summary;
}
