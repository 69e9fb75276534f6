// Which words the telephone played, and when: the played bytes are found again in the book of all that the voice made. Pure.

import { matchLength, type Piece, type VoiceBook } from './voice_book.js';

const BYTES_PER_MS = 8;
/** Sound that nothing in the book explains is skipped in such steps. */
const SKIP = 20;

/** Audio without a hole, as the telephone played it. */
export interface PlayedStretch {
  startMs: number;
  /** mu-law, 8 kHz. */
  audio: Uint8Array;
}

/** A part of a piece that was played in one go. */
export interface Run {
  piece: Piece;
  /** Bytes of the piece. */
  from: number;
  to: number;
  startMs: number;
  endMs: number;
}

export interface PlayedWord {
  word: string;
  piece: Piece;
  /** Which word of the piece. */
  index: number;
  startMs: number;
  endMs: number;
  /** How much of it was played, 0 to 1. */
  share: number;
}

/** The runs in `stretches`, in the order they were played. A piece whose audio came in two stretches makes two runs. */
export function runsOf(stretches: readonly PlayedStretch[], book: VoiceBook): Run[] {
  const runs: Run[] = [];
  for (const { startMs, audio } of stretches) {
    let at = 0;
    while (at < audio.length) {
      const last = runs.at(-1);
      const goesOn = last && last.to < last.piece.audio.length ? { piece: last.piece, at: last.to } : null;
      // What comes next in the same piece needs no looking for; silence could not be found anyway.
      let place = goesOn;
      let length = goesOn ? matchLength(audio, at, goesOn, audio.length) : 0;
      if (length === 0) {
        place = book.find(audio, at, goesOn);
        length = place ? matchLength(audio, at, place, audio.length) : 0;
      }
      if (!place || length === 0) {
        at += SKIP;
        continue;
      }
      const [fromMs, toMs] = [startMs + at / BYTES_PER_MS, startMs + (at + length) / BYTES_PER_MS];
      if (goesOn === place && last && fromMs - last.endMs < 1) {
        last.to += length;
        last.endMs = toMs;
      } else runs.push({ piece: place.piece, from: place.at, to: place.at + length, startMs: fromMs, endMs: toMs });
      at += length;
    }
  }
  return runs;
}

/** The words of the runs, in the order they were played. A word cut in two by a pause is one word when it goes on where it stopped. */
export function wordsOf(runs: readonly Run[]): PlayedWord[] {
  const played: PlayedWord[] = [];
  for (const { piece, from, to, startMs } of runs) {
    const [fromMs, toMs] = [from / BYTES_PER_MS, to / BYTES_PER_MS];
    piece.words.forEach((word, index) => {
      const overlapMs = Math.min(word.endMs, toMs) - Math.max(word.startMs, fromMs);
      const share = Math.min(1, overlapMs / Math.max(1, word.endMs - word.startMs));
      if (share < 0.05) return;
      const at = startMs + Math.max(word.startMs, fromMs) - fromMs;
      const last = played.at(-1);
      if (
        last &&
        last.piece === piece &&
        last.index === index &&
        word.startMs < fromMs - 10 &&
        last.share + share < 1.1
      ) {
        last.share = Math.min(1, last.share + share);
        last.endMs = at + overlapMs;
      } else played.push({ word: word.word, piece, index, startMs: at, endMs: at + overlapMs, share });
    });
  }
  return played;
}

/** When pieces had sounded to their end; the silence that a piece itself ends with may follow or not. */
export function endsOf(runs: readonly Run[]): { piece: Piece; endMs: number }[] {
  return runs
    .filter(({ piece, to }) => to >= lastSound(piece))
    .map(({ piece, to, endMs }) => ({ piece, endMs: endMs - (to - lastSound(piece)) / BYTES_PER_MS }));
}

const lastSounds = new WeakMap<Piece, number>();
function lastSound(piece: Piece): number {
  let at = lastSounds.get(piece);
  if (at === undefined) {
    at = piece.audio.findLastIndex((code) => (code & 0x7f) < 0x60) + 1;
    lastSounds.set(piece, at);
  }
  return at;
}
