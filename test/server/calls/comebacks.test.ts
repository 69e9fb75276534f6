import { expect, test } from 'vitest';
import { isBroken, mayComeBack, type StreamState } from '../../../src/server/calls/comebacks.js';

const state = (fields: Partial<StreamState>): StreamState => ({
  ...{ phase: 'connected', endReason: null, hangUp: null, isSocketLost: false },
  ...fields,
});

test.each<[string, Partial<StreamState>, boolean]>([
  ['its socket broke', { phase: 'ended', endReason: 'socket_lost' }, true],
  ['start never came', { phase: 'ended', endReason: 'start_timeout' }, true],
  ['what came was not the protocol', { phase: 'ended', endReason: 'protocol' }, true],
  ['the caller hung up', { phase: 'ended', endReason: 'caller_hangup' }, false],
  ['we said goodbye', { phase: 'ended', endReason: 'agent_goodbye' }, false],
  ['an operator ended it', { phase: 'ended', endReason: 'operator' }, false],
  ['we go down', { phase: 'ended', endReason: 'drain' }, false],
  ['it was as long as a call may be', { phase: 'ended', endReason: 'max_duration' }, false],
  ['nobody was there', { phase: 'ended', endReason: 'silence' }, false],
  ['it is on another instance', { phase: 'ended', endReason: 'moved' }, false],
  ['its ticket was used for another call', { phase: 'ended', endReason: 'wrong_call' }, false],
  ['it lost too many workers', { phase: 'ended', endReason: 'worker_died' }, false],
  ['nobody answered', { phase: 'ended', endReason: null }, false],
  ['it is being ended, and its socket broke', { isSocketLost: true }, true],
  ['it is being ended by an operator, and its socket broke', { isSocketLost: true, hangUp: 'operator' }, false],
  ['it is being ended, and we closed its socket', {}, false],
  ['its socket could not be opened', { phase: 'accepted' }, true],
  ['it was given up before its socket came', { phase: 'accepted', hangUp: 'caller_hangup' }, false],
  ['it rings', { phase: 'dialling' }, false],
])('%s', (_, fields, expected) => {
  expect(isBroken(state(fields))).toBe(expected);
});

test.each<[number[], boolean[]]>([
  [
    [0, 1, 2, 3, 4, 5],
    [true, true, true, true, true, false],
  ],
  [
    [0, 10, 20, 30, 40, 60, 61],
    [true, true, true, true, true, true, false],
  ],
  [
    [0, 20, 40, 60, 80, 100, 120, 140],
    [true, true, true, true, true, true, true, true],
  ],
])('a call whose stream breaks at %j s comes back %j', (atS, expected) => {
  const comebacks: number[] = [];
  expect(atS.map((s) => mayComeBack(comebacks, 1000 + s * 1000))).toEqual(expected);
});
