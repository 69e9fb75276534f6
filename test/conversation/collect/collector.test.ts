import { describe, expect, test } from 'vitest';
import type { Field } from '../../../src/call/field.js';
import { CONCEALED, Collector, type CollectStep } from '../../../src/conversation/collect/collector.js';

const CARD: Field = {
  kind: 'card_number',
  lengths: [],
  isProtected: true,
  byVoice: true,
  question: 'Your card number?',
};
const PHONE: Field = { ...CARD, kind: 'phone', isProtected: false };
const EMAIL: Field = { ...CARD, kind: 'email', isProtected: false };
const ADDRESS: Field = { ...CARD, kind: 'address', isProtected: false };
const PIN: Field = { ...CARD, kind: 'digits', lengths: [4], byVoice: false };

const said = (step: CollectStep) => ('say' in step ? step.say : step.done);
const story = (field: Field, ...lines: string[]) => {
  const collector = new Collector(field, 'en-US');
  return lines.map((line) => said(/^[\d*#]+$/.test(line) ? collector.typed(line) : collector.heard(line)));
};
const GO_ON = 'Go on, please.';
const AGAIN = expect.stringMatching(/^I am sorry.*once more/);
const CARD_OK = 'I have the card ending in 1 1 1 1. Is that right?';

describe('stories', () => {
  test('a card in groups, with pauses long enough to end a turn', () => {
    expect(story(CARD, 'It is four one one one.', '1111.', '1111 1111', 'Yes, it is.')).toEqual([
      ...[GO_ON, GO_ON, CARD_OK],
      { ok: true, value: '4111111111111111' },
    ]);
  });
  test('a card that fails its check digit is asked for again, and is given up after three times', () => {
    const wrong = '4111 1111 1111 1112';
    expect(story(CARD, wrong, wrong, wrong)).toEqual([AGAIN, AGAIN, { ok: false, why: 'not_understood' }]);
  });
  test('on the keypad, confirmed by key', () => {
    expect(story(CARD, '4111111111111111', '1')).toEqual([CARD_OK, { ok: true, value: '4111111111111111' }]);
    expect(story(PIN, '1234', '2', '4321', '1')).toEqual([
      ...['I have 4 digits. Is that right?', AGAIN, 'I have 4 digits. Is that right?'],
      { ok: true, value: '4321' },
    ]);
  });
  test('words first, then the keypad: the keys are all of it', () => {
    expect(story(PHONE, 'two oh two', '2025550199', 'yes')).toEqual([
      ...[GO_ON, 'I have 2 0 2, 5 5 5, 0 1 9 9. Is that right?'],
      { ok: true, value: '2025550199' },
    ]);
  });
  test('a no with the right value in it', () => {
    expect(story(PHONE, '2025550199', 'No, it is 202 555 0188', 'right')).toEqual([
      expect.stringContaining('0 1 9 9'),
      expect.stringContaining('0 1 8 8'),
      { ok: true, value: '2025550188' },
    ]);
    expect(story(EMAIL, 'jon at example dot com', 'No, john at example dot com', 'Correct.')).toEqual([
      'I have jon at example dot com. Is that right?',
      'I have john at example dot com. Is that right?',
      { ok: true, value: 'john@example.com' },
    ]);
  });
  test('a no without it', () => {
    expect(story(ADDRESS, '12 Main Street', "No, that's not what I said.", '21 Main Street', 'Yes.')).toEqual([
      'I have 12 Main Street. Is that right?',
      AGAIN,
      'I have 21 Main Street. Is that right?',
      { ok: true, value: '21 Main Street' },
    ]);
  });
  test('neither yes nor no: asked again', () => {
    expect(story(PHONE, '2025550199', 'Hm.', 'Yes')).toEqual([
      ...['I have 2 0 2, 5 5 5, 0 1 9 9. Is that right?', 'I have 2 0 2, 5 5 5, 0 1 9 9. Is that right?'],
      { ok: true, value: '2025550199' },
    ]);
  });
  test.each(['Why do you need that?', 'I would rather not give it to you', 'I lost my card'])(
    '"%s" is for the model',
    (text) => expect(story(CARD, text)).toEqual([{ ok: false, why: 'otherwise' }]),
  );
  test('"okay" is on the way to it', () => {
    expect(story(CARD, 'Okay.', 'um')).toEqual([GO_ON, GO_ON]);
  });
});

test('what is expected: the digits that are missing, then a yes or no', () => {
  const collector = new Collector(CARD, 'en');
  expect(collector.expects).toMatchObject({ kind: 'number', digits: [16], continued: false });
  collector.heard('4111 1111');
  expect(collector.expects).toMatchObject({ kind: 'number', digits: [8], continued: true });
  collector.heard('1111 1111');
  expect(collector.expects).toMatchObject({ kind: 'yes_no' });
  expect(new Collector(EMAIL, 'en').expects.kind).toBe('email');
});

test('a turn that goes on is read anew from its beginning', () => {
  const collector = new Collector(CARD, 'en');
  collector.heard('4111');
  collector.undo();
  expect(said(collector.heard('4111 1111 1111 1111'))).toBe(CARD_OK);
  collector.heard('Yes');
  collector.undo();
  expect(said(collector.heard('Yes, no, wait, no.'))).toEqual(AGAIN);
});

test.each([
  [CARD, 'It is four one', CONCEALED],
  [CARD, '41', CONCEALED],
  [CARD, 'Why do you need that?', 'Why do you need that?'],
  [PHONE, '2025550199', '2025550199'],
  [CARD, 'um', 'um'],
  [{ ...ADDRESS, isProtected: true }, 'behind the church', CONCEALED],
])('what may be kept of it (%#)', (field, text, kept) => expect(new Collector(field, 'en').kept(text)).toBe(kept));

test('an entry is whole by its length, and to confirm any key is', () => {
  const collector = new Collector(PIN, 'en');
  expect([collector.isWhole('123'), collector.isWhole('1234')]).toEqual([false, true]);
  collector.typed('1234');
  expect([collector.wantsValue, collector.isWhole('1')]).toEqual([false, true]);
});

test('in a language whose number words are not known nothing is kept while the value is wanted', () => {
  expect(new Collector(CARD, 'fi').kept('neljä yksi')).toBe(CONCEALED);
});
