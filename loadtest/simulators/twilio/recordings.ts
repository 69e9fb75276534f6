// Tells a recording's subscriber that it is ready. There is no audio behind it: the engine records calls itself, this
// is only what Twilio's own recording looks like from outside.

import { type CallbackReport, newCallback, sendCallback } from './callbacks.js';
import type { Recording } from './rest_resources.js';
import type { WebhookClient } from './webhook_client.js';

/** Posts `completed`, noting it in `record`. Never rejects. */
export async function recordingCallback(
  recording: Recording,
  webhooks: WebhookClient,
  record: (report: CallbackReport) => void,
): Promise<void> {
  const { statusCallback, accountSid, callSid, sid, channels, createdAt, endedAt } = recording;
  if (statusCallback === null || endedAt === null) return;
  const report = newCallback('recording', statusCallback, 'completed');
  record(report);
  await sendCallback(webhooks, report, [
    ['AccountSid', accountSid],
    ['CallSid', callSid],
    ['RecordingSid', sid],
    ['RecordingUrl', `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`],
    ['RecordingStatus', 'completed'],
    ['RecordingDuration', String(Math.ceil((endedAt - createdAt) / 1000))],
    ['RecordingChannels', String(channels)],
    ['RecordingSource', 'StartCallRecordingAPI'],
  ]);
}
