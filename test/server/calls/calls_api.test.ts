import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallEvent } from '../../../src/call/call_events.js';
import type { TurnReport } from '../../../src/call/report_parts.js';
import {
  closeCode,
  handshake,
  type JsonBody,
  newCallSid,
  restCall,
  startTestServer,
  stopTestServer,
  type TestServer,
  until,
} from '../harness.js';

let t: TestServer;
/** What Twilio says of any call, or the status it refuses with. */
let twilio: Record<string, unknown> | number;
beforeEach(async () => {
  t = await startTestServer();
  twilio = 404;
  t.vendors.answer = ({ method, path }) => {
    if (method === 'POST') return { status: 201, body: restCall({ sid: newCallSid() }) };
    if (!path.includes('/Calls/')) return { status: 200, body: {} };
    if (typeof twilio === 'number') return { status: twilio, body: { code: 20404, message: 'no', status: twilio } };
    return { status: 200, body: restCall({ sid: path.slice(-39, -5), ...twilio }) };
  };
});
afterEach(() => stopTestServer(t));

const get = async (path: string) => {
  const response = await fetch(t.base + path);
  return { status: response.status, body: (await response.json()) as JsonBody };
};
const status = (CallSid: string, CallStatus: string, SequenceNumber: number, extra = {}) =>
  t.webhook('/twilio/status', { CallSid, CallStatus, SequenceNumber: String(SequenceNumber), ...extra });
async function dial(): Promise<string> {
  const response = await fetch(`${t.base}/outbound`, { method: 'POST', body: '{"to_number":"+14155552671"}' });
  return ((await response.json()) as { call_sid: string }).call_sid;
}

test('a finished call that only Twilio remembers', async () => {
  twilio = {
    status: 'completed',
    direction: 'inbound',
    start_time: 'Tue, 10 Aug 2010 08:02:17 +0000',
    end_time: 'Tue, 10 Aug 2010 08:03:06 +0000',
    duration: '49',
  };
  const sid = newCallSid();
  expect(await get(`/call-status/${sid}`)).toEqual({
    status: 200,
    body: {
      call_sid: sid,
      status: 'completed',
      direction: 'inbound',
      to: '+14155552671',
      from_: '+14155550100',
      duration: 49,
      start_time: '2010-08-10T08:02:17.000Z',
      end_time: '2010-08-10T08:03:06.000Z',
    },
  });
});

test('a running call has neither end nor duration, even where the SDK would invent one', async () => {
  twilio = { status: 'in-progress', start_time: 'Tue, 10 Aug 2010 08:02:17 +0000', end_time: undefined, duration: '0' };
  const { body } = await get(`/call-status/${newCallSid()}`);
  expect(body).toMatchObject({ status: 'in-progress', end_time: null, duration: null });
});

test('a queued call has no times at all', async () => {
  twilio = { status: 'queued', start_time: undefined, end_time: undefined, duration: null };
  const { body } = await get(`/call-status/${newCallSid()}`);
  expect(body).toMatchObject({ status: 'queued', start_time: null, end_time: null, duration: null });
});

test('a call nobody knows is 404, and a malformed sid never reaches Twilio', async () => {
  expect((await get(`/call-status/${newCallSid()}`)).status).toBe(404);
  const asked = t.vendors.requests.length;
  for (const sid of ['CA123', 'nonsense', `CA${'0'.repeat(31)}g`]) {
    const { status, body } = await get(`/call-status/${sid}`);
    expect([status, body.detail[0].loc]).toEqual([422, ['path', 'call_sid']]);
  }
  expect(t.vendors.requests).toHaveLength(asked);
});

test('while Twilio fails, our own calls still have a status and others are 502', async () => {
  twilio = 500;
  const sid = newCallSid();
  await t.ring(sid);
  expect((await get(`/call-status/${sid}`)).body).toMatchObject({
    status: 'ringing',
    direction: 'inbound',
    duration: null,
  });
  const { status, body } = await get(`/call-status/${newCallSid()}`);
  expect([status, body.detail]).toEqual([502, 'Failed to fetch call status: Twilio did not answer']);
});

test('the whole life of an outbound call, told truly before, during and after', async () => {
  twilio = 500;
  const sid = await dial();
  const seen = async () => (await get(`/call-status/${sid}`)).body.status;
  expect(await seen()).toBe('queued');
  await status(sid, 'initiated', 0);
  expect(await seen()).toBe('initiated');
  await status(sid, 'ringing', 1);
  expect(await seen()).toBe('ringing');
  await status(sid, 'in-progress', 2);
  await t.webhook('/outbound-twiml', { CallSid: sid, From: '+14155550100', To: '+14155552671' });
  expect(await seen()).toBe('in-progress');
  t.runner.last.end('agent_goodbye');
  await status(sid, 'completed', 3, { CallDuration: '49', Duration: '1' });
  expect((await get(`/call-status/${sid}`)).body).toMatchObject({
    status: 'completed',
    duration: 49,
    from_: '+14155550100',
  });
});

test('callbacks out of order and repeated change nothing: the highest number counts, the end is the end', async () => {
  twilio = 500;
  const sid = await dial();
  const seen = async () => (await get(`/call-status/${sid}`)).body.status;
  await status(sid, 'ringing', 1);
  await status(sid, 'initiated', 0);
  expect(await seen()).toBe('ringing');
  await status(sid, 'busy', 2);
  await status(sid, 'busy', 2);
  await status(sid, 'in-progress', 3);
  expect(await seen()).toBe('busy');
});

