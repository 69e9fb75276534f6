// What the caller heard, as words: held against what the server says was heard, and against the replies themselves, for
// words that were skipped and words that came twice. Pure.

import type { PlayedWord } from './played_words.js';
import type { Piece } from './voice_book.js';

/** A word counts as heard from here on; the server may see the one that was cut otherwise. */
const HEARD_SHARE = 0.5;
/** A word played this far was whole: its coming again is a repetition, and no resuming from its start. */
const WHOLE_SHARE = 0.97;
/** A whole line that comes again after so long is no repetition by mistake. */
const AGAIN_MS = 1000;

/** When replies had been played to their end: what is silent after that was not cut. `ends`: pieces and when they ended. */
export function replyEnds(ends: readonly { piece: Piece; endMs: number }[], replies: readonly string[]): number[] {
  const lines = replies.map(plainWords);
  return ends
    .filter(({ piece }) => {
      const words = plainWords(piece.text);
      const line = lineOf(lines, null, words);
      return placeIn(line, words) + words.length === line.length;
    })
    .map(({ endMs }) => endMs);
}

export interface HeardTextVerdict {
  /** Words by which the server's text of a turn differs from what was played, the worst turn. */
  errorWordsMax: number;
  worst: { server: string; phone: string } | null;
  lost: string[];
  doubled: string[];
}

