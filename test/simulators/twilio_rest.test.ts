import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutboundAnswer } from '../../loadtest/simulators/twilio/dialler.js';
import { TwilioSimulator, type TwilioSimulatorOptions } from '../../loadtest/simulators/twilio/simulator.js';
import { ACCOUNT_SID, AUTH_TOKEN, FakeServer, tone } from './twilio_fake_server.js';

const twilio = createRequire(import.meta.url)('twilio') as typeof import('twilio');
const FROM = '+15551230001';
const TO = '+15551230002';

let server: FakeServer;
let simulator: TwilioSimulator;
let client: import('twilio').Twilio;

async function start(options: Partial<TwilioSimulatorOptions> = {}): Promise<void> {
  simulator = await TwilioSimulator.start({
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    apiKeys: { [`SK${'1'.repeat(32)}`]: 'key secret' },
    phoneNumbers: [FROM],
    cps: 100,
    ringMs: 20,
    verbTimeScale: 0.01,
    ...options,
  });
  simulator.onOutbound(() => [{ wait: 30 }, { hangup: true }]);
  client = sdk();
}
function sdk(user = ACCOUNT_SID, password = AUTH_TOKEN, options: object = {}): import('twilio').Twilio {
  const made = twilio(user, password, { accountSid: ACCOUNT_SID, ...options });
  made.api.baseUrl = simulator.url;
  return made;
}
beforeEach(async () => {
  server = await FakeServer.start();
  server.answers['/outbound-twiml'] = server.connect();
});
afterEach(async () => {
  await simulator.close();
  await server.close();
});

const create = (options: object = {}) =>
  client.calls.create({ to: TO, from: FROM, url: `${server.origin}/outbound-twiml`, ...options });
const ended = (sid: string) => simulator.calls.get(sid)!.ended;
/** Statuses and numbers of the status callbacks that arrived, in order of arrival. */
const arrived = () =>
  server.requests
    .filter(({ path }) => path === '/status')
    .map(({ fields }) => `${fields['SequenceNumber']} ${fields['CallStatus']}`);
const subscribed = () => ({
  statusCallback: `${server.origin}/status`,
  statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
});

