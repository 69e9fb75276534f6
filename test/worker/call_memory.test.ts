import { beforeEach, expect, test } from 'vitest';
import type { CallOrder } from '../../src/call/call.js';
import type { CallEvent } from '../../src/call/call_events.js';
import type { CallSnapshot } from '../../src/call/call_snapshot.js';
import { CallMemory } from '../../src/worker/call_memory.js';
import { CallReport } from '../../src/worker/call_report.js';
import { EventFeed } from '../../src/worker/event_feed.js';
import type { Heard } from '../../src/worker/playout.js';
import type { Spoken } from '../../src/worker/speaker.js';
import { Timeline } from '../../src/worker/timeline.js';
import { CallBench, ORDER } from './call_parts.js';

let memory: CallMemory;
let report: CallReport;
let events: CallEvent[];
function make(order: CallOrder): void {
  const { services } = new CallBench();
  report = new CallReport(order);
  events = [];
  const timeline = new Timeline();
  timeline.originMs = 1000;
  memory = new CallMemory({
    ...{ order, plan: services.plan(order), report, metrics: services.metrics, log: services.log, timeline },
    events: new EventFeed(order, (event) => events.push(event)),
  });
}
beforeEach(() => make(ORDER));

const asks = (text: string) =>
  memory.asks({ do: 'answer', text, speechStartMs: 1500, speechEndMs: 2500, finalMs: 100, endpointMs: 300, why: '' });
const spoken = (turn: number, text: string, kind: Spoken['kind'] = 'answer'): Spoken => {
  const times = { requestMs: 1, firstTokenMs: 2, releasedMs: 3, firstPieceMs: 4, firstAudioMs: 5 };
  return {
    kind,
    turn,
    reply: { text, times },
    id: 1,
    audibleMs: 3000,
    complete: true,
    error: null,
  } as unknown as Spoken;
};
const heard = (text: string, complete = true): Heard => ({ text, complete, startMs: 3000, endMs: 4000 });
const history = () =>
  memory
    .request('?')
    .messages.slice(1)
    .map(({ role, content }) => `${role}: ${content}`);

function answered(question: string, answer: string): number {
  const turn = asks(question);
  memory.audible(spoken(turn, answer), 3000);
  memory.close(spoken(turn, answer), heard(answer), false);
  return turn;
}

test('question and answer enter the history when they were said and heard', () => {
  asks('Is there soup?');
  expect(history()).toEqual(['user: ?']);
  memory.audible(spoken(1, 'Yes, there is.'), 3000);
  expect(history()).toEqual(['user: Is there soup? ?']);
  memory.close(spoken(1, 'Yes, there is.'), heard('Yes,', false), true);
  expect(history()).toEqual(['user: Is there soup?', 'assistant: Yes —', 'user: ?']);
  expect(report.turns).toEqual([
    expect.objectContaining({
      ...{ turn: 1, caller: 'Is there soup?', agent: 'Yes, there is.', heard: 'Yes,', interrupted: true },
      ...{ callerStartMs: 500, callerEndMs: 1500, agentStartMs: 2000, agentEndMs: 3000 },
    }),
  ]);
});

test('an answer that failed half way is no interruption: the model reads no dash', () => {
  asks('Is there soup?');
  memory.audible(spoken(1, 'Yes, there is.'), 3000);
  memory.close(spoken(1, 'Yes, there is.'), heard('Yes,', false), false);
  expect(history().slice(0, 2)).toEqual(['user: Is there soup?', 'assistant: Yes,']);
  expect(report.turns[0]).toMatchObject({ heard: 'Yes,', interrupted: false });
});

test('turn numbers do not jump, however often an answer is withdrawn', () => {
  memory.line('greeting');
  memory.close(spoken(0, 'Hello.', 'greeting'), heard('Hello.'), false);
  asks('Is');
  memory.withdraw();
  asks('Is there');
  memory.withdraw();
  expect(answered('Is there soup?', 'Yes.')).toBe(1);
  expect(answered('Hot?', 'Yes.')).toBe(2);
  expect(report.turns.map(({ turn }) => turn)).toEqual([0, 1, 2]);
});

test('an answer that never came leaves the question in record and history', () => {
  asks('Is there soup?');
  memory.giveUp();
  expect(history()).toEqual(['user: Is there soup? ?']);
  expect(report.turns).toEqual([expect.objectContaining({ turn: 1, caller: 'Is there soup?', agent: '', heard: '' })]);
  expect(events.find(({ kind }) => kind === 'turn')).toMatchObject({ turn: { turn: 1, caller: 'Is there soup?' } });
  memory.giveUp();
  expect(events.filter(({ kind }) => kind === 'turn')).toHaveLength(1);
});

test('beyond a thousand rows the record ends, but not what the model knows', () => {
  for (let i = 1; i <= 1005; i++) answered(`question ${i}`, `answer ${i}`);
  expect(report.turns).toHaveLength(1000);
  expect(history().slice(-3)).toEqual(['user: question 1005', 'assistant: answer 1005', 'user: ?']);
  expect(events.filter(({ kind }) => kind === 'turn')).toHaveLength(1005);
});

test('a reply that is closed twice is one turn', () => {
  answered('Is there soup?', 'Yes.');
  expect(memory.close(spoken(1, 'Yes.'), heard('Yes.'), false)).toBe('');
  expect(history().filter((line) => line === 'assistant: Yes.')).toHaveLength(1);
});

const snapshots = (): CallSnapshot[] => events.flatMap((event) => (event.kind === 'snapshot' ? [event.snapshot] : []));

test('a snapshot is taken when the caller has asked, and when what was heard of the answer is known', () => {
  asks('Is there soup?');
  expect(snapshots().at(-1)).toMatchObject({ asked: 'Is there soup?', history: [], turnCount: 0 });
  memory.audible(spoken(1, 'Yes, there is.'), 3000);
  memory.close(spoken(1, 'Yes, there is.'), heard('Yes,', false), true);
  const { slot: _slot, resume: _resume, ...who } = ORDER;
  expect(snapshots().at(-1)).toEqual({
    ...who,
    ...{ asked: null, turnCount: 1, seq: events.length, atMs: events.at(-1)!.atMs },
    history: [
      { role: 'user', content: 'Is there soup?' },
      { role: 'assistant', content: 'Yes —' },
    ],
  });
  expect(structuredClone(snapshots().at(-1))).toEqual(snapshots().at(-1));
});

test('a question that was given up is in the snapshot as said, and nobody waits for its answer', () => {
  asks('Is there soup?');
  memory.giveUp();
  expect(snapshots().at(-1)).toMatchObject({ asked: null, history: [{ role: 'user', content: 'Is there soup?' }] });
});

test('a call goes on from a snapshot: history, turn numbers and event numbers', () => {
  answered('Is there soup?', 'Yes.');
  asks('Hot?');
  const before = snapshots().at(-1)!;
  const seen = events.length;
  make({ ...ORDER, slot: 3, resume: before });
  expect(history()).toEqual(['user: Is there soup?', 'assistant: Yes.', 'user: ?']);
  expect(asks('Hot?')).toBe(2);
  expect(events[0].seq).toBe(seen + 1);
  memory.audible(spoken(2, 'Very.'), 3000);
  memory.close(spoken(2, 'Very.'), heard('Very.'), false);
  expect(snapshots().at(-1)).toMatchObject({ turnCount: 2, asked: null, history: { length: 4 } });
});
