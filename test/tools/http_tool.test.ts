import { describe, expect, test } from 'vitest';
import type { HttpAnswer, HttpRequest } from '../../src/tools/http_client.js';
import { httpTool } from '../../src/tools/http_tool.js';
import { type ToolDesk, ToolError } from '../../src/tools/tool.js';
import { httpToolDefinition } from '../../src/tools/tool_definition.js';

const DESK: ToolDesk = {
  call: { callSid: 'CA1', ourNumber: '+15550100', theirNumber: '+15550199' },
  variables: { customer: 'A 7' },
  endCall: () => {},
  handOff: () => {},
  collect: () => true,
  reveal: (handle) => (handle === 'card_number_1' ? '4111111111111111' : undefined),
};
const NEVER = new AbortController().signal;
const json = (status: number, value: unknown): HttpAnswer => ({
  status,
  contentType: 'application/json; charset=utf-8',
  text: JSON.stringify(value),
});

/** A tool of that definition before a server that answers so, one after the other. */
function tool(definition: object, answers: (HttpAnswer | Error)[], secrets: Record<string, string> = {}) {
  const sent: HttpRequest[] = [];
  const whole = httpToolDefinition.parse({ name: 'f', description: 'f', ...definition });
  const send = async (request: HttpRequest) => {
    sent.push(request);
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { sent, tool: httpTool(whole, { send }, (name) => secrets[name]) };
}
const ARGUMENTS = { type: 'object', properties: { order: { type: 'string' }, count: { type: 'integer' } } };

test('arguments, call, variables and secrets come to their places', async () => {
  const { sent, tool: made } = tool(
    {
      parameters: ARGUMENTS,
      method: 'PUT',
      url: 'https://shop.test/{{var.customer}}/{{order}}?from={{call.from}}',
      headers: { Authorization: 'Bearer {{secret.SHOP}}' },
      body: { count: '{{count}}', call: '{{call.sid}}', note: 'order {{order}}' },
    },
    [json(200, { done: true })],
    { SHOP: 's3cret' },
  );
  const result = await made.run({ order: 'x/1', count: 2 }, DESK, NEVER);
  expect(result).toEqual({ ok: true, content: '{"done":true}' });
  expect(sent).toEqual([
    {
      method: 'PUT',
      url: 'https://shop.test/A%207/x%2F1?from=%2B15550199',
      headers: { accept: 'application/json', 'content-type': 'application/json', authorization: 'Bearer s3cret' },
      body: '{"count":2,"call":"CA1","note":"order x/1"}',
      mayBePrivate: false,
    },
  ]);
});

test('without a body of its own the arguments are the body', async () => {
  const { sent, tool: made } = tool({ parameters: ARGUMENTS, method: 'POST', url: 'https://shop.test/' }, [
    json(200, 1),
  ]);
  await made.run({ order: 'x' }, DESK, NEVER);
  expect(sent[0].body).toBe('{"order":"x"}');
});

describe('what the model gets', () => {
  test.each<[string, object, HttpAnswer, { ok: boolean; content: string }]>([
    [
      'chosen members',
      { result: ['order.state', 'items.0.name', 'no.such'] },
      json(200, { order: { state: 'sent' }, items: [{ name: 'soup' }], secret: 1 }),
      { ok: true, content: '{"order.state":"sent","items.0.name":"soup","no.such":null}' },
    ],
    [
      'words as they are',
      { result: ['a'] },
      { status: 200, contentType: 'text/plain', text: 'all is well' },
      { ok: true, content: 'all is well' },
    ],
    [
      'JSON that is none',
      { result: ['a'] },
      { status: 200, contentType: 'application/json', text: '{' },
      { ok: true, content: '{' },
    ],
    ['an empty answer', {}, { status: 204, contentType: '', text: '' }, { ok: true, content: 'done' }],
    [
      'a refusal',
      {},
      json(404, { error: 'no order' }),
      { ok: false, content: 'error: the server answered 404: {"error":"no order"}' },
    ],
  ])('%s', async (_, definition, answer, result) => {
    const { tool: made } = tool({ url: 'https://shop.test/', ...definition }, [answer]);
    expect(await made.run({}, DESK, NEVER)).toEqual(result);
  });
});

describe('attempts', () => {
  const lost = new Error('ECONNRESET');
  test.each<[string, object, (HttpAnswer | Error)[], number, boolean | 'rejects']>([
    ['a GET is tried again after a lost connection', {}, [lost, json(200, 1)], 2, true],
    ['and after a 5xx', {}, [json(503, 1), json(200, 1)], 2, true],
    ['not after a 4xx', {}, [json(400, 1), json(200, 1)], 1, false],
    ['a POST is not, unless the agent says so', { method: 'POST' }, [lost, json(200, 1)], 1, 'rejects'],
    ['a POST that may be', { method: 'POST', retries: 2 }, [lost, lost, json(200, 1)], 3, true],
    [
      'a refused address is not tried again',
      { retries: 3 },
      [new ToolError('refused', 'no'), json(200, 1)],
      1,
      'rejects',
    ],
  ])('%s', async (_, definition, answers, count, outcome) => {
    const { sent, tool: made } = tool({ url: 'https://shop.test/', ...definition }, answers);
    const run = made.run({}, DESK, NEVER);
    if (outcome === 'rejects') await expect(run).rejects.toThrow();
    else expect((await run).ok).toBe(outcome);
    expect(sent).toHaveLength(count);
  });
});

test('a protected value goes to the server alone: the model gives its handle, and is not told it by the answer', async () => {
  const parameters = { type: 'object', properties: { card: { type: 'string' }, note: { type: 'string' } } };
  const charge = { method: 'POST', url: 'https://pay.example.com/', parameters, secretArguments: ['card'] };
  const { tool: made, sent } = tool(charge, [json(200, { charged: '4111111111111111', shown: '4111 1111 1111 1111' })]);
  const result = await made.run({ card: 'card_number_1', note: 'card_number_1' }, DESK, NEVER);
  expect(JSON.parse(sent[0].body!)).toEqual({ card: '4111111111111111', note: 'card_number_1' });
  expect(result.content).toBe('{"charged":"[protected]","shown":"[protected]"}');
});
