// A worker thread dies or hangs under its calls: they go on in another one, and their callers notice a short pause at most.

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../loadtest/server_process.js';
import type { SimulatedCall } from '../../loadtest/simulators/twilio/simulated_call.js';
import { type Ended, Stage, speech } from './stage.js';
import { ThreadInspector } from './thread_inspector.js';

const LONG = 'I am sorry that the soup was cold, I will pass it on to the kitchen at once. Was anything else wrong?';
const SHORT = 'Very well, I will pass it on.';
const questions = (call: number) => [`The soup was cold, number ${call}.`, `And the bread was hard, number ${call}.`];

let stage: Stage;
let inspector: ThreadInspector;
beforeAll(async () => {
  const port = await freePort();
  stage = await Stage.start({ WORKERS: '2' }, { nodeArgs: [`--inspect=127.0.0.1:${port}`] });
  inspector = await ThreadInspector.open(port);
});
afterAll(async () => {
  inspector.close();
  await stage.close();
});

/** Four callers on two workers, each of whom asks, hears a long answer, asks again. */
async function fourCallers(): Promise<SimulatedCall[]> {
  const clip = await speech();
  return Array.from({ length: 4 }, (_, i) => {
    stage.openai.setReplies(`number ${i}`, [LONG, SHORT]);
    return stage.ring(
      [
        { wait: 'greeting_end' },
        { say: clip },
        { wait: 'agent_silence', silenceMs: 2500 },
        { say: clip },
        { wait: 'agent_silence' },
        { hangup: true },
      ],
      questions(i),
    );
  });
}

/** Every call is in the middle of its long answer. */
async function allAnswering(calls: SimulatedCall[]): Promise<void> {
  const isAnswering = (call: SimulatedCall) => {
    const last = call.report().streams[0]?.heard[1];
    return last !== undefined && last.durationMs > 1500;
  };
  await expect.poll(() => calls.filter(isAnswering).length, { timeout: 15_000 }).toBe(calls.length);
}

function expectWhole({ report, summary }: Ended, call: number): void {
  const [first, second] = questions(call);
  expect(report.script.completed).toBe(true);
  expect(report.streams).toHaveLength(1);
  expect(report.streams[0].violations).toEqual([]);
  expect(summary.end_reason).toBe('caller_hangup');
  expect(summary.turns.map(({ turn, caller }) => [turn, caller])).toEqual([
    [0, ''],
    [1, first],
    [2, second],
  ]);
  for (const turn of summary.turns) expect(turn.heard).toBe(turn.agent);
  expect(summary.turns[1].agent).toBe(LONG);
  const bytes = readFileSync(stage.recordingOf(summary));
  expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  expect(Math.abs((bytes.length - 44) / 32 - report.streams[0].durationMs)).toBeLessThan(500);
  const files = readdirSync(stage.dir).filter((name) => name.includes(report.callSid));
  expect(files.map((name) => name.slice(-4)).sort()).toEqual(['.wav', 'json']);
}

test.each([
  ['exits', 'process.exit(1)'],
  ['throws where nobody catches', 'setTimeout(() => { throw new Error("planted"); })'],
  ['hangs', 'for (;;);'],
])('a worker that %s in the middle of replies costs nobody their call', { timeout: 90_000 }, async (_, fault) => {
  // The replacement of the one before is there.
  await expect.poll(() => inspector.workers, { timeout: 10_000 }).toBe(2);
  const movedBefore = await stage.metric('ringline_calls_moved_total');
  const restsBefore = await stage.metric('ringline_moved_gap_seconds_count');
  const calls = await fourCallers();
  await allAnswering(calls);
  inspector.run(fault, 0);
  const ended = await Promise.all(calls.map((call) => stage.done(call)));
  ended.forEach(expectWhole);
  const isMoved = ({ summary }: Ended) => summary.errors.some(({ code }) => code === 'WORKER_DIED');
  expect(ended.filter(isMoved)).toHaveLength(2);
  expect((await stage.metric('ringline_calls_moved_total')) - movedBefore).toBe(2);
  expect((await stage.metric('ringline_moved_gap_seconds_count')) - restsBefore).toBe(2);
  for (const { summary } of ended.filter((each) => !isMoved(each))) expect(summary.media.underruns).toBe(0);
});
