import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  closeCode,
  handshake,
  metric,
  newCallSid,
  restCall,
  startTestServer,
  stopTestServer,
  streamUrlIn,
  type TestServer,
  until,
  type VendorAnswer,
} from '../harness.js';

let t: TestServer;
beforeEach(async () => {
  t = await startTestServer();
  t.vendors.answer = ({ method }) =>
    method === 'POST' ? { status: 201, body: restCall({}) } : { status: 200, body: {} };
});
afterEach(() => stopTestServer(t));

function outbound(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return fetch(`${t.base}/outbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  });
}
const TO = '+14155552671';

test('a dial tells Twilio everything it needs and the client what came of it', async () => {
  const sid = newCallSid();
  t.vendors.answer = () => ({ status: 201, body: restCall({ sid }) });
  const response = await outbound({ to_number: TO, from_number: '+14155550123' });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    success: true,
    call_sid: sid,
    status: 'queued',
    to: '+14155552671',
    from: '+14155550100',
    webhook_url: `${t.base}/outbound-twiml`,
  });
  const { form, headers } = t.vendors.dials()[0];
  expect(headers.authorization).toBe(`Basic ${Buffer.from(`${t.config.twilio.accountSid}:12345`).toString('base64')}`);
  expect(Object.fromEntries(form)).toMatchObject({
    To: TO,
    From: '+14155550123',
    Url: `${t.base}/outbound-twiml`,
    Method: 'POST',
    StatusCallback: `${t.base}/twilio/status`,
    Timeout: '60',
  });
  expect(form.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed']);
  expect(form.has('MachineDetection')).toBe(false);
});

test('without from_number our own number calls', async () => {
  await outbound({ to_number: TO });
  expect(t.vendors.dials()[0].form.get('From')).toBe('+14155550100');
});

test('machine detection does not keep the answered caller waiting', async () => {
  await outbound({ to_number: TO, machine_detection: 'DetectMessageEnd' });
  expect(Object.fromEntries(t.vendors.dials()[0].form)).toMatchObject({
    MachineDetection: 'DetectMessageEnd',
    AsyncAmd: 'true',
    AsyncAmdStatusCallback: `${t.base}/twilio/amd`,
  });
});

test('the webhook URL is the public one', async () => {
  await stopTestServer(t);
  t = await startTestServer({ PUBLIC_URL: 'https://voice.example.com' }, () => ({ status: 201, body: restCall({}) }));
  const { webhook_url } = (await (await outbound({ to_number: TO })).json()) as { webhook_url: string };
  expect(webhook_url).toBe('https://voice.example.com/outbound-twiml');
  expect(t.vendors.dials()[0].form.get('Url')).toBe('https://voice.example.com/outbound-twiml');
});

test.each([
  [400, 21211, 400],
  [400, 21219, 400],
  [401, 20003, 502],
  [404, 20404, 502],
  [429, 20429, 429],
  [500, 20500, 502],
])("Twilio's %i with code %i becomes %i with that code, and the slot is free again", async (status, code, expected) => {
  t.vendors.answer = () => ({ status, body: { code, message: 'because of the number', more_info: '', status } });
  const response = await outbound({ to_number: TO });
  expect(response.status).toBe(expected);
  expect(await response.json()).toMatchObject({ detail: 'Failed to initiate call: because of the number', code });
  expect(metric(await t.metrics(), 'ringline_slots_in_use')).toBe(0);
  expect(metric(await t.metrics(), 'ringline_dials_total{result="refused"}')).toBe(1);
});

test.each([
  ['an HTML page', { status: 502, body: '<html>' }],
  ['a reset connection', 'reset' as const],
])('%s from Twilio is a 502 without a code', async (_, answer) => {
  t.vendors.answer = () => answer;
  const response = await outbound({ to_number: TO });
  expect(response.status).toBe(502);
  const body = (await response.json()) as Record<string, unknown>;
  expect(Object.keys(body)).toEqual(['detail', 'request_id']);
  expect(body.detail).toMatch(/^Failed to initiate call: /);
  expect(metric(await t.metrics(), 'ringline_slots_in_use')).toBe(0);
});

test('with no free slot nobody is rung', async () => {
  for (let i = 0; i < 3; i++) await t.ring(newCallSid());
  const response = await outbound({ to_number: TO });
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('5');
  expect(t.vendors.dials()).toHaveLength(0);
});

test('a 201 that describes no call is no success, and gives the slot back', async () => {
  for (const body of [restCall({ sid: null }), restCall({ status: null }), {}, '<html>welcome</html>', 'null', []]) {
    t.vendors.answer = () => ({ status: 201, body });
    const response = await outbound({ to_number: TO });
    expect([response.status, await response.json()]).toMatchObject([
      502,
      { detail: expect.stringMatching(/^Failed to initiate call: ./) },
    ]);
    expect(metric(await t.metrics(), 'ringline_slots_in_use')).toBe(0);
  }
});

test('a campaign leaves a line for somebody who calls', async () => {
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await outbound({ to_number: TO })).status);
  expect(statuses).toEqual([200, 200, 503, 503, 503]);
  expect(await (await outbound({ to_number: TO })).json()).toMatchObject({
    detail: 'Failed to initiate call: the free lines are kept for callers',
  });
  expect(metric(await t.metrics(), 'ringline_calls_refused_total{reason="kept"}')).toBe(4);
  expect(await t.ring(newCallSid())).toMatch(/^ws:/);
});

test('a repeated Idempotency-Key gets the first answer and rings once, even at the same moment', async () => {
  const headers = { 'idempotency-key': 'order-7' };
  const answers = await Promise.all([1, 2, 3].map(() => outbound({ to_number: TO }, headers)));
  const bodies = await Promise.all(answers.map((answer) => answer.json()));
  expect(bodies[1]).toEqual(bodies[0]);
  expect(bodies[2]).toEqual(bodies[0]);
  expect(await (await outbound({ to_number: TO }, headers)).json()).toEqual(bodies[0]);
  expect(t.vendors.dials()).toHaveLength(1);
  const other = await outbound({ to_number: '+14155552672' }, headers);
  expect(other.status).toBe(422);
  await outbound({ to_number: TO }, { 'idempotency-key': 'order-8' });
  expect(t.vendors.dials()).toHaveLength(2);
});

test("a failed dial is remembered too: the call may exist; a refusal for a slip in the body isn't", async () => {
  t.vendors.answer = () => 'reset';
  const headers = { 'idempotency-key': 'order-9' };
  expect((await outbound({ to_number: 'x' }, headers)).status).toBe(422);
  expect((await outbound({ to_number: TO }, headers)).status).toBe(502);
  expect((await outbound({ to_number: TO }, headers)).status).toBe(502);
  expect(t.vendors.dials()).toHaveLength(1);
});

test('an answered call runs as outbound on the slot that was kept for it', async () => {
  const sid = newCallSid();
  t.vendors.answer = () => ({ status: 201, body: restCall({ sid }) });
  await outbound({ to_number: TO, variables: { name: 'Ada', visits: 3 } });
  expect(t.runner.calls).toHaveLength(0);
  const form = { CallSid: sid, From: '+14155550100', To: TO, Direction: 'outbound-api', CallStatus: 'in-progress' };
  const twiml = await (await t.webhook('/outbound-twiml', form)).text();
  expect(twiml).toContain('<Parameter name="direction" value="outbound"/>');
  expect(t.runner.last.order).toMatchObject({
    ...{ callSid: sid, direction: 'outbound', ourNumber: '+14155550100', theirNumber: TO },
    variables: { name: 'Ada', visits: '3' },
  });
  expect(metric(await t.metrics(), 'ringline_slots_in_use')).toBe(1);
  const ws = t.connect(streamUrlIn(twiml));
  expect(await handshake(ws)).toBe('open');
  t.runner.last.end('agent_goodbye');
  await closeCode(ws);
});

test('a call answered before Twilio has told us its sid is still ours', async () => {
  const sid = newCallSid();
  let answer = () => {};
  t.vendors.answer = async () => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return { status: 201, body: restCall({ sid }) };
  };
  const dialled = outbound({ to_number: TO, variables: { name: 'Ada' } });
  await until(() => t.vendors.dials().length === 1);
  const form = { CallSid: sid, From: '+14155550100', To: TO, Direction: 'outbound-api', CallStatus: 'in-progress' };
  const twiml = t.webhook('/outbound-twiml', form);
  const ringing = t.webhook('/twilio/status', { ...form, CallStatus: 'ringing', SequenceNumber: '1' });
  answer();
  expect((await dialled).status).toBe(200);
  expect((await ringing).status).toBe(204);
  expect(await (await twiml).text()).toContain('<Stream');
  expect(t.runner.calls).toHaveLength(1);
  expect(t.runner.last.order.variables).toEqual({ name: 'Ada' });
  expect(metric(await t.metrics(), 'ringline_slots_in_use')).toBe(1);
});

/** A dial whose answer from Twilio comes when the test says so. */
async function slowDial(variables: Record<string, string> = {}) {
  let settle: (answer: VendorAnswer) => void = () => {};
  const dials = t.vendors.dials().length;
  t.vendors.answer = ({ method }) =>
    method === 'POST'
      ? new Promise((resolve) => {
          settle = resolve;
        })
      : { status: 200, body: {} };
  const response = outbound({ to_number: TO, variables });
  await until(() => t.vendors.dials().length === dials + 1);
  return { response, answer: (answer: VendorAnswer) => settle(answer) };
}
const answered = (CallSid: string) => {
  const numbers = { From: '+14155550100', To: TO, Direction: 'outbound-api' };
  return t.webhook('/outbound-twiml', { CallSid, ...numbers, CallStatus: 'in-progress' });
};
const slots = async () => metric(await t.metrics(), 'ringline_slots_in_use');

test('a call answered long before Twilio has told us its sid is taken at once, on the slot that was kept for it', async () => {
  const sid = newCallSid();
  const dial = await slowDial({ name: 'Ada' });
  // Twilio says nothing yet, and still the person who answered is connected.
  expect(await (await answered(sid)).text()).toContain('<Stream');
  expect(t.runner.last.order).toMatchObject({ callSid: sid, variables: { name: 'Ada' } });
  expect(await slots()).toBe(1);
  dial.answer({ status: 201, body: restCall({ sid }) });
  expect(await (await dial.response).json()).toMatchObject({ success: true, call_sid: sid });
  expect(await slots()).toBe(1);
  expect(t.runner.calls).toHaveLength(1);
  t.runner.last.end('agent_goodbye');
  await until(async () => (await slots()) === 0);
});

test('an answer of Twilio that is lost does not lose the call that was answered', async () => {
  const sid = newCallSid();
  const dial = await slowDial();
  await answered(sid);
  dial.answer('reset');
  expect(await (await dial.response).json()).toMatchObject({ success: true, call_sid: sid });
  expect(await slots()).toBe(1);
});

test('busy before Twilio has told us the sid gives the slot back', async () => {
  const sid = newCallSid();
  const dial = await slowDial();
  const form = { CallSid: sid, From: '+14155550100', To: TO, Direction: 'outbound-api' };
  await t.webhook('/twilio/status', { ...form, CallStatus: 'busy', SequenceNumber: '2' });
  expect(await slots()).toBe(0);
  dial.answer({ status: 201, body: restCall({ sid }) });
  expect((await dial.response).status).toBe(200);
  expect(await slots()).toBe(0);
});

test('two dials between the same numbers, answered before Twilio has said which is which, hold two slots', async () => {
  const [a, b] = [newCallSid(), newCallSid()];
  const first = await slowDial({ visit: '1' });
  const second = await slowDial({ visit: '2' });
  expect(await (await answered(b)).text()).toContain('<Stream');
  second.answer({ status: 201, body: restCall({ sid: b }) });
  first.answer({ status: 201, body: restCall({ sid: a }) });
  expect(await (await first.response).json()).toMatchObject({ call_sid: a });
  expect(await (await second.response).json()).toMatchObject({ call_sid: b });
  expect(await slots()).toBe(2);
  expect(await (await answered(a)).text()).toContain('<Stream');
  expect(t.runner.calls.map(({ order: task }) => task.callSid)).toEqual([b, a]);
  expect(await slots()).toBe(2);
});

test('a call that was cancelled and is answered in the same moment is hung up, not greeted as a stranger', async () => {
  const { call_sid } = (await (await outbound({ to_number: TO, variables: { name: 'Ada' } })).json()) as {
    call_sid: string;
  };
  await fetch(`${t.base}/calls/${call_sid}`, { method: 'DELETE' });
  expect(await (await answered(call_sid)).text()).toContain('<Response><Hangup/></Response>');
  expect(t.runner.calls).toHaveLength(0);
  expect(await slots()).toBe(0);
  expect(metric(await t.metrics(), 'ringline_calls_refused_total{reason="cancelled"}')).toBe(1);
});

test.each(['canceled', 'no-answer'])('a call that Twilio has reported as %s is not begun any more', async (status) => {
  const { call_sid } = (await (await outbound({ to_number: TO })).json()) as { call_sid: string };
  const form = { CallSid: call_sid, Direction: 'outbound-api', CallStatus: status, SequenceNumber: '2' };
  await t.webhook('/twilio/status', form);
  expect(await (await answered(call_sid)).text()).toContain('<Response><Hangup/></Response>');
  expect(t.runner.calls).toHaveLength(0);
});

test('a dial that Twilio confirms only while the server stops is not left ringing', async () => {
  const sid = newCallSid();
  const dial = await slowDial();
  const stopped = t.server.stop();
  dial.answer({ status: 201, body: restCall({ sid }) });
  t.vendors.answer = () => ({ status: 200, body: restCall({ sid, status: 'canceled' }) });
  await stopped;
  expect(t.vendors.requests.at(-1)?.path).toMatch(new RegExp(`/Calls/${sid}.json$`));
  expect(t.vendors.requests.at(-1)?.form.get('Status')).toBe('completed');
});

test.each(['busy', 'no-answer', 'failed', 'canceled'])('%s gives the slot back and is counted', async (status) => {
  const { call_sid } = (await (await outbound({ to_number: TO })).json()) as { call_sid: string };
  expect(metric(await t.metrics(), 'ringline_slots_in_use')).toBe(1);
  const form = { CallSid: call_sid, Direction: 'outbound-api', CallStatus: status, SequenceNumber: '2' };
  await t.webhook('/twilio/status', form);
  await t.webhook('/twilio/status', form);
  expect(metric(await t.metrics(), 'ringline_slots_in_use')).toBe(0);
  expect(metric(await t.metrics(), `ringline_dials_total{result="${status}"}`)).toBe(1);
});

test('DELETE stops the ringing', async () => {
  const { call_sid } = (await (await outbound({ to_number: TO })).json()) as { call_sid: string };
  const response = await fetch(`${t.base}/calls/${call_sid}`, { method: 'DELETE' });
  expect(response.status).toBe(202);
  await until(() => t.vendors.requests.some((r) => r.path.endsWith(`/Calls/${call_sid}.json`)));
  expect(t.vendors.requests.at(-1)?.form.get('Status')).toBe('completed');
  expect(metric(await t.metrics(), 'ringline_slots_in_use')).toBe(0);
});

test('a server that stops does not leave phones ringing', async () => {
  const { call_sid } = (await (await outbound({ to_number: TO })).json()) as { call_sid: string };
  await t.server.stop();
  expect(t.vendors.requests.at(-1)?.path).toMatch(new RegExp(`/Calls/${call_sid}.json$`));
});

test.each([
  ['a client behind a tunnel', { 'x-forwarded-for': '203.0.113.9' }],
  ['a client behind two proxies', { 'x-forwarded-for': '127.0.0.1, 203.0.113.9' }],
  ['a client of a proxy that names only its own host', { 'x-forwarded-host': 'voice.example.com' }],
  ['a web page', { origin: 'https://evil.example' }],
])('%s may not dial without API keys', async (_, headers) => {
  const response = await outbound({ to_number: TO }, headers as Record<string, string>);
  expect(response.status).toBe(403);
  expect(t.vendors.dials()).toHaveLength(0);
});
