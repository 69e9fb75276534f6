import { beforeEach, expect, test } from 'vitest';
import type { CallOrder } from '../../src/call/call.js';
import type { CallEvent } from '../../src/call/call_events.js';
import type { CallSnapshot } from '../../src/call/call_snapshot.js';
import { CallMemory } from '../../src/worker/call_memory.js';
import { CallReport } from '../../src/worker/call_report.js';
import { EventFeed } from '../../src/worker/event_feed.js';
import { OffRecord } from '../../src/worker/off_record.js';
import type { Heard } from '../../src/worker/playout.js';
import type { Spoken } from '../../src/worker/speaker.js';
import { Timeline } from '../../src/worker/timeline.js';
import { CallBench, NOTHING_YET, ORDER, snapshotWith } from './call_parts.js';

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
    specs: [],
    field: () => null,
    offRecord: new OffRecord(() => {}),
    consent: null,
    events: new EventFeed(
      order,
      (event) => events.push(event),
      () => NOTHING_YET,
    ),
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
  const history = [
    { role: 'user' as const, content: 'Is there soup?' },
    { role: 'assistant' as const, content: 'Yes —' },
  ];
  const { atMs } = events.at(-1)!;
  expect(snapshots().at(-1)).toEqual(snapshotWith({ turnCount: 1, seq: events.length, atMs, history }));
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

test('what was asked is answered as the same turn, with the times it had', () => {
  memory.begins();
  expect(snapshots().at(-1)).toMatchObject({ greeted: false, asked: null, turn: null });
  asks('Hot?');
  const before = structuredClone(snapshots().at(-1)!);
  expect(before).toMatchObject({ greeted: true, turn: { turn: 1, caller: 'Hot?', callerEndMs: 1500 } });
  make({ ...ORDER, resume: before });
  const late = { speechStartMs: 9000, speechEndMs: 9000, finalMs: null, endpointMs: 0, why: '' };
  memory.asks({ do: 'answer', text: 'Hot?', ...late });
  expect(report.turns).toEqual([expect.objectContaining({ turn: 1, callerStartMs: 500, callerEndMs: 1500 })]);
});

test('the rest of a reply and what was said of it before are one turn, in report and history', () => {
  answered('Is there soup?', 'Yes.');
  asks('What soup?');
  const before = structuredClone(snapshots().at(-1)!);
  make({ ...ORDER, resume: before });
  const saying = { kind: 'answer', turn: 2, text: 'Leek soup, and it is hot.', sent: 'Leek soup,'.length };
  expect(memory.goesOn(saying)).toBe('and it is hot.');
  memory.close(spoken(2, 'and it is hot.'), heard('and it is', false), true);
  expect(report.turns).toEqual([
    expect.objectContaining({
      ...{ turn: 2, caller: 'What soup?', callerEndMs: 1500, interrupted: true },
      ...{ agent: 'Leek soup, and it is hot.', heard: 'Leek soup, and it is' },
    }),
  ]);
  expect(history().slice(-3)).toEqual(['user: What soup?', 'assistant: Leek soup, and it is —', 'user: ?']);
  expect(snapshots().at(-1)).toMatchObject({ turnCount: 2, asked: null });
  expect(answered('And bread?', 'Yes.')).toBe(3);
});

test('a reply of which nothing is left to say was heard', () => {
  const greeting = { kind: 'greeting', turn: 0, text: 'Hello there.', sent: 12 };
  make({ ...ORDER, resume: snapshotWith({ greeted: false }) });
  memory.goesOn(greeting);
  memory.saidAll(greeting);
  memory.saidAll(greeting);
  expect(report.turns).toEqual([expect.objectContaining({ turn: 0, agent: 'Hello there.', heard: 'Hello there.' })]);
  expect(history()).toEqual(['assistant: Hello there.', 'user: ?']);
  expect(snapshots().at(-1)).toMatchObject({ greeted: true, turnCount: 0 });
});

test('what was said while the answer took long stands before it in the record, and the model is not told', () => {
  const turn = asks('The soup was cold.');
  memory.heardAside({ ...heard('One moment, please.'), startMs: 2000 });
  memory.heardAside({ ...heard('I am still on it.'), startMs: 6000 });
  memory.audible(spoken(turn, 'I am sorry.'), 3000);
  memory.close(spoken(turn, 'I am sorry.'), heard('I am sorry.'), false);
  expect(report.turns[0]).toMatchObject({
    agent: 'One moment, please. I am still on it. I am sorry.',
    heard: 'One moment, please. I am still on it. I am sorry.',
    agentStartMs: 1000,
  });
  expect(history().slice(0, 2)).toEqual(['user: The soup was cold.', 'assistant: I am sorry.']);
});

test('the answer never came, or was taken back: what was said meanwhile stays on record', () => {
  asks('The soup was cold.');
  memory.heardAside(heard('One moment, please.'));
  memory.giveUp();
  expect(report.turns[0]).toMatchObject({ caller: 'The soup was cold.', heard: 'One moment, please.' });
  asks('I said');
  memory.heardAside(heard('One moment, please.'));
  memory.heardAside(heard(''));
  memory.withdraw();
  answered('I said the soup was cold.', 'I am sorry.');
  expect(report.turns.map((row) => row.heard)).toEqual(['One moment, please.', 'One moment, please. I am sorry.']);
});

test('an answer is told with the times of its parts and the tokens it took, on the call’s own clock', () => {
  report.usage.promptTokens = 100;
  answered('Is there soup?', 'Yes.');
  report.usage.promptTokens = 350;
  report.usage.completionTokens = 40;
  answered('Hot?', 'Yes.');
  const stages = events.flatMap((event) => (event.kind === 'turn' && event.stages ? [event.stages] : []));
  expect(stages.map(({ promptTokens, completionTokens }) => [promptTokens, completionTokens])).toEqual([
    [100, 0],
    [250, 40],
  ]);
  // Call time zero is the engine's 1000.
  expect(stages[0]).toMatchObject({ requestMs: -999, firstTokenMs: -998, firstPieceMs: -996, firstAudioMs: -995 });
});
