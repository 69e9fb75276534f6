import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { passesLuhn, type RedactedKind, redactAll, redactorOf } from '../src/redact.js';

const redact = (text: string, ...kinds: RedactedKind[]) => redactorOf({ kinds, digitsMin: 5 })?.(text);
const all = ['card', 'phone', 'email', 'digits'] as const;

describe('card', () => {
  test.each([
    ['My card is 4111 1111 1111 1111, thanks.', 'My card is [card], thanks.'],
    ['4111111111111111', '[card]'],
    ['4111-1111-1111-1111', '[card]'],
    ['it is 4 1 1 1, 1 1 1 1, 1 1 1 1, 1 1 1 1.', 'it is [card].'],
    ['3782 822463 10005', '[card]'],
    ['6011 0009 9013 9424 12/27', '[card]'],
    ['It ends in 1111.', 'It ends in 1111.'],
    ['4111 1111 1111 1112', '4111 1111 1111 1112'], // no card: its check digit is wrong
    ['0000 0000 0000 0000', '0000 0000 0000 0000'],
  ])('%s', (text, expected) => expect(redact(text, 'card')).toBe(expected));
});

describe('phone', () => {
  test.each([
    ['Call me on +1 (415) 555-2671 please', 'Call me on [phone] please'],
    ['415.555.2671', '[phone]'],
    ['(415) 555 2671', '[phone]'],
    ['030 / 1234567', '[phone]'],
    ['555 2671', '[phone]'],
    ['+49 30 123456', '[phone]'],
    ['On 2026-11-25 at 12.30', 'On 2026-11-25 at 12.30'],
    ['on 25.11.2026', 'on 25.11.2026'],
    ['It costs 1,250,000 dollars', 'It costs 1,250,000 dollars'],
    ['Room 1204', 'Room 1204'],
  ])('%s', (text, expected) => expect(redact(text, 'phone')).toBe(expected));
});

describe('email', () => {
  test.each([
    ['Write to Anna.Berg+food@example.co.uk.', 'Write to [email].'],
    ['jürgen@müller.de', '[email]'],
    ['it is anna dot berg at example dot com', 'it is [email]'],
    ['ana arroba ejemplo punto es', '[email]'],
    ['We meet at noon.', 'We meet at noon.'],
    ['I am at work', 'I am at work'],
  ])('%s', (text, expected) => expect(redact(text, 'email')).toBe(expected));
});

describe('digits', () => {
  test.each([
    ['My number is 12345.', 'My number is [digits].'],
    ['one 1 2 3 4 5', 'one [digits]'],
    ['It was 1234.', 'It was 1234.'],
    ['CA12345678 is a name', 'CA12345678 is a name'],
  ])('%s', (text, expected) => expect(redact(text, 'digits')).toBe(expected));
});

test('each kind strikes out its own, and the most telling one names it', () => {
  expect(redact('4111111111111111 and +14155552671 and 12345 and a@b.de', ...all)).toBe(
    '[card] and [phone] and [digits] and [email]',
  );
  expect(redact('4111111111111111 and 12345', 'email')).toBe('4111111111111111 and 12345');
});

test('nothing to strike out costs nothing', () => expect(redactorOf({ kinds: [], digitsMin: 5 })).toBeNull());

test('the check digit', () => {
  for (const [digits, good] of [
    ['79927398713', true],
    ['79927398710', false],
    ['5555555555554444', true],
    ['000', false],
  ] as const) {
    expect([digits, passesLuhn(digits)]).toEqual([digits, good]);
  }
});

test('no card number is left, however it is grouped and whatever stands around it', () => {
  const card = fc.array(fc.nat(9), { minLength: 12, maxLength: 18 }).map((digits) => {
    const body = digits.join('');
    return [...'0123456789'].map((last) => body + last).find(passesLuhn) ?? '4111111111111111';
  });
  fc.assert(
    fc.property(
      card,
      fc.constantFrom('', ' ', '-', ', ', '.'),
      fc.constantFrom('', 'it is ', 'no: '),
      (digits, gap, before) => {
        const text = `${before}${[...digits].join(gap)}. Thanks`;
        expect(redact(text, ...all)).toBe(`${before}[card]. Thanks`);
      },
    ),
  );
});

test('a long text takes no long time', () => {
  for (const text of ['a'.repeat(50_000), '1 '.repeat(20_000), 'a at '.repeat(10_000), '1,'.repeat(20_000)]) {
    expect(typeof redact(text, ...all)).toBe('string');
  }
});

test('every text of a value is redacted, its shape stays', () => {
  const value = { a: ['call 415 555 2671', 7, null], b: { c: 'x' } };
  const phone = redactorOf({ kinds: ['phone'], digitsMin: 5 })!;
  expect(redactAll(value, phone)).toEqual({ a: ['call [phone]', 7, null], b: { c: 'x' } });
});
