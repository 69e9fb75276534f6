import { describe, expect, test } from 'vitest';
import { LastReply } from '../../../src/conversation/turns/last_reply.js';

const OVER_MS = 10_000;
function said(text: string, language = 'en'): LastReply {
  const reply = new LastReply(language);
  reply.over(text, OVER_MS);
  return reply;
}

describe('words that only nod', () => {
  test.each([
    ['to a statement, begun while we spoke', 'It takes a week.', 'mm-hmm', 9_000, true],
    ['begun after it', 'It takes a week.', 'mm-hmm', 10_000, false],
    ['to a question they are its answer', 'Shall I book it?', 'yeah', 9_000, false],
    ['to a question in another script', '予約しますか？', 'yeah', 9_000, false],
    ['and more than a nod', 'It takes a week.', 'that is too long', 9_000, false],
    ['to nobody knows what', '', 'okay', 9_000, true],
  ])('%s', (_, text, words, startMs, expected) => {
    expect(said(text).isNodTo(words, startMs)).toBe(expected);
  });

  test('before we have said anything there is nothing to nod to', () => {
    expect(new LastReply('en').isNodTo('okay', 0)).toBe(false);
  });

  test('in the language of the call', () => {
    expect(said('Das dauert eine Woche.', 'de').isNodTo('genau', 9_000)).toBe(true);
    expect(said('That takes a week.', 'en').isNodTo('genau', 9_000)).toBe(false);
  });
});

describe('words just before it was over are the caller’s next turn', () => {
  test.each([
    ['when they say something', 'It takes a week.', 'that is too long', 9_800, false, true],
    ['not when they nod', 'It takes a week.', 'okay', 9_800, false, false],
    ['but a nod that was meant for us', 'It takes a week.', 'okay', 9_800, true, true],
    ['an answer that overlaps the question', 'Shall I book it?', 'okay', 8_400, false, true],
    ['not a nod long before the question', 'Shall I book it?', 'okay', 8_399, false, false],
    ['nothing is never a turn', 'Shall I book it?', '', 9_900, true, false],
  ])('%s', (_, text, words, endMs, isForUs, expected) => {
    expect(said(text).isFollowedBy(words, endMs, isForUs)).toBe(expected);
  });
});
