// One reply from a server scripted by each test: what a caller would notice of each failure.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  API_KEY,
  hooks,
  llm,
  newProbe,
  newServer,
  probe,
  provider,
  SPOKEN,
  server,
  settled,
  start,
  WHOLE,
} from './openai_stage.js';
import { delta, END, event, finish, ROLE, refuse, stream, USAGE } from './scripted_chat_server.js';

describe('a reply that goes well', () => {
  test('arrives piece by piece, with finish reason and usage', async () => {
    server.answers = [WHOLE];
    provider();
    start();
    await probe.ended();
    expect(probe.text).toBe(SPOKEN);
    expect(probe.pieces).toBe(2);
    expect(probe.done).toEqual({ finishReason: 'stop', usage: { promptTokens: 5, completionTokens: 4 } });
    expect(server.bodies[0]).toMatchObject({
      model: 'gpt-6-luna',
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 100,
      temperature: 0.4,
      reasoning_effort: 'none',
      messages: [{ role: 'user', content: 'My lunch was cold.' }],
    });
    expect(server.headers[0].authorization).toBe(`Bearer ${API_KEY}`);
  });

  test('a stream without usage ends all the same, soon', async () => {
    server.answers = [stream([delta(SPOKEN), finish('length')], 'open')];
    provider({ usageWaitMs: 30, drainMs: 30 });
    start();
    await probe.ended();
    expect(probe.done).toEqual({ finishReason: 'length', usage: null });
    await settled();
  });

  test('a body left open after the end does not hold the reply up, nor its connection for ever', async () => {
    server.answers = [stream([delta(SPOKEN), finish('stop'), USAGE, END], 'open')];
    provider({ drainMs: 50 });
    start();
    await probe.ended();
    expect(probe.done?.usage).not.toBeNull();
    expect(llm.runCount).toBe(1);
    await settled();
    await server.until(() => server.aborted === 1, 'the connection given up');
  });
});

describe('refused', () => {
  test.each([
    [400, {}],
    [401, {}],
    [404, {}],
    [429, { code: 'insufficient_quota' }],
  ])('status %i %j: no second attempt, and a clear error', async (status, error) => {
    server.answers = [refuse(status, {}, error)];
    provider();
    start();
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'LLM_REQUEST', status, retryable: false, provider: 'openai' });
    expect(probe.error?.message).not.toContain(API_KEY);
    expect(server.bodies).toHaveLength(1);
    expect(hooks.results).toContainEqual({ ok: false, code: 'LLM_REQUEST' });
  });

  test.each([429, 500, 503])('status %i once: the caller notices nothing', async (status) => {
    server.answers = [refuse(status), WHOLE];
    provider();
    start();
    await probe.ended();
    expect(probe.error).toBeNull();
    expect(probe.text).toBe(SPOKEN);
    expect(hooks.counts.retries).toBe(1);
  });

  test('refused again and again: an error after the last attempt', async () => {
    server.answers = [refuse(503)];
    provider();
    start();
    await probe.ended();
    expect(server.bodies).toHaveLength(3);
    expect(probe.error).toMatchObject({ code: 'LLM_REQUEST', status: 503, retryable: true });
  });

  test('a short Retry-After is waited for', async () => {
    server.answers = [refuse(429, { 'retry-after-ms': '200' }), WHOLE];
    provider();
    const startedMs = performance.now();
    start();
    await probe.ended();
    expect(probe.text).toBe(SPOKEN);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(200);
  });

  test('a long Retry-After is told, not waited for', async () => {
    server.answers = [refuse(429, { 'retry-after': '20' })];
    provider();
    start();
    await probe.ended();
    expect(probe.error).toMatchObject({ status: 429, retryable: true, retryAfterMs: 20_000 });
    expect(server.bodies).toHaveLength(1);
  });

  test('nobody listens at the address', async () => {
    server.answers = [WHOLE];
    const { url } = server;
    await server.close();
    provider({}, 'gpt-4o-mini', url);
    start();
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'LLM_REQUEST', retryable: true });
    expect(probe.error?.message).toContain('ECONNREFUSED');
    await newServer();
  });
});

