// A voice broke off in a reply: which of its words are whole in the audio that came, and from where in its text another
// utterance has to go on. Pure; the audio itself is cut by playout_ledger.ts and worker/playout.ts.

import { alignWords, heardText } from './heard_text.js';

/** Times of words are about this exact: a word that lacks less of its end is whole. */
const WORD_EDGE_MS = 30;
/** So much heard behind the last word whose time is known are words, and no pause. */
const UNTIMED_MS = 400;

export interface BrokenVoice {
  /** All text that was pushed. */
  text: string;
  /** Times in ms from the reply's first sample. Parallel arrays. */
  words: readonly string[];
  wordStartMs: readonly number[];
  wordEndMs: readonly number[];
  /** Audio that came, and of it what was handed over and can't be taken back. */
  audioMs: number;
  sentMs: number;
}

export interface RestToSay {
  /** `text.slice(from)` is to be said: from a word's start. */
  from: number;
  /** The first so many of `words` stand. */
  words: number;
  /** Audio behind this is of no use: a part of a word that will be said again. */
  keepMs: number;
}

export function restToSay(broken: BrokenVoice): RestToSay {
  const { text, words, wordStartMs, wordEndMs, audioMs, sentMs } = broken;
  if (audioMs <= 0) return { from: 0, words: 0, keepMs: 0 };
  let count = words.length;
  while (count > 0 && wordEndMs[count - 1] > audioMs + WORD_EDGE_MS) count--;
  const from = endOfWords(text, words.slice(0, count));
  // The word that was being said: its beginning is dropped, too, where it has not gone out.
  if (count < words.length && wordStartMs[count] < audioMs) {
    return { from, words: count, keepMs: wordStartMs[count] };
  }
  const lastEndMs = count === 0 ? 0 : wordEndMs[count - 1];
  if (sentMs - lastEndMs <= UNTIMED_MS) return { from, words: count, keepMs: Math.max(lastEndMs, sentMs) };
  const timed = { words: words.slice(0, count), wordStartMs, wordEndMs };
  const { end } = heardText({ text, ...timed, heardMs: sentMs, audioMs: sentMs, finished: false });
  return { from: end, words: count, keepMs: sentMs };
}

/** Where the last of `words` ends. One that is written otherwise in the text ("5" for "five") counts as a word of it. */
function endOfWords(text: string, words: readonly string[]): number {
  const ends = alignWords(text, words);
  const last = ends.findLastIndex((end) => end >= 0);
  let end = last < 0 ? 0 : ends[last];
  for (let missing = words.length - 1 - last; missing > 0; missing--) {
    const next = /^\s*\S+/.exec(text.slice(end));
    end += next?.[0].length ?? 0;
  }
  return end;
}
