// The media stream of a call breaks while its caller is on the line: Twilio asks what to do, and the call goes on with another
// stream, from where it was.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimulatedCall } from '../../loadtest/simulators/twilio/simulated_call.js';
import { Stage, speech } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

/** When both of its streams are over, in the files too. */
async function done(call: SimulatedCall) {
  const report = await call.ended;
  const ends = () => stage.logs.filter(({ msg, call_sid }) => msg === 'call ended' && call_sid === call.sid);
  await expect.poll(() => ends().length).toBe(2);
  return { report, summary: stage.summary(report) };
}

const HUGE = `{"event":"media","media":{"payload":"${'A'.repeat(200_000)}"}}`;

test.each<[string, (call: SimulatedCall) => void]>([
  ['is cut', (call) => call.stream!.client.cut()],
  ['is closed for a message that is too big', (call) => call.stream!.client.inject(HUGE)],
  [
    'is closed for nothing but nonsense',
    (call) => {
      for (let i = 0; i < 60; i++) call.stream!.client.inject(Buffer.from([0, 255, i]));
    },
  ],
])(
  'a stream that %s costs its caller a moment, and the call none of its words',
  { timeout: 90_000 },
  async (_, breakIt) => {
    let isBack = false;
    const cameBack = await stage.metric('ringline_calls_came_back_total');
    const call = stage.ring(
      [
        { wait: 'greeting_end' },
        { say: await speech() },
        { wait: () => isBack, timeoutMs: 45_000 },
        { say: await speech() },
        { wait: 'agent_silence', timeoutMs: 30_000 },
        { hangup: true },
      ],
      ['The soup was cold today.', 'And the bread was hard.'],
    );
    await expect.poll(() => stage.answeredTurns(call), { timeout: 30_000 }).toBe(1);
    breakIt(call);
    await expect.poll(() => call.report().streams.length, { timeout: 10_000 }).toBe(2);
    isBack = true;
    const { report, summary } = await done(call);
    expect(report.script.completed).toBe(true);
    expect(report.spoken.map(({ what }) => what)).toEqual(['I am sorry, we were cut off for a moment.']);
    expect(summary.turns.map(({ caller }) => caller)).toEqual([
      '',
      'The soup was cold today.',
      'And the bread was hard.',
    ]);
    expect(summary.end_reason).toBe('caller_hangup');
    expect(await stage.metric('ringline_calls_came_back_total')).toBe(cameBack + 1);
  },
);

test('a reply that was being said is said to its end', { timeout: 90_000 }, async () => {
  const call = stage.ring(
    [{ wait: 'greeting_end' }, { say: await speech() }, { wait: 4000 }, { hangup: true }],
    ['The soup was cold today.'],
  );
  await expect
    .poll(() => call.stream?.client.playout.segments.at(-1)?.voicedAtMs ?? null, { timeout: 15_000 })
    .not.toBeNull();
  call.stream!.client.cut();
  const { report, summary } = await done(call);
  expect(report.spoken).toEqual([]);
  expect(report.streams[1].firstVoicedMs).toBeLessThan(1000);
  expect(summary.turns[0].heard).toBe('Hello, how was lunch?');
});
