import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeepgramSimulator } from '../../loadtest/simulators/deepgram/server.js';
import { DeepgramClient, KEY, transcriptOf } from './deepgram_client.js';

const NO_DELAY = { kind: 'fixed', ms: 0 } as const;
const INSTANT = { connect: NO_DELAY, interim: NO_DELAY, final: NO_DELAY, finalize: NO_DELAY };
const LISTEN = '/v1/listen?model=nova-3&encoding=mulaw&sample_rate=8000&interim_results=true&tag=CA1&smart_format=true';

let simulator: DeepgramSimulator;
beforeEach(async () => {
  simulator = await DeepgramSimulator.start({ apiKeys: [KEY], latency: INSTANT, maxStreams: 2, idleTimeoutMs: 400 });
});
afterEach(() => simulator.close());

const open = (query = '&endpointing=300'): Promise<DeepgramClient> =>
  DeepgramClient.open(simulator.url, LISTEN + query);

describe('handshake', () => {
  test.each([
    ['wrong key', LISTEN, 'nope', /^401/],
    ['endpointing is no number', `${LISTEN}&endpointing=soon`, KEY, /^400.*endpointing/],
    ['utterance end below a second', `${LISTEN}&utterance_end_ms=500`, KEY, /^400.*utterance_end_ms/],
    ['keywords with nova-3', `${LISTEN}&keywords=curry`, KEY, /^400.*keyterm/],
    ['no such model', LISTEN.replace('nova-3', 'nova-9'), KEY, /^400.*No such model\/language/],
    ['a Flux model', LISTEN.replace('nova-3', 'flux-general-en'), KEY, /^400.*v2\/listen/],
    ['no such language', `${LISTEN}&language=xx`, KEY, /^400.*No such model\/language/],
    ['a language of another model', `${LISTEN.replace('nova-3', 'nova-2')}&language=ta`, KEY, /^400.*No such model/],
    ['a codec that is none', LISTEN.replace('mulaw', 'mp3'), KEY, /^400.*encoding/],
    ['a rate that is none', LISTEN.replace('8000', 'abc'), KEY, /^400.*sample_rate/],
    ['a flag that is neither true nor false', `${LISTEN}&diarize=maybe`, KEY, /^400.*diarize/],
    ['redaction of an unknown kind', `${LISTEN}&redact=names`, KEY, /^400.*redact/],
    ['key terms of more than 500 tokens', `${LISTEN}${`&keyterm=${'word '.repeat(16)}`.repeat(26)}`, KEY, /^400.*500/],
  ])('%s is refused with dg-error', async (_name, path, key, expected) => {
    await expect(DeepgramClient.open(simulator.url, path, key)).rejects.toThrow(expected);
  });

  test.each([
    ['no model', '/v1/listen?encoding=mulaw&sample_rate=8000'],
    ['a file instead of raw audio', '/v1/listen?model=nova-3'],
    ['a codec we never send', LISTEN.replace('mulaw', 'opus')],
    ['a parameter that does not exist', `${LISTEN}&keepalive=true`],
    ['a language with its region', `${LISTEN}&language=pt-BR`],
    ['several languages', `${LISTEN}&language=multi`],
    ['key terms of 500 tokens', `${LISTEN}${`&keyterm=${'word '.repeat(16)}`.repeat(25)}`],
  ])('%s is taken, as the vendor does', async (_name, path) => {
    const client = await DeepgramClient.open(simulator.url, path);
    client.control({ type: 'CloseStream' });
    await client.until(() => client.closed);
    expect(client.closed?.code).toBe(1000);
  });

  test('a long request in two pieces is read like any other', async () => {
    const terms = Array.from({ length: 100 }, (_, i) => `&keyterm=${i}${'%C3%A9'.repeat(20)}`).join('');
    const request =
      `GET ${LISTEN}${terms} HTTP/1.1\r\nHost: x\r\nAuthorization: Token ${KEY}\r\nUpgrade: websocket\r\n` +
      'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
    expect(request.length).toBeGreaterThan(12_000);
    const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1');
    const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    await new Promise((resolve) => socket.write(request.slice(0, 9000), resolve));
    // Answered after what came before it was read.
    await fetch(`${simulator.url}/v1/projects`);
    socket.write(request.slice(9000));
    expect(await answer).toMatch(/^HTTP\/1.1 400 [\s\S]*Keyterm limit/);
    socket.destroy();
  });

  test('a key is no access token: Bearer is for those', async () => {
    const answer = await fetch(`${simulator.url}/v1/projects`, { headers: { authorization: `Bearer ${KEY}` } });
    expect([answer.status, await answer.json()]).toMatchObject([401, { err_code: 'INVALID_AUTH' }]);
  });

  test('one stream more than allowed is a 429 with the vendor error body', async () => {
    await open();
    await open();
    await expect(open()).rejects.toThrow(/^429/);
    expect(simulator.stats.refusals).toEqual({ 429: 1 });
  });

  test.each([
    ['status_401', /^401/],
    ['status_429', /^429/],
    ['status_503', /^503/],
    ['refuse', /hang up|reset/],
  ] as const)('%s can be switched on, once', async (mode, expected) => {
    simulator.fail(mode);
    await expect(open()).rejects.toThrow(expected);
    await open();
  });

  test('a slow accept outlasts an impatient client and leaves no stream behind', async () => {
    simulator.fail('slow_accept', { delayMs: 60_000 });
    const pending = open();
    const failed = expect(pending).rejects.toThrow();
    await expect.poll(() => simulator.failures.struck.slow_accept).toBe(1);
    await simulator.close();
    await failed;
    expect(simulator.stats.opened).toBe(0);
  });
});

