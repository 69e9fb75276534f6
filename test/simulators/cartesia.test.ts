import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CartesiaSimulator, type CartesiaSimulatorOptions } from '../../loadtest/simulators/cartesia/server.js';
import { CartesiaClient, generation, KEY, VERSION } from './cartesia_client.js';

const NO_DELAY = { kind: 'fixed', ms: 0 } as const;
const INSTANT = { connect: NO_DELAY, firstByte: NO_DELAY, perAudioSecond: NO_DELAY };
const TEXT = 'Thank you for calling, how was your lunch today?';

let simulator: CartesiaSimulator;
const start = async (options: CartesiaSimulatorOptions = {}): Promise<void> => {
  await simulator?.close();
  simulator = await CartesiaSimulator.start({
    apiKeys: [KEY],
    voice: 'tone',
    latency: INSTANT,
    contextExpiryMs: 60,
    ...options,
  });
};
beforeEach(() => start());
afterEach(() => simulator.close());
const open = (headers?: Record<string, string>): Promise<CartesiaClient> => CartesiaClient.open(simulator.url, headers);

describe('handshake', () => {
  test.each([
    ['wrong key', { authorization: 'Bearer no' }, /401/],
    ['no version', { 'cartesia-version': '' }, /400/],
    ['a version that never was', { 'cartesia-version': '2026-99-99' }, /400/],
  ])('%s is refused', async (_name, headers, expected) => {
    await expect(open(headers)).rejects.toThrow(expected);
  });

  test('one socket too many is a 429', async () => {
    await start({ maxContexts: 1, maxSockets: 1 });
    await open();
    await expect(open()).rejects.toThrow(/429/);
    expect(simulator.stats.refusals).toEqual({ 429: 1 });
  });

  test.each(['status_429', 'status_503', 'refuse'] as const)('%s can be switched on, once', async (mode) => {
    simulator.fail(mode);
    await expect(open()).rejects.toThrow();
    await open();
  });
});

describe('speech', () => {
  test('comes in base64 chunks of uneven length that fit no frame, then done', async () => {
    const client = await open();
    client.say('c1', TEXT);
    await client.done('c1');
    const sizes = client.of('c1', 'chunk').map((event) => Buffer.from(event.data ?? '', 'base64').length);
    expect(new Set(sizes).size).toBeGreaterThan(2);
    expect(sizes.every((size) => size % 160 !== 0)).toBe(true);
    expect(client.audioBytes('c1') / 8000).toBeGreaterThan(2);
    expect(client.events.at(-1)).toMatchObject({ type: 'done', done: true, status_code: 200 });
    expect(client.raw).not.toContain('binary!');
  });

  test.each([
    ['pcm_mulaw', 8000, 1],
    ['pcm_s16le', 16_000, 2],
    ['pcm_f32le', 24_000, 4],
    ['pcm_alaw', 8000, 1],
  ])('%s at %i Hz has %i bytes a sample', async (encoding, sample_rate, bytes) => {
    const client = await open();
    client.say('c1', TEXT, { output_format: { container: 'raw', encoding, sample_rate } });
    await client.done('c1');
    const seconds = client.audioBytes('c1') / bytes / sample_rate;
    expect(seconds).toBeGreaterThan(2.5);
    expect(seconds).toBeLessThan(4);
  });

  test('with espeak it is audible speech, whose words have times within the audio', async () => {
    await start({ voice: 'speech' });
    const client = await open();
    client.say('c1', TEXT, {
      add_timestamps: true,
      output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 8000 },
    });
    await client.done('c1');
    const bytes = Buffer.concat(client.of('c1', 'chunk').map((event) => Buffer.from(event.data ?? '', 'base64')));
    let peak = 0;
    for (let i = 0; i < bytes.length; i += 2) peak = Math.max(peak, Math.abs(bytes.readInt16LE(i)));
    expect(peak).toBeGreaterThan(16_000);
    const words = client.of('c1', 'timestamps').flatMap((event) => event.word_timestamps?.words ?? []);
    expect(words).toEqual(TEXT.split(' '));
    const ends = client.of('c1', 'timestamps').flatMap((event) => event.word_timestamps?.end ?? []);
    expect(ends.at(-1)).toBeCloseTo(bytes.length / 16_000, 1);
  });

  test('the first chunk takes its time, the rest comes faster than real time', async () => {
    await start({
      latency: { connect: NO_DELAY, firstByte: { kind: 'fixed', ms: 80 }, perAudioSecond: { kind: 'fixed', ms: 50 } },
    });
    const client = await open();
    const startMs = performance.now();
    client.say('c1', TEXT);
    await client.done('c1');
    const chunks = client.of('c1', 'chunk');
    expect(chunks[0].atMs - startMs).toBeGreaterThanOrEqual(75);
    const audioSeconds = client.audioBytes('c1') / 8000;
    expect(chunks.at(-1)!.atMs - chunks[0].atMs).toBeGreaterThan((audioSeconds - 0.4) * 50);
    const [timing] = simulator.timings.since().timings;
    expect(timing).toMatchObject({ stage: 'tts_first_byte', key: 'c1' });
  });

  test('contexts interleave, each in its own order', async () => {
    await start({ latency: { ...INSTANT, perAudioSecond: { kind: 'fixed', ms: 20 } } });
    const client = await open();
    client.say('a', TEXT, { add_timestamps: true });
    client.say('b', TEXT, { add_timestamps: true });
    await Promise.all([client.done('a'), client.done('b')]);
    const order = client.events.filter((event) => event.type === 'chunk').map((event) => event.context_id);
    expect(order.indexOf('b')).toBeLessThan(order.lastIndexOf('a'));
    expect(order.indexOf('a')).toBeLessThan(order.lastIndexOf('b'));
    for (const id of ['a', 'b']) {
      const starts = client.of(id, 'timestamps').flatMap((event) => event.word_timestamps?.start ?? []);
      expect(starts).toEqual([...starts].sort((x, y) => x - y));
    }
  });
});

