import { describe, expect, test } from 'vitest';
import { languagePack } from '../../../src/conversation/languages/languages.js';
import { SpokenSigns } from '../../../src/conversation/text/spoken_signs.js';
import { spokenText } from '../../../src/conversation/text/spoken_text.js';

describe('numbers and their signs', () => {
  test.each([
    ['50% of R&D & co', '50 percent of R and D and co'],
    ['20％ or 5 % or 5‰ or 10-15%', '20 percent or 5 percent or 5 per mille or 10 to 15 percent'],
    ['It is 20°C — nice', 'It is 20 degrees Celsius, nice'],
    [
      'It is -5 degrees, −5 °F, 1℃, 45°',
      'It is minus 5 degrees, minus 5 degrees Fahrenheit, 1 degree Celsius, 45 degrees',
    ],
    ['20°C - 25°C', '20 to 25 degrees Celsius'],
    ['open 9–5, 24/7', 'open 9 to 5, 24/7'],
    ['We are open Mon–Fri, 9am–5pm.', 'We are open Mon to Fri, 9am to 5pm.'],
    ['Mon - Fri, 9 a.m. - 5 p.m. daily, 9:00-17:00', 'Mon to Fri, 9 a.m. to 5 p.m. daily, 9:00 to 17:00'],
    ['June 3–5, Jan 5 – Feb 3, A–Z', 'June 3 to 5, Jan 5 to Feb 3, A to Z'],
    ['May I - perhaps - call?', 'May I, perhaps, call?'],
    ['pages 10-20, 2019-2024, 3-4 days', 'pages 10 to 20, 2019 to 2024, 3 to 4 days'],
    ['50-50, 12345-6789, 007-009', '50-50, 12345-6789, 007-009'],
    ['555-0100, (555) 123-4567, 1-800-555-0100', '555-0100, 555 123-4567, 1-800-555-0100'],
    ['555 - 123 - 4567', '555 123 4567'],
    ['+1 202 555 0143', 'plus 1 202 555 0143'],
    ['2025-12-05, 12/25/2025, 05.12.2025', '2025-12-05, 12/25/2025, 05.12.2025'],
    ['12/25-12/31', '12/25 to 12/31'],
    ['The plate is 3×4 inches, 3x4, 8.5 x 11.', 'The plate is 3 by 4 inches, 3 by 4, 8.5 by 11.'],
    ['2x faster, 3 × 4, 2*3, 10 ÷ 2', '2 times faster, 3 times 4, 2 times 3, 10 divided by 2'],
    ['2+2=4, 30 - 4, 5-3=2, 5 x 3 = 15', '2 plus 2 equals 4, 30 minus 4, 5 minus 3 equals 2, 5 times 3 equals 15'],
    ['open 9 - 5, 6:05 p.m.–7:10 p.m.', 'open 9 to 5, 6:05 p.m. to 7:10 p.m.'],
    ['4.5★, ★★★★☆, ★', '4.5 stars, 4 stars, 1 star'],
    ['10^6, x^2', '10 to the power of 6, x to the power of 2'],
    ['8/3, 8) bread, =3', '8/3, 8 bread, equals 3'],
    ['1/2 cup, 1 1/2, ½', '1/2 cup, 1 1/2, ½'],
    [
      '<5, > 10, 5 < 10, ≤5 days, x ≥ 3, a != b',
      'less than 5, more than 10, 5 is less than 10, at most 5 days, x at least 3, a is not equal to b',
    ],
    ['if x<y then stop', 'if x is less than y then stop'],
    ['<3 minutes', 'less than 3 minutes'],
    ['love it <3', 'love it'],
    ['±5, +5, 18+, ~5, ≈ 10, 5 ~ 10', 'plus or minus 5, plus 5, 18 plus, about 5, about 10, 5 to 10'],
    ['#5, #win, C#, press # now, №5', 'number 5, win, C sharp, press hash now, number 5'],
    ['dial *67 or *123# or press *', 'dial star 67 or star 123 hash or press star'],
    ['5 @ $3, @bob', '5 at 3 dollars, at bob'],
    ['A → B, 5 -> 10, Settings => Wi-Fi', 'A to B, 5 to 10, Settings, Wi-Fi'],
    [
      '60 km/h, 5kg, 3 GB, 1 hr, 100 MB/s',
      '60 kilometers per hour, 5 kilograms, 3 gigabytes, 1 hour, 100 megabytes per second',
    ],
    ['5 mg/kg, 3/day, 10 people/table', '5 mg per kg, 3 per day, 10 people table'],
    ['and/or, w/o sugar, § 5', 'and or, without sugar, section 5'],
    ['COVID-19, B2B, v1.2.3, 0x1F, 4K, 5th, Q1–Q3', 'COVID-19, B2B, v1.2.3, 0x1F, 4K, 5th, Q1-Q3'],
    ['192.168.0.1:8080, 16:9, 10:30', '192.168.0.1:8080, 16:9, 10:30'],
    ['"5" (-5) [5] *5* **$5** _5_', '5 minus 5 5 5 5 dollars 5'],
    ['3😀4 1️⃣2️⃣ 5\u200b6 7\u00ad8', '3 4 1 2 5 6 7 8'],
    ["1,000,000 and 1'000, 6′2″", "1,000,000 and 1'000, 6′2″"],
  ])('"%s" is spoken "%s"', (written, spoken) => {
    expect(spokenText(written, 'en')).toBe(spoken);
  });
});

test('names of days and months are known in the language of the call, long and short', () => {
  const [en, fr] = ['en', 'fr'].map((code) => new SpokenSigns(code, languagePack(code).symbols!));
  expect(['Mon', 'monday', 'May', 'Dec.', 'Monat'].map((word) => en.isDay(word))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(['lun.', 'lundi', 'août', 'Mon'].map((word) => fr.isDay(word))).toEqual([true, true, true, false]);
});