test("Twilio's record may lag behind what we have seen", async () => {
  const sid = newCallSid();
  const ws = t.connect(await t.ring(sid));
  await handshake(ws);
  twilio = { status: 'ringing', direction: 'inbound' };
  expect((await get(`/call-status/${sid}`)).body).toMatchObject({ status: 'in-progress', direction: 'inbound' });
  await status(sid, 'completed', 4, { CallDuration: '7' });
  t.runner.last.end('caller_hangup');
  await closeCode(ws);
  twilio = { status: 'in-progress', direction: 'inbound' };
  const { body } = await get(`/call-status/${sid}`);
  expect(body).toMatchObject({ status: 'completed', duration: 7 });
  expect(body.end_time).toMatch(/^\d{4}-.*Z$/);
});

const TURN: TurnReport = {
  ...{
    turn: 1,
    caller: 'the soup was cold',
    agent: 'I am sorry to hear that.',
    heard: 'I am sorry',
    interrupted: true,
  },
  ...{ callerStartMs: 100, callerEndMs: 900, agentStartMs: 1500, agentEndMs: null },
  ...{ sttFinalMs: 120, endpointMs: 300, llmTtftMs: 200, ttsTtfbMs: 90, firstAudioMs: 610 },
};

test('operators see live calls, and one call with its turns, as the worker reports them', async () => {
  const sid = newCallSid();
  await t.ring(sid);
  const slot = t.runner.last.order.slot;
  const head = { callSid: sid, slot, seq: 1, atMs: Date.now() };
  const tell = (payload: CallEvent) => t.runner.tell({ topic: 'call', payload });
  tell({ ...head, kind: 'state', state: 'listening', streamSid: 'MZ1' });
  tell({ ...head, kind: 'turn', turn: { ...TURN, heard: '' } });
  tell({ ...head, kind: 'turn', turn: TURN });
  tell({ ...head, slot: slot + 1, kind: 'turn', turn: { ...TURN, turn: 2 } });

  expect((await get('/calls')).body).toMatchObject({
    count: 1,
    max: 3,
    calls: [{ call_sid: sid, state: 'accepted', activity: 'listening', stream_sid: 'MZ1', turns: 1 }],
  });
  const { body } = await get(`/calls/${sid}`);
  expect(body.turns).toEqual([
    expect.objectContaining({ caller: 'the soup was cold', heard: 'I am sorry', first_audio_ms: 610 }),
  ]);
  expect(body.end_reason).toBeNull();

  t.runner.last.end('silence');
  await until(async () => (await get('/calls')).body.count === 0);
  expect((await get(`/calls/${sid}`)).body).toMatchObject({ state: 'ended', end_reason: 'silence', duration: 3.4 });
});

test('DELETE asks the worker to hang up, once', async () => {
  const sid = newCallSid();
  await t.ring(sid);
  const response = await fetch(`${t.base}/calls/${sid}`, { method: 'DELETE' });
  expect([response.status, await response.json()]).toEqual([202, { call_sid: sid, status: 'ending' }]);
  expect(await t.runner.last.read()).toEqual({ type: 'HANGUP', text: 'operator' });
  t.runner.last.end('operator');
  await until(async () => (await get('/calls')).body.count === 0);
  expect((await fetch(`${t.base}/calls/${sid}`, { method: 'DELETE' })).status).toBe(409);
  expect((await fetch(`${t.base}/calls/${newCallSid()}`, { method: 'DELETE' })).status).toBe(404);
});

test('what machine detection found is shown', async () => {
  const sid = await dial();
  await t.webhook('/twilio/amd', { CallSid: sid, AnsweredBy: 'machine_start', Direction: 'outbound-api' });
  expect((await get(`/calls/${sid}`)).body.answered_by).toBe('machine_start');
});

test('recording is paused and resumed by the worker, for whoever may, and the call says so', async () => {
  const sid = newCallSid();
  await t.ring(sid);
  const ask = async (what: string, callSid = sid) => {
    const response = await fetch(`${t.base}/calls/${callSid}/recording/${what}`, { method: 'POST' });
    return [response.status, await response.json()];
  };
  expect(await ask('pause')).toEqual([200, { call_sid: sid, recording: 'paused' }]);
  expect(await t.runner.last.read()).toEqual({ type: 'OFF_RECORD', text: 'on' });
  expect((await get(`/calls/${sid}`)).body.off_record).toBe(true);
  expect(await ask('resume')).toEqual([200, { call_sid: sid, recording: 'on' }]);
  expect(await t.runner.last.read()).toEqual({ type: 'OFF_RECORD', text: 'off' });
  t.runner.last.end('operator');
  await until(async () => (await get('/calls')).body.count === 0);
  expect((await ask('pause'))[0]).toBe(409);
  expect((await ask('pause', newCallSid()))[0]).toBe(404);
  expect((await ask('pause', 'nonsense'))[0]).toBe(422);
});

test('a call that is paused while it still rings is off the record when it is answered', async () => {
  const sid = await dial();
  expect((await fetch(`${t.base}/calls/${sid}/recording/pause`, { method: 'POST' })).status).toBe(200);
  await t.webhook('/outbound-twiml', { CallSid: sid, From: '+14155550100', To: '+14155552671' });
  expect(await t.runner.last.read()).toEqual({ type: 'OFF_RECORD', text: 'on' });
});