describe('the API', () => {
  beforeEach(() => start());

  test('creates a call that is queued, with explicit nulls for what is not known', async () => {
    const answer = await fetch(`${simulator.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}` },
      body: new URLSearchParams({ To: TO, From: FROM, Url: `${server.origin}/outbound-twiml` }),
    });
    expect(answer.status).toBe(201);
    const body = (await answer.json()) as Record<string, unknown>;
    expect(body).toMatchObject({
      sid: expect.stringMatching(/^CA[0-9a-f]{32}$/),
      account_sid: ACCOUNT_SID,
      status: 'queued',
      direction: 'outbound-api',
      to: TO,
      from: FROM,
      from_formatted: '(555) 123-0001',
      start_time: null,
      end_time: null,
      duration: null,
      price: null,
      answered_by: null,
      parent_call_sid: null,
      queue_time: '0',
      api_version: '2010-04-01',
    });
    expect(body['date_created']).toMatch(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/);
  });

  test('is understood by the SDK: dates are dates, unknown times are null and not now', async () => {
    const call = await create();
    expect(call.status).toBe('queued');
    expect(call.startTime).toBeNull();
    expect(call.endTime).toBeNull();
    expect(Math.abs(call.dateCreated.getTime() - Date.now())).toBeLessThan(5000);
    await ended(call.sid);
    const after = await client.calls(call.sid).fetch();
    expect(after).toMatchObject({ status: 'completed', duration: '1', direction: 'outbound-api' });
    expect(after.startTime).toBeInstanceOf(Date);
    expect(after.endTime.getTime()).toBeGreaterThanOrEqual(after.startTime.getTime());
  });

  test('takes an API key instead of the account', async () => {
    expect((await sdk(`SK${'1'.repeat(32)}`, 'key secret').calls.list()).length).toBe(0);
    await expect(sdk(`SK${'1'.repeat(32)}`, 'wrong').calls.list()).rejects.toMatchObject({ status: 401, code: 20003 });
  });

  test('refuses a wrong password and no password', async () => {
    await expect(sdk(ACCOUNT_SID, 'wrong').calls.list()).rejects.toMatchObject({
      status: 401,
      code: 20003,
      moreInfo: 'https://www.twilio.com/docs/errors/20003',
    });
    const answer = await fetch(`${simulator.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json`);
    expect(answer.status).toBe(401);
  });

  test.each<[string, object, number, number]>([
    ['an unreadable number', { to: '12345' }, 400, 21211],
    ['an unreadable From', { from: '+0' }, 400, 21212],
    ["somebody else's From", { from: '+15559999999' }, 400, 21210],
    ['a number that cannot be reached', { to: '+15005550002' }, 400, 21214],
    ['a forbidden country', { to: '+15005550003' }, 400, 21215],
    ['a blocked number', { to: '+15005550004' }, 400, 21216],
    ['a number that is none', { to: '+15005550001' }, 400, 21217],
    ['a malformed URL', { url: 'not a url' }, 400, 21205],
    ['a callback to nowhere', { statusCallback: 'ftp://x' }, 400, 21609],
    ['an address without a host name', { url: 'http://my_host.example.com/x' }, 400, 21205],
    ['a callback without a host name', { statusCallback: 'http://my_host.example.com/x' }, 400, 21609],
    ['another method', { method: 'PUT' }, 400, 21209],
    ['another method of callbacks', { statusCallbackMethod: 'PATCH' }, 400, 21209],
    ['an event that is none', { statusCallbackEvent: ['foo'] }, 400, 21626],
    ['ringing for ever', { timeout: 601 }, 400, 21208],
    ['ringing in words', { timeout: 'abc' }, 400, 21208],
    ['half a second', { timeLimit: 1.5 }, 400, 20001],
    ['detection by hope', { machineDetection: 'Maybe' }, 400, 21234],
    ['detection too soon', { machineDetection: 'Enable', machineDetectionSpeechThreshold: 10 }, 400, 21234],
    ['an undecided verdict', { machineDetection: 'Enable', asyncAmd: 'perhaps' }, 400, 21234],
    ['digits that are none', { sendDigits: 'xyz' }, 400, 21206],
    ['three channels', { record: true, recordingChannels: 'triple' }, 400, 20001],
    ['an application that is none', { url: undefined, applicationSid: 'nonsense' }, 400, 21218],
    ['TwiML that is no XML', { url: undefined, twiml: 'hello' }, 400, 20001],
    ['TwiML that is too long', { url: undefined, twiml: 'x'.repeat(4001) }, 400, 20001],
  ])('refuses %s', async (_what, options, status, code) => {
    await expect(create(options)).rejects.toMatchObject({ name: 'Error', status, code });
    expect(simulator.calls.size).toBe(0);
  });

  test('refuses what a test says is refused', async () => {
    simulator.refuseNumber(TO, 21219);
    await expect(create()).rejects.toMatchObject({ status: 400, code: 21219 });
  });

  test.each([
    ['To', 21201],
    ['From', 21213],
    ['Url', 21205],
  ])('refuses a request without %s', async (missing, code) => {
    const form = new URLSearchParams({ To: TO, From: FROM, Url: server.origin });
    form.delete(missing);
    const answer = await fetch(`${simulator.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}` },
      body: form,
    });
    expect(await answer.json()).toMatchObject({ code, status: 400 });
  });

  test('does not know other calls and other accounts', async () => {
    await expect(client.calls(`CA${'0'.repeat(32)}`).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(client.api.accounts(`AC${'9'.repeat(32)}`).fetch()).rejects.toMatchObject({
      status: 401,
      code: 20003,
    });
  });

  test('calls to an address need no number of ours', async () => {
    for (const to of ['sip:ann@example.com', 'client:ann']) {
      const { sid } = await create({ to, from: 'client:joe' });
      expect(await ended(sid)).toMatchObject({ status: 'completed', to });
    }
  });

  test('what a call may have and has not here is an empty list', async () => {
    const { sid } = await create();
    expect(await client.calls(sid).events.list()).toEqual([]);
    expect(await client.calls(sid).notifications.list()).toEqual([]);
  });

  test('has the account, its balance and its numbers', async () => {
    expect(await client.api.accounts(ACCOUNT_SID).fetch()).toMatchObject({ sid: ACCOUNT_SID, status: 'active' });
    expect(await client.balance.fetch()).toMatchObject({ currency: 'USD' });
    expect(await client.incomingPhoneNumbers.list()).toMatchObject([{ phoneNumber: FROM }]);
  });

  test('lists calls, newest first, by status', async () => {
    const one = await create();
    await ended(one.sid);
    const two = await create();
    expect((await client.calls.list()).map((call) => call.sid)).toEqual([two.sid, one.sid]);
    expect((await client.calls.list({ status: 'completed' })).map((call) => call.sid)).toEqual([one.sid]);
  });

  test('records a call in progress, and forgets a call that is over', async () => {
    simulator.onOutbound(() => []);
    const { sid } = await create();
    await expect(client.calls(sid).recordings.create()).rejects.toMatchObject({ code: 21220 });
    await simulator.calls.get(sid)!.streamStarted;
    const options = { recordingChannels: 'dual', recordingStatusCallback: `${server.origin}/recording` };
    const recording = await client.calls(sid).recordings.create(options);
    expect(recording).toMatchObject({ callSid: sid, channels: 2, status: 'in-progress' });
    await expect(client.calls(sid).remove()).rejects.toMatchObject({ status: 409 });
    await client.calls(sid).update({ status: 'completed' });
    await ended(sid);
    expect(server.requests.at(-1)).toMatchObject({
      path: '/recording',
      signed: true,
      fields: { RecordingSid: recording.sid, RecordingStatus: 'completed' },
    });
    expect(await client.calls(sid).remove()).toBe(true);
    await expect(client.calls(sid).fetch()).rejects.toMatchObject({ code: 20404 });
  });
});

