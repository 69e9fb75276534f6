// The words that tie providers' work to utterances survive what a server does to text on its way.

import { expect, test } from 'vitest';
import { agentReply, CALLER_LINES, callerText, clipOf } from '../../loadtest/fleet/lines.js';
import { turnWord, turnWordsIn } from '../../loadtest/fleet/turn_words.js';
import { SentenceSplitter } from '../../src/conversation/text/sentence_splitter.js';
import { CallerTurn } from '../../src/conversation/turns/caller_turn.js';

test('no two of a hundred thousand utterances share a word', () => {
  expect(new Set(Array.from({ length: 100_000 }, (_, n) => turnWord(n))).size).toBe(100_000);
});

test.each([0, 1, 64, 65, 4_711, 17_850_624])('word number %i is found in what is said with it', (n) => {
  for (let clip = 0; clip < CALLER_LINES.length; clip++)
    expect(turnWordsIn(callerText(clip, turnWord(n)))).toEqual([turnWord(n)]);
});

test('a word is found whatever its case, and several in their order', () => {
  const [a, b] = [turnWord(7), turnWord(8)];
  expect(turnWordsIn(`so ${a.toLowerCase()}, then ${b.toUpperCase()}.`)).toEqual([a, b]);
  expect(turnWordsIn('Zucchini and Zuber are no such words.')).toEqual([]);
});

test('every line of a caller reads as finished, so that a short hold applies', () => {
  for (let clip = 0; clip < CALLER_LINES.length; clip++) {
    const turn = new CallerTurn({ silenceMsMin: 300, silenceMsMax: 1200, sttFinalTimeoutMs: 800 });
    turn.speechStarts(0, true);
    turn.speechEnds(2000, null, 2200);
    const text = callerText(clip, turnWord(clip));
    const result = { isFinal: true, speechFinal: false, fromFinalize: true, startMs: 0, endMs: 2000, confidence: 0.9 };
    turn.transcribed({ text, ...result }, true, 2250);
    expect(turn.check(2250).checkAtMs - 2000, CALLER_LINES[clip]).toBeLessThanOrEqual(450);
  }
});

test('the first piece of every reply carries the word', () => {
  for (let n = 0; n < 10; n++) {
    const word = turnWord(n);
    const splitter = new SentenceSplitter();
    const pieces = agentReply(n, word)
      .split(/(?<= )/)
      .flatMap((token) => [...splitter.push(token)]);
    expect(turnWordsIn(pieces[0])).toEqual([word]);
    expect(pieces.length).toBeGreaterThan(1);
  }
});

test('a call goes through all clips in turn, and processes agree on which is said', () => {
  const callSid = `CA${'0'.repeat(26)}00000a`;
  const said = Array.from({ length: 8 }, (_, n) => clipOf(callSid, n, 8));
  expect(said).toEqual([2, 3, 4, 5, 6, 7, 0, 1]);
});
