import { describe, expect, test } from 'vitest';
import { BUILT_IN, DIALOGUES, INTERRUPTIONS, modelOf, replyNumber } from '../../../loadtest/panel/dialogues.js';

const { answer: answerTo, replies: REPLIES } = modelOf(BUILT_IN);
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

describe('the simulated model', () => {
  test('answers each line with its own reply, however it was punctuated', () => {
    for (const { caller, agent } of [...DIALOGUES.flat(), ...INTERRUPTIONS]) {
      const heard = caller.replace(' ... ', ' ').toLowerCase().replace(/[,.?]/g, '');
      expect(answerTo([user(heard)])).toBe(agent);
    }
  });

  test('says nothing twice in a conversation', () => {
    const [{ caller, agent }] = INTERRUPTIONS;
    expect(answerTo([user(caller), assistant(agent.slice(0, 30)), user(caller)])).not.toBe(agent);
  });

  test('has something to say to half a sentence', () => {
    expect(REPLIES).toContain(answerTo([user('Mhmm.')]));
    expect(answerTo([])).not.toBe('');
  });
});

test('replies are told apart by their first words, and long enough to be spoken over', () => {
  expect(new Set(REPLIES.map((reply) => reply.split(' ').slice(0, 5).join(' '))).size).toBe(REPLIES.length);
  for (const reply of REPLIES) expect(reply.split(' ').length).toBeGreaterThan(20);
});

test('numbered replies differ in their first words and end with the question that comes next', () => {
  const replies = [0, 1, 17, 170].map((number) => replyNumber(number, 'what is your name?'));
  expect(new Set(replies.map((reply) => reply.split(' ').slice(0, 5).join(' '))).size).toBe(4);
  for (const reply of replies) expect(reply).toMatch(/, what is your name\?$/);
});