describe('the queue', () => {
  test('starts only so many calls a second', async () => {
    await start({ cps: 10 });
    const calls = await Promise.all([create(), create(), create()]);
    expect(calls.map((call) => call.status)).toEqual(['queued', 'queued', 'queued']);
    const waits = calls.map((call) => Number(call.queueTime)).sort((a, b) => a - b);
    expect(waits[2]).toBeGreaterThan(50);
    const reports = await Promise.all(calls.map((call) => ended(call.sid)));
    const dialled = reports.map((report) => report.history.find((change) => change.status === 'initiated')!.at).sort();
    expect(dialled[1] - dialled[0]).toBeGreaterThanOrEqual(95);
    expect(dialled[2] - dialled[1]).toBeGreaterThanOrEqual(95);
  });

  test('gives up a call that is canceled before its turn', async () => {
    await start({ cps: 2 });
    const [, waiting] = await Promise.all([create(), create(subscribed())]);
    expect((await client.calls(waiting.sid).update({ status: 'canceled' })).status).toBe('canceled');
    const report = await ended(waiting.sid);
    expect(report.history.map((change) => change.status)).toEqual(['queued', 'canceled']);
    expect(arrived()).toEqual(['0 canceled']);
  });

  test('is refused when it is full, and so are too many calls at once', async () => {
    await start({ concurrencyMax: 1 });
    await create();
    await expect(create()).rejects.toMatchObject({ status: 429, code: 10004 });
  });
});