describe('contexts', () => {
  test('continuations are one utterance: times go on, done comes once', async () => {
    const client = await open();
    client.say('c1', 'Thank you for calling. ', { continue: true, add_timestamps: true });
    client.say('c1', 'How was your lunch?', { continue: true, add_timestamps: true });
    client.say('c1', '', { continue: false, add_timestamps: true });
    await client.done('c1');
    const stamps = client.of('c1', 'timestamps').map((event) => event.word_timestamps!);
    expect(stamps.flatMap(({ words }) => words)).toEqual('Thank you for calling. How was your lunch?'.split(' '));
    const starts = stamps.flatMap(({ start }) => start);
    expect(starts).toEqual([...starts].sort((x, y) => x - y));
    expect(client.of('c1', 'done')).toHaveLength(1);
    expect(simulator.stats.records).toMatchObject([
      { transcript: 'Thank you for calling. How was your lunch?', how: 'done' },
    ]);
  });

  test('a missing blank between pieces is noticed', async () => {
    const client = await open();
    client.say('c1', 'Thank you', { continue: true });
    client.say('c1', 'very much.', { continue: true });
    client.say('c1', ' Good.', { continue: false });
    await client.done('c1');
    expect(simulator.stats.gluedWords).toBe(1);
  });

  test('a changed field within a context is an error event', async () => {
    const client = await open();
    client.say('c1', 'One. ', { continue: true });
    client.say('c1', 'Two.', { continue: true, language: 'de' });
    await client.until(() => client.of('c1', 'error')[0]);
    expect(client.of('c1', 'error')[0]).toMatchObject({ status_code: 400, error_code: 'context_mismatch' });
  });

  test('expires a while after its last audio, with a done nobody asked for; text after that is an error', async () => {
    const client = await open();
    client.say('c1', 'One. ', { continue: true });
    const done = await client.done('c1');
    expect(done.atMs - client.of('c1', 'chunk').at(-1)!.atMs).toBeGreaterThanOrEqual(50);
    client.say('c1', 'Two.', { continue: true });
    await client.until(() => client.of('c1', 'error')[0]);
    expect(simulator.stats).toMatchObject({ sentAfterEnd: 1, ends: { expired: 1 } });
  });

  test('text that comes in time keeps it', async () => {
    const client = await open();
    for (let i = 0; i < 4; i++) {
      const before = client.of('c1', 'chunk').length;
      client.say('c1', `Sentence ${i}. `, { continue: true });
      await client.until(() => client.of('c1', 'chunk').length > before);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(client.of('c1', 'done')).toHaveLength(0);
  });

  test('flush is answered after the audio before it, with a counter', async () => {
    const client = await open();
    client.say('c1', 'One. ', { continue: true, max_buffer_delay_ms: 5000 });
    client.say('c1', '', { continue: true, flush: true, max_buffer_delay_ms: 5000 });
    await client.until(() => client.of('c1', 'flush_done').length === 1);
    expect(client.of('c1', 'chunk').length).toBeGreaterThan(0);
    client.say('c1', 'Two. ', { continue: true, flush: true, max_buffer_delay_ms: 5000 });
    await client.until(() => client.of('c1', 'flush_done').length === 2);
    expect(client.of('c1', 'flush_done').map((event) => event.flush_id)).toEqual([1, 2]);
    expect(client.of('c1', 'chunk').at(-1)?.flush_id).toBe(2);
  });

  test('with a buffer delay short text waits, a whole sentence does not', async () => {
    const client = await open();
    const startMs = performance.now();
    client.say('waits', 'Well', { continue: true, max_buffer_delay_ms: 120 });
    client.say('sentence', 'That is good to hear from you. And', { continue: true, max_buffer_delay_ms: 5000 });
    await client.until(() => client.of('sentence', 'chunk')[0]);
    expect(client.of('waits', 'chunk')).toHaveLength(0);
    await client.until(() => client.of('waits', 'chunk')[0]);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(115);
  });

  test('cancel drops what waits, but what is being made goes on to its end', async () => {
    await start({ latency: { ...INSTANT, perAudioSecond: { kind: 'fixed', ms: 40 } } });
    const client = await open();
    client.say('c1', TEXT, { continue: true });
    client.say('c1', ' This is never spoken because it waits behind the first.', { continue: true });
    await client.until(() => client.of('c1', 'chunk').length >= 2);
    client.cancel('c1');
    await client.done('c1');
    const [record] = simulator.stats.records;
    expect(record.how).toBe('cancelled');
    expect(record.chunks).toBeGreaterThan(record.cancelledAtChunk! + 3);
    expect(record.audioMs).toBeLessThan(4000);
  });

  test('one active context too many is a 429 event, and finished ones make room', async () => {
    await start({ maxContexts: 1, latency: { ...INSTANT, firstByte: { kind: 'fixed', ms: 30 } } });
    const client = await open();
    client.say('a', TEXT);
    client.say('b', TEXT);
    await client.until(() => client.of('b', 'error')[0]);
    expect(client.of('b', 'error')[0]).toMatchObject({ status_code: 429, done: true });
    await client.done('a');
    client.say('c', TEXT);
    await client.done('c');
  });

  test.each([
    ['not json', undefined],
    [JSON.stringify({ context_id: 'x' }), 'x'],
    [JSON.stringify(generation('x', 'Hi', { output_format: { container: 'raw', encoding: 'mp3' } })), 'x'],
    [JSON.stringify(generation('x', 'Hi', { max_buffer_delay_ms: 9000 })), 'x'],
    [JSON.stringify(generation('x', 'Hi', { max_buffer_delay_ms: 0.5 })), 'x'],
    [JSON.stringify(generation(undefined, 'Hi')), undefined],
    [JSON.stringify(generation('x', 'Hi', { language: 'xx' })), 'x'],
    [JSON.stringify(generation('x', 'Hi', { language: 7 })), 'x'],
    [JSON.stringify(generation('x', 'Hi', { language: undefined, locale: 'xx-GB' })), 'x'],
    [JSON.stringify(generation('x', 'Hi', { voice: { mode: 'embedding', embedding: [0.1] } })), 'x'],
    [JSON.stringify(generation('x', 'Hi', { output_format: { container: 'raw', sample_rate: 8000 } })), 'x'],
    [JSON.stringify(generation('x', 'Hi', { generation_config: { speed: 9 } })), 'x'],
    [JSON.stringify(generation('x', 'Hi', { add_timestamps: 'yes' })), 'x'],
    [JSON.stringify(generation('x', 'Hi', { speed: 'warp' })), 'x'],
    [JSON.stringify({ cancel: true }), undefined],
  ])('%s is answered by an error event', async (text, contextId) => {
    const client = await open();
    client.socket.send(text);
    const error = await client.until(() => client.events.find((event) => event.type === 'error'));
    expect(error).toMatchObject({ status_code: 400, title: expect.any(String), message: expect.any(String) });
    expect(error.context_id).toBe(contextId);
  });

  test.each([
    [{ model_id: 'sonic-99' }, 'model_not_found'],
    [{ model_id: 'sonic-2' }, 'model_not_found'],
    [{ voice: 'bob' }, 'voice_not_found'],
    [{ voice: '00000000-0000-4000-8000-000000000000' }, 'voice_not_found'],
    [{ pronunciation_dict_id: 'nobody' }, 'pronunciation_dict_not_found'],
  ])('%j is not there', async (more, error_code) => {
    const client = await open();
    client.say('c1', TEXT, more);
    const error = await client.until(() => client.of('c1', 'error')[0]);
    expect(error).toMatchObject({ status_code: 404, error_code, request_id: expect.any(String) });
  });

  test('binary messages are not read', async () => {
    const client = await open();
    client.socket.send(Buffer.from(JSON.stringify(generation('c1', TEXT))));
    expect(await client.until(() => client.events[0])).toMatchObject({ type: 'error', status_code: 400 });
  });

  test('each API version writes a voice in its own way', async () => {
    const id = '71a7ad14-091c-4e8e-a314-022ece01c121';
    const now = await open();
    now.say('c1', TEXT, { voice: { mode: 'id', id } });
    now.say('c2', TEXT, { voice: { id } });
    await Promise.all([now.done('c1'), now.done('c2')]);
    const older = await open({ 'cartesia-version': '2025-04-16' });
    older.say('c1', TEXT, { voice: id });
    await older.until(() => older.of('c1', 'error')[0]);
    older.say('c2', TEXT, { voice: { mode: 'id', id } });
    await older.done('c2');
  });
});

test('an idle socket is closed as a normal close with a reason', async () => {
  await start({ idleTimeoutMs: 100 });
  const client = await open();
  await client.until(() => client.closed);
  expect(client.closed).toEqual({ code: 1000, reason: 'connection idle timeout' });
});

describe('failures', () => {
  test.each([
    ['error_429', { status_code: 429, context_id: 'c1' }],
    ['error_500', { status_code: 500, context_id: 'c1' }],
    ['error_no_context', { status_code: 500, context_id: undefined }],
  ] as const)('%s after two chunks', async (mode, expected) => {
    simulator.fail(mode, { after: 2, callSid: 'c1' });
    const client = await open();
    client.say('c1', TEXT);
    const error = await client.until(() => client.events.find((event) => event.type === 'error'));
    expect(client.of('c1', 'chunk')).toHaveLength(2);
    expect(error.context_id).toBe(expected.context_id);
    expect(error.status_code).toBe(expected.status_code);
    client.say('c2', TEXT);
    await client.done('c2');
  });

  test.each(['cut', 'cut_mid_chunk'] as const)('%s takes the socket without a close frame', async (mode) => {
    simulator.fail(mode, { after: 2 });
    const client = await open();
    client.say('c1', TEXT);
    await client.until(() => client.closed);
    expect(client.closed?.code).toBe(1006);
    expect(client.of('c1', 'chunk')).toHaveLength(2);
    expect(client.raw.every((text) => text.length < 100_000)).toBe(true);
    expect(simulator.stats.contextsActive).toBe(0);
  });

  test('a stall leaves the context open and silent, others go on', async () => {
    simulator.fail('stall', { after: 1 });
    const client = await open();
    client.say('c1', TEXT);
    client.say('c2', TEXT);
    await client.done('c2');
    expect(client.of('c1', 'chunk')).toHaveLength(1);
    expect(client.of('c1', 'done')).toHaveLength(0);
    expect(simulator.stats.contextsActive).toBe(1);
  });

  test('slow first byte, done without audio, unreadable and strange messages', async () => {
    const client = await open();
    simulator.fail('slow_first_byte', { delayMs: 120, callSid: 'slow' });
    simulator.fail('done_without_audio', { callSid: 'mute' });
    simulator.fail('malformed_json', { after: 1, callSid: 'bad' });
    simulator.fail('unknown_context', { after: 1, callSid: 'odd' });
    const startMs = performance.now();
    for (const id of ['slow', 'mute', 'bad', 'odd']) client.say(id, TEXT);
    await Promise.all(['slow', 'mute', 'bad', 'odd'].map((id) => client.done(id)));
    expect(client.of('slow', 'chunk')[0].atMs - startMs).toBeGreaterThanOrEqual(115);
    expect(client.of('mute', 'chunk')).toHaveLength(0);
    expect(client.raw.filter((text) => !text.endsWith('}'))).toHaveLength(1);
    expect(client.of('nobody-opened-this', 'chunk')).toHaveLength(1);
    expect(client.of('bad', 'chunk').length).toBeGreaterThan(3);
  });

  test('late chunks follow a cancelled context after its done', async () => {
    simulator.fail('late_chunks', { delayMs: 20 });
    const client = await open();
    client.say('c1', 'Hello. ', { continue: true });
    client.cancel('c1');
    await client.done('c1');
    const before = client.of('c1', 'chunk').length;
    await client.until(() => client.of('c1', 'chunk').length > before);
  });

  test('idle_close comes between turns', async () => {
    simulator.fail('idle_close');
    const client = await open();
    client.say('c1', 'Hello.');
    await client.done('c1');
    await client.until(() => client.closed);
    expect(client.closed).toEqual({ code: 1000, reason: 'connection idle timeout' });
  });
});

describe('REST', () => {
  const post = (path: string, body: object): Promise<Response> =>
    fetch(simulator.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'cartesia-version': VERSION, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('bytes are the audio itself', async () => {
    const bytes = await (await post('/tts/bytes', generation(undefined, TEXT))).arrayBuffer();
    expect(bytes.byteLength / 8000).toBeGreaterThan(2);
    const output_format = { container: 'wav', encoding: 'pcm_s16le', sample_rate: 8000 };
    const wav = Buffer.from(
      await (await post('/tts/bytes', generation(undefined, TEXT, { output_format }))).arrayBuffer(),
    );
    expect([wav.toString('latin1', 0, 4), wav.readUInt32LE(24)]).toEqual(['RIFF', 8000]);
  });

  test('sse carries the same messages', async () => {
    const text = await (await post('/tts/sse', generation(undefined, TEXT))).text();
    const events = text
      .split('\n\n')
      .filter(Boolean)
      .map((event) => JSON.parse(event.slice('data: '.length)));
    expect(events.at(-1)).toMatchObject({ type: 'done' });
    expect(events.filter((event) => event.type === 'chunk').length).toBeGreaterThan(5);
  });

  test('bad requests and planned refusals have a status and a JSON body', async () => {
    expect((await post('/tts/bytes', {})).status).toBe(400);
    simulator.fail('status_429');
    const response = await post('/tts/bytes', generation(undefined, TEXT));
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await response.json()).toMatchObject({ error_code: 'concurrency_limited', request_id: expect.any(String) });
  });

  const get = (path: string, version = VERSION, key = KEY): Promise<Response> =>
    fetch(simulator.url + path, { headers: { authorization: `Bearer ${key}`, 'cartesia-version': version } });

  test('voices: a page, the next one, one of them', async () => {
    const page = (await (await get('/voices?limit=2')).json()) as { data: { id: string }[]; has_more: boolean };
    expect([page.data.length, page.has_more]).toEqual([2, true]);
    const next = (await (await get(`/voices?limit=2&starting_after=${page.data[1].id}`)).json()) as typeof page;
    expect(next.data[0].id).not.toBe(page.data[1].id);
    expect(await (await get(`/voices/${page.data[0].id}`)).json()).toMatchObject({ id: page.data[0].id });
    expect((await get('/voices?limit=1', VERSION, 'no')).status).toBe(401);
    const nobody = await get('/voices/bob');
    expect([nobody.status, await nobody.json()]).toMatchObject([404, { error_code: 'voice_not_found' }]);
  });

  test('an account may have voices of its own', async () => {
    await start({ extraVoices: ['our-voice'] });
    const client = await open();
    client.say('c1', TEXT, { voice: 'our-voice' });
    await client.done('c1');
    expect((await get('/voices/our-voice')).status).toBe(200);
  });

  test('older API versions word their errors as text; a sign of life needs no key', async () => {
    expect(await (await get('/voices/bob', '2025-04-16')).text()).toMatch(/^Not found: /);
    expect((await fetch(simulator.url)).status).toBe(200);
  });
});
