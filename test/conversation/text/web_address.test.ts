import { expect, test } from 'vitest';
import { languagePack } from '../../../src/conversation/languages/languages.js';
import { spokenText } from '../../../src/conversation/text/spoken_text.js';
import { sayAddress } from '../../../src/conversation/text/web_address.js';

test.each([
  ['Go to https://www.compass-group.com/menu?id=1.', 'Go to www dot compass dash group dot com slash menu.'],
  ['Mail a_b@compass.com!', 'Mail a underscore b at compass dot com!'],
  ['www.example.org, example.com/menu', 'www dot example dot org, example dot com slash menu'],
  ['It is done.It is fine', 'It is done.It is fine'],
  ['a+b@c.de, (x@y.com)', 'a plus b at c dot de, x at y dot com'],
])('"%s" is spoken "%s"', (written, spoken) => {
  expect(spokenText(written, 'en')).toBe(spoken);
});

test.each([
  ['https://a.b/c_d?x=1#y', 'a dot b slash c underscore d', 'a.b/c_d'],
  ['a.b@c-d.org,', 'a dot b at c dash d dot org,', 'a.b@c-d.org,'],
  ['mailto:me@x.de', 'me at x dot de', 'me@x.de'],
  ['www.x.org.', 'www dot x dot org.', 'www.x.org.'],
  ['3.5', null, null],
  ['etc.', null, null],
  ['@bob', null, null],
  ['a@b', null, null],
])('"%s" is said "%s", without words for signs "%s"', (written, said, left) => {
  expect(sayAddress(written, languagePack('en').symbols)).toBe(said);
  expect(sayAddress(written, null)).toBe(left);
});
