import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { COMPASS_GROUP } from '../../src/agents/personas/compass_group.js';
import {
  closeCode,
  handshake,
  metric,
  newCallSid,
  sign,
  startTestServer,
  stopTestServer,
  streamUrlIn,
  type TestServer,
  until,
} from './harness.js';

let t: TestServer;
beforeEach(async () => {
  t = await startTestServer();
});
afterEach(() => stopTestServer(t));

const FORM = { From: '+14155552671', To: '+14155550100', Direction: 'inbound', CallStatus: 'ringing' };

test('an incoming call gets TwiML that connects it to its own media socket', async () => {
  const CallSid = newCallSid();
  const response = await t.webhook('/', { CallSid, ...FORM });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/xml');
  const twiml = await response.text();
  const host = t.base.slice('http://'.length);
  expect(twiml.replace(/ws\/[\w-]{32}"/, 'ws/TOKEN"')).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response>' +
      `<Connect action="http://${host}/twilio/connect-action" method="POST">` +
      `<Stream url="ws://${host}/ws/TOKEN" statusCallback="http://${host}/twilio/stream-status" statusCallbackMethod="POST">` +
      '<Parameter name="direction" value="inbound"/><Parameter name="from" value="+14155552671"/>' +
      '<Parameter name="to" value="+14155550100"/></Stream></Connect>' +
      '<Say>I am sorry, we were cut off. Let us start again.</Say>' +
      `<Redirect method="POST">http://${host}/twilio/connect-action?told=yes</Redirect></Response>`,
  );
});

test('the worker is started while the TwiML travels, before any socket', async () => {
  const CallSid = newCallSid();
  await t.webhook('/', { CallSid, ...FORM });
  expect(t.runner.calls).toHaveLength(1);
  expect(t.runner.last.order).toMatchObject({
    ...{
      callSid: CallSid,
      direction: 'inbound',
      theirNumber: '+14155552671',
      ourNumber: '+14155550100',
      variables: {},
    },
  });
});

test('a repeated webhook gets another ticket for the same call, and both lead to it', async () => {
  const callSid = newCallSid();
  const first = await t.ring(callSid);
  const second = await t.ring(callSid);
  expect(second).not.toBe(first);
  expect(t.runner.calls).toHaveLength(1);
  const ws = t.connect(first);
  expect(await handshake(ws)).toBe('open');
  expect(await handshake(t.connect(second))).toBe(403);
  ws.close();
  await closeCode(ws);
});

test('one call too many is told so in words, and a slot that becomes free is used again', async () => {
  for (let i = 0; i < 3; i++) await t.ring(newCallSid());
  const refused = await (await t.webhook('/', { CallSid: newCallSid(), ...FORM })).text();
  expect(refused).toMatch(/<Response><Say>.*busy.*<\/Say><Hangup\/><\/Response>/);
  expect(metric(await t.metrics(), 'ringline_calls_refused_total{reason="full"}')).toBe(1);
  expect((await fetch(`${t.base}/ready`)).status).toBe(503);

  t.runner.calls[1].end('caller_hangup');
  await until(async () => (await fetch(`${t.base}/ready`)).status === 200);
  expect(await t.ring(newCallSid())).toMatch(/^ws:/);
});

test('an agent of another language is busy in that language', async () => {
  await stopTestServer(t);
  const agent = { ...COMPASS_GROUP, language: 'de' };
  const file = join(mkdtempSync(join(tmpdir(), 'ringline-webhooks-')), 'agent.json');
  writeFileSync(file, JSON.stringify(agent));
  t = await startTestServer({ CALLS_MAX: '1', AGENT_FILE: file });
  const CallSid = newCallSid();
  await t.ring(CallSid);
  const refused = await (await t.webhook('/', { CallSid: newCallSid(), ...FORM })).text();
  expect(refused).toContain('<Say language="de-DE">Im Moment sind alle unsere Leitungen besetzt.');
  t.runner.last.end('error', true);
  const apology = await (await t.webhook('/twilio/connect-action', { CallSid, ...FORM })).text();
  expect(apology).toContain('<Say language="de-DE">Es tut mir leid, wir haben ein technisches Problem');
});

test('calls that arrive together share the free slots exactly', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => (await t.webhook('/', { CallSid: newCallSid(), ...FORM })).text()),
  );
  expect(answers.filter((twiml) => twiml.includes('<Stream'))).toHaveLength(3);
  expect(new Set(t.runner.calls.map((call) => call.order.slot)).size).toBe(3);
});