describe('a call that is made', () => {
  beforeEach(() => start());

  test('asks for TwiML when it is answered, as an outbound call', async () => {
    const { sid } = await create();
    const report = await ended(sid);
    expect(report.history.map((change) => change.status)).toEqual([
      'queued',
      'initiated',
      'ringing',
      'in-progress',
      'completed',
    ]);
    expect(server.requests[0]).toMatchObject({
      path: '/outbound-twiml',
      signed: true,
      fields: { CallSid: sid, From: FROM, To: TO, Direction: 'outbound-api', CallStatus: 'in-progress' },
    });
  });

  test('runs the TwiML it was given without asking', async () => {
    const { sid } = await create({ url: undefined, twiml: '<Response><Say>hello</Say></Response>' });
    expect((await ended(sid)).spoken).toMatchObject([{ what: 'hello' }]);
    expect(server.requests).toEqual([]);
  });

  test('is listened to and hung up by the person who answers', async () => {
    simulator.onOutbound(() => ({}));
    server.onSocket = async (socket) => {
      await socket.until('start');
      socket.play(tone(100));
    };
    const { sid } = await create();
    const report = await ended(sid);
    expect(report).toMatchObject({ status: 'completed', endedBy: 'caller', script: { completed: true } });
    expect(report.streams[0].heard).toMatchObject([{ durationMs: 100 }]);
  });

  test.each<[OutboundAnswer, string, number]>([
    ['busy', 'busy', 486],
    ['failed', 'failed', 404],
    [{ outcome: 'no-answer', ringMs: 30 }, 'no-answer', 487],
    [{ outcome: 'failed', sipResponseCode: 503 }, 'failed', 503],
  ])('and not answered (%j) ends as %s', async (answer, status, sipCode) => {
    simulator.onOutbound(() => answer);
    const { sid } = await create({ statusCallback: `${server.origin}/status` });
    expect(await ended(sid)).toMatchObject({ status, endedBy: 'callee', durationS: 0 });
    const [last] = server.requests;
    expect(last).toMatchObject({
      path: '/status',
      signed: true,
      fields: { CallStatus: status, SipResponseCode: String(sipCode), CallDuration: '0' },
    });
    expect(await client.calls(sid).fetch()).toMatchObject({ status, duration: null });
  });

  test('rings no longer than its timeout', async () => {
    simulator.onOutbound(() => ({ ringMs: 60_000, script: [] }));
    const { sid } = await create({ timeout: 1 });
    const report = await ended(sid);
    expect(report.status).toBe('no-answer');
    const [, , ringing, over] = report.history;
    expect(over.at - ringing.at).toBeLessThan(1500);
  });

  test('ends at its time limit', async () => {
    simulator.onOutbound(() => []);
    const { sid } = await create({ timeLimit: 1 });
    expect(await ended(sid)).toMatchObject({ status: 'completed', endedBy: 'time_limit', durationS: 1 });
  });

  test('whose URL fails is failed, or asks the fallback', async () => {
    server.answers['/outbound-twiml'] = { status: 500, body: '' };
    expect(await ended((await create()).sid)).toMatchObject({ status: 'failed', endedBy: 'error' });
    server.answers['/fallback'] = '<Response><Say>sorry</Say></Response>';
    const { sid } = await create({ fallbackUrl: `${server.origin}/fallback` });
    expect(await ended(sid)).toMatchObject({ status: 'completed', spoken: [{ what: 'sorry' }] });
  });
});

describe('an update', () => {
  beforeEach(async () => {
    await start();
    simulator.onOutbound(() => []);
  });
  async function talking(): Promise<string> {
    const { sid } = await create();
    await simulator.calls.get(sid)!.streamStarted;
    return sid;
  }

  test('to completed hangs up: stop, close, end', async () => {
    const sid = await talking();
    expect((await client.calls(sid).update({ status: 'completed' })).status).toBe('completed');
    const [socket] = server.sockets;
    await socket.until('stop');
    expect(await ended(sid)).toMatchObject({ status: 'completed', endedBy: 'rest' });
  });

  test('to completed cancels a call that nobody has answered yet', async () => {
    simulator.onOutbound(() => ({ ringMs: 10_000 }));
    const { sid } = await create(subscribed());
    await expect.poll(() => simulator.calls.get(sid)!.state.status).toBe('ringing');
    expect((await client.calls(sid).update({ status: 'completed' })).status).toBe('canceled');
    expect(await ended(sid)).toMatchObject({ status: 'canceled', endedBy: 'rest', durationS: 0 });
    expect(arrived().at(-1)).toBe('2 canceled');
  });

  test('of the time limit holds from then on', async () => {
    const sid = await talking();
    await client.calls(sid).update({ timeLimit: 1 } as never);
    expect(await ended(sid)).toMatchObject({ status: 'completed', endedBy: 'time_limit' });
  });

  test.each([
    ['to a status that is none to be set', { status: 'ringing' }],
    ['with a URL and TwiML at once', { url: 'http://127.0.0.1:9/', twiml: '<Response/>' }],
    ['with TwiML that is no XML', { twiml: 'hello' }],
  ])('%s is refused, and the call goes on', async (_what, options) => {
    const sid = await talking();
    await expect(client.calls(sid).update(options as never)).rejects.toMatchObject({ status: 400, code: 20001 });
    expect(simulator.calls.get(sid)!.state.status).toBe('in-progress');
  });

  test('to other TwiML stops the stream and runs it', async () => {
    const sid = await talking();
    await client.calls(sid).update({ twiml: '<Response><Say>transferring</Say><Hangup/></Response>' });
    const [socket] = server.sockets;
    await socket.until('stop');
    const report = await ended(sid);
    expect(report).toMatchObject({ status: 'completed', endedBy: 'twiml', spoken: [{ what: 'transferring' }] });
    expect(report.streams[0].close).toMatchObject({ by: 'stop' });
  });

  test('to another URL asks there, and the same person goes on in the next stream', async () => {
    server.answers['/next'] = server.connect('/ws/second');
    simulator.onOutbound(() => [{ wait: 'agent_speech' }, { say: tone(40), text: 'who are you' }, { hangup: true }]);
    const sid = await talking();
    await client.calls(sid).update({ url: `${server.origin}/next` });
    await new Promise<void>((resolve) => {
      server.onSocket = () => resolve();
      if (server.sockets.length > 1) resolve();
    });
    const second = server.sockets[1];
    await second.until('start');
    second.play(tone(100));
    const report = await ended(sid);
    expect(report.streams.map((stream) => stream.url.slice(-6))).toEqual(['/token', 'second']);
    expect(report.streams[1].exchanges).toMatchObject([{ text: 'who are you', bargeIn: true }]);
    expect(report.script.completed).toBe(true);
  });

  test('that comes too late or too early is 21220', async () => {
    const sid = await talking();
    await expect(client.calls(sid).update({ status: 'canceled' })).rejects.toMatchObject({ status: 400, code: 21220 });
    simulator.calls.get(sid)!.hangup();
    await expect(client.calls(sid).update({ status: 'completed' })).rejects.toMatchObject({ status: 400, code: 21220 });
    await expect(client.calls(sid).update({ twiml: '<Response/>' })).rejects.toMatchObject({ code: 21220 });
    simulator.onOutbound(() => ({ ringMs: 5000 }));
    const ringing = await create();
    await expect(client.calls(ringing.sid).update({ twiml: '<Response/>' })).rejects.toMatchObject({ code: 21220 });
  });

  test('can lose against a close: without a next verb the call is over', async () => {
    const sid = await talking();
    server.sockets[0].socket.close();
    await ended(sid);
    await expect(client.calls(sid).update({ twiml: '<Response/>' })).rejects.toMatchObject({ code: 21220 });
  });

  test('may be accepted in the moment the caller hangs up', async () => {
    const sid = await talking();
    simulator.fail('hangup_after_update');
    await client.calls(sid).update({ twiml: '<Response><Say>too late</Say></Response>' });
    expect(await ended(sid)).toMatchObject({ status: 'completed', endedBy: 'caller', spoken: [] });
  });
});

