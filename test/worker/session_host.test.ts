// The host with stand-ins for the calls: what matters here is that no call and no part of the beat takes others along.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CallOrder } from '../../src/call/call.js';
import type { CallSummary } from '../../src/call/call_report.js';
import { createSharedMetrics, sumCounter, sumGauge, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import { createSharedMemory, type SharedMemory } from '../../src/server/shared_memory.js';
import { Doorbell } from '../../src/threads/doorbell.js';
import { Heartbeat, heartbeatAgeMs } from '../../src/threads/heartbeat.js';
import { SlotFlags } from '../../src/threads/slot_flags.js';
import { SessionHost } from '../../src/worker/session_host.js';
import type { SessionServices } from '../../src/worker/session_services.js';

let time = 0;
vi.mock('../../src/clock.js', () => ({ nowMs: () => time }));

interface FakeCall {
  callSid: string;
  drains: number;
  ticks: number;
  probabilities: number[];
  end(): void;
}
const calls = new Map<string, FakeCall>();
const call = (sid: string): FakeCall => calls.get(sid)!;
vi.mock('../../src/worker/call_session.js', () => ({
  CallSession: class {
    readonly ended: Promise<CallSummary>;
    drains = 0;
    ticks = 0;
    probabilities: number[] = [];
    end!: () => void;
    constructor(readonly task: CallOrder) {
      if (task.callSid === 'unbuilt') throw new Error('constructor');
      this.ended = new Promise((resolve) => {
        this.end = () => resolve({ callSid: task.callSid } as CallSummary);
      });
      calls.set(task.callSid, this as unknown as FakeCall);
    }
    begin(): void {
      if (this.task.callSid === 'unbegun') throw new Error('begin');
    }
    drain(): void {
      this.drains++;
      if (this.task.callSid === 'bad drain') throw new Error('drain');
    }
    tick(): void {
      this.ticks++;
      if (this.task.callSid === 'bad tick') throw new Error('tick');
    }
    onVad(probability: number): void {
      this.probabilities.push(probability);
    }
  },
}));

/** A VAD that counts its streams and gives each the probability that its number is. */
class FakeVad {
  readonly streams = new Set<number>();
  dueWindows = 0;
  fails: 'never' | 'at once' | 'later' = 'never';
  open(): number {
    let stream = 0;
    while (this.streams.has(stream)) stream++;
    this.streams.add(stream);
    return stream;
  }
  close(stream: number): void {
    this.streams.delete(stream);
  }
  run(report: (stream: number, probability: number, endSample: number) => void): void | Promise<void> {
    if (this.fails === 'at once') throw new Error('inference');
    if (this.fails === 'later') return Promise.reject(new Error('inference'));
    for (const stream of this.streams) report(stream, stream, 256);
  }
}

let memory: SharedMemory;
let metrics: SharedArrayBuffer;
let vad: FakeVad;
let host: SessionHost;
let logged: string[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  time = 1000;
  calls.clear();
  logged = [];
  memory = createSharedMemory({ calls: { max: 8, workers: 1 } } as never);
  metrics = createSharedMetrics(2);
  vad = new FakeVad();
  const log = {
    warn: (_: unknown, text: string) => logged.push(text),
    error: (_: unknown, text: string) => logged.push(text),
  };
  host = new SessionHost({ metrics: new ThreadMetrics(metrics, 1), vad, log } as unknown as SessionServices, {
    slab: memory.slab,
    workerIndex: 0,
    flags: new SlotFlags(memory.slab),
    mainBell: new Doorbell(memory.doorbells, 0),
    ownBell: new Doorbell(memory.doorbells, 1),
    heartbeat: new Heartbeat(memory.heartbeats, 0, time),
  });
});
afterEach(() => {
  host.close();
  vi.useRealTimers();
});

