import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/log.js';
import { Callbacks } from '../../../src/server/calls/callbacks.js';
import type { DialOrder } from '../../../src/server/calls/dialler.js';
import { HttpError } from '../../../src/server/http/errors.js';
import { MemoryStore } from '../../../src/store/memory_store.js';

const OURS = '+14155550100';
const number = (n: number) => `+1415555${String(2000 + n)}`;
const HOUR_MS = 3_600_000;
let time: number;
let hasRoom: boolean;
let openAgents: string[];
let dialled: [DialOrder, string][];
let failure: Error | null;
let results: string[];
let store: MemoryStore;
const started: Callbacks[] = [];

beforeEach(() => {
  time = 1_800_000_000_000;
  [hasRoom, openAgents, dialled, failure, results] = [true, ['desk', 'bank'], [], null, []];
  store = new MemoryStore(() => time);
});
afterEach(() => Promise.all(started.splice(0).map((each) => each.stop())));

function instance(): Callbacks {
  const callbacks = new Callbacks({
    store,
    hasRoom: () => hasRoom,
    isOpen: (agent) => openAgents.includes(agent),
    dial: async (order, base) => {
      if (failure !== null) throw failure;
      dialled.push([order, base]);
    },
    onResult: (result) => results.push(result),
    log: createLogger({ level: 'silent', sink: () => {} }),
    now: () => time,
  });
  started.push(callbacks);
  return callbacks;
}
const asks = (callbacks: Callbacks, to: string, agent = 'desk') =>
  callbacks.ask({ to, from: OURS, agent, base: 'https://h' });
const rung = () => dialled.map(([{ to }]) => to);

test('rung is the oldest first, one at a time, from the number that was called, by its agent', async () => {
  const callbacks = instance();
  for (const n of [1, 2, 3]) {
    expect(await asks(callbacks, number(n))).toBe(true);
    time += 1000;
  }
  for (let i = 0; i < 5; i++) await callbacks.look();
  expect(rung()).toEqual([number(1), number(2), number(3)]);
  expect(dialled[0]).toEqual([
    { to: number(1), from: OURS, agent: 'desk', variables: {}, machineDetection: null },
    'https://h',
  ]);
  expect(results).toEqual(['asked', 'asked', 'asked', 'dialled', 'dialled', 'dialled']);
});

test('nobody is rung while there is no line, nor while their agent is not there', async () => {
  const callbacks = instance();
  await asks(callbacks, number(1), 'bank');
  time += 1;
  await asks(callbacks, number(2), 'desk');
  hasRoom = false;
  await callbacks.look();
  hasRoom = true;
  openAgents = ['desk'];
  await callbacks.look();
  await callbacks.look();
  expect(rung()).toEqual([number(2)]);
  openAgents = ['desk', 'bank'];
  await callbacks.look();
  expect(rung()).toEqual([number(2), number(1)]);
});

test('who asks twice is rung once; after four hours nobody is', async () => {
  const callbacks = instance();
  expect([await asks(callbacks, number(1)), await asks(callbacks, number(1))]).toEqual([true, true]);
  await callbacks.look();
  await callbacks.look();
  expect(rung()).toEqual([number(1)]);
  await asks(callbacks, number(2));
  time += 5 * HOUR_MS;
  await callbacks.look();
  expect(rung()).toEqual([number(1)]);
});

test('a line that was gone again costs them nothing; what Twilio refuses is not tried for ever', async () => {
  const callbacks = instance();
  await asks(callbacks, number(1));
  failure = new HttpError(503, 'all lines are busy');
  await callbacks.look();
  failure = null;
  time += 61_000;
  await callbacks.look();
  expect(rung()).toEqual([number(1)]);
  await asks(callbacks, number(2));
  failure = new HttpError(400, 'no such number');
  await callbacks.look();
  failure = null;
  await callbacks.look();
  expect([rung(), results.at(-1)]).toEqual([[number(1)], 'failed']);
});

test.each([
  [number(1), true],
  ['+16135550123', true],
  ['+442079460123', false],
  ['+881612345678', false],
  ['anonymous', false],
  ['', false],
  ['sip:a@b.example', false],
  ['+1', false],
])('%s may be rung from our number: %s', async (from, may) => {
  const callbacks = instance();
  expect(callbacks.mayRing({ from, to: OURS })).toBe(may);
  expect(await asks(callbacks, from)).toBe(may);
});

test('a number is rung three times a day at most, whoever asks in its name, and the list is bounded', async () => {
  const callbacks = instance();
  for (let i = 0; i < 5; i++) {
    await asks(callbacks, number(1));
    time += 61_000;
    await callbacks.look();
  }
  expect(rung()).toHaveLength(3);
  hasRoom = false;
  for (let i = 0; i < 600; i++) await asks(callbacks, number(100 + i));
  expect(results.filter((each) => each === 'asked')).toHaveLength(503);
});

test('of several instances one dials, and another goes on where one is gone', async () => {
  const [a, b] = [instance(), instance()];
  for (const n of [1, 2, 3, 4]) {
    await asks(a, number(n));
    time += 1;
  }
  await Promise.all([a.look(), b.look()]);
  await a.stop();
  for (let i = 0; i < 6; i++) await b.look();
  expect(rung().sort()).toEqual([1, 2, 3, 4].map(number));
});

test('starting and stopping are safe twice', async () => {
  const callbacks = instance();
  callbacks.start();
  callbacks.start();
  await Promise.all([callbacks.stop(), callbacks.stop()]);
  expect(dialled).toEqual([]);
});
