import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dsp } from '../../src/audio/kernels/addon.js';
import type { EngineError } from '../../src/errors.js';
import { CallArchive } from '../../src/worker/call_archive.js';
import { CallReport } from '../../src/worker/call_report.js';
import { RecorderBuffers } from '../../src/worker/recorder.js';
import { Timeline } from '../../src/worker/timeline.js';
import { ORDER } from './call_parts.js';

const MEDIA = { framesIn: 1, lost: 0, late: 0, concealed: 0, framesOut: 2, underruns: 0 };

let dir: string;
let report: CallReport;
let errors: EngineError[];
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ringline-archive-'));
  report = new CallReport(ORDER);
  errors = [];
});
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

function archive(files: { audio: string; sidecar: string } | null) {
  const timeline = new Timeline();
  timeline.originMs = 5000;
  return new CallArchive(files, report, timeline, (error) => errors.push(error));
}
const inside = (folder = dir) => ({ audio: path.join(folder, 'call.wav'), sidecar: path.join(folder, 'call.json') });
const summary = () => report.summary('agent_goodbye', 2000, MEDIA, 0);

/** `ms` of the call, beginning with a loud frame. */
function record(calls: CallArchive, ms: number): void {
  calls.open(dsp, new RecorderBuffers(), 0);
  for (let at = 0; at < ms; at += 20) {
    calls.recorder?.caller(at, new Uint8Array(160).fill(at === 0 ? 0x80 : 0xff));
    calls.tick(5000 + at + 20);
  }
}

test('a recording and the record beside it, in snake_case, with nothing half-written left', async () => {
  const calls = archive(inside());
  record(calls, 2000);
  await calls.close(7000);
  await calls.describe(summary());
  expect(fs.readdirSync(dir).sort()).toEqual(['call.json', 'call.wav']);
  expect(fs.statSync(path.join(dir, 'call.wav')).size).toBe(44 + 2000 * 8 * 4);
  const written = JSON.parse(fs.readFileSync(path.join(dir, 'call.json'), 'utf8'));
  expect(written).toMatchObject({ call_sid: ORDER.callSid, recording: 'call.wav', end_reason: 'agent_goodbye' });
  expect(fs.statSync(path.join(dir, 'call.json')).mode & 0o777).toBe(0o640);
  expect(errors).toEqual([]);
});

test.each(['without a media stream', 'that is not recorded'])('a call %s leaves nothing', async (which) => {
  const calls = archive(which === 'that is not recorded' ? null : inside());
  if (which === 'that is not recorded') record(calls, 2000);
  calls.tick(6000);
  await calls.close(7000);
  await calls.describe(summary());
  expect([fs.readdirSync(dir), report.recording, errors]).toEqual([[], null, []]);
});

test('a folder that has gone: told, and neither close nor record rejects', async () => {
  const calls = archive(inside(path.join(dir, 'gone')));
  record(calls, 2000);
  await calls.close(7000);
  await calls.describe(summary());
  expect(errors.length).toBeGreaterThan(0);
  expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['RECORDING_WRITE']));
});

test('a call that is off the record when its stream begins is recorded only from when it is on it', async () => {
  const calls = archive(inside());
  calls.pause(true, 4000);
  calls.open(dsp, new RecorderBuffers(), 0);
  const loud = new Uint8Array(160).fill(0x80);
  for (let at = 0; at < 2000; at += 20) {
    if (at === 1000) calls.pause(false, 6000);
    calls.recorder?.caller(at, loud);
  }
  await calls.close(7000);
  const samples = fs.readFileSync(path.join(dir, 'call.wav')).subarray(44);
  expect(samples.length).toBe(2000 * 8 * 4);
  expect(samples.subarray(0, 1000 * 8 * 4).every((byte) => byte === 0)).toBe(true);
  expect(samples.readInt16LE(1000 * 8 * 4)).not.toBe(0);
});
