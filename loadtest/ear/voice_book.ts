// Every piece of speech that the simulated voice made, with its words; and where a piece of played audio comes from. Found by
// content, so that it needs nobody's word for what was sent when: first the same mu-law bytes, else the same signs of the
// samples, which a change of loudness leaves as they are.

export interface BookWord {
  word: string;
  startMs: number;
  endMs: number;
}

export interface Piece {
  text: string;
  /** mu-law, 8 kHz. */
  audio: Uint8Array;
  words: readonly BookWord[];
}

export interface Place {
  piece: Piece;
  /** Byte of the piece. */
  at: number;
}

/** Bytes that are compared at once: 5 ms. */
export const BLOCK = 40;
/** So long a stretch of sound is looked for: 20 ms. */
const NEEDLE = 160;
/** Of a needle so many bytes must be sound, or silence would be found everywhere. */
const SOUND_MIN = 60;
/** Candidates are compared over this much. */
const COMPARED = 8000;
/** Quieter than this is no sound to compare: about -50 dBFS. */
const QUIET_CODE = 0x6a;

export class VoiceBook {
  readonly #pieces = new Map<string, Piece>();
  /** All pieces in a row, and where each begins. */
  #bytes: Buffer = Buffer.alloc(1 << 20);
  #signs: Buffer = Buffer.alloc(1 << 20);
  #length = 0;
  readonly #starts: { from: number; piece: Piece }[] = [];

  get pieces(): Iterable<Piece> {
    return this.#pieces.values();
  }

  /** The same text again adds nothing: the simulated voice says it alike. */
  add(text: string, audio: Uint8Array, words: readonly BookWord[]): void {
    if (this.#pieces.has(text)) return;
    const piece = { text, audio: audio.slice(), words: allWords(text, words) };
    this.#pieces.set(text, piece);
    const needed = this.#length + audio.length + NEEDLE;
    if (needed > this.#bytes.length) {
      this.#bytes = grown(this.#bytes, needed * 2);
      this.#signs = grown(this.#signs, needed * 2);
    }
    this.#starts.push({ from: this.#length, piece });
    for (let i = 0; i < audio.length; i++) {
      this.#bytes[this.#length + i] = audio[i];
      this.#signs[this.#length + i] = audio[i] & 0x80;
    }
    // Something between two pieces that no needle holds.
    this.#length += audio.length + NEEDLE;
  }

  /** Where `played` from `at` on may come from; of several places that which matches longest, `near` first when as long. */
  find(played: Uint8Array, at: number, near: Place | null): Place | null {
    const needle = Buffer.from(played.buffer, played.byteOffset + at, Math.min(NEEDLE, played.length - at));
    if (needle.length < NEEDLE || soundBytes(needle) < SOUND_MIN) return null;
    return (
      this.#best(this.#bytes, needle, played, at, near) ??
      this.#best(this.#signs, Buffer.from(needle.map((code) => code & 0x80)), played, at, near)
    );
  }

  #best(hay: Buffer, needle: Buffer, played: Uint8Array, at: number, near: Place | null): Place | null {
    let best: { place: Place; length: number; farBytes: number } | null = null;
    for (let i = hay.indexOf(needle); i >= 0 && i < this.#length; i = hay.indexOf(needle, i + 1)) {
      const place = this.#placeOf(i);
      if (!place) continue;
      const length = matchLength(played, at, place, COMPARED);
      const farBytes = near?.piece === place.piece ? Math.abs(near.at - place.at) : Number.POSITIVE_INFINITY;
      if (!best || length > best.length || (length === best.length && farBytes < best.farBytes))
        best = { place, length, farBytes };
    }
    return best && best.length >= NEEDLE ? best.place : null;
  }

  #placeOf(index: number): Place | null {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle].from <= index) low = middle;
      else high = middle - 1;
    }
    const { from, piece } = this.#starts[low];
    return index - from < piece.audio.length ? { piece, at: index - from } : null;
  }
}

/**
 * Every word of the text with a time. A synthesiser times "for the" as one word now and then: those that it leaves out share
 * the time of the word before, by their letters.
 */
export function allWords(text: string, timed: readonly BookWord[]): BookWord[] {
  const groups: { tokens: string[]; startMs: number; endMs: number }[] = [];
  let next = 0;
  for (const token of text.match(/\S*[\p{L}\p{N}]\S*/gu) ?? []) {
    const last = groups.at(-1);
    if (timed[next]?.word === token || !last) {
      const { startMs, endMs } = timed[next] ?? { startMs: 0, endMs: 0 };
      groups.push({ tokens: [token], startMs, endMs });
      if (timed[next]?.word === token) next++;
    } else last.tokens.push(token);
  }
  return groups.flatMap(({ tokens, startMs, endMs }) => {
    const letters = tokens.reduce((sum, token) => sum + token.length, 0);
    let at = startMs;
    return tokens.map((word) => {
      const from = at;
      at += ((endMs - startMs) * word.length) / letters;
      return { word, startMs: from, endMs: at };
    });
  });
}

/** How many bytes from `place` on are what was played from `at` on, at most `max`; whole blocks. */
export function matchLength(played: Uint8Array, at: number, place: Place, max: number): number {
  const { audio } = place.piece;
  const end = Math.min(max, played.length - at, audio.length - place.at);
  let done = 0;
  while (done < end) {
    const count = Math.min(BLOCK, end - done);
    if (!isSame(played, at + done, audio, place.at + done, count)) break;
    done += count;
  }
  return done;
}

function isSame(a: Uint8Array, atA: number, b: Uint8Array, atB: number, count: number): boolean {
  let [equal, signs, loud, quiet] = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [x, y] = [a[atA + i], b[atB + i]];
    if (x === y) equal++;
    if ((y & 0x7f) >= QUIET_CODE) {
      if ((x & 0x7f) >= QUIET_CODE) quiet++;
      continue;
    }
    loud++;
    if ((x & 0x80) === (y & 0x80)) signs++;
  }
  return equal >= count * 0.8 || (quiet >= (count - loud) * 0.8 && signs >= loud * 0.9);
}

function soundBytes(bytes: Uint8Array): number {
  let count = 0;
  for (const code of bytes) if ((code & 0x7f) < QUIET_CODE) count++;
  return count;
}

function grown(buffer: Buffer, length: number): Buffer {
  const bigger = Buffer.alloc(length);
  buffer.copy(bigger);
  return bigger;
}
