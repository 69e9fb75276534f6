import { expect, test } from 'vitest';
import { createSharedMetrics, sumHistogram, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import { CallReport } from '../../src/worker/call_report.js';
import type { ReplyTimes } from '../../src/worker/reply_parts.js';
import { observeAnswer } from '../../src/worker/turn_metrics.js';
import { ORDER } from './call_parts.js';

/** Speech ends at 1000; the turn is decided `hold` later. All times are the engine's, in ms. */
function observed(times: Partial<ReplyTimes>, audibleMs: number, hold = 300) {
  const metrics = createSharedMetrics(1);
  const turn = new CallReport(ORDER).openTurn(1, 'hello');
  turn.endpointMs = hold;
  const all = {
    requestMs: 1300,
    firstTokenMs: 1500,
    writtenMs: null,
    releasedMs: 1300,
    firstPieceMs: 1550,
    firstAudioMs: 1650,
    ...times,
  };
  observeAnswer(turn, all, { speechEndMs: 1000, audibleMs }, new ThreadMetrics(metrics, 0));
  const sum = (name: 'llm_first_token_ms' | 'tts_first_byte_ms' | 'first_audio_ms' | 'engine_added_ms') => {
    const { count, sum } = sumHistogram(metrics, name);
    return count === 0 ? null : sum;
  };
  return {
    turn,
    llm: sum('llm_first_token_ms'),
    tts: sum('tts_first_byte_ms'),
    answer: sum('first_audio_ms'),
    added: sum('engine_added_ms'),
  };
}

test('an answer asked for when the turn was over: what is nobody else’s is ours', () => {
  const { turn, ...sums } = observed({}, 1655);
  // 655 ms in all: 300 hold, 250 for the model's first piece, 100 for the voice, and 5 of the engine.
  expect(sums).toEqual({ llm: 200, tts: 100, answer: 655, added: 5 });
  expect(turn).toMatchObject({ llmTtftMs: 200, ttsTtfbMs: 100, firstAudioMs: 655 });
});

test('a draft made during the hold: the model’s time within it is not counted twice', () => {
  const { llm, added } = observed(
    { requestMs: 1050, firstTokenMs: 1250, firstPieceMs: 1350, firstAudioMs: 1450 },
    1452,
  );
  expect([llm, added]).toEqual([200, 2]);
});

test('a draft that was finished before the turn was over takes nothing off', () => {
  const { added } = observed({ requestMs: 1000, firstTokenMs: 1050, firstPieceMs: 1100, firstAudioMs: 1400 }, 1401);
  expect(added).toBe(1);
});

test('a first clause that was made before the turn was over takes nothing off either', () => {
  const { turn, added } = observed(
    { requestMs: 1000, firstTokenMs: 1050, firstPieceMs: 1100, firstAudioMs: 1200 },
    1304,
  );
  expect(added).toBe(4);
  expect(turn).toMatchObject({ ttsTtfbMs: 100, firstAudioMs: 304 });
});

test.each(['requestMs', 'firstTokenMs', 'firstPieceMs', 'firstAudioMs'] as const)(
  'without %s nothing is known, and nothing observed',
  (name) => {
    const { turn, ...sums } = observed({ [name]: null }, 1655);
    expect(sums).toEqual({ llm: null, tts: null, answer: null, added: null });
    expect([turn.llmTtftMs, turn.firstAudioMs]).toEqual([null, null]);
  },
);
