// The file on a disk that answers when the test says so: late, never, with an error, with a part.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EngineError } from '../../src/errors.js';
import { RecordingFile } from '../../src/worker/recording_file.js';

let dir: string;
let errors: EngineError[];
let returned: Buffer[];
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ringline-recording-'));
  errors = [];
  returned = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  fs.rmSync(dir, { recursive: true, force: true });
});

const make = (name: string, goOnAtByte: number | null = null): RecordingFile =>
  new RecordingFile(
    path.join(dir, name),
    { rateHz: 8000, channels: 2, goOnAtByte },
    (error) => errors.push(error),
    (buffer) => returned.push(buffer),
  );
const second = (value: number): Buffer => Buffer.alloc(32_000, value);
function data(name: string): Buffer {
  const bytes = fs.readFileSync(path.join(dir, name));
  expect(bytes.readUInt32LE(40), 'the header tells the length').toBe(bytes.length - 44);
  return bytes.subarray(44);
}

/** A disk whose requests of one kind wait until the test lets them go. Everything else passes. */
class HeldDisk {
  readonly held: (() => void)[] = [];
  holding = true;
  constructor(kind: 'open' | 'write' | 'close' | 'ftruncate') {
    const real = fs[kind] as (...args: unknown[]) => void;
    vi.spyOn(fs, kind as 'write').mockImplementation(((...args: unknown[]) => {
      if (this.holding) this.held.push(() => real(...args));
      else real(...args);
    }) as never);
  }
  /** Everything held so far is done, and what follows is not held. */
  release(): void {
    this.holding = false;
    for (const go of this.held.splice(0)) go();
  }
}

test('appends are in the file in order, and the buffers come back', async () => {
  const file = make('a.wav');
  for (const value of [1, 2, 3]) file.append(second(value));
  await file.close();
  await file.close();
  expect(data('a.wav')).toEqual(Buffer.concat([second(1), second(2), second(3)]));
  expect(returned.length).toBe(3);
  expect(errors).toEqual([]);
});

test('silence between, before and behind appends has its length, and no file ever promises more than it has', async () => {
  const promised: [number, number][] = [];
  const real = fs.write as (...args: unknown[]) => void;
  vi.spyOn(fs, 'write').mockImplementation(((...args: unknown[]) => {
    const [fd, bytes, , , at] = args as [number, Buffer, number, number, number];
    if (at === 0) promised.push([Buffer.from(bytes).readUInt32LE(40), fs.fstatSync(fd).size - 44]);
    real(...args);
  }) as never);
  const file = make('a.wav');
  file.skip(100);
  file.append(second(1));
  file.skip(1000);
  file.skip(24);
  file.append(second(2));
  file.skip(400);
  await file.close();
  const bytes = data('a.wav');
  expect(bytes.length).toBe(100 + 32_000 + 1024 + 32_000 + 400);
  expect([bytes[99], bytes[100], bytes[32_099], bytes[32_100], bytes[33_123], bytes[33_124], bytes.at(-401)]).toEqual([
    0, 1, 1, 0, 0, 2, 2,
  ]);
  for (const [promise, there] of promised.slice(1)) expect(promise).toBeLessThanOrEqual(there);
});

test('hours of silence on a disk that lags behind are no backlog', async () => {
  const disk = new HeldDisk('open');
  const file = make('a.wav');
  for (let i = 0; i < 1000; i++) file.skip(32_000);
  file.append(second(1));
  disk.release();
  await file.close();
  expect(errors).toEqual([]);
  expect(fs.statSync(path.join(dir, 'a.wav')).size).toBe(44 + 1001 * 32_000);
});

test('a late write of a file given up for a slow disk does not reach the file that came after it', async () => {
  const disk = new HeldDisk('write');
  const closed = vi.spyOn(fs, 'close');
  const slow = make('slow.wav');
  await vi.waitFor(() => expect(disk.held.length).toBe(1)); // its header
  disk.release();
  disk.holding = true;
  await vi.waitFor(() => {
    if (disk.held.length === 0) slow.append(second(0x11));
    expect(disk.held.length).toBe(1);
  });
  for (let i = 0; errors.length === 0 && i < 100; i++) slow.append(second(0x11));
  expect(errors.map((error) => error.message)).toEqual([expect.stringContaining('too slow')]);
  const ended = slow.close();
  expect(closed).not.toHaveBeenCalled();

  const [late] = disk.held.splice(0);
  disk.holding = false;
  const next = make('next.wav');
  next.append(second(0x22));
  await next.close();
  late();
  await ended;
  expect(data('next.wav')).toEqual(second(0x22));
  expect(closed).toHaveBeenCalledTimes(2);
  slow.append(second(0x11));
  await slow.close();
  expect(errors.length).toBe(1);
});

