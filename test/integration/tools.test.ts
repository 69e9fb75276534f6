// What the model may do, with real vendors' wires: a request to somebody's server, a slow one, and hanging up.

import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Stage, speech } from './stage.js';

let shop: Server;
let stage: Stage;
let seen: { url?: string; key?: string | string[] }[];
/** When an order is asked for: how long it takes. */
let answerAfterMs = 0;

beforeAll(async () => {
  shop = createServer((req: IncomingMessage, res: ServerResponse) => {
    seen.push({ url: req.url, key: req.headers['x-key'] });
    const answer = '{"state":"on its way","internal":"shelf 7"}';
    setTimeout(() => res.writeHead(200, { 'content-type': 'application/json' }).end(answer), answerAfterMs);
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  const { port } = shop.address() as AddressInfo;
  const file = path.join(os.tmpdir(), `ringline-tools-${process.pid}.json`);
  const persona = {
    ...{ name: 'Ada', company: 'Test Kitchen', systemPrompt: 'You help on an inbound call.' },
    ...{ greeting: 'Hello, how was lunch?', apology: 'Sorry, say that again please?' },
    ...{ idlePrompt: 'Are you there?', goodbye: 'Goodbye.' },
    tools: [
      'end_call',
      {
        name: 'order_state',
        description: 'Tells how far an order is.',
        parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
        url: `http://127.0.0.1:${port}/orders/{{order}}`,
        headers: { 'X-Key': '{{secret.SHOP}}' },
        result: ['state'],
        allowPrivate: true,
      },
    ],
  };
  writeFileSync(file, JSON.stringify(persona));
  stage = await Stage.start({ AGENT_FILE: file, TOOL_SECRETS: '{"SHOP":"s3cret-of-the-shop"}' });
});
beforeEach(() => {
  seen = [];
  answerAfterMs = 0;
});
afterAll(async () => {
  await stage?.close();
  shop?.close();
});

const ORDER_CALL = { name: 'order_state', arguments: { order: '12/7' } };

test('the model asks somebody’s server and says what came back; nothing of the secret is written anywhere', {
  timeout: 60_000,
}, async () => {
  const call = await stage.ringOnce('Where is my order?');
  stage.openai.setReplies('', [
    { text: '', toolCalls: [ORDER_CALL] },
    { text: 'Your order is on its way.', toolCalls: [] },
  ]);
  const { summary } = await stage.done(call);
  expect(seen).toEqual([{ url: '/orders/12%2F7', key: 's3cret-of-the-shop' }]);
  expect(summary.turns.find(({ turn }) => turn === 1)?.heard).toBe('Your order is on its way.');
  expect(summary.tools).toMatchObject([{ turn: 1, name: 'order_state', ok: true, arguments: { order: '12/7' } }]);
  expect(JSON.stringify([summary, stage.logs])).not.toMatch(/s3cret-of-the-shop|shelf 7/);
  expect(await stage.metric('ringline_tools_done_total')).toBe(1);
});

test('a slow server: the caller hears a word, and then the answer', { timeout: 60_000 }, async () => {
  answerAfterMs = 1800;
  const clip = await speech();
  const call = stage.ring(
    [
      { wait: 'greeting_end' },
      { say: clip },
      { wait: () => stage.answeredTurns(call) > 0, timeoutMs: 20_000 },
      { hangup: true },
    ],
    ['Where is my order?'],
  );
  stage.openai.setReplies('', [
    { text: '', toolCalls: [ORDER_CALL] },
    { text: 'Your order is on its way.', toolCalls: [] },
  ]);
  const { summary } = await stage.done(call);
  expect(summary.turns.find(({ turn }) => turn === 1)?.heard).toBe('One moment, please. Your order is on its way.');
});

test('the model hangs up, after its last words were heard', { timeout: 60_000 }, async () => {
  const clip = await speech();
  const call = stage.ring(
    [{ wait: 'greeting_end' }, { say: clip }, { wait: 30_000, timeoutMs: 40_000 }],
    ['That is all.'],
  );
  stage.openai.setReplies('', [
    { text: 'Then I will close your file.', toolCalls: [{ name: 'end_call', arguments: {} }] },
  ]);
  const { report, summary } = await stage.done(call);
  expect(report.endedBy).not.toBe('caller');
  expect(summary.end_reason).toBe('agent_goodbye');
  expect(summary.turns.find(({ turn }) => turn === 1)?.heard).toBe('Then I will close your file.');
});
