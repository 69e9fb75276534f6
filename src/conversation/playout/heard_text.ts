// From "so many milliseconds of this reply were heard" to "these words were heard". Pure text work; the milliseconds
// come from playout_ledger.ts.

/** Speech without any timing: about 15 characters a second, which is 180 words a minute. Only for replies still growing. */
export const CHARS_PER_MS = 0.015;
/** A word this far spoken counts as heard: listeners recognise most words before their end. */
const HEARD_SHARE = 0.5;
/** How far ahead of the last match a TTS word may lie in the text; beyond it the match is a coincidence. */
const ALIGN_WINDOW_CHARS = 80;
/** Longer than this is no word but a script without spaces. */
const SNAP_CHARS = 24;

export interface HeardTextInput {
  /** All text pushed to the TTS so far, pieces concatenated. */
  text: string;
  /** Word times in ms from the reply's first sample, as far as the TTS sent them. Parallel arrays. */
  words: readonly string[];
  wordStartMs: readonly number[];
  wordEndMs: readonly number[];
  heardMs: number;
  /** Audio received so far; all of the reply's audio when `finished`. */
  audioMs: number;
  /** No more text or audio will come. */
  finished: boolean;
}

export interface HeardText {
  /** `text.slice(0, end)` was heard. */
  end: number;
  /** `words`: by word times. `proportion`: by share of audio, for want of word times at this place. */
  basis: 'words' | 'proportion';
}

/** Where the heard part of a reply's text ends, always at the end of a word. O(text); called a few times per turn. */
export function heardText(input: HeardTextInput): HeardText {
  const { text, heardMs, audioMs } = input;
  if (text === '' || heardMs <= 0) return { end: 0, basis: 'proportion' };
  if (input.finished && heardMs >= audioMs) return { end: text.length, basis: 'words' };

  const ends = alignWords(text, input.words);
  let last = -1; // the last word heard
  let lastAligned = -1; // the last word with a place in the text
  for (let i = 0; i < ends.length; i++) {
    if (ends[i] < 0) continue;
    lastAligned = i;
    const start = input.wordStartMs[i];
    if (heardMs >= start + (input.wordEndMs[i] - start) * HEARD_SHARE) last = i;
  }
  if (lastAligned >= 0 && (last < lastAligned || ends[lastAligned] >= text.trimEnd().length)) {
    if (last < 0) return { end: 0, basis: 'words' };
    return { end: last === lastAligned ? text.length : ends[last], basis: 'words' };
  }

  // Beyond the last timed word, or no times at all: by proportion of what remains.
  const fromMs = lastAligned < 0 ? 0 : input.wordEndMs[lastAligned];
  const fromChar = lastAligned < 0 ? 0 : ends[lastAligned];
  if (heardMs <= fromMs) return { end: fromChar, basis: 'words' };
  const restChars = text.length - fromChar;
  let chars = audioMs > fromMs ? (restChars * (heardMs - fromMs)) / (audioMs - fromMs) : 0;
  // A reply still growing has less audio than text: the share of audio would claim words not even synthesised.
  if (!input.finished) chars = Math.min(chars, (heardMs - fromMs) * CHARS_PER_MS);
  return { end: snapToWord(text, fromChar + Math.floor(Math.min(chars, restChars)), fromChar), basis: 'proportion' };
}

/**
 * For each TTS word the offset in `text` at which it ends, punctuation included; -1 when it can't be found (the TTS may
 * report normalised words: "five" for "5"). Matches in order, ignoring case and punctuation.
 */
export function alignWords(text: string, words: readonly string[]): number[] {
  const lower = text.toLowerCase();
  const hay = lower.length === text.length ? lower : text; // some capitals change length in lower case
  const ends: number[] = [];
  let cursor = 0;
  for (const word of words) {
    const bare = word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
    const needle = hay === lower ? bare.toLowerCase() : bare;
    const at = needle === '' ? -1 : findWord(hay, needle, cursor);
    if (at < 0 || at - cursor > ALIGN_WINDOW_CHARS) {
      ends.push(-1);
      continue;
    }
    cursor = at + needle.length;
    while (cursor < text.length && !/[\s\p{L}\p{N}]/u.test(charAt(text, cursor))) cursor += charAt(text, cursor).length;
    ends.push(cursor);
  }
  return ends;
}

/** Prefers a match that begins a word: the "a" after "what" is not the one inside it. */
function findWord(hay: string, needle: string, from: number): number {
  const first = hay.indexOf(needle, from);
  for (let at = first; at >= 0 && at - from <= ALIGN_WINDOW_CHARS; at = hay.indexOf(needle, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(hay[at - 1])) return at;
  }
  return first;
}

function charAt(text: string, index: number): string {
  return String.fromCodePoint(text.codePointAt(index) ?? 0);
}

/** The word end nearest to `end`, not before `from`: a word more than half spoken counts, as with word times. */
function snapToWord(text: string, end: number, from: number): number {
  if (end >= text.length) return text.length;
  let before = end;
  while (before > from && !/\s/.test(text[before])) before -= 1;
  let after = end;
  while (after < text.length && after - end < SNAP_CHARS && !/\s/.test(text[after])) after += 1;
  if (after - before > SNAP_CHARS) {
    // No space in sight: a script that writes none. Never between the halves of a surrogate pair.
    return /[\udc00-\udfff]/.test(text[end]) ? end - 1 : end;
  }
  return end - before >= (after - before) * HEARD_SHARE && end > before ? after : before;
}
