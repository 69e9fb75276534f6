// What a caller hears when the language model fails. All modes at once, each in a call of its own: the simulator picks
// its victim by the caller's words.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { APOLOGY, type Ended, Stage } from './stage.js';

let stage: Stage;
const FATAL = [
  'status_401',
  'status_429',
  'status_500',
  'hang',
  'stall',
  'reset',
  'error_chunk',
  'invalid_json',
] as const;
const calls = new Map<string, Promise<Ended>>();
let errorsBefore: number;

beforeAll(async () => {
  stage = await Stage.start({ OPENAI_FIRST_TOKEN_TIMEOUT_MS: '800', OPENAI_STALL_TIMEOUT_MS: '800', FILLER_MS: '0' });
  errorsBefore = await stage.metric('ringline_provider_errors_total{provider="openai"}');
  for (const mode of FATAL) {
    stage.openai.fail(mode, { times: 'always', callSid: `case ${mode}` });
    calls.set(mode, stage.oneTurn(`The soup was cold, case ${mode}.`));
  }
  stage.openai.fail('status_500', { times: 1, callSid: 'case once' });
  calls.set('once', stage.oneTurn('The soup was cold, case once.'));
  calls.set('none', stage.oneTurn('The soup was cold, case none.'));
});
afterAll(() => stage.close());

test.each(FATAL)('%s for good: an apology, not dead air', { timeout: 60_000 }, async (mode) => {
  const { report, summary } = await calls.get(mode)!;
  expect(report.script.completed).toBe(true);
  expect(summary.turns.some((turn) => turn.heard === APOLOGY)).toBe(true);
  expect(summary.errors.map((error) => error.provider)).toContain('openai');
});

test('one 500 is retried and nobody notices', { timeout: 60_000 }, async () => {
  const { summary } = await calls.get('once')!;
  expect(summary.turns.map((turn) => turn.caller)).toContain('The soup was cold, case once.');
  expect(summary.turns.some((turn) => turn.agent === APOLOGY)).toBe(false);
});

test('a call beside all of them is not disturbed', { timeout: 60_000 }, async () => {
  const { summary } = await calls.get('none')!;
  expect(summary.errors).toEqual([]);
  expect(summary.turns.at(-1)!.caller).toBe('The soup was cold, case none.');
  expect(summary.turns.at(-1)!.heard.length).toBeGreaterThan(10);
});

test('every failure is counted', { timeout: 60_000 }, async () => {
  await Promise.all(calls.values());
  const after = await stage.metric('ringline_provider_errors_total{provider="openai"}');
  expect(after - errorsBefore).toBeGreaterThanOrEqual(FATAL.length);
  expect(await stage.metric('ringline_apologies_total')).toBeGreaterThanOrEqual(FATAL.length);
});