describe('status callbacks', () => {
  beforeEach(() => start());

  test('go out in order, once, for what was subscribed to', async () => {
    const { sid } = await create(subscribed());
    await ended(sid);
    expect(arrived()).toEqual(['0 initiated', '1 ringing', '2 in-progress', '3 completed']);
    const { fields, signed } = server.requests.filter(({ path }) => path === '/status').at(-1)!;
    expect(signed).toBe(true);
    expect(fields).toMatchObject({
      CallSid: sid,
      CallbackSource: 'call-progress-events',
      CallDuration: '1',
      Duration: '1',
      SipResponseCode: '200',
    });
    expect(fields['Timestamp']).toMatch(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/);
  });

  test('are only for the end when nothing else was asked for', async () => {
    const { sid } = await create({ statusCallback: `${server.origin}/status` });
    await ended(sid);
    expect(arrived()).toEqual(['0 completed']);
  });

  test('of an inbound call tell its end', async () => {
    server.answers['/'] = '<Response><Say>hi</Say></Response>';
    const call = simulator.placeCall({
      from: TO,
      to: FROM,
      webhookUrl: `${server.origin}/`,
      caller: [],
      statusCallback: `${server.origin}/status`,
    });
    await call.ended;
    expect(arrived()).toEqual(['0 completed']);
  });

  test('may come twice', async () => {
    simulator.fail('callback_duplicate', { times: 'always' });
    const { sid } = await create(subscribed());
    await ended(sid);
    expect(arrived()).toEqual([
      '0 initiated',
      '0 initiated',
      '1 ringing',
      '1 ringing',
      '2 in-progress',
      '2 in-progress',
      '3 completed',
      '3 completed',
    ]);
  });

  test('may overtake each other', async () => {
    simulator.fail('callback_overtaken', { times: 'always' });
    const { sid } = await create(subscribed());
    const report = await ended(sid);
    expect(arrived()).toEqual(['1 ringing', '0 initiated', '3 completed', '2 in-progress']);
    expect(report.callbacks.every((callback) => callback.status === 204)).toBe(true);
  });

  test('may get lost, leaving a hole in the numbers', async () => {
    simulator.fail('callback_lost');
    const { sid } = await create(subscribed());
    await ended(sid);
    expect(arrived()).toEqual(['1 ringing', '2 in-progress', '3 completed']);
  });

  test('that nobody takes do not hold up the call', async () => {
    const { sid } = await create({ statusCallback: 'http://127.0.0.1:1/' });
    expect((await ended(sid)).callbacks).toMatchObject([{ event: 'completed', status: null }]);
  });
});

