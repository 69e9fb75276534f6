import { expect, test } from 'vitest';
import { cardLength, passesLuhn } from '../../../src/conversation/collect/luhn.js';

test.each([
  ['4111111111111111', true],
  ['4111111111111112', false],
  ['378282246310005', true],
  ['30569309025904', true],
  ['5555555555554444', true],
  ['0', true],
  ['1', false],
  ['', false],
])('%s: %s', (digits, passes) => expect(passesLuhn(digits)).toBe(passes));

test('every single wrong digit, and every swap of two neighbours but 09, is noticed', () => {
  const card = '4539578763621486';
  for (let i = 0; i < card.length; i++) {
    for (let digit = 0; digit < 10; digit++) {
      const other = `${card.slice(0, i)}${digit}${card.slice(i + 1)}`;
      expect(passesLuhn(other)).toBe(other === card);
    }
    const [a, b] = [card[i], card[i + 1] ?? ''];
    if (b === '' || a === b || ['09', '90'].includes(a + b)) continue;
    expect(passesLuhn(card.slice(0, i) + b + a + card.slice(i + 2))).toBe(false);
  }
});

test.each([
  ['34', 15],
  ['37', 15],
  ['36', 14],
  ['301', 14],
  ['4', 16],
  ['51', 16],
])('a card that begins with %s has %i digits', (digits, length) => expect(cardLength(digits)).toBe(length));
