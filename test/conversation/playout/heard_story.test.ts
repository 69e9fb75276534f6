// The parts together, as one reply sees them: model text -> spoken pieces -> what was heard -> what the model is told.

import { expect, test } from 'vitest';
import { ChatHistory } from '../../../src/conversation/chat_history.js';
import { PlayoutLedger } from '../../../src/conversation/playout/playout_ledger.js';
import { SentenceSplitter } from '../../../src/conversation/text/sentence_splitter.js';

const MODEL_TEXT =
  "I'm **so sorry** to hear that. Our chef makes it fresh every day, it should cost $4.99 — not more! 😀";

/** Speaks `text` with 300 ms a word, audio handed over 200 ms ahead; returns the ledger and the reply. */
function speak(text: string, withWordTimes: boolean) {
  const playout = new PlayoutLedger({ networkMs: 0, unmeasuredErrorMs: 0 });
  const splitter = new SentenceSplitter();
  const reply = playout.beginReply();
  let ms = 0;
  const say = (piece: string): void => {
    playout.addText(reply, piece);
    const words = piece.trim().split(' ');
    if (withWordTimes) {
      playout.addWords(
        reply,
        words,
        words.map((_, i) => ms + i * 300),
        words.map((_, i) => ms + (i + 1) * 300),
      );
    }
    ms += words.length * 300;
    playout.addAudio(reply, words.length * 300 * 8);
  };
  for (const token of text.match(/\s*\S{1,5}/gu)!) for (const piece of splitter.push(token)) say(piece);
  const rest = splitter.flush();
  if (rest !== null) say(rest);
  playout.replyFinished(reply);
  for (let at = 0; at < ms; at += 100) playout.sent(800, Math.max(0, at - 200));
  return { playout, reply, ms };
}

test('a reply cut in its middle: the model learns how far the caller heard it, in words that were spoken', () => {
  const { playout, reply } = speak(MODEL_TEXT, true);
  playout.cleared(2950); // in the tenth word
  const heard = playout.heard(reply, 2950)!;
  expect(heard.text).toBe("I'm so sorry to hear that. Our chef makes it");
  expect(heard.cutText).toBe(' fresh every day, it should cost 4 dollars and 99 cents, not more! ');
  const history = new ChatHistory('p');
  history.addUser('The soup was cold.');
  history.addAssistantHeard(heard.text, true);
  history.addUser('And salty.');
  expect(history.messages().slice(1)).toEqual([
    { role: 'user', content: 'The soup was cold.' },
    { role: 'assistant', content: "I'm so sorry to hear that. Our chef makes it —" },
    { role: 'user', content: 'And salty.' },
  ]);
});

test('without word times the cut is found within a word or two', () => {
  const { playout, reply } = speak(MODEL_TEXT, false);
  playout.cleared(2950);
  const words = playout.heard(reply, 2950)!.text.split(' ').length;
  expect(Math.abs(words - 10)).toBeLessThanOrEqual(2);
});

test.each([true, false])('heard to its end, all of it counts (word times: %s)', (withWordTimes) => {
  const { playout, reply, ms } = speak(MODEL_TEXT, withWordTimes);
  expect(playout.replyPlayed(reply, ms - 1)).toBe(false);
  expect(playout.replyPlayed(reply, ms)).toBe(true);
  expect(playout.heard(reply, ms)).toMatchObject({
    text: "I'm so sorry to hear that. Our chef makes it fresh every day, it should cost 4 dollars and 99 cents, not more! ",
    cutText: '',
    complete: true,
  });
});

test('cut before the first word: the model is told nothing, and the words of the caller run on', () => {
  const { playout, reply } = speak(MODEL_TEXT, true);
  playout.cleared(100);
  const history = new ChatHistory('p');
  history.addUser('The soup');
  expect(history.addAssistantHeard(playout.heard(reply, 100)!.text, true)).toBe('nothing_heard');
  history.addUser('was cold.');
  expect(history.messages().slice(1)).toEqual([{ role: 'user', content: 'The soup was cold.' }]);
});
