import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SimulatedCall } from '../../loadtest/simulators/twilio/simulated_call.js';
import { type PlaceCallOptions, TwilioSimulator } from '../../loadtest/simulators/twilio/simulator.js';
import { ACCOUNT_SID, AUTH_TOKEN, FakeServer, type FakeSocket, tone } from './twilio_fake_server.js';

let server: FakeServer;
let simulator: TwilioSimulator;

beforeEach(async () => {
  server = await FakeServer.start();
  simulator = await TwilioSimulator.start({ accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, verbTimeScale: 0.01 });
  server.answers['/'] = server.connect();
});
afterEach(async () => {
  await simulator.close();
  await server.close();
});

function ring(options: Partial<PlaceCallOptions> = {}): SimulatedCall {
  const numbers = { from: '+15551230001', to: '+15551230002' };
  return simulator.placeCall({ ...numbers, webhookUrl: `${server.origin}/`, caller: [], ...options });
}
/** The server's end of the next stream, once `start` has come. */
async function started(): Promise<FakeSocket> {
  const socket = server.sockets[0] ?? (await new Promise<FakeSocket>((resolve) => (server.onSocket = resolve)));
  await socket.until('start');
  return socket;
}

describe('the voice webhook', () => {
  test('carries every field, the empty ones too, under a signature the SDK accepts', async () => {
    server.answers['/'] = '<Response><Hangup/></Response>';
    const call = ring();
    await call.ended;
    const [request] = server.requests;
    expect(request.signed).toBe(true);
    expect(request.fields).toMatchObject({
      CallSid: call.sid,
      AccountSid: ACCOUNT_SID,
      From: '+15551230001',
      Caller: '+15551230001',
      To: '+15551230002',
      Called: '+15551230002',
      CallStatus: 'ringing',
      ApiVersion: '2010-04-01',
      Direction: 'inbound',
      ToZip: '',
      FromCity: 'SAN JOSÉ & CO',
    });
  });

  test.each<[string, string | { status?: number; type?: string; body: string }, number]>([
    ['answers 500', { status: 500, body: '' }, 11200],
    ['answers JSON', { type: 'application/json', body: '{}' }, 12300],
    ['answers broken XML', '<Response>', 12100],
  ])('that %s ends the call with Twilio error %#', async (_what, answer, code) => {
    server.answers['/'] = answer;
    const report = await ring().ended;
    expect(report).toMatchObject({ status: 'failed', endedBy: 'error' });
    expect(report.notices.map((notice) => notice.code)).toEqual([code]);
  });

  test('that nobody answers is 11205, and the fallback URL is asked', async () => {
    server.answers['/fallback'] = '<Response><Say>sorry</Say></Response>';
    const report = await ring({ webhookUrl: 'http://127.0.0.1:1/', fallbackUrl: `${server.origin}/fallback` }).ended;
    expect(report.notices.map((notice) => notice.code)).toEqual([11205]);
    expect(report).toMatchObject({ status: 'completed', spoken: [{ verb: 'Say', what: 'sorry' }] });
  });

  test('that does not answer in time is 11200', async () => {
    const impatient = await TwilioSimulator.start({
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      webhookTimeoutMs: 50,
    });
    server.answers['/'] = () => new Promise(() => {});
    const call = impatient.placeCall({ from: '+1', to: '+1', webhookUrl: `${server.origin}/`, caller: [] });
    expect((await call.ended).notices).toMatchObject([{ code: 11200 }]);
    await impatient.close();
  });

  test('may reject the call', async () => {
    server.answers['/'] = '<Response><Reject reason="busy"/></Response>';
    const call = ring();
    expect(await call.ended).toMatchObject({ status: 'busy', durationS: 0 });
    expect(await call.answered).toBe(false);
    expect(await call.streamStarted).toBeNull();
  });
});