test.each([
  [
    'content in parts',
    [{ content: [{ type: 'text', text: 'Good ' }] }, { content: [{ type: 'text', text: 'day.' }, null] }],
  ],
  ['a refusal', [{ refusal: 'Good ' }, { content: null, refusal: 'day.' }]],
  ['a refusal beside empty content', [{ content: '', refusal: 'Good day.' }]],
])('%s is text like any other', async (_name, deltas) => {
  const chunks = deltas.map((each) => event({ choices: [{ index: 0, delta: each, finish_reason: null }] }));
  server.answers = [stream([ROLE, ...chunks, finish('stop'), USAGE, END])];
  provider();
  start();
  await probe.ended();
  expect(probe.text).toBe(SPOKEN);
  expect(server.bodies).toHaveLength(1);
});

test('a byte order mark and lone carriage returns do not disturb the stream', async () => {
  const text = [ROLE, delta(SPOKEN), finish('stop'), USAGE, END].join('').replaceAll('\n', '\r');
  server.answers = [stream([`\ufeff${text}`])];
  provider();
  start();
  await probe.ended();
  expect(probe.text).toBe(SPOKEN);
});

describe('silent or broken off', () => {
  test('no answer at all: asked again, then an error', async () => {
    server.answers = [() => {}, () => {}, WHOLE];
    provider({ firstTokenTimeoutMs: 60, retries: 1 });
    start();
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'LLM_TIMEOUT', retryable: true });
    expect(server.bodies).toHaveLength(2);
    await server.until(() => server.aborted === 2, 'both requests taken back');
  });

  test('headers and a role but no word count as no answer', async () => {
    server.answers = [stream([ROLE], 'open'), WHOLE];
    provider({ firstTokenTimeoutMs: 60 });
    start();
    await probe.ended();
    expect(probe.text).toBe(SPOKEN);
    expect(server.bodies).toHaveLength(2);
  });

  test('a stall in mid-sentence is an error, for the words before it were spoken', async () => {
    server.answers = [stream([ROLE, delta('Good ')], 'open'), WHOLE];
    provider({ stallTimeoutMs: 60 });
    start();
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'LLM_TIMEOUT' });
    expect(probe.text).toBe('Good ');
    expect(server.bodies).toHaveLength(1);
  });

  test('a trickle is no stall', async () => {
    server.answers = [
      (res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        const words = [ROLE, delta('Good'), delta(' '), delta('day'), delta('.'), finish('stop'), USAGE, END];
        const timer = setInterval(() => {
          const word = words.shift();
          if (word) res.write(word);
          else res.end(() => clearInterval(timer));
        }, 30);
      },
    ];
    provider({ stallTimeoutMs: 120, firstTokenTimeoutMs: 150, usageWaitMs: 200 });
    start();
    await probe.ended();
    expect(probe.text).toBe(SPOKEN);
    expect(probe.done?.usage).not.toBeNull();
  });

  test('cut off before the first word: asked again', async () => {
    server.answers = [stream([ROLE], 'cut'), stream([ROLE]), WHOLE];
    provider();
    start();
    await probe.ended();
    expect(probe.text).toBe(SPOKEN);
    expect(server.bodies).toHaveLength(3);
  });

  test.each(['end', 'cut'] as const)('cut off in mid-sentence (%s): an error', async (how) => {
    server.answers = [stream([ROLE, delta('Good da')], how)];
    provider();
    start();
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'LLM_STREAM' });
    expect(server.bodies).toHaveLength(1);
  });

  test('cut off between sentences: what was said stands, and the reason tells the truth', async () => {
    server.answers = [stream([ROLE, delta('Good day.'), delta(' ')])];
    provider();
    start();
    await probe.ended();
    expect(probe.done).toEqual({ finishReason: 'truncated', usage: null });
  });

  test('cut after the finish reason is complete', async () => {
    server.answers = [stream([ROLE, delta('Good'), finish('stop')], 'cut')];
    provider({ usageWaitMs: 5000 });
    start();
    await probe.ended();
    expect(probe.done).toEqual({ finishReason: 'stop', usage: null });
  });

  test.each([
    ['an error in the stream', event({ error: { message: 'lunch', type: 'server_error', code: 'boom' } })],
    ['no JSON', 'data: {"choices":[{"delta":{"content":"lunch\n\n'],
  ])('%s before the first word: asked again', async (_name, part) => {
    server.answers = [stream([ROLE, part]), WHOLE];
    provider();
    start();
    await probe.ended();
    expect(probe.text).toBe(SPOKEN);
    expect(hooks.counts.retries).toBe(1);
  });

  test.each(['stop', 'length', 'content_filter', 'tool_calls'])(
    'an answer without a word (%s) is passed on with its reason, and is no success of the provider',
    async (reason) => {
      server.answers = [stream([ROLE, finish(reason), USAGE, END])];
      provider();
      start();
      await probe.ended();
      expect(probe.done).toMatchObject({ finishReason: reason });
      expect(hooks.results).toEqual([{ ok: false, code: 'LLM_EMPTY' }]);
      expect(server.bodies).toHaveLength(1);
    },
  );

  test('no JSON in mid-sentence: an error', async () => {
    server.answers = [stream([delta('Good '), 'data: {"choices":[{"delta":{"content":"lunch\n\n'])];
    provider();
    start();
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'LLM_STREAM' });
  });

  test.each([['null'], ['7'], ['{}'], ['{"choices":null}'], ['{"choices":[null]}'], ['{"choices":[{"delta":null}]}']])(
    'a chunk of another shape (%s) does not disturb the reply',
    async (json) => {
      server.answers = [stream([ROLE, delta('Good '), `data: ${json}\n\n`, delta('day.'), finish('stop'), USAGE, END])];
      provider();
      start();
      await probe.ended();
      expect(probe.text).toBe(SPOKEN);
    },
  );

  test('whatever else the stream holds never makes two ends, or none', async () => {
    const field = fc.jsonValue({ maxDepth: 3 });
    const choice = fc.record({ delta: fc.record({ content: field }), finish_reason: field }, { requiredKeys: [] });
    const chunk = fc.record({ choices: fc.oneof(fc.array(fc.oneof(choice, field)), field), usage: field });
    provider({ firstTokenTimeoutMs: 200, stallTimeoutMs: 200, usageWaitMs: 20, retries: 0 });
    for (const junk of fc.sample(fc.array(fc.oneof(chunk, field), { maxLength: 5 }), { numRuns: 60, seed: 7 })) {
      server.answers = [stream(junk.map((each) => `data: ${JSON.stringify(each)}\n\n`))];
      newProbe();
      start();
      await probe.ended();
      await settled();
      expect(probe.late).toBe(0);
    }
  });

  test('filtered: the reason is passed on', async () => {
    server.answers = [stream([ROLE, finish('content_filter'), END])];
    provider({ usageWaitMs: 20 });
    start();
    await probe.ended();
    expect(probe.done?.finishReason).toBe('content_filter');
  });
});

