import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LlmRequest, ToolCall } from '../../src/providers/llm.js';
import type { ToolResult } from '../../src/tools/tool.js';
import { ToolRounds } from '../../src/worker/tool_rounds.js';

const REQUEST: LlmRequest = {
  messages: [{ role: 'user', content: 'Hello.' }],
  maxTokens: 100,
  temperature: 0,
  tools: [{ name: 'f', description: 'f', parameters: { type: 'object' } }],
};
const CALLS: ToolCall[] = [
  { id: 'a', name: 'f', arguments: '{}' },
  { id: 'b', name: 'f', arguments: '{}' },
];

let finish: (results: ToolResult[]) => Promise<void>;
let next: (LlmRequest | null)[];
let said: string[];
let leftMs: number;
let rounds: ToolRounds;

beforeEach(() => {
  vi.useFakeTimers();
  next = [];
  said = [];
  leftMs = 0;
  const run = (): Promise<ToolResult[]> =>
    new Promise((resolve) => {
      finish = async (results) => {
        resolve(results);
        await vi.advanceTimersByTimeAsync(0);
      };
    });
  const handlers = {
    leftMs: () => leftMs,
    onFiller: (line: string) => void said.push(line),
    onNext: (request: LlmRequest | null) => void next.push(request),
  };
  rounds = new ToolRounds({ run, fillerOf: () => 'One moment.' }, handlers);
});
afterEach(() => {
  rounds.cancel();
  vi.useRealTimers();
});

const done = (content: string, isLast = false): ToolResult => ({ ok: true, content, isLast });

test('the next request holds words, calls and results, in their order', async () => {
  rounds.begin(REQUEST, CALLS, 'Let me see.');
  await finish([done('one'), done('two')]);
  expect(next).toEqual([
    {
      ...REQUEST,
      messages: [
        { role: 'user', content: 'Hello.' },
        { role: 'assistant', content: 'Let me see.', toolCalls: CALLS },
        { role: 'tool', toolCallId: 'a', content: 'one' },
        { role: 'tool', toolCallId: 'b', content: 'two' },
      ],
    },
  ]);
});

test.each<[string, string, boolean[], boolean]>([
  ['nothing is left to say when all were last ones and something was said', 'Goodbye.', [true, true], true],
  ['one that was not: the model goes on', 'Goodbye.', [true, false], false],
  ['nothing was said: the model goes on', '', [true, true], false],
])('%s', async (_, words, last, isOver) => {
  rounds.begin(REQUEST, CALLS, words);
  await finish(last.map((isLast) => done('x', isLast)));
  expect(next[0] === null).toBe(isOver);
});

test('in the last round no tool is offered any more', async () => {
  for (let i = 0; i < 6; i++) {
    rounds.begin(REQUEST, CALLS, '');
    await finish([done('x'), done('x')]);
  }
  expect(next.map((request) => request?.tools !== undefined)).toEqual([true, true, true, true, true, false]);
});

test('a word for whoever waits: when nothing of ours is left to hear, and not again and again', async () => {
  leftMs = 1000;
  rounds.begin(REQUEST, CALLS, '');
  vi.advanceTimersByTime(700);
  leftMs = 0;
  vi.advanceTimersByTime(1699);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(said).toEqual(['One moment.']);
  vi.advanceTimersByTime(60_000);
  expect(said).toHaveLength(2);
  await finish([done('x'), done('x')]);
  expect(next).toHaveLength(1);
});

test('quick tools need no word, and a cancelled reply hears nothing more', async () => {
  rounds.begin(REQUEST, CALLS, '');
  await finish([done('x'), done('x')]);
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([]);
  rounds.begin(REQUEST, CALLS, '');
  rounds.cancel();
  rounds.cancel();
  await finish([done('x'), done('x')]);
  vi.advanceTimersByTime(60_000);
  expect([said, next.length]).toEqual([[], 1]);
});

const asks = (say: string): ToolResult => ({ ...done('being asked', true), pending: { say } });

test('a tool that asks the caller something: its question is said, and the model is not asked', async () => {
  rounds.begin(REQUEST, CALLS.slice(0, 1), '');
  await finish([asks('Your card number?')]);
  expect([said, next]).toEqual([['Your card number?'], [null]]);
});

test('a model that has asked by itself is not repeated', async () => {
  rounds.begin(REQUEST, CALLS.slice(0, 1), 'What is your card number?');
  await finish([asks('Your card number?')]);
  expect([said, next]).toEqual([[], [null]]);
});