test.each([
  ['no signature', () => ''],
  ["another token's signature", (url: string, fields: [string, string][]) => sign(url, fields, 'other')],
  ["another URL's signature", (url: string, fields: [string, string][]) => sign(`${url}x`, fields)],
  ['a signature over other fields', (url: string) => sign(url, [['CallSid', 'x']])],
])('a webhook with %s is refused with 403 and counted', async (_, signature) => {
  const fields: [string, string][] = Object.entries({ CallSid: newCallSid(), ...FORM });
  const response = await t.webhook('/', fields, signature(`${t.base}/`, fields));
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ detail: 'the Twilio signature is missing or wrong' });
  expect(metric(await t.metrics(), 'ringline_signature_refused_total{on="webhook"}')).toBe(1);
  expect(t.runner.calls).toHaveLength(0);
});

test.each([
  ...['/', '/outbound-twiml', '/twilio/status', '/twilio/stream-status', '/twilio/amd', '/twilio/connect-action'],
  '/twilio/overflow-action',
])('a number set to HTTP GET finds the reason in the log: %s', async (path) => {
  const url = `${t.base}${path}?${new URLSearchParams({ CallSid: newCallSid(), ...FORM })}`;
  const response = await fetch(url, { headers: { 'x-twilio-signature': sign(url) } });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  const line = t.lines.find(({ msg }) => /HTTP POST/.test(msg));
  expect(line).toMatchObject({ level: 'warn', method: 'GET', path });
  expect(t.text()).not.toContain('4155552671');
});

test('a refused webhook is logged without the numbers in its query', async () => {
  const path = `/?${new URLSearchParams(FORM)}`;
  expect((await t.webhook(path, { CallSid: newCallSid() }, sign('wrong'))).status).toBe(403);
  expect(t.lines.find(({ msg }) => msg === 'webhook refused: signature')).toMatchObject({
    ...{ url: `${t.base}/`, has_query: true },
  });
  expect(t.text()).not.toMatch(/4155552671|4155550100/);
});

test('forms that Twilio would never send are refused before anything is hashed', async () => {
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`k${i}`, 'v']));
  expect((await t.webhook('/', { CallSid: newCallSid(), ...many })).status).toBe(413);
  expect((await t.webhook('/', { CallSid: newCallSid(), pad: 'x'.repeat(20_000) })).status).toBe(413);
  const answer = await t.webhook('/', { CallSid: newCallSid(), ...FORM, pad: 'x'.repeat(10_000) });
  expect(answer.status).toBe(200);
});

test('a stranger who is refused again and again costs neither hashing nor a log line each, and Twilio still gets in', async () => {
  const big = { CallSid: newCallSid(), pad: 'x'.repeat(10_000) };
  const statuses = [];
  for (let i = 0; i < 40; i++) statuses.push((await t.webhook('/', big, sign('wrong'))).status);
  expect(statuses.slice(0, 20)).toEqual(Array(20).fill(403));
  expect(statuses.slice(20)).toEqual(Array(20).fill(429));
  for (let i = 0; i < 30; i++) expect((await t.webhook('/', { CallSid: newCallSid() }, '')).status).toBe(403);
  expect(t.lines.filter(({ msg }) => msg === 'webhook refused: signature')).toHaveLength(20);
  // Through one proxy everybody has its address.
  expect(await t.ring(newCallSid())).toMatch(/^ws:/);
});

