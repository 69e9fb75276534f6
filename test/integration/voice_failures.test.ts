// What a caller hears when the voice fails.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { CallerStep } from '../../loadtest/simulators/twilio/caller.js';
import { APOLOGY, Stage, speech } from './stage.js';

interface Health {
  observed: Record<string, { last_error: string | null }>;
}

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({
    CARTESIA_FIRST_AUDIO_TIMEOUT_MS: '1000',
    CARTESIA_STALL_TIMEOUT_MS: '800',
    FILLER_MS: '0',
  });
});
afterEach(() => stage.cartesia.heal());
afterAll(() => stage.close());

test.each(['error_500', 'stall', 'done_without_audio'] as const)(
  '%s for good: the apology comes from ready-made audio',
  { timeout: 60_000 },
  async (mode) => {
    stage.cartesia.fail(mode, { times: 'always' });
    const { report, summary } = await stage.oneTurn('The soup was cold today.');
    expect(report.script.completed).toBe(true);
    expect(summary.turns.some((turn) => turn.heard === APOLOGY)).toBe(true);
    expect(summary.errors.map((error) => error.provider)).toContain('cartesia');
  },
);

test('a voice that stumbles in every turn, each time differently, and a call that goes on', {
  timeout: 90_000,
}, async () => {
  const modes = ['error_429', 'cut', 'malformed_json', 'unknown_context'] as const;
  const struck = () => modes.map((mode) => stage.cartesia.failures.struck[mode] ?? 0);
  const before = struck();
  const clip = await speech();
  // A broken reply has silences of its own: the caller goes by the turns on record, not by what is heard.
  let turn = 0;
  const call = stage.ring(
    [
      { wait: 'greeting_end' },
      ...modes.flatMap((_, i): CallerStep[] => [{ wait: () => turn > i }, { say: clip }]),
      { wait: () => turn > modes.length },
      { hangup: true },
    ],
    modes.map((_, i) => `The soup was cold, number ${i}.`),
  );
  stage.openai.setReplies(
    'number',
    modes.map(() => 'Thank you for telling me about the soup.'),
  );
  for (const [i, mode] of modes.entries()) {
    stage.cartesia.fail(mode, { times: 1 });
    turn = i + 1;
    await expect.poll(() => stage.answeredTurns(call), { timeout: 15_000 }).toBe(i + 1);
  }
  turn++;
  const { report, summary } = await stage.done(call);
  expect(report.script.completed).toBe(true);
  expect(struck()).toEqual(before.map((count) => count + 1));
  expect(summary.turns.filter(({ caller }) => caller !== '')).toHaveLength(modes.length);
});

test('everything away at once: nobody is left in silence, nothing stays open, the server lives', {
  timeout: 60_000,
}, async () => {
  const own = await Stage.start({}, { away: true });
  try {
    const call = own.ring([{ wait: 30_000, timeoutMs: 40_000 }]);
    const report = await call.ended;
    expect(report.status).toBe('completed');
    expect(report.endedBy).not.toBe('caller');
    expect(report.spoken.map(({ verb }) => verb)).toEqual(['Say']);
    await expect.poll(() => own.metric('ringline_worker_calls')).toBe(0);
    expect((await fetch(`${own.server.url}/ready`)).status).toBe(200);
    const health = (await (await fetch(`${own.server.url}/health`)).json()) as Health;
    for (const vendor of ['deepgram', 'cartesia']) expect(health.observed[vendor].last_error).not.toBeNull();
  } finally {
    await own.close();
  }
});
