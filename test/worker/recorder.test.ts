import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dsp } from '../../src/audio/kernels/addon.js';
import type { EngineError } from '../../src/errors.js';
import { Recorder, RecorderBuffers } from '../../src/worker/recorder.js';
import { seededRandom } from '../threads/random_records.js';

let dir: string;
let errors: EngineError[];
/** Knows when the disk has everything that was written. */
class AwaitedBuffers extends RecorderBuffers {
  #writing = 0;
  #idle = () => {};
  override take(): Buffer {
    this.#writing++;
    return super.take();
  }
  override give(buffer: Buffer): void {
    super.give(buffer);
    if (--this.#writing === 0) this.#idle();
  }
  async written(): Promise<void> {
    if (this.#writing > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }
}
const buffers = new AwaitedBuffers();
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

test.each([
  ['+23 days', 2_000_000_000],
  ['the largest number there is', Number.MAX_VALUE],
  ['not a number', Number.NaN],
  ['infinite', Number.POSITIVE_INFINITY],
  ['long before the call', -2_000_000_000],
])('a time no call can reach (%s) is refused, and the recording goes on', async (_name, callMs) => {
  const recorder = make();
  recorder.caller(0, frame(LOUD));
  recorder.tick(callMs);
  recorder.caller(callMs, frame(LOUD));
  recorder.agent(callMs, frame(LOUD), 0, 160);
  recorder.cleared(callMs);
  recorder.caller(20, frame(LOUD));
  await recorder.close(callMs);
  const { left, right } = readStereo(path.join(dir, 'call.wav'));
  expect([lastSound(left), lastSound(right)]).toEqual([319, -1]);
  expect(errors).toEqual([]);
});

test.each([5, 20, 600, 4 * 3600])(
  'a silence of %i s costs a few blocks, and what follows it is in its place on both channels',
  async (seconds) => {
    const silenceMs = seconds * 1000;
    const recorder = make();
    recorder.caller(0, frame(LOUD));
    recorder.agent(100, frame(LOUD), 0, 160);
    recorder.tick(1000);
    // Nothing, not even a tick; then both go on at once.
    recorder.agent(silenceMs + 100, frame(LOUD), 0, 160);
    recorder.caller(silenceMs, frame(LOUD));
    recorder.tick(silenceMs + 1000);
    await recorder.close(silenceMs + 1000);
    expect(errors).toEqual([]);
    const stat = fs.statSync(path.join(dir, 'call.wav'));
    expect(stat.size).toBe(44 + (silenceMs + 120) * 32);
    const blocks = stat.blocks * 512;
    expect(blocks).toBeLessThan(10 * 32_000);
    if (seconds > 600) return;
    const { left, right } = readStereo(path.join(dir, 'call.wav'));
    const span = (channel: Int16Array): number[] => {
      const later = channel.subarray(4000);
      return [firstSound(channel), 4000 + firstSound(later), lastSound(channel)].map((sample) => sample / 8);
    };
    expect(span(left)).toEqual([0, silenceMs, silenceMs + 20 - 1 / 8]);
    expect(span(right)).toEqual([100, silenceMs + 100, silenceMs + 120 - 1 / 8]);
  },
);

test('a call in which only the agent is heard for a minute, and a caller who comes back, are both whole', async () => {
  const recorder = make();
  for (let ms = 0; ms < 60_000; ms += 20) {
    recorder.agent(ms, frame(LOUD), 0, 160);
    if (ms < 1000 || ms > 50_000) recorder.caller(ms, frame(LOUD));
    if (ms % 1000 === 0) recorder.tick(ms);
    if (ms % 3000 === 0) await buffers.written();
  }
  await recorder.close(60_000);
  const { left, right } = readStereo(path.join(dir, 'call.wav'));
  expect(right.indexOf(0)).toBe(-1);
  expect(left.indexOf(0)).toBe(8000);
  expect(left.subarray(8000).findIndex((sample) => sample !== 0)).toBe(50_020 * 8 - 8000);
});

test('a clock put right by a few samples leaves no click of silence', async () => {
  const recorder = make();
  // 500 ppm: every frame begins 0.01 ms later than the one before it ended.
  for (let i = 0; i < 1000; i++) {
    recorder.caller(i * 20.01, frame(LOUD));
    recorder.tick(i * 20.01);
    if (i % 50 === 0) await buffers.written();
  }
  await recorder.close(20_010);
  const { left } = readStereo(path.join(dir, 'call.wav'));
  expect(left.length).toBeGreaterThanOrEqual(20_000 * 8 + 8);
  expect(left.indexOf(0)).toBe(-1);
});

test.each([1, 2, 3, 4, 5, 6])(
  'as a plain array of samples would have it, whatever comes when (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    const recorder = make();
    const length = 40_000 * 8;
    const model = [new Uint8Array(length).fill(0xff), new Uint8Array(length).fill(0xff)];
    let agentMs = 0;
    let callerMs = 0;
    for (let now = 0; now < 30_000; now += 20) {
      // The caller: mostly in time, sometimes held up for less than the recorder waits, sometimes missing.
      if (random() < 0.01) callerMs = Math.max(callerMs, now - Math.floor(random() * 1500));
      while (callerMs <= now && random() < 0.97) {
        if (random() < 0.9) {
          const value = Math.floor(random() * 0x7f);
          recorder.caller(callerMs, frame(value));
          model[0].fill(value, callerMs * 8, (callerMs + 20) * 8);
        }
        callerMs += 20;
      }
      // The agent: bursts a little ahead of time, cut now and then.
      if (random() < 0.5) {
        agentMs = Math.max(agentMs, now);
        if (agentMs < now + 200) {
          const value = Math.floor(random() * 0x7f);
          recorder.agent(agentMs, frame(value), 0, 160);
          model[1].fill(value, agentMs * 8, (agentMs + 20) * 8);
          agentMs += 20;
        }
      } else if (random() < 0.05) {
        recorder.cleared(now);
        model[1].fill(0xff, now * 8);
        agentMs = Math.min(agentMs, now);
      }
      if (now % 1000 === 0) recorder.tick(now);
      if (now % 5000 === 0) await buffers.written();
    }
    await recorder.close(30_000);
    expect(errors).toEqual([]);
    const { left, right } = readStereo(path.join(dir, 'call.wav'));
    const codes = Int16Array.from({ length: 256 }, () => 0);
    dsp.mulawDecode(
      Uint8Array.from({ length: 256 }, (_, i) => i),
      0,
      codes,
      0,
      256,
    );
    for (const [channel, expected] of [
      [left, model[0]],
      [right, model[1]],
    ] as const) {
      const wrong = channel.findIndex((sample, i) => sample !== codes[expected[i]]);
      expect(wrong).toBe(-1);
      expect(expected.subarray(channel.length).every((code) => code === 0xff)).toBe(true);
    }
  },
);

test.each([10, 40])(
  'a recording is gone on with in its own file after %i s: the timeline is kept, the gap is silence',
  async (seconds) => {
    const begun = path.join(dir, 'begun.wav');
    const file = path.join(dir, 'call.wav');
    const gapMs = seconds * 1000;
    const first = make(begun);
    for (let ms = 0; ms < gapMs; ms += 20) {
      first.caller(ms, frame(LOUD));
      first.tick(ms);
      if (ms % 1000 === 0) await buffers.written();
    }
    const soundBytes = (seconds - 1) * 32_000;
    await expect.poll(() => fs.readFileSync(begun).readUInt32LE(40)).toBe(soundBytes);
    // It dies: what it had not written is lost. The next one hears what waited in the ring, from the gap on.
    fs.copyFileSync(begun, file);
    const second = new Recorder(file, dsp, buffers, (error) => errors.push(error), gapMs + 200);
    for (let ms = gapMs; ms < gapMs + 3000; ms += 20) {
      second.caller(ms, frame(LOUD));
      if (ms === gapMs + 600) second.agent(ms, frame(LOUD), 0, 160);
      second.tick(ms + 200);
    }
    await second.close(gapMs + 3000);
    await first.close(0);
    const { left, right } = readStereo(file);
    expect(left.length).toBe((gapMs + 3000) * 8);
    expect([...new Set(left.subarray((seconds - 1) * 8000, gapMs * 8))]).toEqual([0]);
    expect(left.subarray(0, (seconds - 1) * 8000)).not.toContain(0);
    expect(left.subarray(gapMs * 8)).not.toContain(0);
    expect(firstSound(right)).toBe((gapMs + 600) * 8);
    expect(errors).toEqual([]);
  },
);

test('while paused silence is written in place of both sides, and the timeline goes on', async () => {
  const recorder = make();
  for (let ms = 0; ms < 3000; ms += 20) {
    if (ms === 1000) recorder.pause(ms);
    if (ms === 2000) recorder.resume(ms);
    recorder.caller(ms, frame(LOUD));
    recorder.agent(ms, frame(LOUD), 0, 160);
    recorder.tick(ms + 20);
  }
  await recorder.close(3000);
  for (const channel of Object.values(readStereo(path.join(dir, 'call.wav')))) {
    expect(channel.length).toBe(24_000);
    expect(channel.slice(0, 8000).every((sample) => sample !== 0)).toBe(true);
    expect(channel.slice(8000, 16_000).every((sample) => sample === 0)).toBe(true);
    expect(channel.slice(16_000).every((sample) => sample !== 0)).toBe(true);
  }
});

test('what was said in a pause is silence also when it comes in late, or across an edge, or between two pauses', async () => {
  const recorder = make();
  recorder.pause(1000);
  recorder.pause(1500);
  recorder.resume(2000);
  recorder.resume(2500);
  recorder.caller(1900, frame(LOUD));
  recorder.caller(990, frame(LOUD));
  recorder.agent(1990, frame(LOUD), 0, 160);
  recorder.pause(2600);
  recorder.caller(1980, frame(LOUD));
  recorder.resume(2700);
  recorder.caller(2980, frame(LOUD));
  await recorder.close(3000);
  const { left, right } = readStereo(path.join(dir, 'call.wav'));
  expect(firstSound(left)).toBe(2980 * 8);
  expect(firstSound(right)).toBe(-1);
});

test('a pause at a time that is none changes nothing', async () => {
  const recorder = make();
  recorder.pause(Number.NaN);
  recorder.caller(0, frame(LOUD));
  recorder.resume(Number.NaN);
  await recorder.close(20);
  expect(firstSound(readStereo(path.join(dir, 'call.wav')).left)).toBe(0);
});
