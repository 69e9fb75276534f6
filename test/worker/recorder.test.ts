import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dsp } from '../../src/audio/kernels/addon.js';
import type { EngineError } from '../../src/errors.js';
import { Recorder, RecorderBuffers } from '../../src/worker/recorder.js';

let dir: string;
let errors: EngineError[];
const buffers = new RecorderBuffers();
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ringline-recorder-'));
  errors = [];
});
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

const make = (file = path.join(dir, 'call.wav')) => new Recorder(file, dsp, buffers, (error) => errors.push(error));
/** A frame of one mu-law value: loud, and different for each `value`. */
const frame = (value: number) => new Uint8Array(160).fill(value);
const LOUD = 0x80;

/** Reads the canonical 44-byte header by hand: the reader under test elsewhere must not vouch for its own writer. */
function readStereo(file: string): { left: Int16Array; right: Int16Array } {
  const bytes = fs.readFileSync(file);
  expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
  expect([bytes.readUInt16LE(20), bytes.readUInt16LE(22), bytes.readUInt32LE(24), bytes.readUInt16LE(34)]).toEqual([
    1, 2, 8000, 16,
  ]);
  expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  const samples = (bytes.length - 44) / 4;
  const left = Int16Array.from({ length: samples }, (_, i) => bytes.readInt16LE(44 + i * 4));
  const right = Int16Array.from({ length: samples }, (_, i) => bytes.readInt16LE(46 + i * 4));
  return { left, right };
}
const firstSound = (channel: Int16Array) => channel.findIndex((sample) => sample !== 0);
const lastSound = (channel: Int16Array) => channel.findLastIndex((sample) => sample !== 0);

test('caller left, agent right, each at its time on the call’s timeline', async () => {
  const recorder = make();
  for (let ms = 0; ms < 3000; ms += 20) {
    recorder.caller(ms, frame(ms === 1000 ? LOUD : 0xff));
    if (ms === 1500) recorder.agent(1600, frame(LOUD), 0, 160);
    recorder.tick(ms + 20);
  }
  await recorder.close(3000);
  const { left, right } = readStereo(path.join(dir, 'call.wav'));
  expect(left.length).toBe(24_000);
  expect([firstSound(left), lastSound(left)]).toEqual([8000, 8159]);
  expect([firstSound(right), lastSound(right)]).toEqual([12_800, 12_959]);
});

test('audio handed out in advance and then cleared is not in the recording', async () => {
  const recorder = make();
  recorder.caller(0, frame(0xff));
  for (let i = 0; i < 10; i++) recorder.agent(100 + i * 20, frame(LOUD), 0, 160);
  recorder.cleared(150);
  recorder.agent(400, frame(LOUD), 0, 160);
  await recorder.close(1000);
  const { right } = readStereo(path.join(dir, 'call.wav'));
  expect(firstSound(right)).toBe(800);
  expect(lastSound(right.subarray(0, 3000))).toBe(150 * 8 - 1);
  expect(firstSound(right.subarray(3000))).toBe(200);
});

test('the file on disk opens and plays at any moment while the call runs', async () => {
  const file = path.join(dir, 'call.wav');
  const recorder = make(file);
  for (let ms = 0; ms < 5000; ms += 20) {
    recorder.caller(ms, frame(LOUD));
    recorder.tick(ms);
  }
  // Another second is on its way to the disk at any time; wait until at least three have arrived.
  await expect.poll(() => fs.statSync(file).size).toBeGreaterThanOrEqual(44 + 3 * 32_000);
  const copy = path.join(dir, 'killed.wav');
  await expect
    .poll(() => {
      fs.copyFileSync(file, copy);
      const bytes = fs.readFileSync(copy);
      return bytes.length - 44 - bytes.readUInt32LE(40);
    })
    .toBe(0);
  readStereo(copy);
  await recorder.close(5000);
});

test('a caller held up in the network is waited for, and found at the right place', async () => {
  const recorder = make();
  for (let ms = 0; ms < 1000; ms += 20) recorder.caller(ms, frame(0xff));
  for (let now = 1000; now < 2900; now += 20) recorder.tick(now); // a pause of almost two seconds
  for (let ms = 1000; ms < 2900; ms += 20) recorder.caller(ms, frame(ms === 1000 ? LOUD : 0xff));
  await recorder.close(2900);
  const { left } = readStereo(path.join(dir, 'call.wav'));
  expect(firstSound(left)).toBe(8000);
});

test('a disk that refuses is reported once, and the call can go on recording into nothing', async () => {
  const recorder = make(path.join(dir, 'no', 'such', 'folder.wav'));
  await expect.poll(() => errors.length).toBe(1);
  for (let ms = 0; ms < 3000; ms += 20) {
    recorder.caller(ms, frame(LOUD));
    recorder.agent(ms, frame(LOUD), 0, 160);
    recorder.tick(ms);
  }
  await recorder.close(3000);
  await recorder.close(3000);
  expect(errors.map((error) => error.code)).toEqual(['RECORDING_WRITE']);
});

test('a full disk stops the recording with one counted error', async () => {
  if (!fs.existsSync('/dev/full')) return;
  fs.symlinkSync('/dev/full', path.join(dir, 'full.wav'));
  const file = path.join(dir, 'full.wav');
  // 'wx' refuses what exists, so the disk is full behind a name that does not: hand the open file over by hand.
  const open = fs.open;
  (fs as { open: unknown }).open = (
    _path: string,
    _flags: string,
    _mode: number,
    done: (e: null, fd: number) => void,
  ) => open(file, 'w', (_error, fd) => done(null, fd));
  try {
    const recorder = make(path.join(dir, 'any.wav'));
    await expect.poll(() => errors.length).toBe(1);
    await recorder.close(100);
    expect(errors[0].message).toContain('ENOSPC');
  } finally {
    (fs as { open: unknown }).open = open;
  }
});
