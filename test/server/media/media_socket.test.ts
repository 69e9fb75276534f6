import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  closeCode,
  handshake,
  metric,
  newCallSid,
  nextMessage,
  sign,
  startTestServer,
  stopTestServer,
  type TestServer,
  until,
} from '../harness.js';

let t: TestServer;
beforeAll(async () => {
  t = await startTestServer();
});
afterAll(() => stopTestServer(t));

async function connectedCall() {
  const callSid = newCallSid();
  const ws = t.connect(await t.ring(callSid));
  expect(await handshake(ws)).toBe('open');
  const call = t.runner.last;
  expect(await call.read()).toEqual({ type: 'SOCKET_OPEN', text: '' });
  return { callSid, ws, call };
}

test("Twilio's messages reach the worker as they came, in order", async () => {
  const { ws, call } = await connectedCall();
  ws.send('{"event":"connected"}');
  ws.send('{"event":"media", broken');
  expect(await call.read()).toEqual({ type: 'MESSAGE', text: '{"event":"connected"}' });
  expect(await call.read()).toEqual({ type: 'MESSAGE', text: '{"event":"media", broken' });
  ws.close(1000);
  expect(await call.read()).toEqual({ type: 'SOCKET_CLOSED', text: '1000' });
  call.end('caller_hangup');
});

test('a binary message is reported as such and not passed on', async () => {
  const { ws, call } = await connectedCall();
  ws.send(Buffer.from([1, 2, 3]));
  expect(await call.read()).toEqual({ type: 'BINARY', text: '' });
  ws.terminate();
  expect(await call.read()).toEqual({ type: 'SOCKET_CLOSED', text: '1006' });
  call.end('socket_lost');
});

test('what the worker writes arrives as text messages, and CLOSE closes after the last of them', async () => {
  const { ws, call } = await connectedCall();
  const messages: string[] = [];
  ws.on('message', (data, isBinary) => messages.push(`${isBinary} ${data}`));
  // A long stretch with sizes that wrap around the ring several times.
  const sent = Array.from({ length: 600 }, (_, i) => `{"n":${i},"pad":"${'x'.repeat((i * 37) % 400)}"}`);
  for (const [i, text] of sent.entries()) {
    call.send(text);
    if (i % 50 === 49) await until(() => call.rings.egress.isEmpty);
  }
  call.close();
  expect(await closeCode(ws)).toBe(1000);
  expect(messages).toEqual(sent.map((text) => `false ${text}`));
  expect(await call.read()).toEqual({ type: 'SOCKET_CLOSED', text: '1000' });
  call.end('agent_goodbye');
});

test('a message of more than 64 KiB closes the socket and is counted', async () => {
  const { ws, call } = await connectedCall();
  const before = metric(await t.metrics(), 'ringline_media_oversized_total');
  ws.send('x'.repeat(64 * 1024 + 1));
  expect(await closeCode(ws)).toBe(1009);
  expect(await call.read()).toEqual({ type: 'SOCKET_CLOSED', text: '1009' });
  expect(metric(await t.metrics(), 'ringline_media_oversized_total')).toBe(before + 1);
  call.end('protocol');
});

test('a message that just fits is passed on whole', async () => {
  const { ws, call } = await connectedCall();
  const message = 'y'.repeat(60_000);
  ws.send(message);
  expect((await call.read()).text).toBe(message);
  call.end('agent_goodbye');
  await closeCode(ws);
});

test('when the call ends, its last words are sent and the socket is closed', async () => {
  const { ws, call } = await connectedCall();
  const last = nextMessage(ws);
  call.send('{"event":"mark"}');
  call.end('agent_goodbye');
  expect(await last).toBe('{"event":"mark"}');
  expect(await closeCode(ws)).toBe(1000);
});

test('a full ring loses messages, counts them, and never the news that the socket has closed', async () => {
  const { ws, call } = await connectedCall();
  const before = metric(await t.metrics(), 'ringline_ring_dropped_total{ring="ingress"}');
  for (let i = 0; i < 10; i++) ws.send('z'.repeat(30_000));
  ws.close(1000);
  await until(() => ws.readyState === WebSocket.CLOSED);
  const types: string[] = [];
  while (types.at(-1) !== 'SOCKET_CLOSED') types.push((await call.read()).type);
  const lost = metric(await t.metrics(), 'ringline_ring_dropped_total{ring="ingress"}') - before;
  expect(lost).toBeGreaterThan(0);
  expect(types.filter((type) => type === 'MESSAGE')).toHaveLength(10 - lost);
  call.end('caller_hangup');
});

test('a token lets one socket in, once', async () => {
  const callSid = newCallSid();
  const url = await t.ring(callSid);
  const ws = t.connect(url);
  expect(await handshake(ws)).toBe('open');
  const before = metric(await t.metrics(), 'ringline_media_token_refused_total{reason="used"}');
  expect(await handshake(t.connect(url))).toBe(403);
  expect(metric(await t.metrics(), 'ringline_media_token_refused_total{reason="used"}')).toBe(before + 1);
  expect(ws.readyState).toBe(WebSocket.OPEN);
  t.runner.last.end('agent_goodbye');
  await closeCode(ws);
});

test.each([
  ['unknown', '/ws/abcdefghijklmnop'],
  ['missing', '/ws'],
])('a socket with an %s token is refused and counted', async (reason, path) => {
  const series = `ringline_media_token_refused_total{reason="${reason}"}`;
  const before = metric(await t.metrics(), series);
  const url = t.base.replace('http', 'ws') + path;
  expect(await handshake(t.connect(url))).toBe(403);
  expect(metric(await t.metrics(), series)).toBe(before + 1);
});

test('a wrong signature is refused and counted, and does not use up the token', async () => {
  const url = await t.ring(newCallSid());
  const series = 'ringline_signature_refused_total{on="media"}';
  const before = metric(await t.metrics(), series);
  expect(await handshake(t.connect(url, sign(url, [], 'another token')))).toBe(403);
  expect(await handshake(new WebSocket(url))).toBe(403);
  expect(metric(await t.metrics(), series)).toBe(before + 2);
  const ws = t.connect(url);
  expect(await handshake(ws)).toBe('open');
  t.runner.last.end('agent_goodbye');
  await closeCode(ws);
});

test('a token is dead once its call is over', async () => {
  const url = await t.ring(newCallSid());
  t.runner.last.end('start_timeout');
  await until(async () => metric(await t.metrics(), 'ringline_calls_live') === 0);
  expect(await handshake(t.connect(url))).toBe(403);
});

test('a plain GET of the socket URL is told to upgrade', async () => {
  const response = await fetch(`${t.base}/ws/token`);
  expect(response.status).toBe(426);
  expect(await response.json()).toMatchObject({ detail: 'this is a WebSocket' });
});

test('refused handshakes by the hundred are counted, and have a few lines in the log', async () => {
  const series = 'ringline_media_token_refused_total{reason="unknown"}';
  const before = metric(await t.metrics(), series);
  const url = `${t.base.replace('http', 'ws')}/ws/${'x'.repeat(32)}`;
  const answers = await Promise.all(Array.from({ length: 150 }, () => handshake(t.connect(url))));
  expect(new Set(answers)).toEqual(new Set([403]));
  expect(metric(await t.metrics(), series)).toBe(before + 150);
  expect(t.lines.filter(({ msg }) => msg === 'media socket refused: token').length).toBeLessThanOrEqual(20);
});