describe('cancelled', () => {
  test('the request is taken back, nothing more is heard of it, and a new connection is made ready', async () => {
    server.answers = [stream([ROLE, delta('Good ')], 'open')];
    provider();
    const run = start();
    await probe.until(() => probe.pieces === 1, 'the first word');
    probe.over = true;
    run.cancel();
    run.cancel();
    await server.until(() => server.aborted === 1, 'the request taken back');
    await server.until(() => server.modelRequests === 1, 'warming');
    expect(llm.runCount).toBe(0);
  });

  test('by the handler itself: not even the rest of the same packet is heard', async () => {
    server.answers = [stream([ROLE + delta('Good ') + delta('day.') + finish('stop') + USAGE + END])];
    provider();
    const run = start();
    probe.onText = (text) => {
      probe.text += text;
      probe.over = true;
      run.cancel();
    };
    await settled();
    expect(probe.text).toBe('Good ');
    expect(probe.done).toBeNull();
  });

  test('before the answer began', async () => {
    server.answers = [() => {}];
    provider();
    const run = start();
    await server.until(() => server.bodies.length === 1, 'the request');
    probe.over = true;
    run.cancel();
    await server.until(() => server.aborted === 1, 'the request taken back');
    expect(llm.runCount).toBe(0);
  });

  test('while waiting to try again', async () => {
    server.answers = [refuse(429, { 'retry-after-ms': '1500' })];
    provider();
    const run = start();
    await hooks.until(() => hooks.counts.retries === 1, 'the retry planned');
    probe.over = true;
    run.cancel();
    expect(llm.runCount).toBe(0);
    expect(server.bodies).toHaveLength(1);
  });

  test('after its end it changes nothing', async () => {
    server.answers = [WHOLE];
    provider();
    const run = start();
    await probe.ended();
    run.cancel();
    await settled();
    expect(server.aborted).toBe(0);
  });

  test('a handler that throws breaks nothing but itself', async () => {
    server.answers = [WHOLE];
    provider();
    probe.onText = () => {
      throw new Error('ours');
    };
    start();
    await probe.ended();
    expect(probe.done?.finishReason).toBe('stop');
    expect(hooks.logText).toContain('provider handler threw');
  });
});