describe('machine detection', () => {
  beforeEach(() => start());
  const machine: OutboundAnswer = { script: [], machine: true, amdMs: 60 };

  test('holds the TwiML back until it has decided', async () => {
    simulator.onOutbound(() => machine);
    const { sid } = await create({ machineDetection: 'DetectMessageEnd' });
    await simulator.calls.get(sid)!.streamStarted;
    expect(server.requests[0].fields['AnsweredBy']).toBe('machine_end_beep');
    const [, , , answered] = simulator.calls.get(sid)!.state.history;
    expect(Date.now() - answered.at).toBeGreaterThanOrEqual(60);
    expect(await client.calls(sid).fetch()).toMatchObject({ answeredBy: 'machine_end_beep' });
  });

  test('in the background lets the call begin, and tells later', async () => {
    simulator.onOutbound(() => machine);
    simulator.fail('amd_late', { delayMs: 100 });
    const verdict = server.next('/amd');
    const { sid } = await create({
      machineDetection: 'Enable',
      asyncAmd: 'true',
      asyncAmdStatusCallback: `${server.origin}/amd`,
    });
    await simulator.calls.get(sid)!.streamStarted;
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0].fields).not.toHaveProperty('AnsweredBy');
    expect(await verdict).toMatchObject({
      signed: true,
      fields: { CallSid: sid, AccountSid: ACCOUNT_SID, AnsweredBy: 'machine_start', MachineDetectionDuration: '160' },
    });
  });

  test('may come when the call is over', async () => {
    simulator.onOutbound(() => ({ script: [{ hangup: true }], amdMs: 150 }));
    const { sid } = await create({
      machineDetection: 'Enable',
      asyncAmd: 'true',
      asyncAmdStatusCallback: `${server.origin}/amd`,
    });
    const report = await ended(sid);
    expect(report.callbacks).toMatchObject([{ kind: 'amd', event: 'human', status: 204 }]);
    expect(report.callbacks[0].at).toBeGreaterThan(report.history.at(-1)!.at);
  });

  test('is off when digits are sent, or nobody asked', async () => {
    simulator.onOutbound(() => machine);
    const { sid } = await create({ machineDetection: 'Enable', sendDigits: '1' });
    await simulator.calls.get(sid)!.streamStarted;
    expect(server.requests[0].fields).not.toHaveProperty('AnsweredBy');
  });
});

describe('REST in trouble', () => {
  beforeEach(() => start());

  test.each([
    ['rest_429', { status: 429, code: 20429 }],
    ['rest_503', { status: 503, code: 20503 }],
    ['rest_500', { status: 500, message: expect.stringMatching(/500/) }],
    ['rest_reset', { code: 'ECONNRESET' }],
  ] as const)('%s is what the SDK reports', async (mode, error) => {
    simulator.fail(mode);
    await expect(create()).rejects.toMatchObject(error);
    expect((await create()).status).toBe('queued'); // it struck once
  });

  test('rest_hang runs into the time limit of the client', async () => {
    simulator.fail('rest_hang');
    client = sdk(ACCOUNT_SID, AUTH_TOKEN, { timeout: 80 });
    await expect(create()).rejects.toMatchObject({ code: 'ECONNABORTED' });
  });

  test('rest_answer_lost makes the call all the same', async () => {
    simulator.fail('rest_answer_lost');
    await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(simulator.calls.size).toBe(1);
  });

  test('a burst of 429 is over after the asked number', async () => {
    simulator.fail('rest_429', { times: 2 });
    client = sdk(ACCOUNT_SID, AUTH_TOKEN, { autoRetry: true });
    expect((await create()).status).toBe('queued');
    expect(simulator.stats).toMatchObject({ restRequests: 3, restCreated: 1, failuresStruck: { rest_429: 2 } });
  });
});
