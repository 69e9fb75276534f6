// A recordings folder that is full, read-only or slow. Full and read-only need the right to mount; slow is done inside the
// server's threads by way_in.ts, because no file system that can be told to be slow comes with an unprivileged machine.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ChaosStage, sleep } from '../chaos_stage.js';
import type { Fault, Struck } from '../fault.js';

const HELD_MS = 8000;
/** Room on the disk of the run's recordings; it is filled up but for a page. */
const DISK_MIB = 512;

function mount(...args: string[]): boolean {
  return spawnSync('mount', args).status === 0;
}

export function mayMount(): string | null {
  const dir = mkdtempSync(path.join(tmpdir(), 'ringline-mount-'));
  const can = mount('-t', 'tmpfs', '-o', 'size=64k', 'none', dir);
  if (can) spawnSync('umount', [dir]);
  rmdirSync(dir);
  return can ? null : 'mounting is not permitted here';
}

/** The recordings get a disk of their own for the whole run: a folder with open files can't be moved onto one later. */
export function mountRecordings(dir: string): () => void {
  if (!mount('-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'none', dir)) return () => {};
  return () => void spawnSync('umount', ['-l', dir]);
}

/** As much as fits: the recordings take their part meanwhile. */
function fill(file: string, bytes: number): void {
  try {
    writeFileSync(file, Buffer.alloc(bytes));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

async function fullDisk(stage: ChaosStage): Promise<Struck> {
  const ballast = path.join(stage.recordings, 'ballast');
  const { bavail, bsize } = statfsSync(stage.recordings);
  try {
    fill(ballast, bavail * bsize);
    await stage.hangUp(Math.ceil(stage.options.calls / 10), 1000);
    await sleep(HELD_MS);
  } finally {
    rmSync(ballast, { force: true });
  }
  return { problems: await isBlind(stage) };
}

/** What new calls find is a read-only disk over the folder; recordings that are open go on below it. */
async function readOnlyDisk(stage: ChaosStage): Promise<Struck> {
  if (!mount('-t', 'tmpfs', '-o', 'ro,size=64k', 'none', stage.recordings)) throw new Error('it could not be mounted');
  try {
    await stage.hangUp(Math.ceil(stage.options.calls / 10), 1000);
    await sleep(HELD_MS);
  } finally {
    spawnSync('umount', ['-l', stage.recordings]);
  }
  return { problems: await isBlind(stage) };
}

/** Nobody hears of a disk that takes nothing: it must be in the figures. */
async function isBlind(stage: ChaosStage): Promise<string[]> {
  return (await stage.metric('ringline_recording_errors_total')) > 0
    ? []
    : ['ringline_recording_errors_total says nothing'];
}

async function slowDisk(stage: ChaosStage): Promise<Struck> {
  await stage.inside({ kind: 'slow_disk', ms: 2000 });
  try {
    await stage.hangUp(Math.ceil(stage.options.calls / 10), 1000);
    await sleep(HELD_MS);
  } finally {
    await stage.inside({ kind: 'slow_disk', ms: 0 });
  }
  return {};
}

export const DISK_FAULTS: readonly Fault[] = [
  {
    name: 'disk_full',
    about: 'the disk of the recordings takes no more bytes for 8 s',
    mayShorten: true,
    skip: async () => mayMount(),
    strike: fullDisk,
  },
  {
    name: 'disk_read_only',
    about: 'no recording can be opened for 8 s',
    mayShorten: true,
    skip: async () => mayMount(),
    strike: readOnlyDisk,
  },
  { name: 'disk_slow', about: 'each open, write and rename takes 2 s longer, for 8 s', strike: slowDisk },
];
