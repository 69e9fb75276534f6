// What the desk is told of a webhook, and what Twilio is answered, with a desk that only writes down.

import { beforeEach, expect, test } from 'vitest';
import { type CallDesk, type NextStep, TwilioWebhooks, type WebhookRequest } from '../../src/twilio/webhooks.js';
import { AUTH_TOKEN, sign } from '../server/harness.js';

const BASE = 'https://voice.example.com';
const CallSid = `CA${'0'.repeat(32)}`;
const FORM = { CallSid, From: '+14155552671', To: '+14155550100', Direction: 'outbound-api' };

let told: unknown[];
let seen: number;
let answer: NextStep;
let ended: NextStep;
let webhooks: TwilioWebhooks;
const desk: CallDesk = {
  connect: async (...args) => {
    told.push(args);
    return answer;
  },
  streamEnded: async (...args) => {
    told.push(args);
    return ended;
  },
  overflowFailed: (...args) => {
    told.push(args);
    return { text: 'Ocupado.', language: 'es' };
  },
  notTaken: () => ({ text: 'Ocupado.', language: 'es' }),
  callbackAsked: async (...args) => {
    told.push(args);
    return { text: 'Gracias.', language: 'es' };
  },
  onStatus: async (...args) => void told.push(args),
  onStreamError: (...args) => void told.push(args),
  onAnsweredBy: async (...args) => void told.push(args),
};
beforeEach(() => {
  [told, seen] = [[], 0];
  answer = { streamUrl: 'wss://voice.example.com/ws/T', cutOff: { text: 'Coupé.', language: 'fr' }, isBack: false };
  ended = { lastWords: null };
  webhooks = new TwilioWebhooks({ authToken: AUTH_TOKEN, validate: true, desk, onTwilioSeen: () => seen++ });
});

function request(target: string, form: Record<string, string>, more: Partial<WebhookRequest> = {}): WebhookRequest {
  const body = Buffer.from(new URLSearchParams(form).toString());
  return { base: BASE, target, signature: sign(BASE + target, Object.entries(form)), body, isSuspect: false, ...more };
}

test.each(['inbound', 'outbound'] as const)(
  '%s: the desk says where the stream goes, the TwiML says it',
  async (direction) => {
    const twiml = await webhooks.voice(request('/', FORM), direction);
    expect(told).toEqual([[{ callSid: CallSid, direction, from: FORM.From, to: FORM.To }, 'wss://voice.example.com']]);
    expect(twiml).toContain('<Stream url="wss://voice.example.com/ws/T"');
    expect(twiml).toContain(`<Connect action="${BASE}/twilio/connect-action" method="POST">`);
    expect(twiml).toContain(`<Parameter name="direction" value="${direction}"/>`);
    expect(twiml.indexOf('<Say')).toBeGreaterThan(twiml.indexOf('</Connect>'));
    expect(twiml).toContain(`<Redirect method="POST">${BASE}/twilio/connect-action?told=yes</Redirect>`);
    expect(seen).toBe(1);
  },
);

test('a call that is not taken is told why in its language, or nothing', async () => {
  answer = { lastWords: { text: 'Todas las líneas están ocupadas.', language: 'es' } };
  expect(await webhooks.voice(request('/', FORM), 'inbound')).toContain(
    '<Say language="es-ES">Todas las líneas están ocupadas.</Say><Hangup/>',
  );
  answer = { lastWords: null };
  expect(await webhooks.voice(request('/', FORM), 'inbound')).toContain('<Response><Hangup/></Response>');
});

test('a call that is not taken may be sent elsewhere, from where Twilio comes back to us', async () => {
  answer = {
    line: { text: 'Moment.', language: 'de' },
    elsewhere: { kind: 'enqueue', queue: 'support', waitUrl: null },
  };
  expect(await webhooks.voice(request('/', FORM), 'inbound')).toContain(
    `Moment.</Say><Enqueue action="${BASE}/twilio/overflow-action" method="POST">support</Enqueue>`,
  );
});

test.each([
  [{ DialCallStatus: 'completed' }, false],
  [{ DialCallStatus: 'canceled' }, false],
  [{ DialCallStatus: 'no-answer' }, true],
  [{ DialCallStatus: 'busy' }, true],
  [{ DialCallStatus: 'failed' }, true],
  [{ QueueResult: 'bridged' }, false],
  [{ QueueResult: 'hangup' }, false],
  [{ QueueResult: 'queue-full' }, true],
  [{ QueueResult: 'system-error' }, true],
])('back from elsewhere with %j: told that nobody is there: %s', async (more, isTold) => {
  const twiml = await webhooks.overflowAction(request('/twilio/overflow-action', { ...FORM, ...more }));
  expect(twiml).toContain(isTold ? '<Say language="es-ES">Ocupado.</Say><Hangup/>' : '<Response><Hangup/></Response>');
  expect(told).toHaveLength(isTold ? 1 : 0);
});