test.each(['open', 'write', 'close', 'ftruncate'] as const)(
  'a disk that hangs in %s does not keep the call, and the descriptor is closed once it answers',
  async (kind) => {
    const disk = new HeldDisk(kind);
    const close = kind === 'close' ? null : vi.spyOn(fs, 'close');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const file = make('a.wav');
    file.append(second(1));
    file.skip(10);
    let closed = false;
    const ended = file.close().then(() => {
      closed = true;
    });
    while (disk.held.length === 0) await new Promise(setImmediate);
    await vi.advanceTimersByTimeAsync(4000);
    expect(closed).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(closed).toBe(true);
    await ended;
    expect(disk.held.length).toBe(1);
    disk.release();
    vi.useRealTimers();
    if (close) await vi.waitFor(() => expect(close).toHaveBeenCalledTimes(1));
    expect(errors.map((error) => error.message)).toEqual([expect.stringContaining('does not answer')]);
  },
);

test('a write that takes only a part is gone on with, and its error is the one reported', async () => {
  const real = fs.write as (...args: unknown[]) => void;
  let parts = 0;
  const write = vi.spyOn(fs, 'write').mockImplementation(((
    fd: number,
    bytes: Buffer,
    from: number,
    count: number,
    ...rest: unknown[]
  ) => {
    if (count > 1000) parts++;
    real(fd, bytes, from, Math.min(count, 1000), ...rest);
  }) as never);
  const file = make('a.wav');
  file.append(second(7));
  await file.close();
  expect(data('a.wav')).toEqual(second(7));
  expect(parts).toBe(31);

  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  write.mockImplementation(((
    fd: number,
    bytes: Buffer,
    from: number,
    count: number,
    at: number,
    done: (e: Error | null, n: number) => void,
  ) => {
    if (from > 0) done(full, 0);
    else real(fd, bytes, from, Math.min(count, 1000), at, done);
  }) as never);
  const fuller = make('b.wav');
  fuller.append(second(7));
  await fuller.close();
  expect(errors.map((error) => error.message)).toEqual([expect.stringContaining('ENOSPC')]);
});

test('a file that exists, and a folder that does not, are one error each; appends come back at once', async () => {
  fs.writeFileSync(path.join(dir, 'there.wav'), 'kept');
  const there = make('there.wav');
  const nowhere = make('no/folder.wav');
  await vi.waitFor(() => expect(errors.length).toBe(2));
  there.append(second(1));
  there.skip(5);
  expect(returned.length).toBe(1);
  await Promise.all([there.close(), nowhere.close()]);
  expect(fs.readFileSync(path.join(dir, 'there.wav'), 'utf8')).toBe('kept');
});

describe('a file that another writer began', () => {
  const begin = async (name: string, ...values: number[]) => {
    const file = make(name);
    for (const value of values) file.append(second(value));
    await file.close();
  };
  const seconds = (name: string) =>
    Array.from({ length: data(name).length / 32_000 }, (_, i) => data(name).subarray(i * 32_000, (i + 1) * 32_000));

  test('goes on behind what it has, with silence for what is missing', async () => {
    await begin('a.wav', 1, 2);
    const file = make('a.wav', 3 * 32_000);
    file.append(second(4));
    await file.close();
    expect(seconds('a.wav').map((each) => each[0])).toEqual([1, 2, 0, 4]);
    expect(errors).toEqual([]);
  });

  test('keeps what it has: sound for a place that is taken is left out, to the byte', async () => {
    await begin('a.wav', 1, 2);
    const file = make('a.wav', 32_000 / 2);
    file.append(second(7));
    file.append(second(8));
    await file.close();
    const sound = data('a.wav');
    expect(sound.length).toBe(2.5 * 32_000);
    expect([sound[63_999], sound[64_000]]).toEqual([2, 8]);
    expect(returned).toHaveLength(4);
  });

  test('a last write that was cut off in the middle of a sample, and a header that does not know of it', async () => {
    await begin('a.wav', 1);
    fs.appendFileSync(path.join(dir, 'a.wav'), Buffer.alloc(4003, 9));
    const file = make('a.wav', 32_000 + 8000);
    file.append(second(2));
    await file.close();
    const sound = data('a.wav');
    expect(sound.length).toBe(32_000 + 8000 + 32_000);
    expect([sound[35_999], sound[36_003], sound[40_000]]).toEqual([9, 0, 2]);
  });

  test('nothing more comes: header and length agree, the gap is silence', async () => {
    await begin('a.wav', 1);
    await make('a.wav', 3 * 32_000).close();
    expect(seconds('a.wav').map((each) => each[0])).toEqual([1, 0, 0]);
    await begin('b.wav', 1, 2);
    await make('b.wav', 32_000).close();
    expect(data('b.wav').length).toBe(64_000);
  });

  test('a file that was never made is made', async () => {
    const file = make('a.wav', 32_000);
    file.append(second(5));
    await file.close();
    expect(seconds('a.wav').map((each) => each[0])).toEqual([0, 5]);
  });
});
