import { beforeEach, expect, test } from 'vitest';
import { CallMoves } from '../../../src/server/calls/call_moves.js';
import { KeptCalls } from '../../../src/server/calls/kept_calls.js';
import { createSlab, SlotRings } from '../../../src/threads/slab.js';
import { ORDER, snapshotWith } from '../../worker/call_parts.js';

let now: number;
let kept: KeptCalls;
let rings: SlotRings[];
let moves: CallMoves;
beforeEach(() => {
  now = 1000;
  kept = new KeptCalls();
  const slab = createSlab({ slots: 2, ingressBytes: 64, egressBytes: 64 });
  rings = [new SlotRings(slab, 0), new SlotRings(slab, 1)];
  moves = new CallMoves({ kept, rings, lastSeq: () => 33, playEndMs: () => 1300, now: () => now });
});
const { callSid } = ORDER;

test('a call goes on from its newest snapshot, on its own slot, with the reply it was in the middle of', () => {
  kept.onCallEvent({ callSid, slot: 0, seq: 32, atMs: 0, kind: 'snapshot', snapshot: snapshotWith({ asked: 'Who?' }) });
  kept.onCallEvent({
    callSid,
    slot: 0,
    seq: 33,
    atMs: 0,
    kind: 'agent',
    turn: 1,
    reply: 'answer',
    text: 'The manager.',
  });
  rings[0].workerIndex = 4;
  rings[0].said.note(1, 3, true);
  expect(moves.next(ORDER)).toEqual({
    ...ORDER,
    resume: expect.objectContaining({
      asked: 'Who?',
      saying: { kind: 'answer', turn: 1, text: 'The manager.', sent: 3 },
    }),
    takeOver: { count: 1, lastSeq: 33, playEndMs: 1300 },
  });
  // Nobody's bell is rung until the next worker has taken the slot up, and what the dead one noted counts once.
  expect([rings[0].workerIndex, rings[0].said.read()]).toEqual([-1, null]);
});

test('a call whose stream had not begun is begun anew, with what waits in its ring', () => {
  rings[0].ingress.tryWriteText(1, '');
  const next = moves.next(ORDER)!;
  expect(next.resume).toBeNull();
  expect(next.takeOver).toMatchObject({ count: 1 });
  expect(rings[0].ingress.isEmpty).toBe(false);
});

test('a call whose stream broke goes on with another one, and says what was with Twilio again', () => {
  expect(moves.cutOff(0)).toBeNull();
  const stream = { streamSid: 'MZ1', originMs: 0, startedMs: 0 };
  kept.onCallEvent({ callSid, slot: 0, seq: 1, atMs: 0, kind: 'snapshot', snapshot: snapshotWith({ stream }) });
  const text = 'We are open until six today.';
  kept.onCallEvent({ callSid, slot: 0, seq: 2, atMs: 0, kind: 'agent', turn: 0, reply: 'greeting', text });
  rings[0].said.note(0, 'We are open until'.length, true);
  // 300 ms of sound were ahead.
  expect(moves.cutOff(0)).toMatchObject({ stream: null, saying: { text, sent: 'We are open '.length } });
});

test('one that came from elsewhere and told nothing here yet goes on from where it came from', () => {
  const resume = snapshotWith({ turnCount: 5 });
  expect(moves.next({ ...ORDER, resume })?.resume).toBe(resume);
});

test.each([
  // the times of its workers' deaths, in seconds, and which of them it survives
  [
    [0, 10, 20],
    [true, true, false],
  ],
  [
    [0, 30, 59.9],
    [true, true, false],
  ],
  [
    [0, 30, 60, 90, 120],
    [true, true, true, true, true],
  ],
  [
    [0, 2, 61, 61.5],
    [true, true, true, false],
  ],
])('deaths at %j s: goes on %j', (deathsS, survives) => {
  const seen = deathsS.map((atS) => {
    now = 1000 + atS * 1000;
    return moves.next(ORDER) !== null;
  });
  expect(seen).toEqual(survives);
});

test('the slot’s next call has all its chances', () => {
  for (let i = 0; i < 3; i++) moves.next(ORDER);
  expect(moves.next(ORDER)).toBeNull();
  expect(moves.next({ ...ORDER, slot: 1 })).not.toBeNull();
  moves.forget(0);
  expect(moves.next(ORDER)?.takeOver?.count).toBe(1);
});
