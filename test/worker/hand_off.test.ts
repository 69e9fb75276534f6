import { expect, test } from 'vitest';
import type { AgentRef } from '../../src/call/call.js';
import { handOffReport, heldOrder, nextOrder, orderOf, PUT_THROUGH } from '../../src/worker/hand_off.js';
import { NOTHING_YET, ORDER, snapshotWith } from './call_parts.js';

const BILLING: AgentRef = {
  agentId: 'billing',
  agentVariant: 'blue',
  agentHash: 'b',
  agentDefinition: { name: 'Bea' },
};
const order = { ...ORDER, others: [BILLING] };
const said = { history: [{ role: 'user' as const, content: 'My bill is wrong.' }], turnCount: 1 };
const next = (withHistory: boolean, asked: string | null) =>
  nextOrder(order, { agentId: 'billing', withHistory }, said, asked, NOTHING_YET, false, 'given');

test('an order has its own agent and those it may be handed to, and no other', () => {
  expect(orderOf(order, 'billing')).toMatchObject(BILLING);
  expect(orderOf(order, 'default')).toMatchObject({ agentId: 'default', agentHash: 'h' });
  expect(orderOf(order, 'nobody')).toBeNull();
  expect(orderOf(order, 'billing', 'of before')).toBeNull();
});

test.each<[boolean, string | null, object]>([
  [true, null, { greeted: true, asked: PUT_THROUGH, history: said.history }],
  [false, null, { greeted: false, asked: null, history: [] }],
  [true, 'And fast.', { greeted: true, asked: 'And fast.', history: said.history }],
  [false, 'And fast.', { greeted: true, asked: 'And fast.', history: [] }],
])('with history: %s, and the caller said %j', (withHistory, asked, expected) => {
  const given = next(withHistory, asked);
  expect(given).toMatchObject({
    ...BILLING,
    takeOver: null,
    resume: { agentId: 'billing', turnCount: 1, recordingConsent: 'given', ...expected },
  });
  // What another worker would go on from carries no definition.
  expect(given?.resume).not.toHaveProperty('agentDefinition');
});

test('a call that goes on elsewhere has the agent that had it then', () => {
  const resume = snapshotWith({ agentId: 'billing', agentHash: 'b' });
  expect(heldOrder({ ...order, resume })).toMatchObject(BILLING);
  expect(heldOrder({ ...order, resume: snapshotWith({ agentId: 'gone' }) })).toMatchObject({ agentId: 'default' });
  expect(heldOrder(order)).toBe(order);
});

test('the record says who gave the call to whom, and when', () => {
  expect(handOffReport(order, BILLING, { agentId: 'billing', withHistory: true }, said, 4200)).toEqual({
    ...{ turn: 1, atMs: 4200, from: 'default', to: 'billing', toVariant: 'blue', toHash: 'b', withHistory: true },
  });
});
