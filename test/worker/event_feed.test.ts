import { expect, test } from 'vitest';
import type { CallEvent } from '../../src/call/call_events.js';
import { EventFeed } from '../../src/worker/event_feed.js';
import { NOTHING_YET, ORDER, snapshotWith } from './call_parts.js';

test('events of a call are numbered from one, without gaps, and carry whose they are', () => {
  const told: CallEvent[] = [];
  const feed = new EventFeed(
    { callSid: 'CA1', slot: 4, resume: null, takeOver: null },
    (event) => told.push(event),
    () => NOTHING_YET,
  );
  feed.emit({ kind: 'state', state: 'listening', streamSid: 'MZ1' });
  feed.emit({ kind: 'caller', turn: 1, text: 'hello', final: true });
  feed.emit({ kind: 'ended', reason: 'silence', summary: null });
  expect(told.map(({ seq, kind }) => [seq, kind])).toEqual([
    [1, 'state'],
    [2, 'caller'],
    [3, 'ended'],
  ]);
  expect(told[1]).toMatchObject({ callSid: 'CA1', slot: 4, turn: 1, text: 'hello', final: true });
  expect(Math.abs(told[0].atMs - Date.now())).toBeLessThan(60_000);
});

test('the events of a call that goes on elsewhere go on with their numbers; a snapshot knows its own', () => {
  const told: CallEvent[] = [];
  const { seq: _seq, atMs: _atMs, ...taken } = snapshotWith({ turnCount: 1 });
  const stream = { streamSid: 'MZ1', originMs: 5, startedMs: 6 };
  const feed = new EventFeed(
    { ...ORDER, resume: snapshotWith({ seq: 41 }) },
    (event) => told.push(event),
    () => ({ ...NOTHING_YET, stream }),
  );
  feed.snapshot(taken);
  feed.emit({ kind: 'state', state: 'listening', streamSid: null });
  expect(told.map(({ seq }) => seq)).toEqual([42, 43]);
  expect(told[0]).toMatchObject({
    kind: 'snapshot',
    snapshot: { ...taken, stream, seq: 42, atMs: expect.any(Number) },
  });
});

test('a worker that takes over goes on after the last event, not after the snapshot', () => {
  const told: CallEvent[] = [];
  const takeOver = { count: 1, lastSeq: 50, playEndMs: 0 };
  const order = { ...ORDER, resume: snapshotWith({ seq: 41 }), takeOver };
  const feed = new EventFeed(
    order,
    (event) => told.push(event),
    () => NOTHING_YET,
  );
  feed.emit({ kind: 'state', state: 'listening', streamSid: null });
  expect(told[0].seq).toBe(51);
});