test('who is offered to be called back presses 1, or hears that nobody is there', async () => {
  answer = { line: { text: 'Pulse 1.', language: 'es' }, elsewhere: { kind: 'callback' } };
  expect(await webhooks.voice(request('/', FORM), 'inbound')).toMatch(
    /<Gather action="[^"]*\/twilio\/overflow-action" method="POST" input="dtmf" numDigits="1" timeout="6" actionOnEmptyResult="true"><Say language="es-ES">Pulse 1\.<\/Say><\/Gather><\/Response>/,
  );
  told = [];
  const pressed = (Digits: string) => webhooks.overflowAction(request('/twilio/overflow-action', { ...FORM, Digits }));
  for (const key of ['', '2', '*']) expect(await pressed(key)).toContain('Ocupado.</Say><Hangup/>');
  expect(told).toEqual([]);
  expect(await pressed('1')).toContain('Gracias.</Say><Hangup/>');
  expect(told).toEqual([[expect.objectContaining({ callSid: CallSid, from: FORM.From, to: FORM.To }), BASE]]);
});

test('after the stream: what is owed is said, then nothing but the end', async () => {
  const form = { ...FORM, CallStatus: 'in-progress' };
  expect(await webhooks.connectAction(request('/twilio/connect-action', form))).toContain('<Response><Hangup/>');
  ended = { lastWords: { text: 'Désolé.', language: 'fr' } };
  expect(await webhooks.connectAction(request('/twilio/connect-action', FORM))).toContain('Désolé.</Say><Hangup/>');
  const call = { callSid: CallSid, direction: 'outbound', from: FORM.From, to: FORM.To };
  expect(told).toEqual([
    [call, true, 'wss://voice.example.com'],
    [call, false, 'wss://voice.example.com'],
  ]);
});

test.each([
  ['', true],
  ['?told=yes', false],
])(
  'a call that comes back from a dead server (%s) is apologised for once, and gets a stream',
  async (query, isTold) => {
    if ('streamUrl' in answer) ended = { ...answer, isBack: true };
    const twiml = await webhooks.connectAction(request(`/twilio/connect-action${query}`, FORM));
    expect(twiml.includes('<Response><Say language="fr-FR">Coupé.</Say><Connect ')).toBe(isTold);
    expect(twiml).toContain('<Stream url="wss://voice.example.com/ws/T"');
  },
);

const CALL = { callSid: CallSid, direction: 'outbound', from: FORM.From, to: FORM.To };
test.each([
  [
    { CallStatus: 'ringing', SequenceNumber: '1' },
    { status: 'ringing', sequence: 1, durationS: null },
  ],
  [
    { CallStatus: 'completed', SequenceNumber: '3', CallDuration: '49', Duration: '1' },
    { status: 'completed', sequence: 3, durationS: 49 },
  ],
  [{ CallStatus: 'busy' }, { status: 'busy', sequence: null, durationS: null }],
  [
    { CallStatus: 'busy', SequenceNumber: '-1', CallDuration: 'x' },
    { status: 'busy', sequence: null, durationS: null },
  ],
  [{ CallStatus: 'teleported' }, null],
  [{}, null],
])('the status callback %j is told as %j', async (fields, expected) => {
  await webhooks.status(request('/twilio/status', { ...FORM, ...fields } as Record<string, string>));
  expect(told).toEqual(expected === null ? [] : [[CALL, expected]]);
});

test('only errors of the stream, and only answers in words, are news', async () => {
  const stream = (fields: Record<string, string>) => webhooks.streamStatus(request('/s', { CallSid, ...fields }));
  await stream({ StreamEvent: 'stream-started' });
  await stream({ StreamEvent: 'stream-error', StreamError: `31921 ${'x'.repeat(500)}` });
  await webhooks.machineDetection(request('/a', { ...FORM, AnsweredBy: '<script>' }));
  await webhooks.machineDetection(request('/a', { ...FORM, AnsweredBy: 'machine_start' }));
  expect(told).toEqual([
    [CallSid, `31921 ${'x'.repeat(194)}`],
    [CALL, 'machine_start'],
  ]);
});

test.each<[string, Partial<WebhookRequest>, string]>([
  ['no signature', { signature: '' }, 'signature'],
  ['something that can be none', { signature: 'x'.repeat(28) }, 'signature'],
  ['a signature of another URL', { signature: sign(`${BASE}/other`, Object.entries(FORM)) }, 'signature'],
  ['another query', { target: '/?x=1' }, 'signature'],
  ['too many fields', { body: Buffer.from('a=&'.repeat(400)) }, 'fields'],
])('with %s nobody is told anything', async (_, more, problem) => {
  await expect(webhooks.voice(request('/', FORM, more), 'inbound')).rejects.toMatchObject({ problem });
  expect([told, seen]).toEqual([[], 0]);
});

test('a client that was refused again and again is checked only if that costs little', async () => {
  const big = { ...FORM, pad: 'x'.repeat(5000) };
  await expect(webhooks.voice(request('/', big, { isSuspect: true }), 'inbound')).rejects.toMatchObject({
    problem: 'suspect',
  });
  await webhooks.voice(request('/', FORM, { isSuspect: true }), 'inbound');
  await webhooks.voice(request('/', big), 'inbound');
  expect(told).toHaveLength(2);
});

test('without checks a request needs no signature, but a call', async () => {
  const open = new TwilioWebhooks({ authToken: '', validate: false, desk, onTwilioSeen: () => seen++ });
  await open.voice(request('/', FORM, { signature: '' }), 'inbound');
  expect([told.length, seen]).toEqual([1, 0]);
  await expect(open.voice(request('/', { CallSid: 'CA1' }), 'inbound')).rejects.toMatchObject({ problem: 'call_sid' });
});
