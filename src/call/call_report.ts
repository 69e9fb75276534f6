// What a call was, told when it is over: who, when and why, and the parts of report_parts.ts. Also the body of the file
// beside the recording and of `GET /calls/{call_sid}`, there in snake_case. Types only.

import type { CallDirection, EndReason } from './call.js';
import type { CallReportParts } from './report_parts.js';

/** What the task of a call resolves with. */
export interface CallSummary extends CallReportParts {
  callSid: string;
  streamSid: string | null;
  direction: CallDirection;
  /** Which agent held the call. */
  agent: string;
  /** Which of its versions: their name for people, and a hash of what the version is. */
  agentVariant: string;
  agentHash: string;
  /** As Twilio has them: on an outbound call `from` is our number. */
  from: string;
  to: string;
  startedAt: string;
  endedAt: string;
  /** Seconds of media. */
  durationS: number;
  endReason: EndReason;
  /** The caller was owed an apology and our voice could not say it: Twilio's has to. */
  apologyOwed: boolean;
  /** File name inside the recordings folder, null when off or failed. */
  recording: string | null;
}
