// Whether a call's recording and record on disk are whole: both there, readable, as long as the call's streams were.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readWav } from '../wav_reader.js';

/** A recording may lack what was said while nobody could take it. */
const LENGTH_SHARE_MIN = 0.8;

export interface Expected {
  callSid: string;
  /** Of all streams of the call together. */
  streamsMs: number;
}

/** What is wrong with the recording of a call that is over; null = nothing. `anyLength`: it need only be readable. */
export function faultOfRecording(dir: string, { callSid, streamsMs }: Expected, anyLength = false): string | null {
  const names = readdirSync(dir).filter((name) => name.includes(callSid));
  const audio = names.filter((name) => name.endsWith('.wav'));
  const records = names.filter((name) => name.endsWith('.json'));
  if (audio.length === 0 && !anyLength) return 'no recording';
  if (records.length === 0 && !anyLength) return 'no record';
  try {
    for (const name of records) JSON.parse(readFileSync(path.join(dir, name), 'utf8'));
    const lengths = audio.map((name) => {
      const { rateHz, channels } = readWav(readFileSync(path.join(dir, name)));
      return (1000 * channels[0].length) / rateHz;
    });
    const ms = lengths.reduce((sum, each) => sum + each, 0);
    return anyLength || ms >= streamsMs * LENGTH_SHARE_MIN ? null : `${Math.round(ms)} of ${Math.round(streamsMs)} ms`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
