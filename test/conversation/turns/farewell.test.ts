import fc from 'fast-check';
import { expect, test } from 'vitest';
import { farewellRules, readsAsFarewell } from '../../../src/conversation/turns/farewell.js';

const ends = (language: string, reply: string, caller = ''): boolean =>
  readsAsFarewell(reply, caller, farewellRules(language, null));

test.each([
  // A goodbye that is one.
  ['en', 'Goodbye.'],
  ['en', 'Bye bye!'],
  ['en', 'Goodbye for now.'],
  ['en', 'Thank you for calling Acme, goodbye.'],
  ['en', 'Thank you for your time and goodbye.'],
  ['en', 'Goodbye, Mr. Smith.'],
  ['en', 'Goodbye, Sarah, and have a lovely evening.'],
  ['en', 'Your table is booked for eight. Goodbye!'],
  ['en', 'Goodbye! We look forward to seeing you on Friday.'],
  ['en', 'Okay then, bye now.'],
  ['en', 'I have noted it, thanks again. So long!'],
  ['en', 'Alright, take care, goodbye'],
  ['en', 'Goodbye and thank you for calling Acme Sons.'],
  ['en', 'It was a pleasure talking with you. Take care and goodbye!'],
  ['en', 'Goodbye from all of us at Acme.'],
  ['es', 'Gracias por llamar. Adiós.'],
  ['es', 'Hasta luego, que tenga un buen día.'],
  ['es', 'Muchas gracias y hasta pronto.'],
  ['es', '¡Adiós, señor García!'],
  ['fr', 'Merci, au revoir.'],
  ['fr', 'Au revoir et bonne journée.'],
  ['fr', 'Au revoir, madame Dupont. Bonne soirée.'],
  ['fr', "C'est noté. À bientôt !"],
  ['de', 'Vielen Dank, auf Wiederhören.'],
  ['de', 'Auf Wiederhören, Herr Müller, und einen schönen Tag.'],
  ['de', 'Das habe ich notiert. Tschüss!'],
  ['de', 'Danke für Ihren Anruf und auf Wiederhören.'],
  ['it', 'Grazie per aver chiamato, arrivederci.'],
  ['pt', 'Muito obrigado, até logo.'],
  ['nl', 'Bedankt voor uw telefoontje, tot ziens.'],
])('%s "%s" ends the call', (language, reply) => {
  expect(ends(language, reply)).toBe(true);
});

test.each([
  // The word stands in an ordinary answer.
  ['en', 'So long as you arrive by eight, the table is yours. I have noted it.'],
  ['en', 'So long as you arrive by eight, the table is yours.'],
  ['en', 'You can say goodbye to long queues with our app. It is free.'],
  ['en', 'Say stop, cancel, or goodbye, and I will hang up.'],
  ['en', 'You may say yes, no, help, goodbye.'],
  ['en', 'The commands are stop, help, goodbye.'],
  ['en', 'Our special tonight is the Goodbye Burger. It comes with fries.'],
  ['en', 'The film Goodbye Lenin starts at nine.'],
  ['en', 'The song is called Bye Bye Baby.'],
  ['en', 'A bye in the first round means your team plays on Saturday.'],
  ['en', 'It is a farewell party for twenty people. I have it down for Friday.'],
  ['en', 'Goodbye gifts are on the second floor.'],
  ['en', 'Goodbye, long queues.'],
  ['en', 'Before I say goodbye, may I have your number.'],
  ['en', 'The shop closed so long ago that I do not know.'],
  ['en', 'Goodbye. Or is there anything else?'],
  ['en', 'Goodbye is the name of our parrot. It says so all day.'],
  ['es', 'El bar se llama Chao Bella y abre a las diez.'],
  ['es', 'Abrimos desde las nueve hasta luego de las ocho.'],
  ['es', 'Puede decir adiós a las colas.'],
  ['es', 'Adiós a las colas largas con nuestra aplicación.'],
  ['fr', "Le film s'appelle Adieu les cons. Il commence à neuf heures."],
  ['fr', 'Vous pouvez dire au revoir aux files.'],
  ['fr', 'Au revoir les files, avec notre application.'],
  ['fr', 'Le spectacle Au revoir là-haut est complet.'],
  ['de', 'Ja, hier ist das Ciao Bella am Markt. Wir haben heute bis zehn geöffnet.'],
  ['de', 'Sagen Sie langen Schlangen tschüss mit unserer App.'],
  ['de', 'Das Servus Café öffnet um neun.'],
  ['de', 'Tschüss Stau heißt unsere App.'],
  ['de', 'Der Film heißt Auf Wiedersehen, Franziska.'],
  ['it', 'Il locale si chiama Ciao Bella e apre alle dieci.'],
  ['pt', 'Pode dizer adeus às filas.'],
  ['nl', 'Elke dag een ander menu. Het is vers.'],
])('%s "%s" does not', (language, reply) => {
  expect(ends(language, reply)).toBe(false);
  expect(ends(language, reply, language === 'fr' ? 'non merci' : 'no')).toBe(false);
});

test.each([
  // A wish ends it when the caller was done.
  ['en', 'Have a lovely day.', 'No, thank you.', true],
  ['en', 'I hope you have a great rest of your day!', 'that is all', true],
  ['en', 'Thanks, and have a nice evening.', 'no', true],
  ['en', 'Take care.', 'thanks', true],
  ['en', 'Have a lovely day.', 'The soup was cold.', false],
  ['en', 'Have a lovely day.', 'Thanks, and when do you open?', false],
  // The words of a wish in an ordinary answer.
  ['en', 'We have a lunch menu every day.', 'no', false],
  ['en', 'You can have a table for one.', 'no', false],
  ['en', 'Take care of the receipt, you need it.', 'thanks', false],
  ['en', 'Enjoy the best steak of the week.', 'thanks', false],
  ['es', 'Que tenga un buen día.', 'no, gracias', true],
  ['es', 'Es bueno que tenga un buen seguro.', 'no', false],
  ['fr', 'Bonne journée.', 'non merci', true],
  ['fr', 'Nous servons une bonne soirée tapas le jeudi.', 'non', false],
  ['de', 'Einen schönen Tag noch.', 'Das war alles.', true],
  ['de', 'Ich wünsche Ihnen ein schönes Wochenende.', 'nein danke', true],
  ['de', 'Wir haben einen schönen Tagesausflug im Angebot.', 'nein', false],
])('%s "%s" after "%s": %s', (language, reply, caller, expected) => {
  expect(ends(language, reply, caller)).toBe(expected);
});

test('a persona may name its own closing words; those of the language do not count then', () => {
  const rules = farewellRules('en', 'over and out');
  expect(readsAsFarewell('Thanks. Over and out.', '', rules)).toBe(true);
  expect(readsAsFarewell('Goodbye.', '', rules)).toBe(false);
  expect(readsAsFarewell('Have a nice day.', 'that is all', rules)).toBe(true);
});

test('a language without lists ends no call by itself', () => {
  expect(ends('xx', 'Goodbye.', 'bye')).toBe(false);
});

test('whatever is said, it is answered in bounded time and a question never ends a call', () => {
  const word = fc.constantFrom(
    'goodbye',
    'and',
    'bye',
    'have',
    'a',
    'nice',
    'day',
    ',',
    '.',
    'so',
    'then',
    'Mr.',
    'thanks',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 120 }), (words) => {
      const reply = words.join(' ');
      ends('en', reply, 'no');
      expect(ends('en', `${reply} is that all?`, 'no')).toBe(false);
    }),
  );
});
