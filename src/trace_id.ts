// The trace of a call has its sid's number: whoever knows one knows the other, in logs, in records and on every instance
// that held the call.

import { createHash } from 'node:crypto';

const SID = /^CA([0-9a-f]{32})$/i;
const NO_TRACE = /^0+$/;

/** 32 hexadecimal digits, not all of them zero (W3C Trace Context): those of Twilio's `CA…`, or a digest of another sid. */
export function traceIdOf(callSid: string): string {
  const own = SID.exec(callSid)?.[1].toLowerCase() ?? '';
  if (own !== '' && !NO_TRACE.test(own)) return own;
  return createHash('sha256').update(callSid).digest('hex').slice(0, 32);
}
