import { expect, test } from 'vitest';
import { createSharedMetrics, sumCounter, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import { CallReport } from '../../src/worker/call_report.js';
import { UsageMeter } from '../../src/worker/usage_meter.js';
import { ORDER } from './call_parts.js';

test('what is used and what is thrown away add up in the report and in the metrics', () => {
  const shared = createSharedMetrics(1);
  const { usage } = new CallReport(ORDER);
  const meter = new UsageMeter(usage, { tokensMax: 100, charactersMax: 10 }, new ThreadMetrics(shared, 0));
  meter.model({ promptTokens: 40, completionTokens: 5 });
  meter.model({ promptTokens: 50, completionTokens: 5 });
  meter.voice(12);
  meter.discarded({ tokens: 30, characters: 4 });
  meter.discarded({ tokens: 30, characters: 5 });
  expect(usage).toMatchObject({
    ...{ promptTokens: 90, completionTokens: 10, ttsCharacters: 12 },
    ...{ discardedTokens: 60, discardedCharacters: 9 },
  });
  expect([sumCounter(shared, 'discarded_tokens'), sumCounter(shared, 'discarded_characters')]).toEqual([60, 9]);
});

test.each([
  ['nothing', 0, 0, true, true],
  ['less than either limit', 99, 9, true, true],
  ['so many characters', 0, 10, true, false],
  ['so many tokens', 100, 0, false, true],
])('%s thrown away: what may still be begun early', (_, tokens, characters, draft, voice) => {
  const { usage } = new CallReport(ORDER);
  const metrics = new ThreadMetrics(createSharedMetrics(1), 0);
  const meter = new UsageMeter(usage, { tokensMax: 100, charactersMax: 10 }, metrics);
  meter.discarded({ tokens, characters });
  expect([meter.mayDraft, meter.mayVoice]).toEqual([draft, voice]);
});

test('limits of 0 switch both off', () => {
  const { usage } = new CallReport(ORDER);
  const metrics = new ThreadMetrics(createSharedMetrics(1), 0);
  const meter = new UsageMeter(usage, { tokensMax: 0, charactersMax: 0 }, metrics);
  expect([meter.mayDraft, meter.mayVoice]).toEqual([false, false]);
});
