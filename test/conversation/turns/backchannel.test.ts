import { describe, expect, test } from 'vitest';
import { asksToStop, isBackchannel, mayBecomeBackchannel } from '../../../src/conversation/turns/backchannel.js';

describe('nods', () => {
  test.each([
    ['Mm-hmm.', true],
    ['Yeah, okay.', true],
    ['No problem.', true],
    ['I see, go on.', true],
    ['Yeah but', false],
    ['', false],
    ['yeah '.repeat(11), false],
  ])('"%s": %s', (text, expected) => expect(isBackchannel(text)).toBe(expected));
});

test.each([
  ['No', true],
  ['no', true],
  ['go', true],
  ['No proble', true],
  ['No,', false], // a comma: there it ends
  ['No wait', false],
  ['Tuesday', false],
  ['', false],
])('"%s" may become a nod with the next word: %s', (text, expected) => {
  expect(mayBecomeBackchannel(text)).toBe(expected);
});

test.each([
  ['Stop, please.', 'en', true],
  ['hold on', 'en', true],
  ['not at all', 'en', false],
  ['Moment, bitte', 'de', true],
])('"%s" (%s) asks us to stop: %s', (text, language, expected) => {
  expect(asksToStop(text, language)).toBe(expected);
});
