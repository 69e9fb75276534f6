import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChatHistory, INTERRUPTION_HINT } from '../../src/conversation/chat_history.js';

/** The messages after the system prompt, short. */
function turns(history: ChatHistory): string[] {
  return history
    .messages()
    .slice(1)
    .map(({ role, content }) => `${role[0]}: ${content}`);
}

test('the system prompt comes first and says what a dash means', () => {
  const history = new ChatHistory('You are Maya.');
  expect(history.messages()).toEqual([{ role: 'system', content: `You are Maya.\n\n${INTERRUPTION_HINT}` }]);
});

test('an interrupted reply is remembered as far as it was heard, and marked', () => {
  const history = new ChatHistory('p');
  history.addUser('The soup was cold.');
  expect(history.addAssistantHeard('I am sorry to hear that,', true)).toBe('recorded');
  history.addUser('Let me finish.');
  expect(turns(history)).toEqual(['u: The soup was cold.', 'a: I am sorry to hear that —', 'u: Let me finish.']);
});

test('a reply of which nothing was heard leaves no message; the caller just went on', () => {
  const history = new ChatHistory('p');
  history.addUser('The soup was cold.');
  expect(history.addAssistantHeard('  ', true)).toBe('nothing_heard');
  history.addUser('And the bread too.');
  expect(turns(history)).toEqual(['u: The soup was cold. And the bread too.']);
});

test('the agent speaking twice in a row is one message', () => {
  const history = new ChatHistory('p');
  history.addAssistantHeard('Hello.', false);
  history.addAssistantHeard('Are you still there?', false);
  expect(turns(history)).toEqual(['a: Hello. Are you still there?']);
});

test('blank words of the caller are nothing', () => {
  const history = new ChatHistory('p');
  history.addUser(' ');
  expect(turns(history)).toEqual([]);
});

test('a draft sees words that are not recorded yet', () => {
  const history = new ChatHistory('p');
  history.addAssistantHeard('Hello.', false);
  expect(history.messagesWith('Hi there').slice(1)).toEqual([
    { role: 'assistant', content: 'Hello.' },
    { role: 'user', content: 'Hi there' },
  ]);
  history.addUser('Hi');
  expect(history.messagesWith('there').at(-1)).toEqual({ role: 'user', content: 'Hi there' });
  expect(turns(history)).toEqual(['a: Hello.', 'u: Hi']);
});

test('a request keeps its messages, whatever is added later', () => {
  const history = new ChatHistory('p');
  history.addUser('one');
  const request = history.messages();
  history.addUser('two');
  expect(request.at(-1)!.content).toBe('one');
});

test('a long call forgets its oldest turns, several at once, and keeps the newest', () => {
  const history = new ChatHistory('p', { messagesMax: 8, charactersMax: 1000 });
  for (let i = 0; i < 4; i++) {
    history.addUser(`u${i}`);
    history.addAssistantHeard(`a${i}`, false);
  }
  expect(turns(history)).toHaveLength(8);
  history.addUser('u4');
  expect(turns(history)).toEqual(['a: a1', 'u: u2', 'a: a2', 'u: u3', 'a: a3', 'u: u4'].slice(0));
});

test('a copy carries on where the first was', () => {
  const history = new ChatHistory('p');
  history.addUser('one');
  history.addAssistantHeard('two', true);
  const copy = ChatHistory.restore(structuredClone(history.snapshot()));
  expect(copy.messages()).toEqual(history.messages());
  copy.addUser('three');
  expect(turns(history)).toHaveLength(2);
});

test('whatever is said: within the limits, no two messages of one side in a row, the newest words are there', () => {
  const step = fc.record({ user: fc.boolean(), text: fc.string({ minLength: 1, maxLength: 60 }), cut: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const limits = { messagesMax: 6, charactersMax: 200 };
      const history = new ChatHistory('p', limits);
      for (const { user, text, cut } of steps) {
        if (user) history.addUser(text);
        else history.addAssistantHeard(text, cut);
        const kept = history.messages().slice(1);
        expect(kept.length).toBeLessThanOrEqual(limits.messagesMax);
        expect(kept.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThanOrEqual(limits.charactersMax);
        for (let i = 1; i < kept.length; i++) expect(kept[i].role).not.toBe(kept[i - 1].role);
        if (user && text.trim() !== '') expect(kept.at(-1)!.content.endsWith(text.trim())).toBe(true);
      }
    }),
  );
});

describe('tools', () => {
  const look = (result: string | null) => ({ id: 'call_1', name: 'look_up', arguments: '{"n":1}', result });

  test('are told with their results; one that still runs says so, and its result counts from when it is there', () => {
    const history = new ChatHistory('p');
    history.addUser('Where is it?');
    const exchange = look(null);
    history.addTools([exchange]);
    const before = history.messagesWith('Hello?');
    expect(before.slice(1)).toEqual([
      { role: 'user', content: 'Where is it?' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'call_1', name: 'look_up', arguments: '{"n":1}' }] },
      { role: 'tool', toolCallId: 'call_1', content: 'still running' },
      { role: 'user', content: 'Hello?' },
    ]);
    exchange.result = 'sent';
    history.addAssistantHeard('It was sent.', false);
    expect(history.messages().slice(3)).toEqual([
      { role: 'tool', toolCallId: 'call_1', content: 'sent' },
      { role: 'assistant', content: 'It was sent.' },
    ]);
  });

  test('words before and behind them stay apart', () => {
    const history = new ChatHistory('p');
    history.addAssistantHeard('Hello.', false);
    history.addTools([look('sent')]);
    history.addAssistantHeard('It was sent.', false);
    expect(
      history
        .messages()
        .map(({ content }) => content)
        .slice(1),
    ).toEqual(['Hello.', '', 'sent', 'It was sent.']);
  });

  test('a snapshot keeps them; what still ran when it was taken is not known to have been done', () => {
    const history = new ChatHistory('p');
    history.addTools([look('sent'), { ...look(null), id: 'call_2' }]);
    const restored = ChatHistory.restore(structuredClone(history.snapshot()));
    expect(restored.messages().slice(2)).toEqual([
      { role: 'tool', toolCallId: 'call_1', content: 'sent' },
      { role: 'tool', toolCallId: 'call_2', content: expect.stringContaining('not known') },
    ]);
  });

  test('long results leave the history with the oldest turns', () => {
    const history = new ChatHistory('p', { messagesMax: 80, charactersMax: 1000 });
    history.addUser('first');
    history.addTools([look('x'.repeat(900))]);
    history.addUser('y'.repeat(300));
    const { turns } = history.snapshot();
    expect(turns.map(({ role }) => role)).toEqual(['user']);
  });
});
