import { expect, test } from 'vitest';
import { isOnlyAnswer, knowsConsent, readConsent } from '../../../src/conversation/turns/consent.js';

test.each([
  ['en', 'Yes.', 'yes'],
  ['en', 'Yeah, sure, go ahead.', 'yes'],
  ['en', 'No problem.', 'yes'],
  ['en', "I don't mind.", 'yes'],
  ['en', 'I don’t mind at all.', 'yes'],
  ['en-GB', "That's fine.", 'yes'],
  ['en', 'No.', 'no'],
  ['en', "I'd rather not.", 'no'],
  ['en', "Yes, but don't record it.", 'no'],
  ['en', 'No, I do not mind you asking, but no.', 'no'],
  ['en', 'Please do not.', 'no'],
  ['en', 'Hello?', 'unclear'],
  ['en', 'Sure?', 'unclear'],
  ['en', 'I want to book a table.', 'unclear'],
  ['en', 'Yesterday I called.', 'unclear'],
  ['en', '', 'unclear'],
  ['de', 'Ja, gerne.', 'yes'],
  ['de', 'Kein Problem.', 'yes'],
  ['de', 'Wie bitte?', 'unclear'],
  ['de', 'Lieber nicht.', 'no'],
  ['es', 'Sí, claro.', 'yes'],
  ['es', 'No hay problema.', 'yes'],
  ['es', 'Prefiero que no.', 'no'],
  ['fr', "D'accord.", 'yes'],
  ['fr', 'Pas de problème.', 'yes'],
  ['fr', 'Je préfère pas.', 'no'],
  ['it', 'Certo, va bene.', 'yes'],
  ['it', 'Non c’è problema.', 'yes'],
  ['it', 'No, grazie.', 'no'],
  ['pt-BR', 'Pode, sim.', 'yes'],
  ['pt', 'Não, obrigado.', 'no'],
  ['nl', 'Ja hoor, prima.', 'yes'],
  ['nl', 'Geen bezwaar.', 'yes'],
  ['nl', 'Liever niet.', 'no'],
  ['sv', 'Ja.', 'unclear'],
])('%s: %j is %s', (language, text, expected) => {
  expect(readConsent(text, language)).toBe(expected);
});

test.each([
  ['Yes.', true],
  ['Yes, that is fine with me.', true],
  ['Yes, and I want to book a table for two.', false],
])('%j is no more than an answer: %s', (text, expected) => {
  expect(isOnlyAnswer(text)).toBe(expected);
});

test('who can be asked', () => {
  expect(['en', 'de-AT', 'es', 'fr', 'it', 'pt', 'nl', 'sv'].map(knowsConsent)).toEqual([
    ...[true, true, true, true, true, true, true, false],
  ]);
});
