import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { languagePack } from '../../../src/conversation/languages/languages.js';
import { type Evidence, features, holdFor, LONGEST, whyHold } from '../../../src/conversation/turns/end_of_turn.js';
import { END_OF_TURN_WEIGHTS } from '../../../src/conversation/turns/end_of_turn_weights.js';
import { expectedAnswer, NOTHING_ASKED } from '../../../src/conversation/turns/expected_answer.js';
import { READINGS, readTurn, type TurnReading } from '../../../src/conversation/turns/turn_reading.js';

const BOUNDS = { silenceMsMin: 300, silenceMsMax: 1400 };

function evidence(said: string, text: string, over: Partial<Evidence> = {}): Evidence {
  const { endOfTurn } = languagePack('en');
  const expected = expectedAnswer(said, NOTHING_ASKED, endOfTurn);
  const reading = readTurn(text, { expected, language: endOfTurn, breathFrom: 0, said });
  if (reading === null) throw new Error('no words');
  return { reading, longPauseMs: 600, cutIns: 0, provider: null, ...over };
}
const hold = (said: string, text: string, over: Partial<Evidence> = {}) =>
  holdFor(evidence(said, text, over), BOUNDS).holdMs;

describe('the wait with the default bounds', () => {
  test.each([
    ['What is your zip code?', 'four one nine one two', 300, 450],
    ['What is your address?', '552 Main Street. Springfield. Ohio. 41912.', 300, 450],
    ['What time would you like?', 'eleven am', 300, 450],
    ['Anything else?', "No, that's it. Thank you.", 300, 450],
    ['How can I help you?', 'I lost my card. Can you send me a new one?', 300, 450],
    ['What is your phone number?', 'five five five', 1900, 3270],
    ['What is your phone number?', 'sure', 1900, 3270],
    ['What is your phone number?', 'my number is', 1900, 3270],
    ['What is your address?', 'five five two main street', 1900, 3270],
    ['How do you spell that?', 's m i', 1900, 3270],
    ['What is your email address?', 'ann dot smith at', 1900, 3270],
    ['How can I help you?', 'hi my name is mary smith', 1400, 2500],
    ['How can I help you?', 'i would like to', 1400, 2500],
  ])('asked "%s", after "%s": %i to %i ms', (said, text, from, to) => {
    expect(hold(said, text)).toBeGreaterThanOrEqual(from);
    expect(hold(said, text)).toBeLessThanOrEqual(to);
  });
});

test('who pauses long is given more time', () => {
  const [said, text] = ['How can I help you?', 'the soup was cold'];
  expect(hold(said, text, { longPauseMs: 1500 })).toBeGreaterThan(hold(said, text, { longPauseMs: 300 }));
});

test('a caller who was cut off is given more from then on, but not without end', () => {
  const after = [0, 1, 2, 9].map((cutIns) => hold('Anything else?', 'no thank you', { cutIns }));
  expect(after[1] - after[0]).toBeCloseTo(154, 0);
  expect(after[2]).toBeGreaterThan(after[1]);
  expect(after[3]).toBe(after[2]);
});

test('the recogniser is heard, and cannot shorten a number that lacks digits below its floor', () => {
  const [said, text] = ['How was it?', 'it was rather'];
  const alone = hold(said, text);
  expect(hold(said, text, { provider: { speechFinal: true, endOfTurn: 0.95 } })).toBeLessThan(alone);
  expect(hold(said, text, { provider: { speechFinal: false, endOfTurn: 0.05 } })).toBeGreaterThanOrEqual(alone);
  const sure = { provider: { speechFinal: true, endOfTurn: 1 } };
  expect(hold('What is your phone number?', 'five five five', sure)).toBeGreaterThanOrEqual(1900);
});

test('equal bounds make a fixed rule', () => {
  const fixed = { silenceMsMin: 800, silenceMsMax: 800 };
  expect(holdFor(evidence('What is your phone number?', 'five five'), fixed).holdMs).toBe(800);
  expect(holdFor(evidence('Anything else?', 'no'), fixed).holdMs).toBe(800);
});

const anyReading: fc.Arbitrary<TurnReading> = fc.record({
  reading: fc.constantFrom(...READINGS),
  stop: fc.constantFrom('there', 'missing', 'unknown'),
  words: fc.integer({ min: 1, max: 80 }),
  expected: fc.constantFrom('statement', 'story', 'number', 'yes_no', 'request'),
  dictation: fc.constant(null),
});

test('bounded, and rising with the log odds whatever the evidence', () => {
  const signal = fc.option(
    fc.record({ speechFinal: fc.boolean(), endOfTurn: fc.option(fc.double({ min: 0, max: 1, noNaN: true })) }),
  );
  const any = fc.record({
    reading: anyReading,
    longPauseMs: fc.integer({ min: 200, max: 4000 }),
    cutIns: fc.constant(0),
    provider: signal,
  });
  fc.assert(
    fc.property(any, any, (a, b) => {
      const [first, second] = [holdFor(a, BOUNDS), holdFor(b, BOUNDS)];
      expect(first.holdMs).toBeGreaterThanOrEqual(300);
      expect(first.holdMs).toBeLessThanOrEqual(300 + LONGEST * 1100);
      if (
        a.reading.reading === b.reading.reading &&
        a.reading.expected === b.reading.expected &&
        first.goesOn < second.goesOn
      )
        expect(first.holdMs).toBeLessThanOrEqual(second.holdMs);
    }),
  );
});

test('every class of text has a weight', () => {
  for (const name of READINGS) expect(END_OF_TURN_WEIGHTS.features[name], name).toBeTypeOf('number');
});

test('no feature is missing its weight', () => {
  fc.assert(
    fc.property(anyReading, (reading) => {
      features(reading, 700, (name) => expect(END_OF_TURN_WEIGHTS.features, name).toHaveProperty(name));
    }),
  );
});

test('the reason names the class and the counts, and none of the words', () => {
  const number = evidence('What is your phone number?', 'five five five');
  expect(whyHold(number, holdFor(number, BOUNDS))).toMatch(/^under_way number 3\/10, asked number, hold \d+ ms$/);
});
