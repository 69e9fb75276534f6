import { describe, expect, test } from 'vitest';
import { languagePack } from '../../../src/conversation/languages/languages.js';
import { dictation } from '../../../src/conversation/turns/dictation.js';
import { expectedAnswer, NOTHING_ASKED } from '../../../src/conversation/turns/expected_answer.js';
import { spokenWords } from '../../../src/conversation/turns/spoken_words.js';

function state(said: string, text: string, { language = 'en', breathFrom = 0 } = {}): string | null {
  const { endOfTurn } = languagePack(language);
  const expected = expectedAnswer(said, NOTHING_ASKED, endOfTurn);
  const item = dictation(spokenWords(text, endOfTurn), expected, endOfTurn, breathFrom, said);
  return item === null ? null : `${item.item} ${item.state}`;
}

describe('numbers', () => {
  const PHONE = 'What is your phone number?';
  const ORDER = 'What is your order number?';
  test.each([
    [PHONE, 'five five five', 'number under_way'],
    [PHONE, '555. 123.', 'number under_way'],
    [PHONE, 'five five fine seven', 'number under_way'], // a digit misheard
    [PHONE, 'five five five one two three four', 'number may_grow'], // a local number, perhaps
    [PHONE, 'five five five one two three four five six seven', 'number whole'],
    [PHONE, "it's (555) 123-4567", 'number whole'],
    [PHONE, 'one five five five one two three four five six', 'number may_grow'],
    [PHONE, "i don't have one", null],
    [PHONE, 'yes', null],
    ['What is your zip code?', 'four one nine one', 'number under_way'],
    ['What is your zip code?', 'four one nine one two please', 'number whole'],
    ['How can I help?', 'my zip code is 41912', 'number whole'],
    ['How can I help?', 'my card number is four one one one', 'number under_way'],
    ['What is the card number?', '4111 1111 1111 1111', 'number whole'],
    ['What is the card number?', '3711 111111 11111', 'number whole'], // 15 digits where they begin with 37
    ['What are the last four digits?', 'nine nine', 'number under_way'],
    [ORDER, 'one two three', 'number under_way'],
    [ORDER, 'one two three four five', 'number whole'],
    ['How can I help?', 'five five five', 'number under_way'],
    ['How can I help?', 'my phone number is four', 'number under_way'],
    ['How can I help?', 'i called that phone number 3 times', null],
    ['How was it?', 'The soup was cold, number 3.', null],
    ['How was it?', 'eight', null],
    ['When was that?', 'in 1984', 'date whole'],
    ['How can I help?', 'it broke in 1984', null],
    ['How can I help?', 'i need five hundred', null],
  ])('asked "%s", "%s": %s', (said, text, expected) => expect(state(said, text)).toBe(expected));

  test.each([
    ['fr', 'Quel est votre numéro de téléphone ?', 'zéro six douze trente-quatre', 'number under_way'],
    ['fr', 'Quel est votre numéro de téléphone ?', 'zéro six douze trente-quatre cinquante-six vingt', 'number whole'],
    ['es', '¿Cuál es su número de teléfono?', 'seis uno dos', 'number under_way'],
    ['de', 'Wie ist Ihre Telefonnummer?', 'null eins sieben null', 'number under_way'],
    ['de', 'Wie ist Ihre Telefonnummer?', 'null eins sieben null drei drei vier vier fünf fünf sechs', 'number whole'],
    ['de', 'Wie lautet Ihre Postleitzahl?', 'eins null eins eins fünf', 'number whole'],
    ['de', 'Wie ist Ihre E-Mail-Adresse?', 'anna punkt schmidt at', 'email under_way'],
    ['de', 'Wie ist Ihre E-Mail-Adresse?', 'anna punkt schmidt at web punkt de', 'email whole'],
  ])('in %s, asked "%s", "%s": %s', (language, said, text, expected) => {
    expect(state(said, text, { language })).toBe(expected);
  });

  test.each([['de', 'Um wie viel Uhr war das?', 'viertel nach drei', 'date whole']])(
    'in %s, asked "%s", "%s": %s',
    (language, said, text, expected) => {
      expect(state(said, text, { language })).toBe(expected);
    },
  );

  test('five digits with pauses between them may be the beginning of a longer number', () => {
    expect(state(ORDER, 'one two three four five', { breathFrom: 3 })).toBe('number under_way');
  });
});

