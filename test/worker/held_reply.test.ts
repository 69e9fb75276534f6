import { expect, test } from 'vitest';
import type { CallOrder } from '../../src/call/call.js';
import type { TurnEvent } from '../../src/conversation/turns/turn_events.js';
import { HeldReply } from '../../src/worker/held_reply.js';
import { CallBench, ORDER, snapshotWith } from './call_parts.js';

const TEXT = 'Your table is booked. See you at eight.';
const SAYING = { turn: 2, kind: 'answer', text: TEXT, sent: 21 };

function held(saying: typeof SAYING | null, rest: string) {
  const said: unknown[][] = [];
  const events: TurnEvent[] = [];
  const done: string[] = [];
  const order = { ...ORDER, resume: snapshotWith({ saying, asked: 'A table for two.' }) } as CallOrder;
  const reply = HeldReply.of(
    { ...order, takeOver: { ...order.takeOver!, playEndMs: 500 } },
    new CallBench().services.plan(ORDER),
    {
      memory: { goesOn: () => rest, saidAll: ({ text }) => done.push(text) },
      speaker: { say: (...args) => said.push(args) as never },
      event: (event) => events.push(event),
    },
  );
  return { reply, said, events, done };
}

test('nothing of it exists where nothing was being said', () => expect(held(null, '').reply).toBeNull());

test('the rest is said, and its end is for whoever says it to tell', () => {
  const { reply, said, events, done } = held(SAYING, 'See you at eight.');
  reply!.goOn();
  reply!.tick(10_000);
  expect([said, events, done]).toEqual([[['answer', 2, 'See you at eight.', false]], [], []]);
});

test('where nothing is left to say its end is told once, when its last sound has played', () => {
  const { reply, said, events, done } = held(SAYING, ' .');
  reply!.goOn();
  reply!.tick(499);
  expect([said, events, done]).toEqual([[], [], [TEXT]]);
  reply!.tick(500);
  reply!.tick(501);
  expect(events).toMatchObject([{ on: 'reply_played', text: TEXT }]);
});
