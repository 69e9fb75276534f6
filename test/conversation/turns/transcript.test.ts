import { expect, test } from 'vitest';
import { sameWords, UtteranceTranscript } from '../../../src/conversation/turns/transcript.js';
import type { SttTranscript } from '../../../src/providers/stt.js';

function result(text: string, startMs: number, endMs: number, over: Partial<SttTranscript> = {}): SttTranscript {
  return { text, startMs, endMs, isFinal: true, speechFinal: false, fromFinalize: false, confidence: 0.9, ...over };
}
const interim = (text: string, startMs: number, endMs: number) => result(text, startMs, endMs, { isFinal: false });

test('an utterance is all its finals, not only the one that ends it', () => {
  const said = new UtteranceTranscript();
  expect(said.add(result('The soup was cold,', 0, 1200), 1300)).toBe('final');
  expect(said.add(result('and the bread was old.', 1200, 2500, { speechFinal: true }), 2600)).toBe('final');
  expect(said.text).toBe('The soup was cold, and the bread was old.');
  expect(said.lastFinalAtMs).toBe(2600);
  expect(said.wordCount).toBe(9);
});

test('an interim is replaced by the next and taken over by its final', () => {
  const said = new UtteranceTranscript();
  said.add(result('Hello.', 0, 500), 500);
  said.add(interim('I would', 500, 900), 900);
  said.add(interim('I want to', 500, 1200), 1200);
  expect([said.text, said.finalText, said.hasPendingInterim]).toEqual(['Hello. I want to', 'Hello.', true]);
  said.add(result('I want to go.', 500, 1500), 1500);
  expect([said.text, said.finalText, said.hasPendingInterim]).toEqual([
    'Hello. I want to go.',
    'Hello. I want to go.',
    false,
  ]);
});

test('a final without words withdraws what was only guessed', () => {
  const said = new UtteranceTranscript();
  said.add(interim('uh', 0, 300), 300);
  expect(said.add(result('', 0, 500), 600)).toBe('empty');
  expect([said.text, said.hasPendingInterim, said.lastFinalAtMs]).toEqual(['', false, null]);
});

test('a final that comes twice counts once; a corrected one replaces', () => {
  const said = new UtteranceTranscript();
  said.add(result('Two coffees', 0, 900), 900);
  expect(said.add(result('two coffees.', 5, 905), 950)).toBe('duplicate');
  expect(said.add(interim('two', 0, 400), 960)).toBe('duplicate');
  expect(said.add(result('Two toffees', 0, 900), 970)).toBe('final');
  expect(said.text).toBe('Two toffees');
});

test('the same word said twice is there twice', () => {
  const said = new UtteranceTranscript();
  said.add(result('no', 0, 400), 400);
  said.add(result('no', 400, 800), 800);
  expect(said.text).toBe('no no');
  const spanless = new UtteranceTranscript();
  spanless.add(result('no', 0, 0), 1);
  spanless.add(result('no', 0, 0), 2);
  expect(spanless.text).toBe('no no');
});

test('a final that comes after speech_final still belongs to the utterance', () => {
  const said = new UtteranceTranscript();
  said.add(result('My number is', 0, 1000, { speechFinal: true }), 1100);
  said.add(result('five five five.', 1000, 2000, { fromFinalize: true }), 2100);
  expect(said.text).toBe('My number is five five five.');
});

test('what was handed over does not come back as new speech', () => {
  const said = new UtteranceTranscript();
  said.add(result('I had', 0, 500), 500);
  said.add(interim('the fish', 500, 1200), 1200);
  said.reset(); // the final did not come in time, the interim was used
  expect(said.text).toBe('');
  expect(said.add(result('the fish', 500, 1200), 1500)).toBe('late');
  expect(said.text).toBe('');
});

test('of a late final that reaches further only the rest is new', () => {
  const said = new UtteranceTranscript();
  said.add(interim('I had the', 0, 1000), 1000);
  said.reset();
  expect(said.add(result('I had the fish today.', 0, 1800), 1900)).toBe('final');
  expect(said.text).toBe('fish today.');
});

