// The supervisor alone, with threads and a clock of the test's own. That a really hung thread is ended and replaced is
// worker_pool.test.ts.

import { beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../src/log.js';
import { type SupervisedThread, Supervisor } from '../../src/server/supervisor.js';
import { createHeartbeats, Heartbeat } from '../../src/threads/heartbeat.js';
import { claimSeat, createSeats } from '../../src/threads/worker_seats.js';

const STEP_MS = 50;
let now: number;
let seats: SharedArrayBuffer;
let heartbeats: SharedArrayBuffer;
let threads: FakeThread[];
let ended: number[];
let givenUp: number[];
let lines: string[];
let supervisor: Supervisor;

class FakeThread implements SupervisedThread {
  beat: Heartbeat | null = null;
  /** Beats by itself on every step. */
  isAlive = true;
  /** Ends when told to, as all threads do that are not deep in native code. */
  ends = true;
  constructor(readonly threadId: number) {}

  sitDown(): this {
    this.beat = new Heartbeat(heartbeats, claimSeat(seats, this.threadId), now);
    return this;
  }
  async terminate(): Promise<void> {
    ended.push(this.threadId);
    if (!this.ends) await new Promise(() => {});
    threads = threads.filter((thread) => thread !== this);
  }
}

beforeEach(() => {
  now = 1000;
  seats = createSeats(4);
  heartbeats = createHeartbeats(4);
  [ended, givenUp, lines] = [[], [], []];
  threads = [new FakeThread(11).sitDown(), new FakeThread(12).sitDown()];
  supervisor = new Supervisor({
    ...{ seats, heartbeats, threads: () => threads, now: () => now, onLooked: () => {} },
    log: createLogger({ level: 'warn', sink: (line) => lines.push(JSON.parse(line).msg as string) }),
    giveUp: ({ threadId }) => {
      givenUp.push(threadId);
      threads = threads.filter((thread) => thread.threadId !== threadId);
    },
  });
  supervisor.look();
  // The first look of all counts as late.
  pass(5000);
});

/** Time passes; who is alive beats, and the supervisor looks. */
function pass(ms: number): void {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    now += STEP_MS;
    for (const thread of threads) if (thread.isAlive) thread.beat?.beat(now);
    supervisor.look();
  }
}

test('threads that beat are left alone', () => {
  pass(60_000);
  expect([supervisor.late, supervisor.hung, ended, lines]).toEqual([0, 0, [], []]);
});

test.each([
  [450, false, 0],
  [500, true, 0],
  [950, true, 0],
  [1000, true, 1],
  [10_000, true, 1],
])('after %i ms of silence while another one beats: late %s, ended %i', (silentMs, late, endings) => {
  threads[0].isAlive = false;
  threads[0].ends = false;
  pass(Math.min(silentMs, 1400));
  expect([supervisor.isLate(11), supervisor.isLate(12), ended.length]).toEqual([late, false, endings]);
});

test.each([
  [2450, []],
  [2500, [11, 12]],
])('when nobody beats it may be the machine: after %i ms %j are ended', (silentMs, endings) => {
  for (const thread of threads) thread.isAlive = false;
  pass(silentMs);
  expect(ended).toEqual(endings);
});

test('when the supervisor is late itself the machine is busy, and who is silent has more time', () => {
  pass(5000);
  now += 250;
  supervisor.look();
  threads[0].isAlive = false;
  pass(2000);
  expect([supervisor.isLate(11), ended]).toEqual([true, []]);
  pass(300);
  expect(ended).toEqual([11]);
});

test('who was late and beats again gets calls again', () => {
  threads[0].isAlive = false;
  pass(900);
  expect(supervisor.late).toBe(1);
  threads[0].isAlive = true;
  pass(STEP_MS);
  expect([supervisor.late, supervisor.isLate(11), ended]).toEqual([0, false, []]);
  expect(lines).toEqual(['worker is late: no new calls for it']);
});

test('who hangs is ended once', async () => {
  threads[0].isAlive = false;
  pass(2500);
  await Promise.resolve();
  pass(5000);
  expect([ended, supervisor.hung, supervisor.late]).toEqual([[11], 1, 0]);
  expect(lines.at(-1)).toBe('worker hangs: its thread is ended');
});

test('a thread that does not end when told to is given up', () => {
  threads[0].isAlive = threads[0].ends = false;
  pass(1450);
  expect([ended, givenUp, supervisor.isLate(11)]).toEqual([[11], [], true]);
  pass(100);
  expect([ended, givenUp, supervisor.late]).toEqual([[11], [11], 0]);
});

test('a thread that is loading is not late, but it may not load for ever', () => {
  const loading = new FakeThread(13);
  loading.isAlive = false;
  threads.push(loading);
  pass(60_000);
  expect([supervisor.isLate(13), ended]).toEqual([false, []]);
  pass(500);
  expect(ended).toEqual([13]);
});

test('after the whole machine stood still nobody is blamed for the silence, and who hangs then is found', () => {
  now += 3_600_000;
  supervisor.look();
  now += STEP_MS;
  // The workers come to themselves a moment after us.
  supervisor.look();
  expect([supervisor.late, ended]).toEqual([0, []]);
  threads[1].isAlive = false;
  pass(2400);
  expect([supervisor.isLate(11), supervisor.isLate(12), ended]).toEqual([false, true, []]);
  pass(100);
  expect(ended).toEqual([12]);
});