describe('what is heard', () => {
  test('interims follow about each second of speech, the final comes after the endpointing silence', async () => {
    simulator.setScript('CA1', [{ text: 'I had the chicken curry and it was cold.', speechMs: 3000 }]);
    const client = await open();
    client.speak(3000);
    client.silence(280);
    await client.until(() => client.messages.length >= 2);
    const interims = client.messages.filter((message) => !message.is_final);
    expect(interims.length).toBeGreaterThanOrEqual(2);
    expect('I had the chicken curry and it was cold.').toContain(transcriptOf(interims[0]).slice(0, 5));
    expect(client.finals).toHaveLength(0);
    client.silence(40);
    const final = await client.message((message) => message.speech_final);
    expect(transcriptOf(final)).toBe('I had the chicken curry and it was cold.');
    expect(final.start).toBe(0);
    expect(final.duration).toBeCloseTo(3.3, 1);
  });

  test('a long utterance arrives in several finals; joined they are the line', async () => {
    const text = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
    simulator.setScript('CA1', [{ text, speechMs: 10_000 }]);
    const client = await open();
    client.speak(10_000);
    client.silence(400);
    await client.message((message) => message.speech_final);
    expect(client.finals.length).toBeGreaterThanOrEqual(3);
    expect(client.finals.map(transcriptOf).join(' ')).toBe(text);
    expect(client.finals.filter((final) => final.speech_final)).toHaveLength(1);
    // A span begins where the one before it ended.
    for (const [i, final] of client.finals.slice(1).entries())
      expect(final.start).toBeCloseTo(client.finals[i].start + client.finals[i].duration, 2);
  });

  test('Finalize brings the whole line at once when speech has ended, and what is due while it has not', async () => {
    simulator.setScript('CA1', [
      { text: 'one two three four five six seven eight', speechMs: 4000 },
      { text: 'nine ten' },
    ]);
    const client = await open('&endpointing=false');
    client.speak(2000);
    client.control({ type: 'Finalize' });
    const partial = await client.message((message) => message.from_finalize);
    expect(transcriptOf(partial)).toMatch(/^one two three( four)?$/);
    client.speak(1800);
    client.silence(220);
    client.control({ type: 'Finalize' });
    await client.until(() => client.finals.length === 2);
    expect(client.finals.map(transcriptOf).join(' ')).toBe('one two three four five six seven eight');
    client.speak(700);
    client.silence(100);
    client.control({ type: 'Finalize' });
    await client.until(() => client.finals.length === 3);
    expect(transcriptOf(client.finals[2])).toBe('nine ten');
  });

  test('a line of known length that breaks off early keeps its last words to itself', async () => {
    simulator.setScript('CA1', [{ text: 'one two three four five six seven eight', speechMs: 4000 }, { text: 'next' }]);
    const client = await open();
    client.speak(2000);
    client.silence(1000);
    client.speak(400);
    client.silence(400);
    await client.until(() => client.finals.some((final) => transcriptOf(final) === 'next'));
    expect(client.finals.map(transcriptOf).join(' ')).toMatch(/^one two three( four)? ?next$/);
  });

  test('a pause near the end of a line does not make the rest of it the next line', async () => {
    simulator.setScript('CA1', [
      { text: 'That is really all, thank you. Goodbye.', speechMs: 3000 },
      { text: 'Next.', speechMs: 600 },
    ]);
    const client = await open();
    client.speak(2500);
    client.silence(300);
    client.speak(300);
    client.silence(600);
    client.speak(600);
    client.silence(400);
    await client.until(() => client.finals.some((final) => transcriptOf(final).includes('Next.')));
    expect(client.finals.map(transcriptOf).filter(Boolean)).toEqual([
      'That is really all, thank you. Goodbye.',
      'Next.',
    ]);
  });

  test('a second Finalize with nothing new to say gets no answer', async () => {
    const client = await open();
    client.speak(500);
    client.control({ type: 'Finalize' });
    client.control({ type: 'Finalize' });
    client.control({ type: 'CloseStream' });
    await client.until(() => client.closed);
    expect(client.messages.filter((message) => message.from_finalize)).toHaveLength(1);
    expect(simulator.stats.finalizesUnanswered).toBe(1);
  });

  test('a cough takes no line', async () => {
    simulator.setScript('CA1', [{ text: 'Hello there.' }]);
    const client = await open('&endpointing=300&vad_events=true');
    client.speak(60);
    client.silence(1000);
    client.speak(800);
    client.silence(400);
    const final = await client.message((message) => message.speech_final && transcriptOf(message));
    expect(transcriptOf(final)).toBe('Hello there.');
    expect(client.messages.filter((message) => message.type === 'SpeechStarted')).toHaveLength(1);
  });

  test('SpeechStarted and UtteranceEnd come only when asked for', async () => {
    const silent = await open();
    const asking = await open('&endpointing=300&vad_events=true&utterance_end_ms=1000');
    for (const client of [silent, asking]) {
      client.silence(500);
      client.speak(1000);
      client.silence(2000);
      client.control({ type: 'CloseStream' });
      await client.until(() => client.closed);
    }
    const kinds = (client: DeepgramClient) => client.messages.map((message) => message.type);
    expect(kinds(asking)).toContain('SpeechStarted');
    expect(kinds(asking)).toContain('UtteranceEnd');
    expect(kinds(silent)).not.toContain('SpeechStarted');
    expect(kinds(silent)).not.toContain('UtteranceEnd');
    const started = asking.messages.find((message) => message.type === 'SpeechStarted') as unknown as {
      timestamp: number;
    };
    expect(started.timestamp).toBeCloseTo(0.5, 1);
  });

  test('times start over on a new connection, the script goes on', async () => {
    simulator.setScript('CA1', [{ text: 'First.' }, { text: 'Second.' }]);
    for (const expected of ['First.', 'Second.']) {
      const client = await open();
      client.speak(500);
      client.silence(400);
      const final = await client.message((message) => message.speech_final && transcriptOf(message));
      expect(transcriptOf(final)).toBe(expected);
      expect(final.start).toBe(0);
      client.socket.terminate();
    }
  });

  test('without smart_format or punctuate the text is bare', async () => {
    simulator.setScript('CA1', [{ text: "It's cold, really." }]);
    const client = await DeepgramClient.open(simulator.url, LISTEN.replace('&smart_format=true', '&endpointing=300'));
    client.speak(900);
    client.silence(400);
    expect(transcriptOf(await client.message((message) => message.speech_final))).toBe("it's cold really");
  });
});

