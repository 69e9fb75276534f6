// Which of the recogniser's words belong to one stretch of sound. Its results span more than one: an interim begins where
// the last final ended, perhaps seconds before this sound.

/** Spans of results and stretches differ by the recogniser's rounding and the VAD's delay. */
const TOLERANCE_MS = 250;

/** A result over `startMs` to `endMs` has heard some of this stretch. */
export function overlaps(stretch: { onsetMs: number; lastSpeechMs: number }, startMs: number, endMs: number): boolean {
  return endMs > stretch.onsetMs && startMs < stretch.lastSpeechMs + TOLERANCE_MS;
}

/**
 * The words of `text` behind those that were already there as `before`, when the same result grew: "yeah" -> "yeah stop"
 * gives "stop". Where the recogniser changed its mind about them, as many words are left out.
 */
export function newWords(text: string, before: string): string {
  const words = split(text);
  return words.slice(split(before).length).join(' ');
}

/**
 * `text` without the newest word of an interim result: until more is known of it, recognisers write something alike. What is
 * final (`finalText` = all of it) is whole.
 */
export function settledWords(text: string, finalText: string): string {
  return text === finalText ? text : split(text).slice(0, -1).join(' ');
}

function split(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