test('a late final with a longer tail of silence but no more words is late', () => {
  const said = new UtteranceTranscript();
  said.add(interim('Yes please', 0, 1000), 1000);
  said.reset();
  expect(said.add(result('Yes, please.', 0, 1300), 1900)).toBe('late');
});

test('the next utterance begins clean', () => {
  const said = new UtteranceTranscript();
  said.add(result('Hello.', 0, 500), 500);
  said.reset();
  expect(said.add(result('I have a complaint.', 3000, 4000), 4100)).toBe('final');
  expect(said.text).toBe('I have a complaint.');
});

test('an endless utterance stays bounded', () => {
  const said = new UtteranceTranscript();
  for (let i = 0; i < 1000; i++) said.add(result('blah '.repeat(20), i * 1000, i * 1000 + 900), i);
  expect(said.text.length).toBeLessThan(8200);
});

test('of a turn of ten minutes the end is kept: the question stands there', () => {
  const said = new UtteranceTranscript();
  let ms = 0;
  for (let i = 0; i < 240; i++) said.add(result(`sentence number ${i} of a very long story,`, ms, (ms += 2500)), ms);
  said.add(result('so can you refund me?', ms, ms + 1500, { speechFinal: true }), ms + 1600);
  expect(said.text).toMatch(/number 239 of a very long story, so can you refund me\?$/);
  expect(said.text.length).toBeLessThanOrEqual(8000);
  expect(said.text).toMatch(/^sentence number \d+ of/);
  // What was dropped is no new speech when it comes again.
  expect(said.add(result('sentence number 0 of a very long story,', 0, 2500), ms + 1700)).toBe('late');
});

test('one result longer than the limit keeps its end, from the beginning of a word', () => {
  const said = new UtteranceTranscript();
  said.add(result(`${'nine '.repeat(2000)}last`, 0, 60_000), 60_000);
  expect(said.text).toMatch(/^nine nine .* nine last$/);
  expect(said.text.length).toBeLessThanOrEqual(8000);
  said.add(result('𠮷'.repeat(5000), 60_000, 70_000), 70_000);
  expect(said.text).toMatch(/^(?:𠮷)+$/u);
});

test.each(['.', '…', '♪', '♪♪ ♪', '?!', '-', '。', '🙂', ' . '])('%j has no word: it is empty', (text) => {
  const said = new UtteranceTranscript();
  expect(said.add(interim(text, 0, 300), 300)).toBe('empty');
  expect(said.add(result(text, 0, 400), 500)).toBe('empty');
  expect([said.text, said.hasPendingInterim, said.lastFinalAtMs, said.wordCount]).toEqual(['', false, null, 0]);
});

test.each(['5', 'a', '你好。', 'हाँ', '٣'])('%j has a word', (text) => {
  expect(new UtteranceTranscript().add(result(text, 0, 400), 500)).toBe('final');
});

test.each([
  ['It was fine', 'it was fine.', true],
  ["that's all", 'That’s all!', true],
  ['it was fine', 'it was fine thanks', false],
  ['', '.', true],
])('"%s" and "%s" are the same words: %s', (a, b, same) => expect(sameWords(a, b)).toBe(same));

test('how far the recogniser has heard, and how far its finals reach, with words or without', () => {
  const transcript = new UtteranceTranscript();
  const result = { speechFinal: false, fromFinalize: false, confidence: 0.9, startMs: 0 };
  transcript.add({ ...result, text: 'it was', isFinal: false, endMs: 800 }, 1000);
  expect([transcript.heardToMs, transcript.finalHeardToMs]).toEqual([800, Number.NEGATIVE_INFINITY]);
  transcript.add({ ...result, text: 'it was fine', isFinal: true, endMs: 1500 }, 1700);
  transcript.add({ ...result, text: '', isFinal: true, startMs: 1500, endMs: 2500 }, 2700);
  expect([transcript.heardToMs, transcript.finalHeardToMs]).toEqual([2500, 2500]);
  transcript.reset();
  expect(transcript.finalHeardToMs, 'what was heard stays heard').toBe(2500);
});