describe('addresses', () => {
  const ASKED = 'What is your address?';
  test.each([
    [ASKED, 'five five two', 'address under_way'],
    [ASKED, 'five five two main street', 'address under_way'],
    [ASKED, '552 Main Street, apartment 5', 'address under_way'],
    [ASKED, '552 Main Street. Springfield.', 'address may_grow'], // many people say no code
    [ASKED, '552 Main Street, apartment 5, Salt Lake City', 'address may_grow'],
    [ASKED, '552 Main Street, second', 'address under_way'],
    [ASKED, '552 Main Street, on the', 'address under_way'],
    [ASKED, '552 Main Street, suite', 'address under_way'],
    [ASKED, '552 main street springfield ohio four one', 'address under_way'],
    [ASKED, '552 main street springfield ohio four one nine one two', 'address whole'],
    [ASKED, '552 Main Street. Springfield. Ohio. 41912.', 'address whole'],
    [ASKED, 'It is forty two Willow Lane.', 'address under_way'], // town and code follow, after pauses of 2 s even
    [ASKED, 'it is forty two willow lane', 'address under_way'],
    [ASKED, 'It is forty two.', 'address under_way'],
    ['And in which street is that?', 'forty two willow lane', 'address whole'],
    ['I need your new address, what is the street?', 'It is 42 Willow Lane.', 'address whole'],
    ['What is the street?', 'forty two willow', 'address may_grow'],
    ['What is the street?', 'forty two', 'address under_way'],
    ['What is the street?', 'i do not know', null],
    [ASKED, 'the same as before', null],
  ])('asked "%s", "%s": %s', (said, text, expected) => expect(state(said, text)).toBe(expected));

  test('where the postal code stands before the town', () => {
    for (const [said, asked, breathFrom, language] of [
      ['Hauptstraße 5, Berlin', 'Wie ist Ihre Adresse?', 2, 'de'],
      ['12 rue de la Paix, Paris', 'Quelle est votre adresse ?', 5, 'fr'],
      ['Calle Mayor 12, Madrid', '¿Cuál es su dirección?', 3, 'es'],
      ['14 Rose Avenue, Denver', 'What is your address?', 3, 'en'],
    ] as const) {
      expect(state(asked, said, { language, breathFrom }), `${said}: a town in a breath of its own`).toBe(
        'address may_grow',
      );
    }
    expect(state('Quelle est votre adresse ?', '12, rue de la Paix', { language: 'fr', breathFrom: 1 })).toBe(
      'address under_way',
    );
    expect(state('Wie ist Ihre Adresse?', 'Hauptstraße 5, 10115', { language: 'de' })).toBe('address under_way');
    expect(state('Wie ist Ihre Adresse?', 'Hauptstraße 5, 10115 Berlin', { language: 'de' })).toBe('address whole');
  });
});

describe('e-mail, spelling, dates, amounts', () => {
  const EMAIL = 'What is your email address?';
  const SPELL = 'How do you spell your last name?';
  const BORN = 'What is your date of birth?';
  test.each([
    [EMAIL, 'ann dot smith', 'email under_way'],
    [EMAIL, 'ann dot smith at example', 'email under_way'],
    [EMAIL, 'ann dot smith at example dot com', 'email whole'],
    [EMAIL, 'ann.smith@example.com', 'email whole'],
    [EMAIL, 'ann at example dot co', 'email may_grow'],
    [EMAIL, "i don't have one", null],
    [SPELL, 's m i', 'spelling may_grow'],
    [SPELL, 's m', 'spelling under_way'],
    [SPELL, 'sure smith', 'spelling under_way'],
    [SPELL, 'Smith. S-M-I-T-H.', 'spelling whole'],
    ['Do you spell Smith with a y?', 'no s m i t h', 'spelling whole'],
    ['What time?', 'eleven a m', 'date whole'],
    ['What time would you like?', 'three forty five', 'date may_grow'],
    ['At what time was that?', 'around a quarter past one', 'date whole'],
    ['At what time was that?', 'ten to five', 'date whole'],
    ['At what time was that?', 'it was one', 'date may_grow'],
    ['What time would you like?', '3:45 PM', 'date whole'],
    [BORN, 'march', 'date under_way'],
    [BORN, 'march fifteenth', 'date under_way'],
    [BORN, 'march fifteenth nineteen', 'date under_way'],
    [BORN, 'march fifteenth nineteen eighty five', 'date whole'],
    [BORN, 'March 15th, 1985', 'date whole'],
    [BORN, '03/15/1985', 'date whole'],
    ['What day and what time?', 'thursday', 'date under_way'],
    ['What day and what time?', 'thursday at ten thirty a m', 'date whole'],
    ['Which day suits you?', 'uh tuesday please', 'date whole'],
    ['How much would you like to pay?', 'one hundred', 'amount under_way'],
    ['How much would you like to pay?', 'one hundred and six dollars', 'amount whole'],
    ['How much would you like to pay?', '$106', 'amount whole'],
  ])('asked "%s", "%s": %s', (said, text, expected) => expect(state(said, text)).toBe(expected));
});
