import { describe, expect, test } from 'vitest';
import { type ChatMessage, isOutbound, replyTo } from '../../loadtest/simulators/openai/replies.js';

const system = (content: string): ChatMessage => ({ role: 'system', content });

/** Plays the caller's lines against the rules and gives back what the agent said. */
function converse(prompt: string, lines: string[]): string[] {
  const messages = [system(prompt)];
  return lines.map((line) => {
    messages.push({ role: 'user', content: line });
    const reply = replyTo(messages);
    messages.push({ role: 'assistant', content: reply });
    return reply;
  });
}

describe('the feedback conversation', () => {
  test('acknowledges what was said, asks what is missing, and says goodbye when the caller does', () => {
    const replies = converse('This is an inbound call.', [
      'Hi, I would like to give some feedback.',
      'I had the chicken curry for lunch.',
      'It was quite cold.',
      'The staff were friendly.',
      'Three out of ten.',
      'No, that is all. Thank you, goodbye.',
    ]);
    expect(replies[0]).toMatch(/which meal/i);
    expect(replies[1]).toMatch(/chicken|lunch/i);
    expect(replies[1]).toMatch(/what was wrong/i);
    expect(replies[2]).toMatch(/sorry.*service/is);
    expect(replies[3]).toMatch(/rate it/i);
    expect(replies[4]).toMatch(/three out of ten.*anything else/is);
    expect(replies[5]).toMatch(/kitchen manager.*goodbye/is);
  });

  test('no two replies in a row are the same, whatever is said', () => {
    const replies = converse('inbound', ['Hello?', 'Hello?', 'Hm.', 'I do not know.', 'Maybe.']);
    for (const [i, reply] of replies.slice(1).entries()) if (i < 3) expect(reply).not.toBe(replies[i]);
  });

  test('an explanation is long, with many sentences to interrupt', () => {
    const [reply] = converse('inbound', ['Can you tell me about the menu?']);
    expect(reply.split(/[.?!] /).length).toBeGreaterThan(6);
  });

  test('outbound, the first answer thanks for taking the time', () => {
    expect(converse('You are calling the guest. This is an outbound call.', ['Yes, speaking.'])[0]).toMatch(
      /taking the time/,
    );
  });

  test('a question that was not heard is asked again', () => {
    const replies = converse('inbound', ['Hi, some feedback please.', 'Sorry, can you repeat that?']);
    expect(replies[1]).toMatch(/which meal/i);
  });

  test('nothing has characters that a voice would stumble over', () => {
    const lines = ['Hello', 'The soup was bad', 'slow', 'four', 'explain the menu', 'talk to a human', 'goodbye'];
    for (const reply of converse('inbound', lines)) expect(reply).toMatch(/^[\p{L} .,?!']+$/u);
  });
});

test.each([
  ['Direction: outbound. You call the guest.', true],
  ['You follow up on a recent experience.', true],
  ['This is an inbound call: the guest has called you to give feedback.', false],
  ['You take feedback about the food.', false],
])('%s -> outbound %s', (prompt, expected) => {
  expect(isOutbound(prompt)).toBe(expected);
});