describe('Configure', () => {
  test('new key terms and formatting are confirmed, and the stream goes on', async () => {
    const client = await open();
    client.control({ type: 'Configure', keyterms: ['bright teeth'], features: { smart_format: false } });
    await client.until(() => client.raw.length === 1);
    expect(client.messages[0]).toMatchObject({ type: 'ConfigureSuccess', keyterms: ['bright teeth'] });
    simulator.setScript('CA1', [{ text: 'Still here.', speechMs: 600 }]);
    client.speak(600);
    client.control({ type: 'Finalize' });
    expect(transcriptOf(await client.message((message) => message.from_finalize))).toBe('still here');
  });

  test.each([
    ['key terms for a model without them', 'nova-2', { keyterms: ['a'] }, 'KeytermsNotSupported'],
    ['key terms that are no list', 'nova-3', { keyterms: 'a' }, 'InvalidConfigure'],
    ['a feature that is none', 'nova-3', { features: { karaoke: true } }, 'InvalidConfigure'],
  ])('%s: Error, ConfigureFailure, and the stream goes on', async (_name, model, message, code) => {
    const client = await DeepgramClient.open(simulator.url, LISTEN.replace('nova-3', model));
    client.control({ type: 'Configure', ...message });
    await client.until(() => client.raw.length === 2);
    expect(client.messages).toMatchObject([{ type: 'Error', code }, { type: 'ConfigureFailure' }]);
    client.control({ type: 'CloseStream' });
    await client.until(() => client.closed);
    expect(client.closed?.code).toBe(1000);
  });

  test('too many key terms are answered by nothing, and nothing is heard from then on', async () => {
    const client = await open();
    client.control({ type: 'Configure', keyterms: Array.from({ length: 51 }, () => 'x'.repeat(40)) });
    client.speak(1500);
    client.control({ type: 'Finalize' });
    await expect.poll(() => simulator.stats.finalizes).toBe(1);
    expect(client.raw).toEqual([]);
  });
});