test('empty and repeated fields count for the signature', async () => {
  const fields: [string, string][] = [
    ...Object.entries({ CallSid: newCallSid(), ...FORM, FromCity: '', ToZip: '', '': 'nameless' }),
    ['Tag', 'b'],
    ['Tag', 'a'],
    ['Tag', 'b'],
    ['__proto__', 'x'],
    ['Note', 'ümläut & plus+ %41'],
  ];
  expect((await t.webhook('/', fields)).status).toBe(200);
  expect((await t.webhook('/', fields.slice(0, -1), sign(`${t.base}/`, fields))).status).toBe(403);
});

test('the signed URL is the public one: forwarded by a trusted proxy', async () => {
  const fields: [string, string][] = Object.entries({ CallSid: newCallSid(), ...FORM });
  const response = await fetch(`${t.base}/?x=1`, {
    method: 'POST',
    headers: {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'voice.example.com',
      'x-twilio-signature': sign('https://voice.example.com/?x=1', fields),
    },
    body: new URLSearchParams(fields),
  });
  expect(streamUrlIn(await response.text())).toMatch(/^wss:\/\/voice\.example\.com\/ws\/[\w-]{32}$/);
});

test.each([
  ['missing', {}],
  ['too short', { CallSid: 'CA123' }],
  ['not a call', { CallSid: `SM${'0'.repeat(32)}` }],
])('a CallSid that is %s is refused with 422', async (_, fields) => {
  const response = await t.webhook('/', { ...FORM, ...fields });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    detail: [{ loc: ['body', 'CallSid'], msg: 'must be CA and 32 hexadecimal digits', type: 'value_error' }],
  });
});

test('a caller id with markup, control characters or endless length makes harmless TwiML', async () => {
  const From = `"/><Hangup/>&\u0000\u0007\ufffe${'9'.repeat(2000)}`;
  const twiml = await (await t.webhook('/', { CallSid: newCallSid(), ...FORM, From })).text();
  expect(twiml).not.toContain('<Hangup/>');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  expect(twiml).not.toMatch(/[\u0000-\u001f\ufffe]/);
  const value = /name="from" value="([^"]*)"/.exec(twiml)?.[1] ?? '';
  expect(value).toMatch(/^&quot;\/&gt;|^&quot;\/>/);
  expect(value.length).toBeLessThan(500);
});

test('after the stream the call is hung up: no silent line stays open', async () => {
  const response = await t.webhook('/twilio/connect-action', { CallSid: newCallSid(), ...FORM });
  expect(await response.text()).toContain('<Response><Hangup/></Response>');
});

test.each([
  ['an apology is owed: Twilio speaks it', true, '<Say>'],
  ['none is owed: nothing but the hang-up', false, '<Response><Hangup/></Response>'],
])('the stream is over before its worker has reported, and %s', async (_, apologyOwed, twiml) => {
  const CallSid = newCallSid();
  await t.ring(CallSid);
  const asked = t.webhook('/twilio/connect-action', { CallSid, ...FORM });
  // A second request on its way back proves that the first has been taken in.
  await t.webhook('/twilio/stream-status', { CallSid, StreamEvent: 'stream-stopped' });
  t.runner.last.end('error', apologyOwed);
  expect(await (await asked).text()).toContain(twiml);
  // And when Twilio asks once more.
  expect(await (await t.webhook('/twilio/connect-action', { CallSid, ...FORM })).text()).toContain(twiml);
});