const run = (callSid: string): Promise<CallSummary> => host.run({ slot: 0, callSid } as CallOrder);
async function pass(ms: number): Promise<void> {
  for (let i = 0; i < ms; i++) {
    time++;
    await vi.advanceTimersByTimeAsync(1);
  }
}
const beatAgeMs = (): number | null => heartbeatAgeMs(memory.heartbeats, 0, time);

test('every call is drained and ticked on every beat, until it ends', async () => {
  const [one, two] = [run('one'), run('two')];
  await pass(50);
  expect([call('one').ticks, call('two').ticks]).toEqual([10, 10]);
  expect(call('two').drains).toBeGreaterThanOrEqual(10);
  call('one').end();
  expect(await one).toEqual({ callSid: 'one' });
  await pass(50);
  expect([call('one').ticks, call('two').ticks]).toEqual([10, 20]);
  call('two').end();
  await two;
  expect(sumGauge(metrics, 'worker_calls')).toBe(0);
  expect(vad.streams.size).toBe(0);
});

test.each(['bad drain', 'bad tick'])(
  'a call with a %s: the others go on, it is counted, and logged once a second',
  async (sid) => {
    const ended = [run('before'), run(sid), run('after')];
    await pass(500);
    for (const { drains, ticks } of [call('before'), call('after')]) {
      expect(ticks).toBe(100);
      expect(drains).toBeGreaterThanOrEqual(100);
    }
    expect(sumCounter(metrics, 'beat_errors')).toBeGreaterThanOrEqual(100);
    expect(logged).toEqual(['defect: the beat of a worker failed']);
    for (const each of ['before', sid, 'after']) call(each).end();
    await Promise.all(ended);
  },
);

test.each(['at once', 'later'] as const)(
  'voice activity that fails %s does not end the beat, and works when it works again',
  async (how) => {
    const ended = run('one');
    vad.dueWindows = 1;
    vad.fails = how;
    await pass(20);
    expect(call('one').ticks).toBe(4);
    expect(sumCounter(metrics, 'beat_errors')).toBeGreaterThanOrEqual(3);
    vad.fails = 'never';
    await pass(10);
    expect(call('one').probabilities).toContain(0);
    call('one').end();
    await ended;
  },
);

test.each(['unbuilt', 'unbegun'])('a call that is %s rejects alone and leaves nothing behind', async (sid) => {
  const good = run('good');
  for (let i = 0; i < 20; i++) await expect(run(sid)).rejects.toThrow();
  expect(vad.streams.size).toBe(1);
  expect(sumGauge(metrics, 'worker_calls')).toBe(1);
  await pass(10);
  expect(call('good').ticks).toBe(2);
  call('good').end();
  await good;
});

test('the thread’s sign of life: fast with calls, twice a second without', async () => {
  const ages: number[] = [];
  const watch = async (ms: number): Promise<number> => {
    ages.length = 0;
    for (let i = 0; i < ms; i++) {
      await pass(1);
      ages.push(beatAgeMs()!);
    }
    return Math.max(...ages);
  };
  expect(await watch(3000)).toBeLessThanOrEqual(500);
  const ended = run('one');
  await pass(5);
  expect(await watch(1000)).toBeLessThanOrEqual(5);
  call('one').end();
  await ended;
  expect(beatAgeMs()).toBeLessThanOrEqual(5);
  expect(await watch(3000)).toBeLessThanOrEqual(500);
});

test('a beat that fails as a whole is no sign of life', async () => {
  const ended = run('one');
  await pass(10);
  vi.spyOn(Doorbell.prototype, 'ring');
  const observe = vi.spyOn(ThreadMetrics.prototype, 'observe').mockImplementation(() => {
    throw new Error('every time');
  });
  await pass(2000);
  expect(beatAgeMs()).toBeGreaterThanOrEqual(1990);
  observe.mockRestore();
  await pass(10);
  expect(beatAgeMs()).toBeLessThanOrEqual(5);
  call('one').end();
  await ended;
});
