// An operator in a running call, with the simulated telephone at the far end: what it played is the judge.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { Stage, speech } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage?.close());

const post = async (sid: string, what: string, body: object = {}) =>
  (await fetch(`${stage.server.url}/calls/${sid}/${what}`, { method: 'POST', body: JSON.stringify(body) })).status;
const turnsOf = async (sid: string): Promise<{ caller: string }[]> => {
  const response = await fetch(`${stage.server.url}/calls/${sid}`);
  return ((await response.json()) as { turns?: { caller: string }[] }).turns ?? [];
};
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 20_000; Date.now() < endMs; ) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it did not come: ${isSo}`);
}

test('a line is heard, a pause is silent, and what was said in it is answered when the agent goes on', {
  timeout: 60_000,
}, async () => {
  let paused = false;
  let answered = false;
  const call = stage.ring(
    [
      { wait: 'greeting_end' },
      { wait: () => paused, timeoutMs: 20_000 },
      { say: await speech() },
      { wait: () => answered, timeoutMs: 20_000 },
      { hangup: true },
    ],
    ['The soup was cold today.'],
  );
  stage.openai.setReplies('', [{ text: 'I am sorry about the soup.', toolCalls: [] }]);
  await until(async () => (await turnsOf(call.sid)).length === 1);
  expect(await post(call.sid, 'say', { text: 'A colleague will be with you soon.' })).toBe(202);
  await until(async () => (await turnsOf(call.sid)).length === 2);
  expect(await post(call.sid, 'pause')).toBe(202);
  paused = true;
  await until(async () => (await turnsOf(call.sid)).some(({ caller }) => caller !== ''));
  expect(await post(call.sid, 'handback', { note: 'Offer a new soup.' })).toBe(202);
  await until(async () => (await turnsOf(call.sid)).length === 4);
  answered = true;
  const { summary } = await stage.done(call);
  expect(summary.turns.map(({ caller, heard }) => [caller, heard]).slice(1)).toEqual([
    ['', 'A colleague will be with you soon.'],
    ['The soup was cold today.', ''],
    ['', 'I am sorry about the soup.'],
  ]);
  expect(summary.operators).toMatchObject([
    { act: 'say', operator: 'local' },
    { act: 'pause', operator: 'local', took_ms: expect.any(Number) },
    { act: 'whisper', operator: 'local' },
  ]);
});
