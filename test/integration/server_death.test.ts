// The whole server dies under a call, and another one is started: Twilio comes back, the caller is apologised to and greeted.
// Nothing outlives the process here; with a store the conversation goes on instead.

import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Stage, speech } from './stage.js';

let stage: Stage;
/** What README tells to put behind a number's fallback URL: it is asked where a server of ours answers nothing. */
const bin = http.createServer((_request, response) => {
  response.setHeader('content-type', 'text/xml');
  response.end(
    '<Response><Say>One moment, please.</Say><Pause length="8"/>' +
      `<Redirect method="POST">${stage.server.url}/twilio/connect-action</Redirect></Response>`,
  );
});
beforeAll(async () => {
  bin.listen(0, '127.0.0.1');
  await once(bin, 'listening');
  stage = await Stage.start();
});
afterAll(async () => {
  bin.close();
  await stage.close();
});

test('a caller hears an apology and a fresh greeting, never only silence', { timeout: 60_000 }, async () => {
  let isBack = false;
  const { port } = bin.address() as AddressInfo;
  const call = stage.ring(
    [
      { wait: 'greeting_end' },
      { say: await speech() },
      { wait: () => isBack, timeoutMs: 30_000 },
      { wait: 'agent_silence' },
      { say: await speech() },
      { wait: 'agent_silence' },
      { hangup: true },
    ],
    ['The soup was cold today.', 'The soup was cold today.'],
    `http://127.0.0.1:${port}/`,
  );
  await expect.poll(() => call.report().streams[0]?.heard.length, { timeout: 15_000 }).toBe(2);
  await stage.crash();
  await expect.poll(() => call.report().streams.length, { timeout: 20_000 }).toBe(2);
  isBack = true;
  const { report, summary } = await stage.done(call);
  expect(report.script.completed).toBe(true);
  expect(report.spoken.map(({ what }) => what)).toEqual([
    'One moment, please.',
    'I am sorry, we were cut off. Let us start again.',
  ]);
  expect(report.streams[1].firstVoicedMs).toBeLessThan(1000);
  expect(summary.turns.map(({ caller }) => caller)).toEqual(['', 'The soup was cold today.']);
  expect(await stage.metric('ringline_calls_came_back_total')).toBe(1);
});
