import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SchemaShelf } from '../../../loadtest/conformance/schema_shelf.js';

const OURS = 'loadtest/conformance/schemas';

describe('folders', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shelf-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("the first folder's schema counts, the others fill the gaps, none is needed", () => {
    writeFileSync(join(folder, 'twilio-media-to.json'), '{"type":"string"}');
    writeFileSync(join(folder, 'package.json'), '{"not":"a schema"}');
    const shelf = new SchemaShelf([join(folder, 'nowhere'), folder, OURS]);
    expect(shelf.problem('twilio-media-to', 'a string')).toBeNull();
    expect(shelf.has('twilio-twiml')).toBe(true);
    expect(shelf.has('package')).toBe(false);
    expect(shelf.problem('no-such-schema', 5)).toBeNull();
  });
});

describe('our own schemas', () => {
  const shelf = new SchemaShelf([OURS]);
  const streamSid = `MZ${'0'.repeat(32)}`;
  const query = { model: 'nova-3', encoding: 'mulaw', sample_rate: '8000' };
  const chat = { model: 'gpt-6-luna', messages: [{ role: 'user', content: 'Hi.' }] };
  const speech = {
    context_id: 'c',
    model_id: 'sonic-3',
    voice: 'v',
    output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
    transcript: '',
  };
  const call = { To: '+442071838750', From: '+12025550143', Url: 'https://voice.example.com/outbound-twiml' };
  const element = (name: string, attributes: object, children: object[] = [], text = '') => ({
    name,
    attributes,
    children,
    text,
  });

  test.each<[string, unknown]>([
    ['twilio-media-to', { event: 'clear', streamSid }],
    ['twilio-media-to', { event: 'media', streamSid, media: { payload: '////' } }],
    ['deepgram-listen-v1-query', { ...query, keyterm: ['a', 'b'], endpointing: 'false' }],
    ['deepgram-listen-v1-client', { type: 'Finalize', channel: 0 }],
    ['deepgram-listen-v1-configure', { type: 'Configure', keyterms: [] }],
    ['deepgram-listen-v1-configured', { type: 'Error', code: 'x', description: 'y' }],
    ['openai-chat-request', { ...chat, max_completion_tokens: 220, reasoning_effort: 'none' }],
    ['cartesia-ws-request', { ...speech, continue: true, language: 'en' }],
    ['cartesia-ws-request', { context_id: 'c', cancel: true }],
    ['twilio-calls-create', { ...call, StatusCallbackEvent: ['initiated', 'completed'], Timeout: '60' }],
    ['twilio-calls-update', { Status: 'completed' }],
    ['twilio-twiml', element('Response', {}, [element('Say', {}, [], 'Sorry.'), element('Hangup', {})])],
  ])('%s takes %j', (name, value) => {
    expect(shelf.problem(name, value)).toBeNull();
  });

  test.each<[string, unknown, RegExp]>([
    ['twilio-media-to', { event: 'clear', streamSid, extra: 1 }, /extra/],
    ['twilio-media-to', { event: 'mark', streamSid, mark: {} }, /\/mark.*name/],
    ['twilio-media-to', { event: 'media', streamSid: 'MZ1', media: { payload: '////' } }, /streamSid/],
    ['deepgram-listen-v1-query', { ...query, model: 'flux-general-en' }, /model/],
    ['deepgram-listen-v1-query', { ...query, is_final: 'true' }, /is_final/],
    ['deepgram-listen-v1-query', { ...query, smart_format: 'yes' }, /smart_format/],
    ['deepgram-listen-v1-client', { type: 'Foo' }, /./],
    ['openai-chat-request', { ...chat, max_tokens: 1, max_completion_tokens: 1 }, /./],
    ['openai-chat-request', { ...chat, messages: [{ role: 'user', content: null }] }, /messages/],
    ['cartesia-ws-request', { ...speech, language: 'en', locale: 'en-GB' }, /./],
    ['cartesia-ws-request', { ...speech, voice: undefined }, /./],
    ['twilio-calls-create', { ...call, Url: 'https://my_host/x' }, /Url/],
    ['twilio-calls-create', { ...call, Timeout: '0' }, /Timeout/],
    ['twilio-calls-update', { Url: 'https://a.b/', Twiml: '<Response/>' }, /./],
    ['twilio-twiml', element('Response', {}, [element('Connect', {})]), /./],
  ])('%s refuses %j', (name, value, problem) => {
    expect(shelf.problem(name, value)).toMatch(problem);
  });
});
