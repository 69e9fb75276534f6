import { expect, test } from 'vitest';
import type { CallSummary } from '../../../src/call/call_report.js';
import type { TurnReport } from '../../../src/call/report_parts.js';
import { CallRegistry } from '../../../src/server/calls/call_registry.js';

test('what a worker tells of its call is kept while the call lives, and only for its own stream', () => {
  const registry = new CallRegistry();
  const call = { callSid: 'CA1', direction: 'inbound', from: 'a', to: 'b', slot: 2, phase: 'accepted' } as const;
  const entry = registry.add({ ...call, variables: {} });
  const head = { callSid: 'CA1', slot: 2, seq: 1, atMs: 0 };
  registry.onCallEvent({ ...head, kind: 'state', state: 'thinking', streamSid: 'MZ1' });
  registry.onCallEvent({ ...head, kind: 'state', state: 'speaking', streamSid: null });
  registry.onCallEvent({ ...head, slot: 3, kind: 'state', state: 'listening', streamSid: 'MZ2' });
  expect([entry.workerState, entry.streamSid]).toEqual(['speaking', 'MZ1']);
  registry.end(entry, 'silence', null);
  registry.onCallEvent({ ...head, kind: 'state', state: 'listening', streamSid: 'MZ1' });
  expect(entry.workerState).toBe('ended');
});

const CALL = { callSid: 'CA1', direction: 'inbound', from: 'a', to: 'b', phase: 'connected', variables: {} } as const;

test('of a call that Twilio starts over, the newer stream is the call, and the older one leaves no trace', () => {
  const registry = new CallRegistry();
  const first = registry.add({ ...CALL, slot: 0 });
  const second = registry.add({ ...CALL, slot: 1 });
  expect([registry.findLive('CA1'), second.previous, registry.liveCount]).toEqual([second, first, 1]);
  registry.end(first, 'caller_hangup', null);
  expect([registry.findLive('CA1'), second.previous, registry.ended()]).toEqual([second, null, []]);
  registry.end(second, 'agent_goodbye', null);
  expect([registry.findLive('CA1'), registry.find('CA1'), registry.liveCount]).toEqual([undefined, second, 0]);
});

test('when the newer stream never comes, the older one is the call again', () => {
  const registry = new CallRegistry();
  const first = registry.add({ ...CALL, slot: 0 });
  registry.end(registry.add({ ...CALL, slot: 1 }), 'start_timeout', null);
  expect([registry.findLive('CA1'), first.phase]).toEqual([first, 'connected']);
});

test('the last ended calls are remembered, newest first; who comes back is no longer an ended one', () => {
  const registry = new CallRegistry(3);
  for (const callSid of ['CA1', 'CA2', 'CA3', 'CA4']) {
    registry.end(registry.add({ ...CALL, callSid, slot: 0 }), 'silence', null);
  }
  expect(registry.ended().map(({ callSid }) => callSid)).toEqual(['CA4', 'CA3', 'CA2']);
  expect(registry.find('CA1')).toBeUndefined();
  registry.add({ ...CALL, callSid: 'CA3', slot: 0 });
  expect(registry.ended().map(({ callSid }) => callSid)).toEqual(['CA4', 'CA2']);
});

test('a call that went on elsewhere keeps the turns of its earlier worker', () => {
  const registry = new CallRegistry();
  const call = { callSid: 'CA1', direction: 'inbound', from: 'a', to: 'b', slot: 2, phase: 'accepted' } as const;
  const entry = registry.add({ ...call, variables: {} });
  const row = (turn: number, heard: string) => ({ turn, heard }) as TurnReport;
  for (const turn of [row(0, 'Hello.'), row(1, 'Yes.')])
    registry.onCallEvent({ callSid: 'CA1', slot: 2, seq: 1, atMs: 0, kind: 'turn', turn });
  registry.end(entry, 'silence', { turns: [row(1, 'Yes, hot.'), row(2, 'Bye.')], apologyOwed: false } as CallSummary);
  expect(entry.turns.map(({ turn, heard }) => [turn, heard])).toEqual([
    [0, 'Hello.'],
    [1, 'Yes, hot.'],
    [2, 'Bye.'],
  ]);
});