describe('a parameter that the model refuses', () => {
  const unsupported = (param: string, code = 'unsupported_parameter') => refuse(400, {}, { code, param });

  test('is left out from then on: one reply asks again at once, the next does not have to', async () => {
    server.answers = [unsupported('temperature', 'unsupported_value'), WHOLE];
    provider({ retries: 0 });
    start();
    await probe.ended();
    expect(probe.text).toBe(SPOKEN);
    expect(server.bodies.map((body) => 'temperature' in body)).toEqual([true, false]);
    newProbe();
    server.answers = [WHOLE];
    start();
    await probe.ended();
    expect(server.bodies.map((body) => 'temperature' in body)).toEqual([true, false, false]);
    expect(hooks.results.filter((result) => !result.ok)).toEqual([]);
    expect(hooks.logText.match(/refuses a parameter/g)).toHaveLength(1);
  });

  test('one after the other until it is answered', async () => {
    const names = ['max_tokens', 'max_completion_tokens', 'temperature', 'stream_options'];
    server.answers = [...names.map((name) => unsupported(name)), WHOLE];
    provider({ retries: 0 }, 'some-deployment');
    start();
    await probe.ended();
    expect(probe.text).toBe(SPOKEN);
    expect(Object.keys(server.bodies.at(-1)!).sort()).toEqual(['messages', 'model', 'stream']);
  });

  test.each([
    ['another refusal', refuse(400, {}, { code: 'invalid_value', param: 'messages' })],
    ['one that names nothing', refuse(400, {}, { code: 'bad_request' })],
    ['of a parameter that was not sent', unsupported('top_p')],
  ])('%s fails the reply', async (_name, answer) => {
    server.answers = [answer, WHOLE];
    provider();
    start();
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'LLM_REQUEST', status: 400, retryable: false });
    expect(server.bodies).toHaveLength(1);
  });

  test('a server that refuses whatever is sent comes to an end', async () => {
    server.answers = Array.from({ length: 20 }, () => unsupported('temperature'));
    provider();
    start();
    await probe.ended();
    expect(probe.error?.status).toBe(400);
    expect(server.bodies).toHaveLength(2);
  });
});

describe('tools', () => {
  const call = (fragment: object) => event({ choices: [{ index: 0, delta: { tool_calls: [fragment] } }] });
  const TOOLS = [{ name: 'look_up', description: 'Looks an order up.', parameters: { type: 'object' } }];

  test('words, then a call: both are delivered, and the tools were offered', async () => {
    server.answers = [
      stream([
        ROLE,
        delta('One moment. '),
        call({ index: 0, id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '' } }),
        call({ index: 0, function: { arguments: '{"n":1}' } }),
        finish('tool_calls'),
        USAGE,
        END,
      ]),
    ];
    provider();
    start({ tools: TOOLS });
    await probe.ended();
    expect(probe.text).toBe('One moment. ');
    expect(probe.done).toMatchObject({
      finishReason: 'tool_calls',
      toolCalls: [{ id: 'call_1', name: 'look_up', arguments: '{"n":1}' }],
    });
    expect(server.bodies[0].tools).toEqual([{ type: 'function', function: TOOLS[0] }]);
  });

  test('a call without a word is an answer: nothing is asked again', async () => {
    const only = call({ index: 0, id: 'call_1', function: { name: 'look_up', arguments: '{}' } });
    server.answers = [stream([ROLE, only, finish('tool_calls'), USAGE, END])];
    provider();
    start({ tools: TOOLS });
    await probe.ended();
    expect(probe.done?.toolCalls).toHaveLength(1);
    expect(server.bodies).toHaveLength(1);
  });
});
