// Where the time of one answer went: fills the turn's row and the stage histograms when its first frame goes out.

import type { TurnReport } from '../call/report_parts.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import { tenths } from './call_report.js';
import type { ReplyTimes } from './reply_parts.js';

/**
 * `engine_added_ms` is what remains of (end of speech -> first frame) after taking out the endpointing hold, the model's
 * time to its first speakable piece and the voice's to its first audio, as far as they came after the hold.
 */
export function observeAnswer(
  turn: TurnReport,
  times: ReplyTimes,
  at: { speechEndMs: number; audibleMs: number },
  metrics: ThreadMetrics,
): void {
  const { requestMs, firstTokenMs, releasedMs, firstPieceMs, firstAudioMs } = times;
  if (requestMs === null || firstTokenMs === null || firstPieceMs === null || firstAudioMs === null) return;
  const ttftMs = firstTokenMs - requestMs;
  const ttfbMs = firstAudioMs - firstPieceMs;
  const responseMs = at.audibleMs - at.speechEndMs;
  // From the decision on; a first piece that was made before it was not waited for.
  const waitedMs = Math.max(0, firstAudioMs - Math.max(requestMs, releasedMs ?? requestMs));
  turn.llmTtftMs = tenths(ttftMs);
  turn.ttsTtfbMs = tenths(ttfbMs);
  turn.firstAudioMs = tenths(responseMs);
  metrics.observe('llm_first_token_ms', ttftMs);
  metrics.observe('tts_first_byte_ms', ttfbMs);
  metrics.observe('first_audio_ms', responseMs);
  metrics.observe('engine_added_ms', Math.max(0, responseMs - (turn.endpointMs ?? 0) - waitedMs));
}
