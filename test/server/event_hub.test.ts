import { beforeEach, expect, test } from 'vitest';
import type { CallEvent, CallNews } from '../../src/call/call_events.js';
import type { Logger } from '../../src/log.js';
import { EventHub } from '../../src/server/event_hub.js';

let hub: EventHub;
let logged: string[];
beforeEach(() => {
  logged = [];
  const error = ({ subscriber }: { subscriber: string }) => logged.push(subscriber);
  hub = new EventHub({ error } as unknown as Logger);
});

const LISTENING: CallNews = { kind: 'state', state: 'listening', streamSid: null };
const ENDED: CallNews = { kind: 'ended', reason: 'silence', summary: null };
function tell(seq: number, news: CallNews = LISTENING, slot = 0): void {
  hub.publish({ topic: 'call', payload: { callSid: 'CA1', slot, seq, atMs: 0, ...news } });
}

/** A subscriber whose every event takes until `done()`. */
function slow(name: string, queueMax: number) {
  const seen: number[] = [];
  let finish: () => void = () => {};
  hub.subscribe(
    'call',
    name,
    ({ seq }) => {
      seen.push(seq);
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    },
    queueMax,
  );
  const done = async () => {
    finish();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { seen, done };
}

test('each subscriber gets its topic, in order and at once', () => {
  const got: unknown[] = [];
  hub.subscribe('call', 'registry', ({ seq }) => void got.push(seq));
  hub.subscribe('log', 'log', (line) => void got.push(line));
  hub.subscribe('provider', 'health', ({ provider, ok }) => void got.push([provider, ok]));
  tell(1);
  hub.publish({ topic: 'log', payload: 'a line\n' });
  hub.publish({
    topic: 'provider',
    payload: { provider: 'openai', ok: false, refused: false, code: 'LLM_TIMEOUT', at: 1 },
  });
  tell(2);
  expect(got).toEqual([1, 'a line\n', ['openai', false], 2]);
});

test('a slow subscriber loses its oldest events, counted, and delays nobody', async () => {
  const webhooks = slow('webhooks', 3);
  const quick: number[] = [];
  hub.subscribe('call', 'registry', ({ seq }) => void quick.push(seq));
  for (let seq = 1; seq <= 10; seq++) tell(seq);
  expect(quick).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(webhooks.seen).toEqual([1]);
  for (let i = 0; i < 4; i++) await webhooks.done();
  expect(webhooks.seen).toEqual([1, 8, 9, 10]);
  expect([...hub.dropped]).toEqual([
    ['webhooks', 6],
    ['registry', 0],
  ]);
  await webhooks.done();
  tell(11);
  expect(webhooks.seen.at(-1)).toBe(11);
});

test('a subscriber that throws or rejects is logged and goes on, as do the others', async () => {
  const got: number[] = [];
  hub.subscribe('call', 'thrower', () => {
    throw new Error('no');
  });
  hub.subscribe('call', 'rejecter', () => Promise.reject(new Error('later')));
  hub.subscribe('call', 'registry', ({ seq }) => void got.push(seq));
  tell(1);
  await new Promise((resolve) => setImmediate(resolve));
  tell(2);
  await new Promise((resolve) => setImmediate(resolve));
  expect(got).toEqual([1, 2]);
  expect(logged).toEqual(['thrower', 'rejecter', 'thrower', 'rejecter']);
});

test('the log’s own failure does not go into the log', () => {
  hub.subscribe('log', 'log', () => {
    throw new Error('disk full');
  });
  hub.publish({ topic: 'log', payload: 'a line\n' });
  expect(logged).toEqual([]);
});

test('after unsubscribing nothing comes any more, not even what waited', async () => {
  const got: number[] = [];
  let finish: () => void = () => {};
  const stop = hub.subscribe('call', 'console', ({ seq }) => {
    got.push(seq);
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  tell(1);
  tell(2);
  stop();
  stop();
  finish();
  await new Promise((resolve) => setImmediate(resolve));
  tell(3);
  expect(got).toEqual([1]);
});

test('a call whose worker died ends for subscribers too, with the next number', () => {
  const got: CallEvent[] = [];
  hub.subscribe('call', 'registry', (event) => void got.push(event));
  tell(1);
  tell(2, LISTENING, 3);
  tell(7, LISTENING, 3);
  hub.endWithoutWorker({ callSid: 'CA2', slot: 3 }, 'worker_died');
  expect(got.at(-1)).toMatchObject({ callSid: 'CA2', seq: 8, kind: 'ended', reason: 'worker_died', summary: null });
  // The slot's next call begins anew, as does one that never had a worker.
  hub.endWithoutWorker({ callSid: 'CA3', slot: 3 }, null);
  expect(got.at(-1)).toMatchObject({ callSid: 'CA3', seq: 1, reason: null });
  tell(2, ENDED);
  hub.endWithoutWorker({ callSid: 'CA4', slot: 0 }, null);
  expect(got.at(-1)).toMatchObject({ seq: 1 });
});