describe('the media stream', () => {
  test('opens as Twilio opens it: signed over the URL of the TwiML, without extensions', async () => {
    ring();
    const { request } = await started();
    expect(request.url).toBe('/ws/token');
    expect(request.headers['user-agent']).toBe('Twilio.TmeWs/1.0');
    const { validateRequest } = await import('twilio').then((module) => module.default);
    const signature = String(request.headers['x-twilio-signature']);
    expect(validateRequest(AUTH_TOKEN, signature, `${server.wsOrigin}/ws/token`, {})).toBe(true);
    for (const name of ['sec-websocket-extensions', 'sec-websocket-protocol', 'origin'])
      expect(request.headers).not.toHaveProperty(name);
  });

  test('of a public wss URL is signed over that URL while a tunnel leads to the local server', async () => {
    simulator.serverUrl = server.origin;
    server.answers['/voice'] =
      '<Response><Connect><Stream url="wss://voice.example.com/ws/t?gone=1"/></Connect></Response>';
    ring({ webhookUrl: 'https://voice.example.com/voice' });
    const { request } = await started();
    expect(server.requests[0].signed).toBe(true);
    expect(request.headers).toMatchObject({ host: 'voice.example.com', 'x-forwarded-proto': 'https' });
    const { validateRequest } = await import('twilio').then((module) => module.default);
    const signature = String(request.headers['x-twilio-signature']);
    expect(validateRequest(AUTH_TOKEN, signature, 'wss://voice.example.com/ws/t', {})).toBe(true);
    expect(request.url).toBe('/ws/t');
  });

  test('begins with connected, start and about ten frames at once', async () => {
    server.answers['/'] = server.connect('/ws/a', '<Parameter name="direction" value="inbound"/>');
    const call = ring();
    const socket = await started();
    await socket.until((message) => message.media?.chunk === '12');
    expect(socket.messages[0]).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    const { streamSid } = socket;
    expect(streamSid).toMatch(/^MZ[0-9a-f]{32}$/);
    expect(socket.messages[1]).toEqual({
      event: 'start',
      sequenceNumber: '1',
      start: {
        accountSid: ACCOUNT_SID,
        streamSid,
        callSid: call.sid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: { direction: 'inbound' },
      },
      streamSid,
    });
    const media = socket.of('media').slice(0, 12);
    expect(media[0]).toEqual({
      event: 'media',
      sequenceNumber: '2',
      media: {
        track: 'inbound',
        chunk: '1',
        timestamp: expect.stringMatching(/^\d+$/),
        payload: `${'/'.repeat(213)}w==`,
      },
      streamSid,
    });
    const first = Number(media[0].media.timestamp);
    expect(first).toBeGreaterThan(0);
    media.forEach((message, i) => {
      expect(message.media.chunk).toBe(String(i + 1));
      expect(message.media.timestamp).toBe(String(first + i * 20));
    });
    // The first ten came in one go: the eleventh is the first that real time gave out.
    expect(socket.arrivalMs(socket.of('media')[9]) - socket.arrivalMs(socket.messages[1])).toBeLessThan(18);
  });

  test('counts chunks and messages apart, and calls the DTMF track by its other name', async () => {
    ring({ caller: [{ wait: 'agent_speech' }, { dtmf: '7' }] });
    const socket = await started();
    socket.mark('now');
    socket.play(tone(60));
    const dtmf = await socket.until('dtmf');
    expect(dtmf).toEqual({
      event: 'dtmf',
      streamSid: socket.streamSid,
      sequenceNumber: expect.any(String),
      dtmf: { track: 'inbound_track', digit: '7' },
    });
    const after = await socket.until(
      (message) => message.event === 'media' && Number(message.sequenceNumber) > Number(dtmf.sequenceNumber),
    );
    // start, mark and dtmf took numbers that chunks did not.
    expect(Number(after.sequenceNumber) - Number(after.media.chunk)).toBe(3);
    const numbers = socket.messages.slice(1).map((message) => Number(message.sequenceNumber));
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  });

  test('carries the speech of the caller, sample for sample', async () => {
    const speech = Uint8Array.from({ length: 800 }, (_, i) => 0x20 + (i % 64));
    const call = ring({ caller: [{ say: speech, text: 'hello' }] });
    const socket = await started();
    await new Promise((resolve) => call.once('said', resolve));
    await socket.until((message) => message.event === 'media' && Number(message.media.chunk) >= 16);
    const heard = Buffer.concat(socket.of('media').map((message) => Buffer.from(message.media.payload, 'base64')));
    const at = heard.indexOf(Buffer.from(speech));
    expect(at % 160).toBe(0);
    expect([...heard.subarray(0, at), ...heard.subarray(at + 800)].every((byte) => byte === 0xff)).toBe(true);
    expect(call.report().streams[0].exchanges).toMatchObject([{ text: 'hello', bargeIn: false }]);
  });

  test('ends with stop and a close when the caller hangs up', async () => {
    const call = ring({ caller: [{ wait: 50 }, { hangup: true }] });
    const socket = await started();
    const stop = await socket.until('stop');
    expect(stop).toEqual({
      event: 'stop',
      sequenceNumber: String(socket.messages.length - 1),
      stop: { accountSid: ACCOUNT_SID, callSid: call.sid },
      streamSid: socket.streamSid,
    });
    expect(await socket.closed).toBe(1000);
    expect(await call.ended).toMatchObject({
      status: 'completed',
      endedBy: 'caller',
      script: { completed: true },
      durationS: 1,
    });
  });

  test('closed by the server lets the call go on after </Connect>', async () => {
    server.answers['/'] = server.connect('/ws/a', '', '<Say>good bye</Say><Hangup/>');
    const call = ring();
    (await started()).socket.close();
    const report = await call.ended;
    expect(report.spoken).toMatchObject([{ verb: 'Say', what: 'good bye' }]);
    expect(report).toMatchObject({
      status: 'completed',
      endedBy: 'twiml',
      streams: [{ close: { by: 'server', code: 1005 } }],
    });
  });

  test('refused by the server is 31920 and the call goes on', async () => {
    server.answers['/'] =
      `<Response><Connect><Stream url="${server.wsOrigin}/refuse/me" statusCallback="/stream"/></Connect><Say>x</Say></Response>`;
    const report = await ring().ended;
    expect(report.streams).toMatchObject([{ refused: { code: 31920, status: 403 }, startedAt: null }]);
    expect(report.spoken).toHaveLength(1);
    expect(server.requests.at(-1)).toMatchObject({
      path: '/stream',
      signed: true,
      fields: { StreamEvent: 'stream-error' },
    });
  });

  test('tells the stream status callback of its beginning and end', async () => {
    server.answers['/'] =
      `<Response><Connect><Stream name="main" url="${server.wsOrigin}/ws/x" statusCallback="${server.origin}/stream"/></Connect></Response>`;
    const call = ring();
    (await started()).socket.close();
    await call.ended;
    const events = server.requests.filter((request) => request.path === '/stream');
    expect(events.map(({ fields }) => fields['StreamEvent'])).toEqual(['stream-started', 'stream-stopped']);
    expect(events[0].fields).toMatchObject({
      CallSid: call.sid,
      StreamName: 'main',
      StreamSid: expect.stringMatching(/^MZ/),
    });
    expect(events[0].fields['Timestamp']).toMatch(/^\d{4}-\d\d-\d\dT/);
  });
});

