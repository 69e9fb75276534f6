import { expect, test } from 'vitest';
import { createSharedMetrics, ThreadMetrics } from '../../../src/metrics/shared_metrics.js';
import { Governor } from '../../../src/server/calls/governor.js';
import { MemoryStore } from '../../../src/store/memory_store.js';

const NONE = { streams: 0, contexts: 0, requests: 0, tokens: 0 };
const ALONE = { name: 'a', isShared: false, others: async () => [] };

function start(limits: Partial<typeof NONE> = {}, lateMs = 200) {
  const memory = createSharedMetrics(2);
  const worker = new ThreadMetrics(memory, 1);
  const live = { streams: 0 };
  const governor = new Governor({
    ...{ metrics: memory, lateMs, limits: { ...NONE, ...limits }, instances: ALONE, store: new MemoryStore() },
    streams: () => live.streams,
  });
  governor.look();
  const second = (inTime: number, late: number) => {
    for (let i = 0; i < inTime; i++) worker.observe('frame_late_ms', 1);
    for (let i = 0; i < late; i++) worker.observe('frame_late_ms', 400);
    governor.look();
  };
  return { governor, worker, live, second };
}

test('frames that are late for seconds keep callers out, and dialling at once; then all is as before', () => {
  const { governor, second } = start();
  second(100, 0);
  expect([governor.strain('inbound'), governor.strain('outbound')]).toEqual([null, null]);
  second(80, 20);
  expect([governor.strain('inbound'), governor.strain('outbound')]).toEqual([null, 'late']);
  second(80, 20);
  second(80, 20);
  expect([governor.strain('inbound'), governor.lateShare]).toEqual(['late', 0.2]);
  second(100, 0);
  expect([governor.strain('inbound'), governor.strain('outbound')]).toEqual([null, null]);
});

test('with a limit of 0 nothing is late', () => {
  const { governor, second } = start({}, 0);
  for (let i = 0; i < 5; i++) second(0, 100);
  expect(governor.strain('outbound')).toBeNull();
});

test('the vendors’ limits, from what calls and workers count', () => {
  const { governor, worker, live } = start({ streams: 10, tokens: 1000 });
  expect(governor.uses()).toEqual([
    { what: 'streams', used: 0, max: 10 },
    { what: 'tokens', used: 0, max: 1000 },
  ]);
  live.streams = 10;
  expect(governor.strain('inbound')).toBe('vendor');
  live.streams = 3;
  expect(governor.strain('inbound')).toBeNull();
  worker.add('prompt_tokens', 800);
  worker.add('completion_tokens', 150);
  worker.add('llm_requests', 5);
  governor.look();
  expect([governor.strain('inbound'), governor.strain('outbound')]).toEqual(['vendor', 'vendor']);
  expect(governor.uses()[1]).toEqual({ what: 'tokens', used: 950, max: 1000 });
});

test('starting and stopping are safe twice', () => {
  const { governor } = start();
  governor.start();
  governor.start();
  governor.stop();
  governor.stop();
  expect(governor.strain('inbound')).toBeNull();
});