test.each(['WORKER_DIED', 'INTERNAL'] as const)('a call that fails with %s is apologised for', async (code) => {
  const CallSid = newCallSid();
  await t.ring(CallSid);
  const { EngineError } = await import('../../src/errors.js');
  // A worker that dies costs the call nothing, until it has cost three of them.
  for (let i = 0; i < (code === 'WORKER_DIED' ? 3 : 1); i++) {
    const { length } = t.runner.calls;
    t.runner.last.fail(new EngineError(code));
    if (i < 2 && code === 'WORKER_DIED') await until(() => t.runner.calls.length > length);
  }
  const answer = await t.webhook('/twilio/connect-action', { CallSid, ...FORM });
  expect(await answer.text()).toContain('<Say>');
});

test('a live call of a server that died is apologised for and gets a stream of ours', async () => {
  const form = { CallSid: newCallSid(), ...FORM, Direction: 'inbound', CallStatus: 'in-progress' };
  const twiml = await (await t.webhook('/twilio/connect-action', form)).text();
  expect(twiml).toContain('we were cut off. Let us start again.</Say><Connect');
  expect(await handshake(t.connect(streamUrlIn(twiml)))).toBe('open');
  expect(t.runner.last.order).toMatchObject({ callSid: form.CallSid, direction: 'inbound', resume: null });
  expect(metric(await t.metrics(), 'ringline_calls_came_back_total')).toBe(1);
  // Its next stream ends as any other does.
  t.runner.last.end('caller_hangup');
  expect(await (await t.webhook('/twilio/connect-action', form)).text()).toContain('<Response><Hangup/>');
});

test('nobody connects in time: the worker is told to end the call', async () => {
  await stopTestServer(t);
  t = await startTestServer({ CALL_START_TIMEOUT_MS: '500' });
  await t.ring(newCallSid());
  expect(await t.runner.last.read()).toEqual({ type: 'HANGUP', text: 'start_timeout' });
  t.runner.last.end('start_timeout');
  const series = 'ringline_calls_total{direction="inbound",reason="start_timeout"}';
  await until(async () => metric(await t.metrics(), series) === 1);
});

test('the caller hangs up before the stream: the call ends at once', async () => {
  const CallSid = newCallSid();
  await t.ring(CallSid);
  await t.webhook('/twilio/status', { CallSid, CallStatus: 'completed', SequenceNumber: '3', CallDuration: '1' });
  expect(await t.runner.last.read()).toEqual({ type: 'HANGUP', text: 'caller_hangup' });
});

test('callbacks for calls nobody knows, and words nobody knows, are accepted and ignored', async () => {
  const CallSid = newCallSid();
  for (const [path, fields] of [
    ['/twilio/status', { CallSid, CallStatus: 'completed' }],
    ['/twilio/status', { CallSid, CallStatus: 'teleported' }],
    ['/twilio/amd', { CallSid, AnsweredBy: 'human' }],
    ['/twilio/stream-status', { CallSid, StreamEvent: 'stream-started' }],
  ] as const) {
    expect((await t.webhook(path, fields)).status).toBe(204);
  }
});

test('an error of the media stream is counted once, however often it is told', async () => {
  const CallSid = newCallSid();
  await t.ring(CallSid);
  const fields = { CallSid, StreamEvent: 'stream-error', StreamError: '31921: closed without handshake' };
  await t.webhook('/twilio/stream-status', fields);
  await t.webhook('/twilio/stream-status', fields);
  expect(metric(await t.metrics(), 'ringline_stream_errors_total')).toBe(1);
});

test('with TWILIO_VALIDATE=off neither webhook nor socket need a signature', async () => {
  await stopTestServer(t);
  t = await startTestServer({ TWILIO_VALIDATE: 'off' });
  const response = await t.webhook('/', { CallSid: newCallSid(), ...FORM }, '');
  const ws = t.connect(streamUrlIn(await response.text()), '');
  expect(await handshake(ws)).toBe('open');
  ws.close();
  await closeCode(ws);
});

test('the time from webhook to TwiML is measured', async () => {
  await t.ring(newCallSid());
  expect(metric(await t.metrics(), 'ringline_webhook_seconds_count')).toBe(1);
});
