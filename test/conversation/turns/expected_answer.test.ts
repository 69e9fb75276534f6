import { describe, expect, test } from 'vitest';
import { languagePack } from '../../../src/conversation/languages/languages.js';
import { expectedAnswer, NOTHING_ASKED, namedNumber } from '../../../src/conversation/turns/expected_answer.js';

const asked = (said: string, language = 'en', before = NOTHING_ASKED) =>
  expectedAnswer(said, before, languagePack(language).endOfTurn);

test.each([
  ['Hello, this is Ann. How can I help you today?', 'request'],
  ['Is there anything else I can do for you?', 'yes_no'],
  ['Do you have a minute?', 'yes_no'],
  ['Which account would you like to check?', 'choice'],
  ['Is it savings or checking?', 'choice'],
  ['What is your name, please?', 'name'],
  ['Could you spell your last name?', 'spelling'],
  ['What is your address?', 'address'],
  ['And what is your email address?', 'email'],
  ['When were you born?', 'birth_date'],
  ['Which day suits you?', 'date'],
  ['What time would you like?', 'time'],
  ['How much would you like to transfer?', 'amount'],
  ['What happened?', 'story'],
  ['How was your lunch?', 'story'],
  ['Thank you for calling. Goodbye.', 'statement'],
  ['What is your phone number? Take your time.', 'number'],
])('"%s" asks for: %s', (said, kind) => expect(asked(said).kind).toBe(kind));

describe('the length of a number', () => {
  test.each([
    ['What is your phone number?', [10, 11]],
    ['What is your zip code?', [5, 9]],
    ['What are the last four digits of your card?', [4]],
    ['Please tell me your six-digit code.', [6]],
    ['Please read me the 8 digit number.', [8]],
    ['What is the card number?', [16]],
    ['What is your order number?', []],
    ['Which number can we use? A mobile number is fine.', [10, 11]],
  ])('"%s": %j', (said, digits) => expect(asked(said)).toMatchObject({ kind: 'number', digits }));
});

test('a thing said back to be confirmed asks for a yes', () => {
  expect(asked('Is your zip code 41912?').kind).toBe('yes_no');
  expect(asked('So is that your phone number?').kind).toBe('yes_no');
  expect(asked('Can you repeat the zip code, did you say four one nine one two?').kind).toBe('yes_no');
  expect(asked('Can you give me your zip code?').kind).toBe('number');
});

test('day and time may be asked for together', () => {
  expect(asked('What day and what time would you like?')).toMatchObject({ kind: 'date', alsoTime: true });
});

test('"could you repeat that?", an "okay" in between and an echo of digits ask for the same as before', () => {
  const before = asked('What is your phone number?');
  expect(asked('Sorry, could you repeat that?', 'en', before)).toEqual(before);
  expect(asked('Okay.', 'en', before)).toEqual({ ...before, continued: true });
  expect(asked('One two nine.', 'en', before)).toEqual({ ...before, digits: [7], continued: true });
});

test.each([
  ['es', '¿Cuál es su número de teléfono?', 'number'],
  ['es', '¿En qué puedo ayudarle?', 'request'],
  ['fr', 'Quelle est votre adresse ?', 'address'],
  ['fr', 'Pouvez-vous épeler votre nom ?', 'spelling'],
  ['de', 'Wie kann ich Ihnen helfen?', 'request'],
  ['de', 'Wie lautet Ihre Postleitzahl?', 'number'],
])('in %s "%s" asks for: %s', (language, said, kind) => expect(asked(said, language).kind).toBe(kind));

test('an unknown language: a question is a question, no more', () => {
  expect(asked('Vad heter du?', 'sv').kind).toBe('choice');
  expect(asked('Tack.', 'sv').kind).toBe('statement');
});

test('the number a caller announces', () => {
  const { endOfTurn } = languagePack('en');
  expect(namedNumber('sure my zip code is', endOfTurn)).toEqual([5, 9]);
  expect(namedNumber('i have no idea', endOfTurn)).toBeNull();
});
