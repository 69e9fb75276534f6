import { beforeEach, expect, test } from 'vitest';
import type { CallPlan } from '../../src/agents/call_plan.js';
import { type ConsentState, RecordingConsent } from '../../src/worker/recording_consent.js';

let told: ConsentState[];
beforeEach(() => {
  told = [];
});
function consent(mode: 'announce' | 'ask', before: ConsentState | null = null): RecordingConsent {
  return new RecordingConsent({ mode, language: 'en' }, before, (state) => told.push(state));
}

test('where nobody need be told there is nothing of it', () => {
  expect(RecordingConsent.of({ consent: null, language: 'en' } as CallPlan, null, () => {})).toBeNull();
});

test.each([
  [true, 'given'],
  [false, 'refused'],
] as const)('told, and the notice was heard to its end: %s', (isComplete, state) => {
  const notice = consent('announce');
  expect(notice.lineOver(isComplete)).toBe(true);
  expect([notice.state, notice.isPending, told]).toEqual([state, false, [state]]);
  expect(notice.answered('Yes.')).toBe('answer');
});

test.each<[string[], string[], ConsentState | null]>([
  [['Yes.'], ['greeting'], 'given'],
  [['No.'], ['greeting'], 'refused'],
  [['Who is this?'], ['consent'], null],
  [['Who is this?', 'Sure, okay.'], ['consent', 'greeting'], 'given'],
  [['Who is this?', 'Who are you?'], ['consent', 'greeting'], 'refused'],
  [['I would like to have a table for two.'], ['answer'], 'refused'],
  [['Yes, and I would like to have a table.'], ['answer'], 'given'],
  [['No.', 'Yes.'], ['greeting', 'answer'], 'refused'],
])('asked, %j: next is %j', (answers, next, state) => {
  const question = consent('ask');
  expect(question.lineOver(true)).toBe(false);
  expect(answers.map((text) => question.answered(text))).toEqual(next);
  expect(question.state).toBe(state);
  expect(told).toEqual(state === null ? [] : [state]);
});

test('what was decided where the call was held before holds', () => {
  const question = consent('ask', 'refused');
  expect(question.isPending).toBe(false);
  expect(question.answered('Yes.')).toBe('answer');
  expect(told).toEqual([]);
});
