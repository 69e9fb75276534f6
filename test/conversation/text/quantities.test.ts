import { describe, expect, test } from 'vitest';
import { numberValue } from '../../../src/conversation/text/quantities.js';
import { spokenText } from '../../../src/conversation/text/spoken_text.js';

describe('money', () => {
  test.each([
    ['It is $4.99, or $1, or $5 million.', 'It is 4 dollars and 99 cents, or 1 dollar, or 5 million dollars.'],
    ['$1,200.50 and £3 and 5 €', '1,200 dollars and 50 cents and 3 pounds and 5 euros'],
    ['It costs $4.99 — not more. Or $5 - maybe.', 'It costs 4 dollars and 99 cents, not more. Or 5 dollars, maybe.'],
    ['Soup: $5\nBread: $2\n\nOk', 'Soup: 5 dollars, Bread: 2 dollars. Ok'],
    ['\n$5\n- $6\n- and\nmillion', '5 dollars, 6 dollars, and, million'],
    ['It is $5', 'It is 5 dollars'],
    ['Your balance is -$25.00.', 'Your balance is minus 25 dollars.'],
    ['$-25, −$25, - $25', 'minus 25 dollars, minus 25 dollars, 25 dollars'],
    ['($25.00)', '25 dollars'],
    ['$0.99, $.50, $1.01, 99¢', '99 cents, 50 cents, 1 dollar and 1 cent, 99 cents'],
    ['$4.5 and $1.299', '4.5 dollars and 1.299 dollars'],
    ['That was $1.5B.', 'That was 1.5 billion dollars.'],
    [
      '$10K, $3M, $2bn, €5m, $1T',
      '10 thousand dollars, 3 million dollars, 2 billion dollars, 5 million euros, 1 trillion dollars',
    ],
    ['$5 a day, 5 B', '5 dollars a day, 5 B'],
    ['The bill is ₹1,299.', 'The bill is 1,299 Indian rupees.'],
    ['Rs. 500, Rs 1,299.50 and 20 Rs.', '500 Indian rupees, 1,299.50 Indian rupees and 20 Indian rupees'],
    ['¥500, ￥500, ₩1000, £3.20', '500 yen, 500 yen, 1000 South Korean won, 3 pounds and 20 pence'],
    ['USD 20, 5 EUR, 7 CHF', '20 US dollars, 5 euros, 7 Swiss francs'],
    ['US$5, C$ 5, R$10', '5 US dollars, 5 Canadian dollars, 10 Brazilian reals'],
    ['€4,50 and 1.299,00 €', '4 euros and 50 cents and 1.299 euros'],
    [
      'It costs $4.99/month, $100 / year, 9€/mo',
      'It costs 4 dollars and 99 cents per month, 100 dollars per year, 9 euros per month',
    ],
    ['It costs $5-$10.', 'It costs 5 to 10 dollars.'],
    ['$5–10, $5 - $10, 5-10 €', '5 to 10 dollars, 5 to 10 dollars, 5 to 10 euros'],
    ['$5M-$10M or $5 million – $6 million', '5 million to 10 million dollars or 5 million to 6 million dollars'],
    ['$4.99-$5.99', '4 dollars and 99 cents to 5 dollars and 99 cents'],
    ['5₿', '5₿'], // no word for it: the sign is the voice's
  ])('"%s" is spoken "%s"', (written, spoken) => {
    expect(spokenText(written, 'en')).toBe(spoken);
  });
});

test.each([
  ['5', 5],
  ['1,299', 1299],
  ['1.299', 1299],
  ['0.125', 0.125],
  ['1,299.50', 1299.5],
  ['1.299,50', 1299.5],
  ['1,5', 1.5],
  ['4.99', 4.99],
  ['1,000,000', 1_000_000],
  ["1'000", 1000],
  ['1 299,00', 1299],
  ['.5', 0.5],
  ['12:30', 12],
])('"%s" is worth %d', (digits, value) => {
  expect(numberValue(digits)).toBe(value);
});
