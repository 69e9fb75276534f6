import { beforeEach, expect, test } from 'vitest';
import { EngineError } from '../../../src/errors.js';
import { FailoverLlm } from '../../../src/providers/failover/failover_llm.js';
import type { LlmHandlers, LlmProvider } from '../../../src/providers/llm.js';
import { ManualTime } from './manual_time.js';

const REQUEST = { messages: [], maxTokens: 1, temperature: 0 };
const STOP = { finishReason: 'stop', usage: null };
const ERROR = new EngineError('LLM_REQUEST', { status: 500 });

/** A model played by the test: every run it was asked for. */
class FakeLlm implements LlmProvider {
  readonly runs: (LlmHandlers & { cancelled: number })[] = [];
  warmed = 0;
  closed = 0;
  warm() {
    this.warmed++;
  }
  close() {
    this.closed++;
  }
  start(_request: unknown, handlers: LlmHandlers) {
    const run = Object.assign(
      {
        onText: (text: string) => handlers.onText(text),
        onDone: (result: typeof STOP) => handlers.onDone(result),
        onError: (error: EngineError) => handlers.onError(error),
      },
      { cancelled: 0 },
    );
    this.runs.push(run);
    return { cancel: () => void run.cancelled++ };
  }
}

let time: ManualTime;
let models: FakeLlm[];
let llm: FailoverLlm;
let told: string[];
const handlers: LlmHandlers = {
  onText: (text) => told.push(text),
  onDone: ({ finishReason }) => told.push(`done ${finishReason}`),
  onError: ({ code }) => told.push(`error ${code}`),
};

beforeEach(() => {
  time = new ManualTime();
  models = [new FakeLlm(), new FakeLlm(), new FakeLlm()];
  llm = new FailoverLlm(
    models.map((provider, i) => ({ name: 'abc'[i], provider })),
    time.options,
  );
  told = [];
});

const asked = () => models.map(({ runs }) => runs.length);

test('the first answers in time: nobody else is asked', () => {
  llm.start(REQUEST, handlers);
  time.pass(90);
  models[0].runs[0].onText('Good ');
  time.pass(5000);
  models[0].runs[0].onText('day.');
  models[0].runs[0].onDone(STOP);
  expect([asked(), told, time.switches]).toEqual([[1, 0, 0], ['Good ', 'day.', 'done stop'], []]);
  expect(time.watched).toBe(0);
});

test('no first token in time: the next is asked as well, and the first word decides', () => {
  llm.start(REQUEST, handlers);
  time.pass(100);
  expect(asked()).toEqual([1, 1, 0]);
  models[1].runs[0].onText('Hello.');
  models[0].runs[0].onText('Good day.');
  models[0].runs[0].onDone(STOP);
  models[1].runs[0].onDone(STOP);
  expect(told).toEqual(['Hello.', 'done stop']);
  expect([models[0].runs[0].cancelled, time.switches]).toEqual([1, ['a -> b']]);
});

test('the first may still win after its deadline', () => {
  llm.start(REQUEST, handlers);
  time.pass(100);
  models[0].runs[0].onText('Good day.');
  expect([models[1].runs[0].cancelled, time.switches]).toEqual([1, []]);
});

test('one that fails before a word is followed at once; afterwards it is asked last for a while', () => {
  llm.start(REQUEST, handlers);
  models[0].runs[0].onError(ERROR);
  models[1].runs[0].onText('Hello.');
  models[1].runs[0].onDone(STOP);
  expect([told, time.switches]).toEqual([['Hello.', 'done stop'], ['a -> b']]);
  llm.start(REQUEST, handlers);
  expect(asked()).toEqual([1, 2, 0]);
  llm.warm();
  expect(models.map(({ warmed }) => warmed)).toEqual([0, 1, 0]);
  time.pass(10_000);
  llm.start(REQUEST, handlers);
  expect(asked()[0]).toBe(2);
});

test('an answer without a word counts as none while somebody else is left', () => {
  llm.start(REQUEST, handlers);
  models[0].runs[0].onDone({ finishReason: 'length', usage: null });
  models[1].runs[0].onError(ERROR);
  expect(told).toEqual([]);
  models[2].runs[0].onDone({ finishReason: 'content_filter', usage: null });
  expect(told).toEqual(['done content_filter']);
});

test('everybody fails: the last error, once', () => {
  llm.start(REQUEST, handlers);
  for (const { runs } of models) runs[0].onError(ERROR);
  expect(told).toEqual(['error LLM_REQUEST']);
  expect(time.watched).toBe(0);
});

test('an error after the first word is passed on: nothing is said twice', () => {
  llm.start(REQUEST, handlers);
  models[0].runs[0].onText('Good ');
  models[0].runs[0].onError(ERROR);
  expect([told, asked()]).toEqual([
    ['Good ', 'error LLM_REQUEST'],
    [1, 0, 0],
  ]);
  // The rest is asked of somebody else.
  llm.start(REQUEST, handlers);
  expect(asked()).toEqual([1, 1, 0]);
});

test('a cancelled run tells nothing, asks nobody and lets go of everybody', () => {
  const run = llm.start(REQUEST, handlers);
  time.pass(100);
  run.cancel();
  run.cancel();
  models[0].runs[0].onText('late');
  models[1].runs[0].onError(ERROR);
  time.pass(1000);
  expect([told, asked()]).toEqual([[], [1, 1, 0]]);
  expect(models.slice(0, 2).map(({ runs }) => runs[0].cancelled)).toEqual([1, 1]);
});

test('closing closes all', () => {
  llm.close();
  expect(models.map(({ closed }) => closed)).toEqual([1, 1, 1]);
});
