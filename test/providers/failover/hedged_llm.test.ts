import { beforeEach, expect, test } from 'vitest';
import { EngineError } from '../../../src/errors.js';
import { HedgedLlm } from '../../../src/providers/failover/hedged_llm.js';
import type { LlmHandlers, LlmRun } from '../../../src/providers/llm.js';
import { ManualTime } from './manual_time.js';

const REQUEST = { messages: [], maxTokens: 100, temperature: 0 };
const ERROR = new EngineError('LLM_REQUEST', { retryable: true });
const STOP = { finishReason: 'stop', usage: null };

let time: ManualTime;
let asked: LlmHandlers[];
let cancelled: number[];
let told: string[];
let llm: HedgedLlm;
const handlers: LlmHandlers = {
  onText: (text) => told.push(text),
  onDone: ({ finishReason }) => told.push(`done ${finishReason}`),
  onError: ({ code }) => told.push(`error ${code}`),
};

beforeEach(() => {
  time = new ManualTime();
  asked = [];
  cancelled = [];
  told = [];
  const { sweeper, clock } = time.options;
  const model = {
    warm: () => told.push('warm'),
    close: () => told.push('close'),
    start: (_request: unknown, each: LlmHandlers): LlmRun => {
      const at = asked.push(each) - 1;
      return { cancel: () => void cancelled.push(at) };
    },
  };
  llm = new HedgedLlm(model, {
    ...{ afterMs: 100, sweeper, clock: clock! },
    onHedge: () => told.push('hedge'),
    onWon: () => told.push('won'),
  });
});

test('a first word in time: nobody is asked twice, and nothing watches the rest', () => {
  llm.start(REQUEST, handlers);
  time.pass(90);
  asked[0].onText('Good ');
  expect(time.watched).toBe(0);
  time.pass(5000);
  asked[0].onText('day.');
  asked[0].onDone(STOP);
  expect([asked.length, told]).toEqual([1, ['Good ', 'day.', 'done stop']]);
});

test.each([
  ['the second', 1, ['hedge', 'won', 'Hello.', 'done stop']],
  ['the first after all', 0, ['hedge', 'Hello.', 'done stop']],
])('a late one: whoever speaks first gives the whole answer, the other is cancelled: %s', (_, winner, expected) => {
  llm.start(REQUEST, handlers);
  time.pass(100);
  expect(asked).toHaveLength(2);
  asked[winner].onText('Hello.');
  asked[1 - winner].onText('Good day.');
  asked[1 - winner].onDone(STOP);
  asked[1 - winner].onError(ERROR);
  asked[winner].onDone(STOP);
  expect(told).toEqual(expected);
  expect(cancelled).toContain(1 - winner);
});

test.each<[string, () => void, string[]]>([
  ['before the deadline: its client has tried already', () => asked[0].onError(ERROR), ['error LLM_REQUEST']],
  [
    'of two, while the other is asked',
    () => {
      time.pass(100);
      asked[0].onError(ERROR);
      asked[1].onText('Hello.');
    },
    ['hedge', 'won', 'Hello.'],
  ],
  [
    'both',
    () => {
      time.pass(100);
      asked[0].onError(ERROR);
      asked[1].onError(ERROR);
    },
    ['hedge', 'error LLM_REQUEST'],
  ],
  [
    'in the middle of the answer',
    () => {
      time.pass(100);
      asked[1].onText('Hello.');
      asked[1].onError(ERROR);
    },
    ['hedge', 'won', 'Hello.', 'error LLM_REQUEST'],
  ],
])('a failure: %s', (_, story, expected) => {
  llm.start(REQUEST, handlers);
  story();
  time.pass(1000);
  expect([told, time.watched]).toEqual([expected, 0]);
});

test('a cancelled run tells nothing and lets go of both', () => {
  const run = llm.start(REQUEST, handlers);
  time.pass(100);
  run.cancel();
  run.cancel();
  for (const each of asked) each.onText('Hello.');
  expect([told, cancelled.sort(), time.watched]).toEqual([['hedge'], [0, 1], 0]);
});

test('a model that is slow for everybody does not get twice the requests', () => {
  for (let i = 0; i < 100; i++) {
    llm.start(REQUEST, handlers);
    time.pass(100);
  }
  expect(asked.length - 100).toBeGreaterThan(5);
  expect(asked.length - 100).toBeLessThan(20);
});

test('warming and closing are passed on', () => {
  llm.warm();
  llm.close();
  expect(told).toEqual(['warm', 'close']);
});
