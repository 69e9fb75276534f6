import { connect, type Socket } from 'node:net';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OpenaiSimulator } from '../../loadtest/simulators/openai/server.js';

const KEY = 'sk-test';
const FAST = { firstToken: { kind: 'fixed', ms: 0 }, interToken: { kind: 'fixed', ms: 0 } } as const;
const HELLO = [{ role: 'user', content: 'I had the chicken curry and it was cold.' }];

let simulator: OpenaiSimulator;
let client: OpenAI;
beforeEach(async () => {
  simulator = await OpenaiSimulator.start({ apiKeys: [KEY], latency: FAST });
  client = new OpenAI({ apiKey: KEY, baseURL: simulator.url, maxRetries: 0 });
});
afterEach(() => simulator.close());

const post = (body: object, init: RequestInit = {}): Promise<Response> =>
  fetch(`${simulator.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: HELLO, ...body }),
    ...init,
  });

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;

async function stream(body: object = {}): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  const params = {
    model: 'gpt-4o-mini',
    messages: HELLO,
    stream: true,
    stream_options: { include_usage: true },
    ...body,
  };
  for await (const chunk of (await client.chat.completions.create(params as never)) as unknown as AsyncIterable<Chunk>)
    chunks.push(chunk);
  return chunks;
}

const textIn = (chunks: Chunk[]): string => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');

/** The body's HTTP chunks, one for each write of the server. */
function httpChunks(message: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  let at = message.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const lineEnd = message.indexOf('\r\n', at);
    const length = Number.parseInt(message.toString('latin1', at, lineEnd), 16);
    if (!(length > 0)) return chunks;
    chunks.push(message.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 4 + length;
  }
}

/** One request on a raw socket, to see what the bytes really are. */
function rawRequest(extraBody = '', headers = ''): Promise<{ socket: Socket; pieces: Buffer[] }> {
  const body = `{"model":"gpt-4o-mini","stream":true${extraBody},"messages":[{"role":"user","content":"tell me about the menu"}]}`;
  const { port } = new URL(simulator.url);
  const socket = connect(Number(port), '127.0.0.1');
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => pieces.push(piece));
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', () => {
      if (Buffer.concat(pieces).includes('0\r\n\r\n')) resolve({ socket, pieces });
    });
  });
}

describe('a streamed completion', () => {
  test('role first, then words, finish reason on its own, usage without choices last', async () => {
    const chunks = await stream();
    expect(chunks[0].choices[0].delta).toMatchObject({ role: 'assistant', content: '' });
    expect(textIn(chunks)).toMatch(/sorry to hear that.*\?$/);
    expect(chunks.at(-2)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: chunks.length - 3 } });
    expect(simulator.stats).toMatchObject({ completed: 1, open: 0, abortCount: 0 });
  });

  test('without include_usage there is no usage chunk', async () => {
    const chunks = await stream({ stream_options: undefined });
    expect(chunks.at(-1)?.choices[0].finish_reason).toBe('stop');
  });

  test('ends with [DONE], in pieces that do not follow the events or the characters', async () => {
    simulator.setLatency({ interToken: { kind: 'fixed', ms: 1 } });
    const { pieces, socket } = await rawRequest();
    socket.destroy();
    const writes = httpChunks(Buffer.concat(pieces));
    expect(Buffer.concat(writes).toString()).toMatch(/sautéed.*\ndata: \[DONE\]\n\n$/s);
    const insideEvents = writes.filter((write) => !write.toString().endsWith('\n\n'));
    expect(insideEvents.length).toBeGreaterThan(writes.length / 10);
    // A character cut in two: the write ends with the first byte of an e with an accent.
    expect(writes.some((write) => write.at(-1) === 0xc3)).toBe(true);
  });

  test('a split character is whole again for a streaming decoder', async () => {
    expect(textIn(await stream({ messages: [{ role: 'user', content: 'Tell me about the menu' }] }))).toMatch(
      /sautéed.*purée.*crème/s,
    );
  });

  test('a token limit ends it with length', async () => {
    const chunks = await stream({ max_completion_tokens: 3 });
    expect(chunks.find((chunk) => chunk.choices[0]?.finish_reason)?.choices[0].finish_reason).toBe('length');
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(3);
  });

  test('a tool call comes in fragments: name once, arguments in pieces', async () => {
    const tools = [{ type: 'function', function: { name: 'hang_up', parameters: {} } }];
    const chunks = await stream({ tools, messages: [{ role: 'user', content: 'That is all, goodbye.' }] });
    const fragments = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    expect(fragments.filter((fragment) => fragment.function?.name)).toHaveLength(1);
    expect(fragments.length).toBeGreaterThan(3);
    expect(JSON.parse(fragments.map((fragment) => fragment.function?.arguments).join(''))).toHaveProperty('reason');
    expect(chunks.at(-2)?.choices[0].finish_reason).toBe('tool_calls');
  });

  test('scripted replies come before the rules', async () => {
    simulator.setReplies('', ['First.', 'Second.']);
    expect(textIn(await stream())).toBe('First.');
    expect(textIn(await stream())).toBe('Second.');
    expect(textIn(await stream())).toMatch(/sorry/);
  });

  test('a draft that is asked for anew with other words gets the same scripted reply', async () => {
    simulator.setReplies('', ['First.', 'Second.']);
    const hear = (words: string) => [...HELLO.slice(0, -1), { role: 'user', content: words }];
    expect(textIn(await stream({ messages: hear('The soup was') }))).toBe('First.');
    expect(textIn(await stream({ messages: hear('The soup was cold.') }))).toBe('First.');
    const then = [...hear('The soup was cold.'), { role: 'assistant', content: 'First.' }];
    expect(textIn(await stream({ messages: [...then, { role: 'user', content: 'And salty.' }] }))).toBe('Second.');
  });

  test('the first token takes its time, the others follow at their rate', async () => {
    simulator.setLatency({ firstToken: { kind: 'fixed', ms: 60 }, interToken: { kind: 'fixed', ms: 5 } });
    simulator.setReplies('', ['one two three four five six seven eight nine ten eleven']);
    const startMs = performance.now();
    let firstMs = 0;
    const params = { model: 'gpt-4o-mini', messages: HELLO, stream: true } as never;
    for await (const _ of (await client.chat.completions.create(params)) as unknown as AsyncIterable<Chunk>)
      firstMs ||= performance.now() - startMs;
    expect(firstMs).toBeGreaterThanOrEqual(58);
    expect(performance.now() - startMs - firstMs).toBeGreaterThanOrEqual(45);
    const [timing] = simulator.timings.since().timings;
    expect(timing.endMs - timing.startMs).toBeGreaterThanOrEqual(58);
  });
});

describe('connections', () => {
  test('are kept alive, without a hint unless asked for', async () => {
    const { pieces, socket } = await rawRequest();
    expect(Buffer.concat(pieces).toString().toLowerCase()).not.toContain('keep-alive: timeout');
    expect(socket.destroyed).toBe(false);
    socket.destroy();
    await simulator.close();
    simulator = await OpenaiSimulator.start({ keepAliveHint: true, latency: FAST });
    const hinting = await rawRequest();
    expect(Buffer.concat(hinting.pieces).toString().toLowerCase()).toContain('keep-alive: timeout=60');
    hinting.socket.destroy();
  });

  test('more than the limit are dropped', async () => {
    await simulator.close();
    simulator = await OpenaiSimulator.start({
      maxConnections: 1,
      latency: { firstToken: { kind: 'fixed', ms: 60_000 } },
    });
    const abort = new AbortController();
    const first = post({ stream: true }, { signal: abort.signal }).catch(() => null);
    await expect.poll(() => simulator.stats.open).toBe(1);
    await expect(post({ stream: true })).rejects.toThrow();
    expect(simulator.stats.connectionsDropped).toBeGreaterThanOrEqual(1);
    abort.abort();
    await first;
  });

  test('answers carry the rate limit headers', async () => {
    const { headers } = await post({ stream: true });
    for (const name of ['limit-requests', 'limit-tokens', 'remaining-requests', 'reset-tokens'])
      expect(headers.get(`x-ratelimit-${name}`)).not.toBeNull();
    expect(headers.get('x-request-id')).toMatch(/^req_/);
  });

  test('an idle one is closed by the server after its time', async () => {
    await simulator.close();
    simulator = await OpenaiSimulator.start({ keepAliveMs: 50, latency: FAST });
    const { socket } = await rawRequest();
    await new Promise((resolve) => socket.once('close', resolve));
  });

  test('sequential requests share one', async () => {
    for (let i = 0; i < 3; i++) {
      await (await post({ stream: true })).text();
      // The client puts its connection back a little after the body's last byte.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(simulator.stats.connections).toBe(1);
  });

  test('one completion too many at once is a 429 with its waiting time', async () => {
    await simulator.close();
    simulator = await OpenaiSimulator.start({
      maxConcurrent: 1,
      latency: { firstToken: { kind: 'fixed', ms: 60_000 } },
    });
    const abort = new AbortController();
    const first = post({ stream: true }, { signal: abort.signal }).catch(() => null);
    await expect.poll(() => simulator.stats.open).toBe(1);
    const second = await post({ stream: true });
    expect([second.status, second.headers.get('retry-after-ms')]).toEqual([429, '1000']);
    abort.abort();
    await first;
  });
});

describe('aborts', () => {
  test('are noticed, with the tokens produced so far', async () => {
    simulator.setLatency({ interToken: { kind: 'fixed', ms: 20 } });
    const params = { model: 'gpt-4o-mini', messages: HELLO, stream: true, user: 'CA7' } as never;
    let seen = 0;
    for await (const chunk of (await client.chat.completions.create(params)) as unknown as AsyncIterable<Chunk>)
      if (chunk.choices[0]?.delta.content && ++seen === 3) break;
    await expect.poll(() => simulator.stats.aborts.length).toBe(1);
    const [abort] = simulator.stats.aborts;
    expect(abort.key).toContain('CA7');
    expect(abort.tokens).toBeGreaterThanOrEqual(3);
    expect(abort.tokens).toBeLessThan(abort.tokensTotal);
    expect(simulator.stats).toMatchObject({ open: 0, completed: 0 });
  });

  test('before the first token count as zero tokens', async () => {
    simulator.fail('hang');
    const abort = new AbortController();
    const pending = post({ stream: true }, { signal: abort.signal });
    await expect.poll(() => simulator.stats.requests).toBe(1);
    abort.abort();
    await expect(pending).rejects.toThrow();
    await expect.poll(() => simulator.stats.aborts).toMatchObject([{ tokens: 0 }]);
  });
});

describe('refusals', () => {
  test.each([
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'caller', content: 'x' }] }, 'messages[0].role'],
    [{ model: 5 }, 'model'],
    [{ temperature: 3 }, 'temperature'],
    [{ stream_options: { include_usage: true } }, 'stream_options'],
    [{ messages: undefined }, 'messages'],
    [{ messages: [{ role: 'user', content: null }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'smell' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [...HELLO, { role: 'tool', content: 'x' }] }, 'messages[1].tool_call_id'],
    [{ messages: [...HELLO, { role: 'tool', content: 'x', tool_call_id: 'a' }] }, 'messages[1].role'],
    [{ messages: [{ role: 'assistant', tool_calls: [{ id: 'a' }] }, ...HELLO] }, 'messages'],
    [{ foo: 1 }, 'foo'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ top_p: 2 }, 'top_p'],
    [{ n: 0 }, 'n'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ max_tokens: 1_000_000 }, 'max_tokens'],
    [{ max_tokens: 5, max_completion_tokens: 5 }, 'max_tokens'],
    [{ stream: 'yes' }, 'stream'],
    [{ service_tier: 'gold' }, 'service_tier'],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
    [{ safety_identifier: 'x'.repeat(65) }, 'safety_identifier'],
    [{ tools: [] }, 'tools'],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ tool_choice: 'auto' }, 'tool_choice'],
    [{ response_format: { type: 'xml' } }, 'response_format.type'],
    [{ reasoning_effort: 'low' }, 'reasoning_effort'],
    [{ verbosity: 'low' }, 'verbosity'],
  ])('%j is a 400 that names the parameter', async (body, param) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } });
  });

  const TOOLS = [{ type: 'function', function: { name: 'hang_up' } }];
  test.each([
    ['gpt-5-mini', { max_tokens: 5 }, 'max_tokens', 'unsupported_parameter'],
    ['gpt-6-luna', { max_tokens: 220, temperature: 0.4 }, 'max_tokens', 'unsupported_parameter'],
    ['o3', { temperature: 0.4 }, 'temperature', 'unsupported_value'],
    ['gpt-5', { reasoning_effort: 'none' }, 'reasoning_effort', 'unsupported_value'],
    ['gpt-5.1', { reasoning_effort: 'low', top_p: 0.5 }, 'top_p', 'unsupported_parameter'],
    ['gpt-5.4-nano', { reasoning_effort: 'max' }, 'reasoning_effort', 'unsupported_value'],
    ['gpt-6-luna', { temperature: 0.4 }, 'temperature', 'unsupported_value'],
    ['gpt-6-luna', { tools: TOOLS }, 'reasoning_effort', null],
  ])('%s refuses %j', async (model, body, param, code) => {
    const response = await post({ model, ...body });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param, code } }]);
  });

  test.each([
    ['gpt-4.1', { max_tokens: 20, temperature: 0.4 }],
    ['o3', { max_completion_tokens: 500, temperature: 1 }],
    ['gpt-5.1', { temperature: 0.4, verbosity: 'low' }],
    ['gpt-6-luna', { reasoning_effort: 'none', temperature: 0.4, tools: TOOLS, max_completion_tokens: 220 }],
  ])('%s takes %j', async (model, body) => {
    expect((await post({ model, stream: true, ...body })).status).toBe(200);
  });

  test.each([
    ['gpt-nonsense', 'does not exist'],
    ['gpt-3.5-turbo', 'deprecated'],
    ['openai/gpt-5-mini', 'does not exist'],
  ])('there is no %s', async (model, word) => {
    const response = await post({ model });
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { error: { code: 'model_not_found', message: expect.stringContaining(word) } },
    ]);
    await expect(client.models.retrieve(model)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  test('models say when they are shut down, and a gateway may have more of them', async () => {
    expect(await client.models.retrieve('gpt-4o-mini')).toMatchObject({ shutdown_date: '2027-01-14' });
    expect(await client.models.retrieve('gpt-6-luna')).toMatchObject({ shutdown_date: null });
    expect((await client.models.list()).data.map(({ id }) => id)).toContain('gpt-4o-mini-2024-07-18');
    await simulator.close();
    simulator = await OpenaiSimulator.start({ extraModels: { 'openai/gpt-5-mini': 'gpt-5-mini' }, latency: FAST });
    expect(await (await post({ model: 'openai/gpt-5-mini', max_tokens: 5 })).json()).toMatchObject({
      error: { param: 'max_tokens' },
    });
  });

  test('only JSON is taken', async () => {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'text/plain' };
    expect(await (await post({}, { headers })).json()).toMatchObject({ error: { code: 'unsupported_content_type' } });
  });

  test('what is thought counts: a small limit leaves nothing to say', async () => {
    const chunks = await stream({ model: 'gpt-6-luna', max_completion_tokens: 220 });
    expect(textIn(chunks)).toBe('');
    expect(chunks.at(-2)?.choices[0].finish_reason).toBe('length');
    expect(chunks.at(-1)?.usage).toMatchObject({
      completion_tokens: 220,
      completion_tokens_details: { reasoning_tokens: 220 },
    });
    const quick = await stream({ model: 'gpt-6-luna', reasoning_effort: 'none', max_completion_tokens: 220 });
    expect(textIn(quick)).toMatch(/sorry/);
  });

  test('padding can be refused', async () => {
    const options = { include_usage: true, include_obfuscation: false };
    expect(JSON.stringify(await stream())).toContain('obfuscation');
    expect(JSON.stringify(await stream({ stream_options: options }))).not.toContain('obfuscation');
  });

  test('a wrong key is a 401', async () => {
    await expect(
      new OpenAI({ apiKey: 'no', baseURL: simulator.url, maxRetries: 0 }).models.list(),
    ).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });

  test.each([
    ['status_429', 429, { 'retry-after': '2', 'retry-after-ms': '1500' }, 'rate_limit_exceeded'],
    ['insufficient_quota', 429, { 'retry-after': null }, 'insufficient_quota'],
    ['status_503', 503, { 'retry-after-ms': '1500' }, null],
    ['status_500', 500, { 'x-should-retry': null }, null],
    ['status_500_final', 500, { 'x-should-retry': 'false' }, null],
    ['status_409', 409, { 'x-should-retry': 'true' }, null],
  ] as const)('%s', async (mode, status, headers, code) => {
    simulator.fail(mode, { delayMs: 1500 });
    const response = await post({ stream: true });
    expect(response.status).toBe(status);
    for (const [name, value] of Object.entries(headers)) expect(response.headers.get(name)).toBe(value);
    expect(await response.json()).toMatchObject({ error: { code } });
    expect((await post({ stream: true })).status).toBe(200);
  });
});

describe('stream failures', () => {
  test('truncate ends cleanly without a finish reason', async () => {
    simulator.fail('truncate', { after: 4 });
    const chunks = await stream();
    expect(chunks.some((chunk) => chunk.choices[0]?.finish_reason)).toBe(false);
    expect(chunks).toHaveLength(5);
  });

  test.each([
    ['reset', /terminated/],
    ['error_chunk', /server had an error/],
    ['invalid_json', /JSON/],
  ] as const)('%s throws in the middle of the loop', async (mode, expected) => {
    simulator.fail(mode, { after: 3 });
    await expect(stream()).rejects.toThrow(expected);
    expect(simulator.stats).toMatchObject({ failed: 1, open: 0 });
  });

  test('refuse resets before any answer', async () => {
    simulator.fail('refuse');
    await expect(stream()).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
  });

  test('a stall stays silent until the client gives up', async () => {
    simulator.fail('stall', { after: 2 });
    const abort = new AbortController();
    const response = await post({ stream: true }, { signal: abort.signal });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    while ((text.match(/"content":" ?\w+/g) ?? []).length < 2)
      text += Buffer.from((await reader.read()).value ?? []).toString();
    const next = reader.read().then(
      () => 'more',
      () => 'aborted',
    );
    const silence = new Promise((resolve) => setTimeout(resolve, 100, 'silence'));
    expect(await Promise.race([next, silence])).toBe('silence');
    abort.abort();
    await expect.poll(() => simulator.stats.aborts).toMatchObject([{ tokens: 2 }]);
  });

  test.each([
    ['content_filter', { after: 2 }, 'content_filter', 2],
    ['length', { after: 1 }, 'length', 1],
    ['empty', {}, 'stop', 0],
  ] as const)('%s', async (mode, options, finishReason, tokens) => {
    simulator.fail(mode, options);
    const chunks = await stream();
    expect(chunks.at(-2)?.choices[0].finish_reason).toBe(finishReason);
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(tokens);
  });

  test('the body can stay open after [DONE], and the usage chunk can be missing', async () => {
    simulator.fail('slow_end', { delayMs: 60 });
    const startMs = performance.now();
    await stream();
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(55);
    simulator.fail('no_usage');
    expect((await stream()).some((chunk) => chunk.usage)).toBe(false);
  });

  test('a failure for some callers leaves the others alone', async () => {
    simulator.fail('status_500', { callSid: 'soup', times: 'always' });
    const ask = (content: string) => post({ stream: true, messages: [{ role: 'user', content }] });
    expect((await ask('the soup was bad')).status).toBe(500);
    expect((await ask('the fish was bad')).status).toBe(200);
    simulator.heal();
    expect((await ask('the soup was bad')).status).toBe(200);
  });

  test('a trickle is slow', async () => {
    simulator.fail('trickle', { delayMs: 30 });
    simulator.setReplies('', ['one two three four']);
    const startMs = performance.now();
    await stream();
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(89);
  });
});
