import { expect, test } from 'vitest';
import { CallerLanguage } from '../../../src/conversation/turns/caller_language.js';

type Heard = [text: string, language?: string, isFinal?: boolean];
function after(own: string, ...turns: Heard[][]): string {
  const language = new CallerLanguage(own);
  for (const turn of turns) {
    for (const [text, spoken, isFinal = true] of turn) language.heard({ text, isFinal, language: spoken });
    language.endTurn();
  }
  return language.current;
}

test.each<[string, string, Heard[][], string]>([
  ['nothing was said', 'en', [], 'en'],
  ['the recogniser tells no language', 'en', [[['Hola, buenas tardes.']]], 'en'],
  ['another language', 'en', [[['Hola, quería una mesa.', 'es']]], 'es'],
  ['only an interim result of it', 'en', [[['Hola, quería una mesa.', 'es', false]]], 'en'],
  ['a single word of it', 'en', [[['No.', 'es']]], 'en'],
  ['a number with a word', 'en', [[['4 5 6 sí', 'es']]], 'en'],
  [
    'most words count',
    'en',
    [
      [
        ['Yes.', 'en'],
        ['Quería una mesa para dos.', 'es'],
      ],
    ],
    'es',
  ],
  ['it stays, over a word in between', 'en', [[['Quería una mesa.', 'es']], [['Okay.', 'en']]], 'es'],
  ['and back', 'en', [[['Quería una mesa.', 'es']], [['In English please.', 'en']]], 'en'],
  ['the agent’s own region', 'pt-BR', [[['Queria uma mesa.', 'pt']]], 'pt-BR'],
])('%s', (_, own, turns, expected) => {
  expect(after(own, ...turns)).toBe(expected);
});

test('what is heard of the turn under way counts at once', () => {
  const language = new CallerLanguage('en');
  language.heard({ text: 'Quería una mesa.', isFinal: true, language: 'es' });
  expect(language.current).toBe('es');
});