describe('what the caller hears', () => {
  test('comes back as marks when it has played, and at once when nothing is queued', async () => {
    const call = ring();
    const socket = await started();
    socket.mark('empty');
    const empty = await socket.until((message) => message.mark?.name === 'empty');
    expect(empty).toEqual({
      event: 'mark',
      sequenceNumber: expect.any(String),
      streamSid: socket.streamSid,
      mark: { name: 'empty' },
    });
    socket.play(tone(120));
    socket.mark('spoken');
    const sentAt = performance.now();
    await socket.until((message) => message.mark?.name === 'spoken');
    expect(performance.now() - sentAt).toBeGreaterThan(110);
    socket.socket.close();
    const [stream] = (await call.ended).streams;
    expect(stream.marks.map(({ name, reason }) => [name, reason])).toEqual([
      ['empty', 'played'],
      ['spoken', 'played'],
    ]);
    expect(stream.marks[1].atMs - stream.heard[0].atMs).toBeGreaterThanOrEqual(120);
    expect(stream.heard).toMatchObject([{ durationMs: 120, cleared: false }]);
  });

  test('stops at a clear, whose marks come back in order, and goes on with what follows', async () => {
    const call = ring({
      caller: [
        { bargeInAfterMs: 60, say: tone(100), text: 'stop' },
        { wait: 'agent_silence', silenceMs: 60 },
        { hangup: true },
      ],
    });
    const socket = await started();
    socket.play(tone(2000));
    socket.mark('a');
    socket.mark('b');
    await socket.until((message) => message.event === 'media' && message.media.payload !== `${'/'.repeat(213)}w==`);
    socket.clear();
    socket.play(tone(80));
    socket.mark('c');
    const [stream] = (await call.ended).streams;
    expect(stream.marks.map(({ name, reason }) => [name, reason])).toEqual([
      ['a', 'cleared'],
      ['b', 'cleared'],
      ['c', 'played'],
    ]);
    expect(stream.heard).toHaveLength(2);
    expect(stream.heard[0].cleared).toBe(true);
    expect(stream.heard[0].durationMs).toBeLessThan(500);
    expect(stream.heard[1]).toMatchObject({ durationMs: 80, cleared: false });
    expect(stream.exchanges).toMatchObject([{ text: 'stop', bargeIn: true }]);
    expect(stream.exchanges[0].onsetToClearMs).toBeLessThan(200);
    expect(stream.underruns).toBe(0);
    const ear = call.heardAudio();
    const loud = ear.filter((sample) => Math.abs(sample) > 1000).length;
    expect(loud).toBe(Math.round((stream.heard[0].durationMs + 80) * 8));
  });

  test('and what would have been heard after the end is reported', async () => {
    const call = ring({ caller: [{ wait: 'agent_speech' }, { wait: 50 }, { hangup: true }] });
    (await started()).play(tone(1000));
    const [stream] = (await call.ended).streams;
    expect(stream.unheardMs).toBeGreaterThan(700);
    expect(stream.heard[0].durationMs + stream.unheardMs).toBe(1000);
  });

  test('with a hole in it is an underrun', async () => {
    const call = ring({ caller: [{ wait: 'agent_silence', silenceMs: 300 }, { hangup: true }] });
    const socket = await started();
    socket.play(tone(40));
    socket.mark('dry');
    await socket.until('mark');
    socket.play(tone(40));
    const [stream] = (await call.ended).streams;
    expect(stream.underruns).toBe(1);
  });

  test('is only what is valid: everything else is a violation', async () => {
    const call = ring();
    const socket = await started();
    socket.send({ event: 'media', streamSid: socket.streamSid, sequenceNumber: '1', media: { payload: '/w==' } });
    socket.send({ event: 'clear', streamSid: 'MZ00' });
    socket.socket.send('junk');
    socket.socket.send(new Uint8Array([1, 2]));
    socket.socket.close();
    const [stream] = (await call.ended).streams;
    expect(stream.violations.map(({ code }) => code)).toEqual([31951, 31951, 31951, 31950]);
    expect(stream.mediaMessages).toBe(0);
    expect(simulator.stats.violations).toBe(4);
  });
});