describe('ends', () => {
  test('CloseStream: last results, Metadata, close 1000', async () => {
    const client = await open();
    client.speak(1000);
    client.control({ type: 'CloseStream' });
    await client.until(() => client.closed);
    expect(client.closed?.code).toBe(1000);
    expect(client.messages.at(-1)).toMatchObject({ type: 'Metadata', duration: 1, channels: 1 });
    expect(transcriptOf(client.finals.at(-1) as never)).not.toBe('');
  });

  test('no audio at all ends the stream with NET-0001, however many KeepAlives come', async () => {
    const client = await open();
    const keepAlive = setInterval(() => client.control({ type: 'KeepAlive' }), 50);
    await client.until(() => client.closed);
    clearInterval(keepAlive);
    expect(client.closed).toMatchObject({ code: 1011, reason: expect.stringMatching(/^NET-0001/) });
    expect(client.messages).toEqual([]);
  });

  test('after some audio KeepAlive holds the stream, silently', async () => {
    const client = await open();
    client.silence(100);
    for (let i = 0; i < 16; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      client.control({ type: 'KeepAlive' });
    }
    expect(client.closed).toBeNull();
    expect(client.messages).toEqual([]);
    await client.until(() => client.closed);
    expect(client.closed?.reason).toMatch(/^NET-0001/);
  });

  test.each([
    ['an empty binary frame', (client: DeepgramClient) => client.socket.send(new Uint8Array(0)), 1008],
    [
      'a control message in a binary frame',
      (client: DeepgramClient) => client.socket.send(Buffer.from('{"type":"KeepAlive"}')),
      1008,
    ],
    ['text that is no JSON', (client: DeepgramClient) => client.socket.send('hello'), 1008],
  ])('%s closes the stream with DATA-0000', async (_name, act, code) => {
    const client = await open();
    act(client);
    await client.until(() => client.closed);
    expect(client.closed).toMatchObject({ code, reason: expect.stringMatching(/^DATA-0000/) });
  });
});

