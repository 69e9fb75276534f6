// The document at /openapi.json against the running server: what it says is what is answered, and whatever is sent, nothing
// but what it says comes back.

import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCESS, type Endpoint } from '../../../src/server/http/access.js';
import {
  type JsonBody,
  newCallSid,
  restCall,
  sign,
  startTestServer,
  stopTestServer,
  type TestServer,
} from '../harness.js';

let t: TestServer;
let document: JsonBody;
let ajv: Ajv2020;
const seen = new Set<string>();
beforeAll(async () => {
  const unlimited = { RATE_LIMIT_KEY: '0', RATE_LIMIT_PEER: '0', RATE_LIMIT_WEBHOOK: '0' };
  t = await startTestServer({ ...unlimited, AUDIT_LOG: 'off', CALLS_MAX: '50' }, ({ method, path }) => {
    if (method === 'POST') return { status: 201, body: restCall({ sid: newCallSid() }) };
    return { status: 200, body: path.includes('/Calls/') ? restCall({ sid: path.slice(-39, -5) }) : {} };
  });
  document = (await (await fetch(`${t.base}/openapi.json`)).json()) as JsonBody;
  ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, 'api');
});
afterAll(() => stopTestServer(t));

const pathOf = (endpoint: string) => endpoint.split(' ')[1].replace(/:(\w+)/g, '{$1}');
const pointer = (...parts: string[]) =>
  `api#/${parts.map((part) => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'))).join('/')}`;