describe('a failure', () => {
  test.each([
    ['twiml_500', 11200],
    ['twiml_timeout', 11200],
    ['twiml_invalid', 12100],
  ] as const)('%s ends the call although the server did nothing wrong', async (mode, code) => {
    simulator.fail(mode);
    expect((await ring().ended).notices).toMatchObject([{ code }]);
    expect(server.sockets).toHaveLength(0);
    const call = ring();
    expect(await call.streamStarted).not.toBeNull(); // it struck once
  });

  test.each([
    ['webhook_bad_signature', false],
    ['webhook_no_signature', false],
  ] as const)('%s reaches the server unsigned', async (mode, signed) => {
    simulator.fail(mode);
    server.answers['/'] = '<Response/>';
    await ring().ended;
    expect(server.requests[0].signed).toBe(signed);
  });

  test.each([
    ['handshake_bad_signature', expect.any(String)],
    ['handshake_no_signature', undefined],
  ] as const)('%s reaches the media socket', async (mode, header) => {
    simulator.fail(mode);
    ring();
    const { request } = await started();
    const { validateRequest } = await import('twilio').then((module) => module.default);
    const signature = request.headers['x-twilio-signature'];
    expect(signature).toEqual(header);
    expect(validateRequest(AUTH_TOKEN, String(signature), `${server.wsOrigin}/ws/token`, {})).toBe(false);
  });

  test('handshake_refused never opens the socket; the call goes on', async () => {
    simulator.fail('handshake_refused');
    server.answers['/'] = server.connect('/ws/a', '', '<Say>sorry</Say>');
    const report = await ring().ended;
    expect(report).toMatchObject({ status: 'completed', streams: [], spoken: [{ what: 'sorry' }] });
    expect(report.notices).toMatchObject([{ code: 31920 }]);
  });

  test('handshake_slow lets the server wait', async () => {
    simulator.fail('handshake_slow', { delayMs: 120 });
    const call = ring();
    await call.answered;
    const at = performance.now();
    await started();
    expect(performance.now() - at).toBeGreaterThan(110);
  });

  test('start_missing says connected and nothing more', async () => {
    simulator.fail('start_missing');
    const call = ring();
    await call.streamStarted;
    const [socket] = server.sockets;
    await socket.until('connected');
    call.hangup();
    await socket.closed;
    expect(socket.messages.map((message) => message.event)).toEqual(['connected']);
  });

  test('token_reused opens the same URL twice', async () => {
    simulator.fail('token_reused');
    const two = new Promise<void>((resolve) => {
      server.onSocket = () => server.sockets.length === 2 && resolve();
    });
    ring();
    await two;
    const [first, second] = server.sockets;
    expect(second.request.url).toBe(first.request.url);
    expect(second.request.headers['x-twilio-signature']).toBe(first.request.headers['x-twilio-signature']);
  });

  test('wrong_call_sid names a stranger in start', async () => {
    simulator.fail('wrong_call_sid');
    const call = ring();
    const start = await (await started()).until('start');
    expect(start.start.callSid).toMatch(/^CA[0-9a-f]{32}$/);
    expect(start.start.callSid).not.toBe(call.sid);
  });

  test('tcp_cut ends the stream without stop', async () => {
    simulator.fail('tcp_cut', { after: 60 });
    const call = ring();
    const socket = await started();
    expect(await socket.closed).toBe(1006);
    expect(socket.of('stop')).toEqual([]);
    expect((await call.ended).streams).toMatchObject([{ close: { by: 'cut', code: 1006 } }]);
  });

  test('slow_reader lets the sends of the server back up, then reads them all', async () => {
    simulator.fail('slow_reader', { delayMs: 400 });
    const call = ring();
    const socket = await started();
    await socket.until((message) => message.media?.chunk === '14');
    const second = tone(1000);
    const seconds = 560; // more than loopback's socket buffers hold
    for (let i = 0; i < seconds; i++) socket.play(second);
    expect(socket.socket.bufferedAmount).toBeGreaterThan(0);
    socket.mark('end of line');
    socket.clear();
    await socket.until('mark');
    expect(socket.socket.bufferedAmount).toBe(0);
    expect(call.report().streams[0].mediaMessages).toBe(seconds);
  });

  test('hangup_during_connect leaves the server with a socket that never starts, or none', async () => {
    simulator.fail('hangup_during_connect');
    const report = await ring().ended;
    expect(report).toMatchObject({ status: 'completed', endedBy: 'caller' });
    expect(report.streams.every((stream) => stream.startedAt === null)).toBe(true);
    expect(report.streams.every((stream) => stream.refused === null)).toBe(true);
  });

  test('hangup_during_tts hangs up so many ms into the first words', async () => {
    simulator.fail('hangup_during_tts', { after: 100 });
    const call = ring();
    const socket = await started();
    socket.play(tone(3000));
    await socket.until('stop');
    const [stream] = (await call.ended).streams;
    expect(stream.heard[0].durationMs).toBeGreaterThanOrEqual(100);
    expect(stream.heard[0].durationMs).toBeLessThan(1000);
  });

  test('strikes only the call it is meant for', async () => {
    simulator.fail('twiml_500', { callSid: '+15559990000' });
    const lucky = ring();
    expect(await lucky.streamStarted).not.toBeNull();
    expect((await ring({ from: '+15559990000' }).ended).status).toBe('failed');
  });

  test('that was healed does not strike', async () => {
    simulator.fail('twiml_500', { times: 'always' });
    simulator.heal('twiml_500');
    expect(await ring().streamStarted).not.toBeNull();
  });
});

