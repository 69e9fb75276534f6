import { describe, expect, test } from 'vitest';
import { languagePack } from '../../../src/conversation/languages/languages.js';
import { expectedAnswer, NOTHING_ASKED } from '../../../src/conversation/turns/expected_answer.js';
import { readTurn, type TurnReading } from '../../../src/conversation/turns/turn_reading.js';

function read(said: string, text: string, language = 'en'): TurnReading | null {
  const { endOfTurn } = languagePack(language);
  const expected = expectedAnswer(said, NOTHING_ASKED, endOfTurn);
  return readTurn(text, { expected, language: endOfTurn, breathFrom: 0, said });
}

describe('in English', () => {
  const HELP = 'Hello, this is Ann. How can I help you?';
  const ELSE = 'Is there anything else I can help you with?';
  const WHICH = 'Which account would you like to check?';
  const PHONE = 'What is your phone number?';
  test.each([
    [HELP, 'hi', 'greeting'],
    [HELP, 'Hello.', 'greeting'],
    [HELP, 'yes good morning', 'greeting'],
    [HELP, 'hi my name is mary smith', 'introduction'],
    [HELP, 'Uh yeah, good evening, Linda. My name is Patricia Wilson.', 'introduction'],
    [HELP, 'this is Robert', 'introduction'],
    [HELP, 'hi my name is mary smith and i need to check my balance', 'sentence'],
    [HELP, 'hi my name is', 'open'],
    [HELP, 'i would like to', 'open'],
    [HELP, 'I went to the.', 'open'], // transcribers put a full stop behind everything
    [HELP, 'The soup was cold, and', 'open'],
    [HELP, 'i lost my card um', 'open'],
    [HELP, 'I lost my card,', 'open'],
    [HELP, 'can you tell me where it is', 'half_open'],
    [HELP, 'The soup was cold today.', 'sentence'],
    [HELP, 'Can I talk to somebody?', 'question'],
    [HELP, 'sorry can you repeat that', 'question'],
    [HELP, 'highway', 'fragment'],
    ['How long did you wait?', 'About ten minutes, I think.', 'phrase'],
    [HELP, 'it took about ten minutes i guess', 'sentence'],
    [HELP, 'and then i think', 'open'],
    [HELP, 'it was cold because i think', 'open'],
    [HELP, 'I think.', 'open'],
    [HELP, 'Sorry, I really want to know where the parking is.', 'sentence'],
    [HELP, 'i want to know where the parking is', 'open'],
    [HELP, 'My name is.', 'open'],
    ['Shall I block the card?', 'Yes, please do that.', 'phrase'],
    [HELP, 'I would like to talk about this.', 'sentence'],
    [HELP, 'i would like to talk about this', 'half_open'],
    ['Which one?', 'The one I was looking at.', 'phrase'],
    ['Which one?', 'the one i was looking at', 'open'],
    [HELP, 'I went to the shop with.', 'open'],
    [ELSE, 'no', 'answer'],
    [ELSE, "um nope that's it thank you", 'answer'],
    [ELSE, "No, that's all I needed. Thank you so much for your help.", 'answer'],
    [ELSE, 'alright', 'acknowledgement'],
    [ELSE, 'It was fine. Thank you.', 'answer'],
    [WHICH, 'my savings account', 'phrase'],
    [WHICH, 'yeah', 'acknowledgement'],
    ['Do you have a minute?', 'yeah', 'answer'],
    ['Goodbye.', 'you too bye bye', 'answer'],
    [PHONE, 'five five five', 'under_way'],
    [PHONE, 'five five five one two three four five six seven', 'whole'],
    [PHONE, 'five five five um', 'under_way'],
    ['What time would you like?', 'eleven am', 'whole'],
  ])('after "%s", "%s" is: %s', (said, text, reading) => expect(read(said, text)?.reading).toBe(reading));
});

test('no words, no reading', () => {
  expect(read('How can I help?', '')).toBeNull();
  expect(read('How can I help?', '...')).toBeNull();
});

test.each([
  ['The soup was cold.', 'there'],
  ['The soup was', 'missing'],
  ['the soup was cold', 'unknown'],
])('full stop in "%s": %s', (text, stop) => expect(read('', text)?.stop).toBe(stop));

test.each([
  ['es', '¿Algo más?', 'no, gracias', 'answer'],
  ['es', '¿En qué puedo ayudarle?', 'mi número es', 'open'],
  ['es', '¿En qué puedo ayudarle?', 'hola me llamo Ana López', 'introduction'],
  ['fr-FR', 'Autre chose ?', "non merci c'est tout", 'answer'],
  ['fr', 'Que puis-je faire pour vous ?', 'je suis allé à la', 'open'],
  ['de', 'Noch etwas?', 'nein danke', 'answer'],
  ['de', 'Wie kann ich Ihnen helfen?', 'Guten Tag, mein Name ist Maria Schmidt.', 'introduction'],
  ['de', 'Wie kann ich Ihnen helfen?', 'ich war in der', 'open'],
  ['de', 'Soll ich die Karte sperren?', 'Ja, bitte machen Sie das.', 'phrase'],
  ['de', 'Wie kann ich Ihnen helfen?', 'Bitte rufen Sie mich morgen an.', 'sentence'],
  ['de', 'Wie kann ich Ihnen helfen?', 'Bitte rufen Sie mich morgen an', 'half_open'],
  ['de', 'Wie kann ich Ihnen helfen?', 'Ich möchte mit.', 'open'],
  ['sv', 'Hej.', 'Soppan var kall.', 'phrase'],
])('in %s after "%s", "%s" is: %s', (language, said, text, reading) => {
  expect(read(said, text, language)?.reading).toBe(reading);
});

test('the same words are read alike with and without punctuation, and with numbers as digits', () => {
  const asked = 'What is your address?';
  const spellings = [
    'my address is five five two main street springfield ohio four one nine one two',
    'My address is five five two. Main street. Springfield. Ohio. Four one nine one two.',
    'My address is 552 Main Street, Springfield, Ohio, 41912.',
  ];
  expect(spellings.map((text) => read(asked, text)?.reading)).toEqual(['whole', 'whole', 'whole']);
});

test('endless talk costs no endless time', () => {
  const text = `${'that is right '.repeat(600)}x`;
  const beganMs = performance.now();
  for (let i = 0; i < 10; i++) read('Is that right?', text);
  expect(performance.now() - beganMs).toBeLessThan(1000);
});
