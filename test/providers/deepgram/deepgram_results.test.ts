import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDeepgramMessage } from '../../../src/providers/deepgram/deepgram_results.js';

const RESULT = {
  type: 'Results',
  start: 1.5,
  duration: 1.04,
  is_final: true,
  speech_final: false,
  from_finalize: true,
  channel: { alternatives: [{ transcript: 'another big', confidence: 0.96 }] },
};

test('a result is read with its times in milliseconds', () => {
  expect(readDeepgramMessage(RESULT)).toEqual({
    text: 'another big',
    isFinal: true,
    speechFinal: false,
    fromFinalize: true,
    startMs: 1500,
    endMs: 2540,
    confidence: 0.96,
  });
});

test.each([
  ['speech_final implies is_final', { ...RESULT, is_final: undefined, speech_final: true }, { isFinal: true }],
  ['no flags: tentative', { ...RESULT, is_final: undefined }, { isFinal: false }],
  ['no alternative: empty text', { ...RESULT, channel: { alternatives: [] } }, { text: '', confidence: 0 }],
])('%s', (_name, message, expected) => {
  expect(readDeepgramMessage(message)).toMatchObject(expected);
});

test.each(['Metadata', 'SpeechStarted', 'UtteranceEnd', 'SomethingNew'])('%s is no result and no garbage', (type) => {
  expect(readDeepgramMessage({ type })).toBeNull();
});

test.each([
  [
    { type: 'Error', code: 'DATA-0000', description: 'said "curry"' },
    { complaint: 'Error', code: 'DATA-0000' },
  ],
  [
    { type: 'Error', err_code: 'INTERNAL', message: 'x' },
    { complaint: 'Error', code: 'INTERNAL' },
  ],
  [
    { type: 'Warning', code: 'two words' },
    { complaint: 'Warning', code: '' },
  ],
  [
    { type: 'ConfigureFailure', code: 7 },
    { complaint: 'ConfigureFailure', code: '' },
  ],
])('a complaint is read with its code only: %j', (message, complaint) => {
  expect(readDeepgramMessage(message)).toEqual(complaint);
});

test.each([
  ['text that was no JSON', 'half a {'],
  ['binary', new Blob(['x'])],
  ['null', null],
  ['a number', 7],
  ['no type', { channel: {} }],
  ['no times', { ...RESULT, start: undefined }],
  ['times as text', { ...RESULT, start: '1.5' }],
  ['negative times', { ...RESULT, start: -1 }],
  ['times that are no number', { ...RESULT, duration: Number.NaN }],
  ['no channel', { ...RESULT, channel: null }],
  ['alternatives that are no list', { ...RESULT, channel: { alternatives: {} } }],
  ['a transcript that is no text', { ...RESULT, channel: { alternatives: [{ transcript: 5 }] } }],
])('%s is garbage', (_name, message) => {
  expect(readDeepgramMessage(message)).toBe('garbage');
});

test('nothing the wire can carry makes it throw', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void readDeepgramMessage(value)));
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (channel, start) => {
      readDeepgramMessage({ type: 'Results', duration: 1, start, channel });
    }),
  );
});

test.each([
  [['es', 'en'], 'es'],
  [['pt-BR'], 'pt-BR'],
  [[], undefined],
  [['<script>'], undefined],
  [[7], undefined],
  ['es', undefined],
  [undefined, undefined],
])('where several languages are understood, %j: most was said in %s', (languages, language) => {
  const message = { ...RESULT, channel: { alternatives: [{ transcript: 'otra vez', confidence: 1, languages }] } };
  expect(readDeepgramMessage(message)).toMatchObject({ text: 'otra vez', language });
});