/** Lower case letters and digits, blanks between: what is compared. */
export function plainWords(text: string): string[] {
  return text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[’']/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .split(' ')
    .filter((word) => word !== '');
}

/**
 * `serverHeard`: the server's heard text, turn by turn. `replies`: what the model was to say, whole replies; a piece that is
 * part of none stands for itself.
 */
export function judgeHeardText(
  played: readonly PlayedWord[],
  serverHeard: readonly string[],
  replies: readonly string[],
): HeardTextVerdict {
  const server = serverHeard.map(plainWords);
  const { perTurn, worst } = differences(server, heardOnce(played));
  const { lost, doubled } = holesAndRepeats(played, replies);
  return { errorWordsMax: Math.max(0, ...perTurn), worst, lost, doubled };
}

/** A word that was cut and said again from its start is heard once. */
function heardOnce(played: readonly PlayedWord[]): string[] {
  return played
    .filter((word, at) => {
      const next = played[at + 1];
      const isSaidAgain = next && next.piece === word.piece && next.index === word.index && word.share < WHOLE_SHARE;
      return word.share >= HEARD_SHARE && !isSaidAgain;
    })
    .flatMap(({ word }) => plainWords(word));
}

/** Levenshtein between all that the server says and all that was played, counted where in the server's turns it falls. */
function differences(
  turns: readonly string[][],
  phone: readonly string[],
): { perTurn: number[]; worst: { server: string; phone: string } | null } {
  const server = turns.flatMap((words, turn) => words.map((word) => ({ word, turn })));
  const width = phone.length + 1;
  const cost = new Uint16Array((server.length + 1) * width);
  for (let j = 0; j < width; j++) cost[j] = j;
  for (let i = 1; i <= server.length; i++) {
    cost[i * width] = i;
    for (let j = 1; j < width; j++) {
      const same = server[i - 1].word === phone[j - 1] ? 0 : 1;
      cost[i * width + j] = Math.min(
        cost[(i - 1) * width + j - 1] + same,
        cost[(i - 1) * width + j] + 1,
        cost[i * width + j - 1] + 1,
      );
    }
  }
  const perTurn = turns.map(() => 0);
  const span = turns.map(() => [phone.length, 0]);
  let [i, j] = [server.length, phone.length];
  while (i > 0 || j > 0) {
    const turn = i > 0 ? server[i - 1].turn : 0;
    const here = cost[i * width + j];
    const same = i > 0 && j > 0 && server[i - 1].word === phone[j - 1] ? 0 : 1;
    if (i > 0 && j > 0 && here === cost[(i - 1) * width + j - 1] + same) {
      if (same === 1) perTurn[turn]++;
      span[turn] = [Math.min(span[turn][0], j - 1), Math.max(span[turn][1], j)];
      i--;
      j--;
    } else if (j > 0 && here === cost[i * width + j - 1] + 1) {
      perTurn[turn]++;
      if (span[turn]) span[turn] = [Math.min(span[turn][0], j - 1), Math.max(span[turn][1], j)];
      j--;
    } else {
      perTurn[turn]++;
      i--;
    }
  }
  if (turns.length === 0) return { perTurn: phone.length > 0 ? [phone.length] : [], worst: null };
  const at = perTurn.indexOf(Math.max(...perTurn));
  const worst =
    perTurn[at] > 0 ? { server: turns[at].join(' '), phone: phone.slice(span[at][0], span[at][1]).join(' ') } : null;
  return { perTurn, worst };
}

/** Words of a reply that were skipped although later ones were played, and words that were played whole twice. */
export function holesAndRepeats(
  played: readonly PlayedWord[],
  replies: readonly string[],
): { lost: string[]; doubled: string[] } {
  const lost: string[] = [];
  const doubled: string[] = [];
  const lines = replies.map(plainWords);
  for (const group of groupsOf(played, lines)) {
    const shares = new Map<number, number>();
    const times = new Map<number, number>();
    let furthest = -1;
    for (const { at, share } of group.words) {
      const before = shares.get(at) ?? 0;
      const count = (times.get(at) ?? 0) + (share >= HEARD_SHARE ? 1 : 0);
      times.set(at, count);
      // Said again from its start after a cut is one thing, said again and again another.
      if (share >= HEARD_SHARE && (before >= WHOLE_SHARE || count > 2)) doubled.push(group.line[at]);
      shares.set(at, Math.max(before, share));
      if (share >= HEARD_SHARE) furthest = Math.max(furthest, at);
    }
    for (let at = 0; at < furthest; at++) if ((shares.get(at) ?? 0) < HEARD_SHARE) lost.push(group.line[at]);
  }
  return { lost, doubled };
}

/** How many words of `reply` were heard, and how many it has: words of the pieces that it was spoken in. */
export function heardOfReply(reply: string, played: readonly PlayedWord[]): { heard: number; of: number } {
  const line = plainWords(reply);
  const heard = new Set<number>();
  for (const { piece, index, word, share } of played) {
    const at = placeIn(line, plainWords(piece.text));
    if (at < 0 || share < HEARD_SHARE) continue;
    const before = piece.words.slice(0, index).flatMap((each) => plainWords(each.word)).length;
    plainWords(word).forEach((_, k) => {
      heard.add(at + before + k);
    });
  }
  return { heard: heard.size, of: line.length };
}

interface Group {
  line: string[];
  words: { at: number; share: number }[];
}

/** Played words by the reply they belong to. A reply that was played before and begins anew after another is a new one. */
function groupsOf(played: readonly PlayedWord[], lines: readonly string[][]): Group[] {
  const groups: Group[] = [];
  let current: Group | null = null;
  let endedMs = 0;
  for (const [at, word] of played.entries()) {
    const pieceWords = word.piece.words.flatMap((each) => plainWords(each.word));
    const line: string[] = lineOf(lines, current?.line ?? null, pieceWords, wordsBehind(played, at));
    const before = word.piece.words.slice(0, word.index).flatMap((each) => plainWords(each.word)).length;
    const from = Math.max(0, placeIn(line, pieceWords)) + before;
    const isSame: boolean = current !== null && current.line.join(' ') === line.join(' ');
    // Said to its end and then from its beginning: a line that is simply said again.
    const isAnew = current !== null && from === 0 && word.startMs - endedMs > AGAIN_MS && isWhole(current);
    if (!isSame || isAnew || current === null) groups.push((current = { line, words: [] }));
    endedMs = word.endMs;
    plainWords(word.word).forEach((_, k) => {
      if (from + k < line.length) current?.words.push({ at: from + k, share: word.share });
    });
  }
  return groups;
}

/** Words of the piece that was played behind that of the word `at`. */
function wordsBehind(played: readonly PlayedWord[], at: number): string[] {
  for (let i = at + 1; i < played.length; i++)
    if (played[i].piece !== played[at].piece) return played[i].piece.words.flatMap(({ word }) => plainWords(word));
  return [];
}

/**
 * The reply that `part` belongs to: one that begins with it and goes on with `behind`, for several may begin alike; else the
 * one under way, else one that begins with it, else one that holds it, else itself.
 */
function lineOf(
  lines: readonly string[][],
  current: string[] | null,
  part: string[],
  behind: readonly string[] = [],
): string[] {
  const both = [...part, ...behind];
  const goesOn = current !== null && placeIn(current, both) >= 0;
  const other = goesOn || behind.length === 0 ? undefined : lines.find((line) => placeIn(line, both) === 0);
  if (other) return other;
  if (current && placeIn(current, part) >= 0) return current;
  return lines.find((line) => placeIn(line, part) === 0) ?? lines.find((line) => placeIn(line, part) > 0) ?? part;
}

function isWhole({ line, words }: Group): boolean {
  return words.some(({ at }) => at === line.length - 1);
}

function placeIn(line: readonly string[], part: readonly string[]): number {
  if (part.length === 0) return -1;
  for (let at = 0; at + part.length <= line.length; at++) if (part.every((word, i) => line[at + i] === word)) return at;
  return -1;
}
