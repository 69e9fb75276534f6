import { expect, test } from 'vitest';
import { emailIn } from '../../../src/conversation/collect/spoken_email.js';
import { languagePack } from '../../../src/conversation/languages/languages.js';

test.each([
  ['en', 'john dot smith at example dot com', 'john.smith@example.com'],
  ['en', 'My email is J-O-H-N seven seven at gmail.com', 'john77@gmail.com'],
  ['en', "Sure, it's mary_ann at mail dot example dot co dot uk please", 'mary_ann@mail.example.co.uk'],
  ['en', 'It is Ada.Lovelace@Example.org.', 'ada.lovelace@example.org'],
  ['en', 'big underscore bob at example dot com', 'big_bob@example.com'],
  ['en', 'smith at example', null],
  ['en', 'I do not have one', null],
  ['es', 'maría punto lópez arroba ejemplo punto com', 'maria.lopez@ejemplo.com'],
  ['de', 'anna punkt schmidt at beispiel punkt de', 'anna.schmidt@beispiel.de'],
])('%s: %s', (language, text, address) => {
  const { endOfTurn, symbols } = languagePack(language);
  expect(emailIn(text, endOfTurn, symbols)).toBe(address);
});
