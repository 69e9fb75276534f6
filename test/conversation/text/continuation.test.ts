import { describe, expect, test } from 'vitest';
import { askToGoOn, Continuation } from '../../../src/conversation/text/continuation.js';

describe('what a model that was asked to go on brings', () => {
  const SAID = 'I see, that is noted. ';
  test.each<[string, string[], string]>([
    ['it goes on', ['The team ', 'will look.'], 'The team will look.'],
    [
      'it begins again with the same words',
      ['I see, that', ' is noted. The', ' team will look.'],
      'The team will look.',
    ],
    ['with other marks and capitals', ['i see that is NOTED - The team.'], 'The team.'],
    ['it goes on with a word it began with', ['I ', 'will tell them.'], 'I will tell them.'],
    ['it says all of it in other words', ['I see, that was noted by us.'], 'I see, that was noted by us.'],
    ['it has nothing more to say', [], ''],
    ['it says just the same and nothing more', ['I see, that is noted.'], ''],
    ['a few words that are the same as at the beginning', ['I see, that is'], 'I see, that is'],
    ['one more word', ['I see, that is noted. Goodbye'], 'Goodbye'],
    ['no space at all', ['Yes'], 'Yes'],
  ])('%s', (_, stream, expected) => {
    const continuation = new Continuation(SAID);
    const came = stream.map((text) => continuation.push(text)).join('') + continuation.flush();
    expect(came).toBe(expected);
  });

  test('token by token it comes to the same, and what is new waits for one word at most', () => {
    const continuation = new Continuation(SAID);
    const came = [...'I see, that is noted. The team.'].map((letter) => continuation.push(letter));
    expect(came.join('') + continuation.flush()).toBe('The team.');
    const straight = new Continuation(SAID);
    expect(straight.push('The ')).toBe('The ');
  });
});

describe('the request', () => {
  test('ends in the words that were said, and the rules at its top tell to go on there', () => {
    const messages = askToGoOn(
      [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'The soup was cold.' },
      ],
      'I see, ',
    );
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant']);
    expect(messages[0].content).toMatch(/^Be kind\.\n\n.*Go on from exactly there/);
    expect(messages[2].content).toBe('I see,');
  });

  test('without rules it is the words alone', () => {
    expect(askToGoOn([{ role: 'user', content: 'Hi' }], 'Yes').at(-1)).toEqual({ role: 'assistant', content: 'Yes' });
  });
});
