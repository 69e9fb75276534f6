import { describe, expect, test } from 'vitest';
import type { HttpMessage, SocketMessage } from '../../../loadtest/conformance/exchange.js';
import { judge } from '../../../loadtest/conformance/judge.js';

const CALL = `CA${'a'.repeat(32)}`;
const http = (over: Partial<HttpMessage>): HttpMessage => ({
  vendor: 'openai',
  direction: 'sent',
  kind: 'request',
  method: 'POST',
  url: '/v1/chat/completions',
  headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
  body: '{}',
  status: 200,
  complete: true,
  ...over,
});
const socket = (over: Partial<SocketMessage>): SocketMessage => ({
  vendor: 'deepgram',
  direction: 'sent',
  kind: 'text',
  url: '/v1/listen',
  text: '{"type":"Finalize"}',
  bytes: 1,
  ...over,
});
const one = (message: HttpMessage | SocketMessage) => {
  const [first, ...rest] = judge(message);
  expect(rest).toEqual([]);
  return first;
};

describe('which schema a message belongs to', () => {
  const rest = `/2010-04-01/Accounts/AC${'1'.repeat(32)}`;
  const basic = { authorization: 'Basic eDp5' };
  const signed = { 'x-twilio-signature': 's' };
  test.each<[HttpMessage | SocketMessage, string, string | null]>([
    [http({}), 'POST /chat/completions', 'openai-chat-request'],
    [http({ method: 'GET', url: '/v1/models/gpt-6-luna' }), 'GET /models/{model}', null],
    [http({ vendor: 'twilio', url: `${rest}/Calls.json`, headers: basic }), 'POST /Calls.json', 'twilio-calls-create'],
    [
      http({ vendor: 'twilio', url: `${rest}/Calls/${CALL}.json`, headers: basic }),
      'POST /Calls/{CA}.json',
      'twilio-calls-update',
    ],
    [
      http({ vendor: 'twilio', direction: 'received', url: '/', headers: signed, body: 'CallStatus=ringing' }),
      'POST / voice ringing',
      'twilio-voice-webhook',
    ],
    [
      http({
        vendor: 'twilio',
        direction: 'received',
        url: '/twilio/status',
        headers: signed,
        body: 'CallStatus=busy',
      }),
      'POST /twilio/status status busy',
      'twilio-status-callback',
    ],
    [
      http({ vendor: 'deepgram', kind: 'upgrade', url: '/v1/listen?model=a', headers: { authorization: 'Token k' } }),
      'upgrade /v1/listen',
      'deepgram-listen-v1-query',
    ],
    [socket({}), 'text Finalize', 'deepgram-listen-v1-client'],
    [socket({ text: '{"type":"Configure"}' }), 'text Configure', 'deepgram-listen-v1-configure'],
    [socket({ direction: 'received', text: '{"type":"Warning"}' }), 'text Warning', 'deepgram-listen-v1-configured'],
    [socket({ url: '/v2/listen' }), 'text Finalize', 'deepgram-listen-v2-client'],
    [socket({ vendor: 'cartesia', text: '{"cancel":true}' }), 'text cancel', 'cartesia-ws-request'],
    [
      socket({ vendor: 'cartesia', text: '{"transcript":"","continue":false}' }),
      'text generation, last',
      'cartesia-ws-request',
    ],
    [socket({ vendor: 'twilio', text: '{"event":"mark"}' }), 'text mark', 'twilio-media-to'],
    [socket({ vendor: 'twilio', direction: 'received', text: '{"event":"stop"}' }), 'text stop', 'twilio-media-from'],
    [
      http({ kind: 'answer', direction: 'received', status: 404, body: '{"error":{}}' }),
      'answer 404 to POST /chat/completions',
      'openai-error',
    ],
    [
      http({ kind: 'upgrade_answer', vendor: 'cartesia', direction: 'received', status: 429 }),
      'upgrade answer 429',
      'cartesia-error',
    ],
  ])('%j', (message, type, schema) => {
    expect(one(message)).toMatchObject({ type, schema, problem: null });
  });
});

describe('what no schema can hold', () => {
  const twiml = (body: string) =>
    http({ vendor: 'twilio', kind: 'answer', url: '/', headers: { 'content-type': 'text/xml' }, body });
  test.each<[string, HttpMessage | SocketMessage, RegExp]>([
    ['no key', http({ headers: { 'content-type': 'application/json' } }), /authorization/],
    ['a key of another kind', http({ headers: { authorization: 'Token k' } }), /authorization/],
    ['no version', http({ vendor: 'cartesia', url: '/voices/x', headers: { authorization: 'Bearer k' } }), /version/],
    ['a body that is no JSON', http({ body: '{' }), /JSON/],
    ['a body of another type', http({ headers: { authorization: 'Bearer k' } }), /content-type/],
    ['a webhook without signature', http({ vendor: 'twilio', direction: 'received', url: '/' }), /signature/],
    ['an answer of ours that failed', http({ vendor: 'twilio', kind: 'answer', url: '/', status: 500 }), /500/],
    ['TwiML that is no XML', twiml('<Response>'), /character/],
    [
      'a parameter that is too long',
      twiml(
        `<Response><Connect><Stream><Parameter name="a" value="${'x'.repeat(499)}"/></Stream></Connect></Response>`,
      ),
      /500/,
    ],
    ['audio of no length', socket({ kind: 'binary', text: '', bytes: 0 }), /empty/],
    ['a binary media message', socket({ vendor: 'twilio', kind: 'binary', text: '' }), /binary/],
    [
      'an answer without a request id',
      http({ vendor: 'deepgram', kind: 'upgrade_answer', direction: 'received', status: 101, headers: {} }),
      /dg-request-id/,
    ],
    [
      'a media stream with extensions',
      http({
        vendor: 'twilio',
        kind: 'upgrade',
        direction: 'received',
        headers: { 'x-twilio-signature': 's', 'sec-websocket-extensions': 'x' },
      }),
      /extensions/,
    ],
  ])('%s', (_what, message, problem) => {
    expect(one(message).problem).toMatch(problem);
  });
});

describe('a streamed answer', () => {
  const events = (body: string, complete = true) =>
    judge(
      http({
        kind: 'answer',
        direction: 'received',
        headers: { 'content-type': 'text/event-stream; charset=utf-8' },
        body,
        complete,
      }),
    ).map(({ type, problem }) => `${type}${problem ? `: ${problem}` : ''}`);

  test('is as many messages as it has events', () => {
    const body = 'data: {"choices":[{}]}\n\ndata: {"choices":[]}\n\ndata: {"error":{}}\n\ndata: [DONE]\n\n';
    expect(events(body)).toEqual(['event chunk', 'event usage', 'event error', 'event [DONE]']);
  });

  test('may end anywhere when we no longer wanted it, and nowhere else', () => {
    const body = 'data: {"choices":[{}]}\n\ndata: {"cho';
    expect(events(body, false)).toEqual(['event chunk']);
    expect(events(body)).toEqual(['event chunk', 'event chunk: is no JSON']);
  });
});
