import { afterEach, beforeEach, expect, test } from 'vitest';
import { TwilioSimulator } from '../../loadtest/simulators/twilio/simulator.js';
import { ACCOUNT_SID, AUTH_TOKEN, FakeServer, tone } from './twilio_fake_server.js';

let server: FakeServer;
let simulator: TwilioSimulator;
beforeEach(async () => {
  server = await FakeServer.start();
  simulator = await TwilioSimulator.start({
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    speak: async (text) => new Int16Array(text.length * 80).fill(5000),
  });
  server.answers['/'] = server.connect();
  server.onSocket = async (socket) => {
    await socket.until('start');
    socket.play(tone(100));
    socket.mark('played');
  };
});
afterEach(async () => {
  await simulator.close();
  await server.close();
});

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
async function ask(method: string, path: string, body?: object): Promise<{ status: number; body: any }> {
  const answer = await fetch(simulator.url + path, { method, body: body && JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}
const call = (caller: unknown) => ({
  from: '+15551230001',
  to: '+15551230002',
  webhookUrl: `${server.origin}/`,
  caller,
});
const GREETED = { wait: 'greeting_end', silenceMs: 50 };

test('a call placed over HTTP runs its script and can be waited for', async () => {
  const script = [
    GREETED,
    { say: 'hello' },
    { say: { mulawBase64: Buffer.from(tone(20)).toString('base64') } },
    { hangup: true },
  ];
  const { status, body } = await ask('POST', '/_sim/calls?wait=1', call(script));
  expect(status).toBe(201);
  expect(body).toMatchObject({ status: 'completed', endedBy: 'caller', script: { completed: true } });
  expect(body.streams[0].exchanges.map((exchange: { text: string }) => exchange.text)).toEqual(['hello', '']);
  expect(body.streams[0].heard).toMatchObject([{ durationMs: 100 }]);
});

test('calls can be listed, looked at, listened to and hung up', async () => {
  const placed = await ask('POST', '/_sim/calls', call([GREETED]));
  const { callSid } = placed.body;
  await simulator.calls.get(callSid)!.streamStarted;
  expect((await ask('GET', '/_sim/calls')).body).toMatchObject([{ callSid, status: 'in-progress' }]);
  await server.sockets[0].until('mark');
  expect((await ask('GET', `/_sim/calls/${callSid}`)).body).toMatchObject({ callSid, streams: [{ mediaMessages: 1 }] });
  await ask('DELETE', `/_sim/calls/${callSid}`);
  const report = await simulator.calls.get(callSid)!.ended;
  const wav = Buffer.from(await (await fetch(`${simulator.url}/_sim/calls/${callSid}/heard.wav`)).arrayBuffer());
  expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
  expect(wav.readUInt32LE(24)).toBe(8000);
  expect(wav.length - 44).toBe(2 * Math.floor(report.streams[0].durationMs * 8));
  expect((await ask('GET', `/_sim/calls/CA${'0'.repeat(32)}`)).status).toBe(404);
});

test('failures can be armed, listed and healed', async () => {
  expect((await ask('GET', '/_sim/fail')).body.modes).toHaveProperty('tcp_cut');
  await ask('POST', '/_sim/fail', { mode: 'twiml_500', times: 'always' });
  expect((await ask('POST', '/_sim/calls?wait=1', call([]))).body.status).toBe('failed');
  await ask('POST', '/_sim/heal', {});
  const { body } = await ask('POST', '/_sim/calls?wait=1', call([GREETED, { hangup: true }]));
  expect(body.status).toBe('completed');
  expect((await ask('GET', '/_sim/stats')).body).toMatchObject({ calls: 2, live: 0, failuresStruck: { twiml_500: 1 } });
});

test('who answers outbound calls can be set', async () => {
  await ask('POST', '/_sim/outbound', { outcome: 'busy' });
  const form = new URLSearchParams({ To: '+15551230002', From: '+15551230001', Url: `${server.origin}/` });
  const authorization = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;
  const path = `/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json`;
  const made = await fetch(simulator.url + path, { method: 'POST', headers: { authorization }, body: form });
  const { sid } = (await made.json()) as { sid: string };
  expect(await simulator.calls.get(sid)!.ended).toMatchObject({ status: 'busy' });
});

const WEBHOOK = { from: '+1', to: '+2', webhookUrl: 'http://127.0.0.1/' };
test.each<[string, string, object]>([
  ['an unknown failure', '/_sim/fail', { mode: 'earthquake' }],
  ['no webhook', '/_sim/calls', { from: '+1', to: '+2' }],
  ['a webhook that is no URL', '/_sim/calls', { ...WEBHOOK, webhookUrl: 'x' }],
  ['a script that is no list', '/_sim/calls', { ...WEBHOOK, caller: {} }],
  ['speech in no known form', '/_sim/calls', { ...WEBHOOK, caller: [{ say: 5 }] }],
  ['an unknown network', '/_sim/calls', { ...WEBHOOK, network: 5 }],
])('%s is a 400 with the reason', async (_what, path, body) => {
  const answer = await ask('POST', path, body);
  expect(answer.status).toBe(400);
  expect(answer.body.detail).toEqual(expect.any(String));
});
