// The names of a recording's files, made and read back: `server_{port}_{direction}_recording_{time}_{call_sid}` with `.wav`
// for the sound and `.json` for the record beside it. Whatever is named otherwise is not ours, wherever it lies.

import type { CallDirection, CallOrder } from './call.js';

/**
 * The name without extension. The time is UTC, such as 20260131_235959. The sid was checked at the webhook, so it can't lead out
 * of the folder.
 */
export function recordingStem(port: number, order: Pick<CallOrder, 'direction' | 'acceptedAt' | 'callSid'>): string {
  const timestamp = order.acceptedAt.replace(/[-:]/g, '').replace('T', '_').slice(0, 15);
  return `server_${port}_${order.direction}_recording_${timestamp}_${order.callSid}`;
}

export interface RecordingName {
  /** The name without extension: what the files of one call share. */
  stem: string;
  kind: 'wav' | 'json';
  direction: CallDirection;
  callSid: string;
  /** When the call was accepted: ISO 8601, UTC. */
  startedAt: string;
  /** Orders recordings by their start; equal only for files of one call. */
  order: string;
}

/** No separator and no leading dot can match: a name of this form can't lead out of the folder. */
const NAME =
  /^(server_\d{1,5}_(inbound|outbound)_recording_(\d{4})(\d\d)(\d\d)[_T](\d\d)(\d\d)(\d\d)_(CA[0-9A-Za-z]{1,64}))\.(wav|json)$/;

/** null for a name that is not of our making. */
export function parseRecordingName(name: string): RecordingName | null {
  const match = NAME.exec(name);
  if (match === null) return null;
  const [, stem, direction, year, month, day, hour, minute, second, callSid, kind] = match;
  return {
    stem,
    kind: kind as RecordingName['kind'],
    direction: direction as RecordingName['direction'],
    callSid,
    startedAt: `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
    order: `${year}${month}${day}${hour}${minute}${second}_${stem}`,
  };
}
