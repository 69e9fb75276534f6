import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SPOKEN_PATTERN } from '../../../src/conversation/text/speakable.js';
import { SpokenWords, spokenText } from '../../../src/conversation/text/spoken_text.js';

describe('markdown, emoji and pauses', () => {
  test.each([
    ['Hello there, how are you?', 'Hello there, how are you?'],
    ['**Great** _news_: `it` ~~is~~ *on*', 'Great news: it is on'],
    ['# Title\n\nText', 'Title. Text'],
    ['We have:\n- soup\n- bread\n\nAnything else?', 'We have: soup, bread. Anything else?'],
    ['We have:\n• soup\n• bread', 'We have: soup, bread'],
    ['one • two | three / four', 'one, two, three, four'],
    ['See [our menu](https://x.y/z).', 'See our menu.'],
    ['really?! yes!!! well…', 'really? yes! well...'],
    ["the kids' menu isn’t 'new'", "the kids' menu isn't new'"],
    ['Thanks 😀👍🏽 👨‍👩‍👧 :) bye', 'Thanks bye'],
    ['Nice:-) ok ;) :P bye :/', 'Nice: ok bye'],
    ['“Quoted” (text) [here] {a|b}', 'Quoted text here a b'],
    ['wait <break time="1s"/> now <em>ok</em>', 'wait now ok'],
    ['see <a href="x" target="y">this</a> now', 'see this now'],
    ['an unclosed <speak is no tag and no word of it is lost', 'an unclosed speak is no tag and no word of it is lost'],
    ['well-known - and self-made', 'well-known, and self-made'],
    ['zero\u200bwidth and\u00a0hard space', 'zerowidth and hard space'],
    ['salt &amp; pepper', 'salt and pepper'],
    ['', ''],
    [' * \n - ', ''],
  ])('"%s" is spoken "%s"', (written, spoken) => {
    expect(spokenText(written, 'en')).toBe(spoken);
  });
});

test.each([
  ['es', 'Son €5 y 10%', 'Son 5 euros y 10 por ciento'],
  [
    'es',
    '$1.5M, 5 M€ o 3,50 €, 1.299,50 €',
    '1.5 millones de dólares, 5 millones de euros o 3 euros y 50 céntimos, 1.299 euros y 50 céntimos',
  ],
  ['es', 'lunes–viernes, 9-17 h, -5 °C, n.º 5', 'lunes a viernes, 9 a 17 h, menos 5 grados Celsius, número 5'],
  ['es', '60 km/h, 3x4, 10€/mes, <5', '60 kilómetros por hora, 3 por 4, 10 euros por mes, menos de 5'],
  ['fr-CA', 'C’est 2 & 3', "C'est 2 et 3"],
  [
    'fr',
    'Cela coûte 1 299,00 €, 4,99 €/mois, 5 M€',
    "Cela coûte 1 299 euros, 4 euros et 99 centimes par mois, 5 millions d'euros",
  ],
  ['fr', '20 %, lun.–ven., 9 h–17 h, n° 5', '20 pour cent, lun à ven. 9 h à 17 h, numéro 5'],
  ['de', 'Das kostet €4.50', 'Das kostet 4 Euro und 50 Cent'],
  [
    'de',
    '4,99 €, 1.299,50 €, 5 Mio. €, 5 EUR/Monat',
    '4 Euro und 99 Cent, 1.299 Euro und 50 Cent, 5 Millionen Euro, 5 Euro pro Monat',
  ],
  [
    'de',
    'Es sind −5 °C, Mo–Fr, 9–17 Uhr, 3x4 cm',
    'Es sind minus 5 Grad Celsius, Mo bis Fr, 9 bis 17 Uhr, 3 mal 4 Zentimeter',
  ],
  [
    'it',
    'Costa 4,99 €, 5 M€, -5 °C, 20 %, lun–ven, 3x4',
    'Costa 4 euro e 99 centesimi, 5 milioni di euro, meno 5 gradi Celsius, 20 per cento, lun a ven, 3 per 4',
  ],
  [
    'pt',
    'São R$ 5,50, $1M, 10% e 60 km/h',
    'São 5 reais e 50 centavos, 1 milhão de dólares, 10 por cento e 60 quilômetros por hora',
  ],
  ['nl', 'Dat is € 12,50, -3 °C, 9–17 uur', 'Dat is 12 euro en 50 cent, min 3 graden Celsius, 9 tot 17 uur'],
  // A language without words for signs: they are the voice's.
  ['xx', '10% & *b* -5 ($3) <5 a@b.c', '10% & b -5 $3 <5 a@b.c'],
  ['sv', 'Costa 4,99 € al mese, -5 °C, 3x4, 8/3, 5 < 10', 'Costa 4,99 € al mese, -5 °C, 3x4, 8/3, 5 < 10'],
  ['sv', 'aperto 9 - 17, A -> B, 4★ - bene', 'aperto 9 – 17, A → B, 4★, bene'],
  [
    'ja',
    '本日は20％オフです。３×４、9時〜17時、ジョン・スミス',
    '本日は20％オフです。３×４、9時〜17時、ジョン・スミス',
  ],
  ['fa', 'می‌خواهم ۱۲٬۳۴۵ تومان ۲۰٪', 'می‌خواهم ۱۲٬۳۴۵ تومان ۲۰٪'],
  ['si', 'ශ්‍රී ලංකා', 'ශ්‍රී ලංකා'],
  ['he', 'צה"ל ₪50', 'צה״ל ₪50'],
  ['hi', '₹500 और क्‍या', '₹500 और क्‍या'],
])('in %s "%s" is "%s"', (language, written, spoken) => {
  expect(spokenText(written, language)).toBe(spoken);
});

