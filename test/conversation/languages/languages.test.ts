import { describe, expect, test } from 'vitest';
import { languagePack } from '../../../src/conversation/languages/languages.js';
import { isBackchannel } from '../../../src/conversation/turns/backchannel.js';

const CODES = ['en', 'es', 'fr', 'de', 'it', 'pt', 'nl'];

test('a pack is found by the language of the tag; an unknown one has empty lists', () => {
  expect(['en-GB', 'EN', 'de-AT', 'xx', '', 'e'].map((tag) => languagePack(tag).code)).toEqual([
    'en',
    'en',
    'de',
    '',
    '',
    '',
  ]);
  const none = languagePack('xx');
  expect([none.symbols, none.listener.words.size, none.listener.stops.test('stop')]).toEqual([null, 0, false]);
});

describe.each(CODES)('%s', (code) => {
  const { symbols, listener } = languagePack(code);

  test('every sign has a word, without signs of its own', () => {
    const flat = (value: unknown): string[] =>
      typeof value === 'string'
        ? [value]
        : value instanceof RegExp || typeof value === 'function'
          ? []
          : Object.values(value as object).flatMap(flat);
    const words = flat(symbols);
    expect(words.length).toBeGreaterThan(40);
    for (const word of words) expect(word).toMatch(/^[\p{L}' -]+$/u);
  });

  test('its nods are nods, and none of them asks us to stop', () => {
    for (const word of [...listener.words, ...listener.phrases]) {
      expect([word, isBackchannel(word, code)]).toEqual([word, true]);
    }
    for (const word of listener.words) expect([word, listener.stops.test(word)]).toEqual([word, false]);
  });
});
