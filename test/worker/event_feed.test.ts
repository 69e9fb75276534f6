import { expect, test } from 'vitest';
import type { CallEvent } from '../../src/call/call_events.js';
import { EventFeed } from '../../src/worker/event_feed.js';
import { ORDER } from './call_parts.js';

test('events of a call are numbered from one, without gaps, and carry whose they are', () => {
  const told: CallEvent[] = [];
  const feed = new EventFeed({ callSid: 'CA1', slot: 4, resume: null }, (event) => told.push(event));
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
  const { slot: _slot, resume: _resume, ...who } = ORDER;
  const taken = { ...who, turnCount: 1, history: [], asked: null };
  const feed = new EventFeed({ ...ORDER, resume: { ...taken, seq: 41, atMs: 0 } }, (event) => told.push(event));
  feed.snapshot(taken);
  feed.emit({ kind: 'state', state: 'listening', streamSid: null });
  expect(told.map(({ seq }) => seq)).toEqual([42, 43]);
  expect(told[0]).toMatchObject({ kind: 'snapshot', snapshot: { ...taken, seq: 42, atMs: expect.any(Number) } });
});
