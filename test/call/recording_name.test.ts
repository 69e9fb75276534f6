import { expect, test } from 'vitest';
import { parseRecordingName, recordingStem } from '../../src/call/recording_name.js';

const SID = `CA${'0a'.repeat(16)}`;

test('the names that we make are read back', () => {
  const call = { callSid: SID, direction: 'outbound', acceptedAt: '2026-03-04T05:06:07.890Z' } as const;
  const stem = recordingStem(8765, call);
  for (const kind of ['wav', 'json'] as const) {
    expect(parseRecordingName(`${stem}.${kind}`)).toMatchObject({
      ...{ stem, kind, direction: 'outbound', callSid: SID, startedAt: '2026-03-04T05:06:07Z' },
    });
  }
});

test.each([
  ...['', '.wav', 'a.wav', 'package.json', `../server_1_inbound_recording_20260101_000000_${SID}.wav`],
  ...[`server_1_inbound_recording_20260101_000000_${SID}`, `server_1_inbound_recording_20260101_000000_${SID}.mp3`],
  ...[
    `server_1_sideways_recording_20260101_000000_${SID}.wav`,
    `server_x_inbound_recording_20260101_000000_${SID}.wav`,
  ],
  ...[`server_1_inbound_recording_2026_${SID}.wav`, `server_1_inbound_recording_20260101_000000_${SID}/../a.wav`],
  ...[
    `server_1_inbound_recording_20260101_000000_${SID}.wav.json`,
    `x/server_1_inbound_recording_20260101_000000_${SID}.wav`,
  ],
  ...[`server_1_inbound_recording_20260101_000000_${SID}.wav\n`, `server_1_inbound_recording_20260101_000000_CA.wav`],
])('%j is not ours', (name) => {
  expect(parseRecordingName(name)).toBeNull();
});

test('recordings are ordered by their start, whatever stands before it in the name', () => {
  const order = (name: string) => parseRecordingName(`${name}_${SID}.wav`)?.order ?? '';
  expect(
    order('server_9_inbound_recording_20260101_000000') < order('server_1_inbound_recording_20260101_000001'),
  ).toBe(true);
});