describe('failures', () => {
  test('1011 comes in the middle of speech', async () => {
    simulator.fail('close_1011', { after: 500 });
    const client = await open();
    client.silence(1000);
    client.speak(1000);
    await client.until(() => client.closed);
    expect(client.closed).toMatchObject({ code: 1011, reason: expect.stringMatching(/^NET-0000/) });
  });

  test('throttled, audio faster than 1.25 times real time is answered as late as it would be by then', async () => {
    // The answer takes as long as the others' idle timeout.
    await simulator.close();
    simulator = await DeepgramSimulator.start({ apiKeys: [KEY], latency: INSTANT, idleTimeoutMs: 10_000 });
    simulator.fail('throttle');
    const client = await open();
    client.silence(20);
    const startMs = performance.now();
    client.speak(500);
    client.control({ type: 'Finalize' });
    await client.message((message) => message.from_finalize);
    // 500 ms of audio at 1.25 times real time.
    expect(performance.now() - startMs).toBeGreaterThan(350);
  });

  test('a close that looks like a normal end', async () => {
    simulator.fail('close_1000');
    const client = await open();
    client.silence(20);
    await client.until(() => client.closed);
    expect(client.closed?.code).toBe(1000);
  });

  test('a cut has no close frame', async () => {
    const client = await open();
    client.silence(20);
    simulator.fail('tcp_cut');
    client.silence(20);
    await client.until(() => client.closed);
    expect(client.closed?.code).toBe(1006);
  });

  test('CloseStream can be answered by a close without a code', async () => {
    simulator.fail('close_1005');
    const client = await open();
    client.control({ type: 'CloseStream' });
    await client.until(() => client.closed);
    expect(client.closed?.code).toBe(1005);
  });

  test('a stalled stream stays open and says nothing', async () => {
    simulator.fail('stall', { callSid: 'CA1' });
    const client = await open();
    client.speak(3000);
    client.control({ type: 'Finalize' });
    await expect.poll(() => simulator.stats.finalizes).toBe(1);
    expect(client.raw).toEqual([]);
    expect(client.closed).toBeNull();
  });

  test('malformed JSON, doubled and late finals reach the client', async () => {
    const client = await open();
    simulator.fail('malformed_json');
    simulator.fail('duplicate_final');
    client.speak(600);
    client.control({ type: 'Finalize' });
    await client.until(() => client.finals.length === 2);
    expect(client.finals[0]).toEqual(client.finals[1]);
    expect(client.raw.some((text) => !text.endsWith('}'))).toBe(true);
    simulator.fail('late_final', { delayMs: 30 });
    client.speak(600);
    client.control({ type: 'Finalize' });
    await client.until(() => client.finals.length === 4);
    expect(transcriptOf(client.finals[3])).toBe('also');
  });

  test('the vendor may send an error or a warning and go on', async () => {
    const client = await open();
    simulator.fail('warning_message');
    simulator.fail('error_message');
    client.silence(20);
    await client.until(() => client.raw.length === 2);
    expect(client.messages.map(({ type }) => type)).toEqual(['Warning', 'Error']);
    client.control({ type: 'CloseStream' });
    await client.until(() => client.closed);
    expect(client.closed?.code).toBe(1000);
  });

  test('a failure for one call leaves the other alone', async () => {
    simulator.fail('tcp_cut', { callSid: 'CA2', times: 'always' });
    const first = await open();
    const second = await DeepgramClient.open(simulator.url, LISTEN.replace('CA1', 'CA2'));
    first.speak(500);
    second.speak(500);
    await second.until(() => second.closed);
    first.control({ type: 'Finalize' });
    await first.message((message) => message.from_finalize);
    simulator.heal();
    const again = await DeepgramClient.open(simulator.url, LISTEN.replace('CA1', 'CA2'));
    again.speak(500);
    again.control({ type: 'Finalize' });
    await again.message((message) => message.from_finalize);
  });
});

test('the finalize delay is what was asked for, and is written down', async () => {
  simulator.setLatency({ finalize: { kind: 'fixed', ms: 80 } });
  const client = await open();
  client.speak(600);
  const askedMs = performance.now();
  client.control({ type: 'Finalize' });
  await client.message((message) => message.from_finalize);
  expect(performance.now() - askedMs).toBeGreaterThanOrEqual(79);
  const [timing] = simulator.timings.since(0).timings;
  expect(timing).toMatchObject({ stage: 'stt_final', key: 'CA1' });
  expect(timing.endMs - timing.startMs).toBeGreaterThanOrEqual(79);
});

test('the control endpoints do what the methods do', async () => {
  const post = (name: string, body: object) =>
    fetch(`${simulator.url}/_sim/${name}`, { method: 'POST', body: JSON.stringify(body) });
  expect((await post('script', { callSid: 'CA1', lines: [{ text: 'By wire.' }] })).status).toBe(200);
  const client = await open();
  client.speak(600);
  client.control({ type: 'Finalize' });
  client.silence(300);
  await client.until(() => client.finals.length > 0);
  expect((await post('fail', { mode: 'no such mode' })).status).toBe(400);
  expect((await post('fail', { mode: 'tcp_cut' })).status).toBe(200);
  client.silence(20);
  await client.until(() => client.closed);
  const stats = (await (await fetch(`${simulator.url}/_sim/stats`)).json()) as { struck: object };
  expect(stats).toMatchObject({ opened: 1, struck: { tcp_cut: 1 } });
});
