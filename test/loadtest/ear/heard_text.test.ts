import { describe, expect, test } from 'vitest';
import { holesAndRepeats, judgeHeardText, plainWords, replyEnds } from '../../../loadtest/ear/heard_text.js';
import type { PlayedWord } from '../../../loadtest/ear/played_words.js';
import type { Piece } from '../../../loadtest/ear/voice_book.js';

const pieces = new Map<string, Piece>();

/** The same piece for the same text, as in a book. */
function pieceOf(text: string): Piece {
  const known = pieces.get(text);
  if (known) return known;
  const words = text.split(' ').map((word, i) => ({ word, startMs: i * 300, endMs: (i + 1) * 300 }));
  const piece = { text, audio: new Uint8Array(0), words };
  pieces.set(text, piece);
  return piece;
}

/** Words of `text` from number `from` to before `to`, the last of them played by `share`. */
function played(text: string, from = 0, to = 99, share = 1, startMs = 0): PlayedWord[] {
  const piece = pieceOf(text);
  return piece.words.slice(from, to).map(({ word }, i, all) => ({
    word,
    piece,
    index: from + i,
    startMs: startMs + i * 300,
    endMs: startMs + (i + 1) * 300,
    share: i === all.length - 1 ? share : 1,
  }));
}

const REPLY = 'We are open from nine, and on Sundays from ten.';
const [FIRST, SECOND] = ['We are open from nine,', 'and on Sundays from ten.'];

test('words are compared without case, apostrophes and punctuation', () => {
  expect(plainWords("It's  42, Déjà-vu!")).toEqual(['its', '42', 'déjà', 'vu']);
});

describe('the server’s heard text against what was played', () => {
  test.each<[string, PlayedWord[], string[], number]>([
    ['exact', [...played(FIRST), ...played(SECOND)], [REPLY], 0],
    ['cut, exact', played(FIRST, 0, 3), ['We are open'], 0],
    ['the word of the cut more', played(FIRST, 0, 3), ['We are open from'], 1],
    ['a word of which less than half was played does not count', played(FIRST, 0, 4, 0.4), ['We are open'], 0],
    ['all of it, though it was cut', played(FIRST, 0, 2), [REPLY], 8],
    ['nothing, though it was heard', played(FIRST), [], 5],
    ['the worst of two turns', [...played('Hello there.'), ...played(FIRST, 0, 2)], ['Hello there.', FIRST], 3],
    [
      'a word that was cut and said again is heard once',
      [...played(FIRST, 0, 3, 0.6), ...played(FIRST, 2)],
      [FIRST],
      0,
    ],
  ])('%s', (_, words, server, errors) => {
    expect(judgeHeardText(words, server, [REPLY]).errorWordsMax).toBe(errors);
  });
});

describe('words skipped and words doubled', () => {
  const judge = (words: PlayedWord[], replies = [REPLY]) => holesAndRepeats(words, replies);

  test('a reply in pieces, whole or cut, has neither', () => {
    expect(judge([...played(FIRST), ...played(SECOND)])).toEqual({ lost: [], doubled: [] });
    expect(judge(played(FIRST, 0, 2))).toEqual({ lost: [], doubled: [] });
  });

  test('a piece that is skipped is lost, and so is a word inside', () => {
    expect(judge([...played(FIRST, 0, 2), ...played(FIRST, 3), ...played(SECOND)]).lost).toEqual(['open']);
    expect(judge(played(SECOND)).lost).toEqual(['we', 'are', 'open', 'from', 'nine']);
  });

  test('what resumes at the start of the word that was cut doubles nothing; what goes further back does', () => {
    expect(judge([...played(FIRST, 0, 3, 0.6), ...played(FIRST, 2)])).toEqual({ lost: [], doubled: [] });
    expect(judge([...played(FIRST, 0, 3, 0.6), ...played(FIRST, 1)]).doubled).toEqual(['are']);
  });

  test('a word that is cut and begun again and again is doubled from the third time on', () => {
    const stutter = [0, 1, 2, 3].flatMap(() => played(FIRST, 2, 3, 0.8));
    expect(judge([...played(FIRST, 0, 2), ...stutter, ...played(FIRST, 2)]).doubled).toEqual(['open', 'open', 'open']);
  });

  test('a line that was said to its end and is said again later is said twice on purpose', () => {
    const line = 'Are you still there?';
    expect(judge([...played(line), ...played(line, 0, 99, 1, 8000)], [])).toEqual({ lost: [], doubled: [] });
    expect(judge([...played(line), ...played(line, 0, 99, 1, 1300)], []).doubled).toHaveLength(4);
  });

  test('of replies that begin alike each piece belongs to the one that was gone on with', () => {
    const lines = ['There is a lot to say about plums.', 'There is a lot to say about the figs.'];
    const both = [
      ...played('There is a lot'),
      ...played('to say about plums.'),
      ...played('There is a lot', 0, 99, 1, 4000),
      ...played('to say about the figs.', 0, 99, 1, 6000),
    ];
    expect(holesAndRepeats(both, lines)).toEqual({ lost: [], doubled: [] });
    expect(holesAndRepeats([...both.slice(0, 8), ...both.slice(0, 4)], lines).doubled).toHaveLength(4);
  });

  test('a piece that two replies hold belongs to the one that begins with it', () => {
    const replies = ['That is no problem at all because we can.', 'No problem at all, then we go on.'];
    const words = [...played('No problem at all,'), ...played('then we go on.')];
    expect(judge(words, replies)).toEqual({ lost: [], doubled: [] });
  });
});

test('a reply has ended with its last piece, a line of its own with itself', () => {
  const ends = [FIRST, SECOND, 'Hello there.'].map((text, i) => ({ piece: pieceOf(text), endMs: i * 1000 }));
  expect(replyEnds(ends, [REPLY])).toEqual([1000, 2000]);
});
