import { expect, test } from 'vitest';
import { spokenText } from '../../../src/conversation/text/spoken_text.js';

test.each([
  ['Hello there, how are you?', 'Hello there, how are you?'],
  ['**Great** _news_: `it` ~~is~~ *on*', 'Great news: it is on'],
  ['# Title\n\nText', 'Title. Text'],
  ['We have:\n- soup\n- bread\n\nAnything else?', 'We have: soup, bread. Anything else?'],
  ['See [our menu](https://x.y/z).', 'See our menu.'],
  ['Go to https://www.compass-group.com/menu?id=1.', 'Go to www dot compass dash group dot com slash menu.'],
  ['Mail a_b@compass.com!', 'Mail a underscore b at compass dot com!'],
  ['It is $4.99, or $1, or $5 million.', 'It is 4 dollars and 99 cents, or 1 dollar, or 5 million dollars.'],
  ['$1,200.50 and £3 and 5 €', '1,200 dollars and 50 cents and 3 pounds and 5 euros'],
  ['It costs $4.99 — not more. Or $5 - maybe.', 'It costs 4 dollars and 99 cents, not more. Or 5 dollars, maybe.'],
  ['Soup: $5\nBread: $2\n\nOk', 'Soup: 5 dollars, Bread: 2 dollars. Ok'],
  ['\n$5\n- $6\n- and\nmillion', '5 dollars, 6 dollars, and, million'],
  ['It is $5', 'It is 5 dollars'],
  ['50% of R&D & co', '50 percent of R and D and co'],
  ['It is 20°C — nice', 'It is 20 degrees Celsius, nice'],
  ['open 9–5, 24/7', 'open 9 to 5, 24 7'],
  ['really?! yes!!! well…', 'really? yes! well...'],
  ["the kids' menu isn’t 'new'", "the kids' menu isn't new'"],
  ['Thanks 😀👍🏽 👨‍👩‍👧 :) bye', 'Thanks bye'],
  ['“Quoted” (text) [here] {a|b}', 'Quoted text here a b'],
  ['wait <break time="1s"/> now <em>ok</em>', 'wait now ok'],
  ['an unclosed <speak stays bounded one two three four five six', 'an unclosed five six'],
  ['well-known - and self-made', 'well-known, and self-made'],
  ['zero\u200bwidth and\u00a0hard space', 'zerowidth and hard space'],
  ['', ''],
  [' * \n - ', ''],
])('"%s" is spoken "%s"', (written, spoken) => {
  expect(spokenText(written, 'en')).toBe(spoken);
});

test.each([
  ['es', 'Son €5 y 10%', 'Son 5 euros y 10 por ciento'],
  ['fr-CA', 'C’est 2 & 3', "C'est 2 et 3"],
  ['de', 'Das kostet €4.50', 'Das kostet 4 Euro und 50 Cent'],
  ['xx', '10% & *b*', '10% b'], // no words for the symbols of this language: the voice reads them
])('in %s "%s" is "%s"', (language, written, spoken) => {
  expect(spokenText(written, language)).toBe(spoken);
});
