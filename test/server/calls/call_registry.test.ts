import { expect, test } from 'vitest';
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