/** Sends a request and holds the answer against the document. */
async function ask(endpoint: Endpoint, path: string, init: RequestInit = {}): Promise<number> {
  const method = endpoint.split(' ')[0];
  const response = await fetch(t.base + path, { ...init, method });
  const status = String(response.status);
  const operation = document['paths'][pathOf(endpoint)][method.toLowerCase()];
  expect(Object.keys(operation.responses), `${endpoint} answers ${status}`).toContain(status);
  expect(response.headers.get('x-request-id')).toMatch(/./);
  seen.add(`${endpoint} ${status}`);
  const text = await response.text();
  const content = operation.responses[status].content as JsonBody | undefined;
  const type = (response.headers.get('content-type') ?? '').split(';')[0];
  if (content === undefined) expect(text).toBe('');
  else if (type === 'application/json' && 'application/json' in content) {
    const where = ['paths', pathOf(endpoint), method.toLowerCase(), 'responses', status, 'content'];
    const validate = ajv.getSchema(pointer(...where, type, 'schema'));
    const isGood = validate?.(JSON.parse(text));
    expect(isGood, `${endpoint} ${status}: ${text} ${JSON.stringify(validate?.errors)}`).toBe(true);
  } else expect(Object.keys(content)).toContain(type);
  return response.status;
}
const dial = (body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
  ask('POST /outbound', '/outbound', { body, headers });
const TO = '{"to_number":"+14155552671","variables":{"n":1,"b":true}}';

test('every endpoint that is served is in the document, and no other', () => {
  const listed = Object.entries<JsonBody>(document['paths']).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(listed.sort()).toEqual(
    Object.keys(ACCESS)
      .map((endpoint) => `${endpoint.split(' ')[0]} ${pathOf(endpoint)}`)
      .sort(),
  );
  expect(document['openapi']).toBe('3.1.0');
  const ids = Object.values<JsonBody>(document['paths']).flatMap((methods) =>
    Object.values<JsonBody>(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('Twilio’s webhooks are marked, and what wants a key says which role', () => {
  expect(document['paths']['/'].post).toMatchObject({ tags: ['twilio'], security: [{ twilio: [] }] });
  expect(document['paths']['/outbound'].post.security).toEqual([{ key: ['dialler'] }]);
  const body = document['paths']['/outbound'].post.requestBody.content['application/json'].schema;
  expect(body).toMatchObject({ type: 'object', required: ['to_number'] });
  expect(body.properties.variables).toBeDefined();
});

test('the answers of every endpoint are as the document says', async () => {
  const sid = newCallSid();
  await t.ring(sid);
  expect(await dial(TO)).toBe(200);
  expect(await dial('{')).toBe(400);
  expect(await dial('{}')).toBe(422);
  expect(await dial('x'.repeat(70_000))).toBe(413);
  expect(await ask('GET /calls', '/calls')).toBe(200);
  for (const endpoint of ['GET /calls/:call_sid', 'GET /call-status/:call_sid', 'DELETE /calls/:call_sid'] as const) {
    const path = endpoint.split(' ')[1].replace(':call_sid', '');
    expect(await ask(endpoint, `${path}${sid}`)).toBeLessThan(300);
    expect(await ask(endpoint, `${path}nobody`)).toBe(422);
    expect(await ask(endpoint, `${path}%E0%A4%A`)).toBe(400);
  }
  expect(await ask('GET /recordings', '/recordings')).toBe(200);
  expect(await ask('GET /recordings', '/recordings?limit=0')).toBe(422);
  expect(await ask('GET /recordings/:file', '/recordings/none.wav')).toBe(404);
  for (const path of ['/health', '/ready', '/metrics', '/openapi.json'] as const) await ask(`GET ${path}`, path);
  expect(await ask('GET /', '/', { headers: { accept: 'text/html' } })).toBe(200);
  for (const endpoint of Object.keys(ACCESS) as Endpoint[]) {
    const path = endpoint.split(' ')[1].replace(/:\w+/, 'x');
    await ask(endpoint, path, endpoint.startsWith('POST') ? { body: '' } : {});
    if (ACCESS[endpoint] !== 'twilio') continue;
    const fields: [string, string][] = [
      ['CallSid', newCallSid()],
      ['CallStatus', 'ringing'],
    ];
    await ask(endpoint, path, signed(path, fields));
  }
  const answered = Object.keys(ACCESS).filter((endpoint) => ![...seen].some((each) => each.startsWith(`${endpoint} `)));
  expect(answered).toEqual([]);
});

function signed(path: string, fields: [string, string][]): RequestInit {
  return { body: new URLSearchParams(fields), headers: { 'x-twilio-signature': sign(t.base + path, fields) } };
}

const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constant('+14155552671'));
const anything = fc.oneof(fc.jsonValue({ maxDepth: 4 }), anyText, fc.constant('9'.repeat(3000)), fc.constant(null));
const fields = ['to_number', 'from_number', 'variables', 'machine_detection', 'agent', '__proto__', 'constructor'];
const outboundBodies = fc.oneof(
  fc.dictionary(fc.oneof(fc.constantFrom(...fields), anyText), anything).map((value) => JSON.stringify(value)),
  anything.map((value) => JSON.stringify(value)),
  anyText,
  fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
  fc.integer({ min: 1, max: 30_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.integer({ min: 1, max: 9_000 }).map((depth) => `{"variables":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`),
);
const printable = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) });
const isLive = async () => expect((await fetch(`${t.base}/ready`)).status).toBe(200);

test('whatever is sent as a body or header of POST /outbound, nothing breaks', async () => {
  const headers = fc.record({ 'idempotency-key': printable, 'x-request-id': printable }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(outboundBodies, headers, async (body, some) => {
      expect(await dial(body, some)).not.toBe(500);
    }),
    { seed: 7, numRuns: 300 },
  );
  await isLive();
});

test('whatever stands in a path, a query or a Range, nothing breaks', async () => {
  const endpoints = (Object.keys(ACCESS) as Endpoint[]).filter((each) => each.includes(':') && !each.includes('/ws'));
  // A head beyond some 4 KB is refused by uWebSockets.js itself, with 431.
  const segment = fc.oneof(
    anyText.map((text) => encodeURIComponent(Buffer.from(text).toString())),
    fc.constantFrom('%', '%2e%2e', '%00', 'a'.repeat(1500), '%2F..%2Fetc'),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...endpoints), segment, printable, async (endpoint, part, range) => {
      fc.pre(part !== '' && !/^(\.|%2e){1,2}$/i.test(part));
      const path = endpoint.split(' ')[1].replace(/:\w+/, () => part);
      expect(await ask(endpoint, path, { headers: { range: `bytes=${range}` } })).toBeLessThan(500);
      const query = `/recordings?limit=${part}&cursor=${part}`;
      expect(await ask('GET /recordings', query)).toBeLessThan(500);
    }),
    { seed: 7, numRuns: 200 },
  );
  await isLive();
});

test('whatever a signed form holds, nothing breaks', async () => {
  const endpoints = (Object.keys(ACCESS) as Endpoint[]).filter((endpoint) => ACCESS[endpoint] === 'twilio');
  const keys = ['CallSid', 'From', 'To', 'CallStatus', 'SequenceNumber', 'CallDuration', 'Direction', 'AnsweredBy'];
  const text = anyText.map((each) => Buffer.from(each).toString());
  const key = fc.oneof(fc.constantFrom(...keys, '__proto__', 'StreamEvent'), text);
  const forms = fc.array(fc.tuple(key, text), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...endpoints), forms, fc.boolean(), async (endpoint, form, hasSid) => {
      const path = endpoint.split(' ')[1];
      const pairs: [string, string][] = hasSid ? [['CallSid', newCallSid()], ...form] : form;
      expect(await ask(endpoint, path, signed(path, pairs))).toBeLessThan(500);
    }),
    { seed: 7, numRuns: 40 },
  );
  expect((await fetch(`${t.base}/openapi.json`)).status).toBe(200);
});
