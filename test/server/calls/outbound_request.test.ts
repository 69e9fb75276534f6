// What POST /outbound accepts and what it refuses, field by field. Over real HTTP, since the answer's shape is the contract.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentBook, agentSource } from '../../../src/agents/agent_book.js';
import { checkDefinition } from '../../../src/agents/agent_definition.js';
import { readOutboundRequest } from '../../../src/server/calls/outbound_request.js';
import { restCall, startTestServer, stopTestServer, type TestServer } from '../harness.js';

const PERSONA = {
  name: 'Ada',
  company: 'A',
  systemPrompt: 'p',
  greeting: 'g',
  apology: 'a',
  idlePrompt: 'i',
  goodbye: 'b',
};
const RULES = { order: { required: true, pattern: '[0-9]{3}' }, plan: { oneOf: ['gold', 'basic'] }, note: 'none' };
const BOOK = new AgentBook([
  agentSource('open', 'open', checkDefinition(PERSONA)),
  agentSource('strict', 'strict', checkDefinition({ ...PERSONA, variables: RULES, numbers: ['+14155550111'] })),
]);

let t: TestServer;
beforeAll(async () => {
  t = await startTestServer({}, () => ({ status: 201, body: restCall({}) }));
});
afterAll(() => stopTestServer(t));

function outbound(body: unknown): Promise<Response> {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return fetch(`${t.base}/outbound`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text });
}
const TO = '+14155552671';

test.each([
  ['no number', {}, ['to_number']],
  ['not a string', { to_number: 14155552671 }, ['to_number']],
  ['words', { to_number: 'my mother' }, ['to_number']],
  ['no plus', { to_number: '14155552671' }, ['to_number']],
  ['blanks inside', { to_number: '+1 415 555 2671' }, ['to_number']],
  ['too short for its country', { to_number: '+1234567890' }, ['to_number']],
  ['no such country', { to_number: '+9991234567' }, ['to_number']],
  ['both wrong', { to_number: 'x', from_number: 'y' }, ['to_number', 'from_number']],
  ['a bad sender', { to_number: TO, from_number: '' }, ['from_number']],
  ['nested variables', { to_number: TO, variables: { a: { b: 1 } } }, ['variables']],
  ['an unknown detection', { to_number: TO, machine_detection: 'maybe' }, ['machine_detection']],
])('%s is refused with 422, naming the field, and nobody is rung', async (_, body, fields) => {
  const response = await outbound(body);
  expect(response.status).toBe(422);
  const { detail } = (await response.json()) as { detail: { loc: string[]; msg: string; type: string }[] };
  expect(new Set(detail.map(({ loc }) => loc[1]))).toEqual(new Set(fields));
  for (const { loc, msg, type } of detail) expect([loc[0], msg !== '', type !== '']).toEqual(['body', true, true]);
  expect(t.vendors.dials()).toHaveLength(0);
});

test.each([
  ['not JSON', '{"to_number":', 400],
  ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400],
  ['a list', '[]', 422],
  ['nothing', '', 400],
  ['null', 'null', 422],
  ['far too much', `{"to_number":"${'1'.repeat(70_000)}"}`, 413],
])('a body that is %s is refused with JSON', async (_, body, status) => {
  const response = await outbound(body);
  expect(response.status).toBe(status);
  expect(await response.json()).toHaveProperty('detail');
});

test('with no number of ours configured, from_number is required', () => {
  expect(() => readOutboundRequest({ to_number: TO }, '', BOOK)).toThrow(
    expect.objectContaining({ status: 422, detail: [expect.objectContaining({ loc: ['body', 'from_number'] })] }),
  );
  expect(readOutboundRequest({ to_number: TO, from_number: '+14155550100' }, '', BOOK).from).toBe('+14155550100');
});

// Area codes and number blocks are put into service faster than any library's tables follow: length and country decide
// here, and the carrier refuses what does not exist.
test.each([
  '+18613345678',
  '+13214567890',
  '+447418000000',
  '+491511234567',
  '+5511912345678',
  '+61412345678',
  '+80012345678',
])('a number that can exist is dialled, in service or not: %s', (number) => {
  expect(readOutboundRequest({ to_number: number }, '+14155550100', BOOK).to).toBe(number);
});

test.each<[object, string[]]>([
  [{ agent: 'open', variables: { anything: 'x' } }, []],
  [{ agent: 'strict', variables: { order: '123', plan: 'gold', note: 'x' } }, []],
  [{ agent: 'nobody' }, ['body.agent: is no agent of this server']],
  [{ agent: 'strict' }, ['body.variables.order: is missing: the agent needs it']],
  [{ agent: 'strict', variables: { order: '12' } }, ['body.variables.order: does not match the pattern']],
  [
    { agent: 'strict', variables: { order: '123', plan: 'silver', plam: 'gold' } },
    ['body.variables.plan: one of gold, basic is expected', 'body.variables.plam: is no variable of the agent'],
  ],
  // Whose number calls is who speaks.
  [{ from_number: '+14155550111' }, ['body.variables.order: is missing: the agent needs it']],
])('who speaks, and what they need: %j', (fields, expected) => {
  const body = { to_number: TO, ...fields };
  const found: string[] = [];
  try {
    const { agent } = readOutboundRequest(body, '+14155550100', BOOK);
    expect(agent).toBe((fields as { agent?: string }).agent ?? null);
  } catch (thrown) {
    const problems = (thrown as { detail: unknown }).detail as { loc: string[]; msg: string }[];
    found.push(...problems.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`));
  }
  expect(found).toEqual(expected);
});