describe('the line', () => {
  test('loses frames as holes in the timestamps, not in the chunks', async () => {
    const network = {
      burstMs: 200,
      jitterMs: 0,
      stallsPerMinute: 0,
      stallMs: 0,
      lossRatio: 0,
      lossBurstFrames: 1,
      pauses: [{ atMs: 40, durationMs: 60, lost: true }],
    };
    const call = ring({ network });
    const socket = await started();
    const media = () => socket.of('media');
    await socket.until((message) => message.media?.chunk === '14');
    const steps = media()
      .slice(1, 14)
      .map((message, i) => Number(message.media.timestamp) - Number(media()[i].media.timestamp));
    expect(steps.filter((step) => step !== 20)).toEqual([80]);
    expect(media().map((message) => message.media.chunk)).toEqual(media().map((_, i) => String(i + 1)));
    expect(call.report().streams[0].framesLost).toBe(3);
  });

  test('to a server that does not read loses caller audio (31930) instead of growing without end', async () => {
    const call = ring();
    const socket = await started();
    const stream = (await call.streamStarted)!;
    socket.socket.pause();
    // More than the kernel holds between two loopback sockets.
    for (let i = 0; i < 16; i++) stream.client.inject(new Uint8Array(1 << 20));
    const before = stream.report().framesSent;
    await vi.waitFor(() => expect(stream.report().framesDiscarded).toBeGreaterThan(3));
    expect(stream.report().framesSent).toBe(before);
    expect(stream.report().violations).toMatchObject([{ code: 31930 }]);
    socket.socket.resume();
    const { chunk } = (await socket.until((message) => Number(message.media?.chunk) > before)).media;
    expect(Number(chunk)).toBe(before + 1);
  });

  test('may carry anything at all', async () => {
    const call = ring();
    const socket = await started();
    const stream = (await call.streamStarted)!;
    stream.client.inject('{"event":"surprise"}');
    expect(await socket.until('surprise')).toEqual({ event: 'surprise' });
  });

  test('closes in order when the simulator does', async () => {
    const call = ring();
    const socket = await started();
    await simulator.close();
    expect(socket.of('stop')).toHaveLength(1);
    expect(await call.ended).toMatchObject({ status: 'completed', endedBy: 'simulator' });
  });
});
