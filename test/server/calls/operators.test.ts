import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CallAct } from '../../../src/call/call_acts.js';
import { CallRegistry } from '../../../src/server/calls/call_registry.js';
import { type OperatorOrder, Operators } from '../../../src/server/calls/operators.js';

const SID = `CA${'1'.repeat(32)}`;
let registry: CallRegistry;
let sent: CallAct[];
let forgotten: string[];
let operators: Operators;
beforeEach(() => {
  vi.useFakeTimers();
  registry = new CallRegistry();
  sent = [];
  forgotten = [];
  operators = new Operators({
    registry,
    control: { act: (_entry, act) => void sent.push(act) },
    onForgotten: (callSid, operator) => void forgotten.push(`${callSid} ${operator}`),
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function connected() {
  const call = { callSid: SID, direction: 'inbound', from: '', to: '', slot: 0, phase: 'connected' } as const;
  return registry.add({ ...call, variables: {} });
}
const pause = (operator: string, seconds = 60): OperatorOrder => ({ do: 'pause', operator, seconds });
const resume = (operator: string, note: string | null = null): OperatorOrder => ({ do: 'resume', operator, note });
const done = (heldBy: string | null) => ({ heldBy, problem: null });

test('one operator at a time holds a call; who only speaks or whispers does not hold it', () => {
  connected();
  expect(operators.act(SID, { do: 'whisper', operator: 'ann', text: 'Psst.' })).toEqual(done(null));
  expect(operators.act(SID, pause('ann'))).toEqual(done('ann'));
  const held = { heldBy: 'ann', problem: 'held' };
  expect(operators.act(SID, pause('bob'))).toEqual(held);
  expect(operators.act(SID, resume('bob'))).toEqual(held);
  expect(operators.act(SID, { do: 'say', operator: 'bob', text: 'Hi.', now: true })).toEqual(held);
  expect(operators.act(SID, { do: 'say', operator: 'ann', text: 'Hi.', now: true })).toEqual(done('ann'));
  expect(operators.act(SID, resume('ann', 'He gets a refund.'))).toEqual(done(null));
  expect(operators.act(SID, pause('bob'))).toEqual(done('bob'));
  expect(sent).toEqual([
    { act: 'whisper', operator: 'ann', text: 'Psst.' },
    { act: 'pause', operator: 'ann' },
    { act: 'say', operator: 'ann', text: 'Hi.', now: true },
    { act: 'whisper', operator: 'ann', text: 'He gets a refund.' },
    { act: 'resume', operator: 'ann' },
    { act: 'pause', operator: 'bob' },
  ]);
});

test('nobody is kept in silence for ever: the agent goes on by itself, and that is told', () => {
  connected();
  operators.act(SID, pause('ann', 10));
  vi.advanceTimersByTime(9000);
  // Longer after all: the new time counts.
  operators.act(SID, pause('ann', 10));
  vi.advanceTimersByTime(9000);
  expect(forgotten).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(forgotten).toEqual([`${SID} ann`]);
  expect(sent.at(-1)).toEqual({ act: 'resume', operator: 'ann' });
  expect(operators.act(SID, pause('bob'))).toEqual(done('bob'));
});

test('a call that has ended meanwhile is left alone by the clock', () => {
  const entry = connected();
  operators.act(SID, pause('ann', 10));
  registry.end(entry, 'caller_hangup', null);
  vi.advanceTimersByTime(60_000);
  expect(sent).toHaveLength(1);
  expect(forgotten).toEqual([]);
  expect(operators.act(SID, pause('ann'))).toEqual({ heldBy: null, problem: 'ended' });
});

test('a call nobody knows, one that went on elsewhere, and one that can’t hear us yet', () => {
  expect(operators.act(SID, pause('ann'))).toBeNull();
  const entry = connected();
  entry.phase = 'accepted';
  expect(operators.act(SID, pause('ann'))).toEqual({ heldBy: null, problem: 'early' });
  registry.end(entry, 'moved', null);
  expect(operators.act(SID, pause('ann'))).toBeNull();
  expect(sent).toEqual([]);
});
