import { expect, test } from 'vitest';
import { collectWords } from '../../../src/conversation/collect/collect_words.js';

test.each([
  ['en', "Yes, that's right", 'No, it is not', 'nothing special'],
  ['es', 'Sí, correcto', 'No, está mal', 'bueno'],
  ['fr', "Oui, c'est ça", 'Non, ce n’est pas ça', 'alors'],
  ['de', 'Ja, genau', 'Nein, das stimmt nicht', 'also gut'],
  ['it', 'Sì, esatto', 'No, è sbagliato', 'dunque'],
  ['pt', 'Sim, isso', 'Não, errado', 'então'],
  ['nl', 'Ja, dat klopt', 'Nee, dat is fout', 'dus'],
])('%s: yes, no and neither', (language, yes, no, neither) => {
  const words = collectWords(language);
  expect([words.yes.test(yes), words.no.test(yes)]).toEqual([true, false]);
  expect(words.no.test(no)).toBe(true);
  expect([words.yes.test(neither), words.no.test(neither)]).toEqual([false, false]);
});

test('a language without words of its own is spoken to in English', () => {
  expect(collectWords('fi')).toBe(collectWords('en-US'));
});