const LANGUAGES = ['en', 'es', 'fr', 'de', 'xx'];
const part = fc.oneof(
  fc.stringMatching(/^[1-9]\d{0,5}$/),
  fc.constantFrom(
    '1.50',
    '1,299',
    '12:30',
    '$',
    '€',
    '₹',
    'Rs',
    '%',
    '％',
    '-',
    '–',
    '—',
    '−',
    '+',
    '×',
    'x',
    '*',
    '/',
    '÷',
    '=',
    '<',
    '>',
  ),
  fc.constantFrom(
    '≤',
    '~',
    '#',
    '@',
    '&',
    '^',
    '°',
    '°C',
    'km',
    'K',
    'M',
    'million',
    '(',
    ')',
    '[',
    '"',
    '.',
    ',',
    ':',
    '|',
    '→',
    '\u200b',
    '\u200d',
    '\u00ad',
    '😀',
  ),
  fc.constantFrom(
    ' ',
    ' ',
    '\n',
    '\u00a0',
    '\u202f',
    'soup',
    'Mon',
    'May',
    'am',
    'EUR',
    '<b>',
    '<break',
    'über',
    'שלום',
    '本',
  ),
);
const texts = fc.oneof(
  fc.array(part, { maxLength: 25 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 120 }),
);
/** Runs of digits; full-width ones become plain. */
const digitRuns = (text: string): string[] =>
  text.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0)).match(/\d+/g) ?? [];

describe('whatever is written', () => {
  test('numbers that a sign parted are never joined, and no digit is made up', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...LANGUAGES), (text, language) => {
        fc.pre(!/[★☆]/.test(text)); // counted
        const written = new Set(digitRuns(text).flatMap((run) => [run, run.replace(/^0+(?=\d)/, '')]));
        for (const run of digitRuns(spokenText(text, language))) expect(written).toContain(run);
      }),
      { numRuns: 2000 },
    );
  });

  test('in a language with words for signs nothing unspeakable is left', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom('en', 'es', 'fr', 'de'), (text, language) => {
        const spoken = spokenText(text, language);
        expect(spoken).toMatch(SPOKEN_PATTERN);
        expect(spoken).not.toMatch(/ {2}|^ | $/);
      }),
      { numRuns: 1000 },
    );
  });

  test('a sign between two numbers is said or left to the voice', () => {
    const sign = fc.constantFrom(
      '-',
      '–',
      '−',
      '×',
      'x',
      '*',
      '/',
      '÷',
      '=',
      '<',
      '>',
      '≤',
      '≥',
      '+',
      '±',
      '%',
      '~',
      '^',
      ':',
      '→',
      '@',
      '&',
      '#',
    );
    const space = fc.constantFrom('', ' ');
    fc.assert(
      fc.property(
        sign,
        space,
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 1, max: 999 }),
        (mark, gap, a, b) => {
          for (const language of ['en', 'xx']) {
            const spoken = spokenText(`It is ${a}${gap}${mark}${gap}${b}`, language);
            expect(spoken.replace(new RegExp(`^It is ${a}\\s*|\\s*${b}$`, 'g'), '')).toMatch(/\S/);
          }
        },
      ),
    );
  });

  test('words come out in the order in which they were written, whatever stands between them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.stringMatching(/^[bdpt]{3,8}$/), part), { maxLength: 20 }), (pairs) => {
        fc.pre(!pairs.some(([, mark]) => /[bdpt<@/]/i.test(mark)));
        const spoken = spokenText(pairs.map(([word, mark]) => `${word} ${mark} `).join(''), 'en');
        const said = spoken.match(/\b[bdpt]{3,8}\b/g) ?? [];
        expect(said).toEqual(pairs.map(([word]) => word));
      }),
    );
  });
});

test('what is held back for the next word comes at the latest with the end', () => {
  const said: string[] = [];
  const words = new SpokenWords('en', (pause, text) => said.push(pause + text));
  words.push('about', 0);
  words.push('$5', 0);
  expect(said).toEqual(['about']);
  words.push('million', 0);
  words.push('people', 0);
  expect(said).toEqual(['about', '5 million dollars', 'people']);
  words.push('7', 0);
  words.end();
  words.end();
  expect(said.at(-1)).toBe('7');
});
