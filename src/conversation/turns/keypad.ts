// Keys that the caller pressed, until they are words: an entry is over with the hash key or after a short gap, as on any
// telephone menu. Pure: time comes in as an argument. The keys are speech: they belong into no log.

/** Nobody who is typing a number pauses longer between two keys. */
const GAP_MS = 2000;
/** No entry is longer; of more keys the last ones stay. */
const KEYS_MAX = 64;

export class Keypad {
  /** When the entry is over if no further key comes; infinite without an entry. */
  dueMs = Number.POSITIVE_INFINITY;
  #keys: string[] = [];

  press(key: string, nowMs: number): void {
    this.#keys.push(key);
    if (this.#keys.length > KEYS_MAX) this.#keys.shift();
    this.dueMs = key === '#' ? nowMs : nowMs + GAP_MS;
  }

  /** The entry as the model reads it, each key by itself: it is no number unless the model says so. Empties it. */
  take(): string {
    const text = `typed ${this.#keys.join(' ')} on the keypad`;
    this.#keys = [];
    this.dueMs = Number.POSITIVE_INFINITY;
    return text;
  }
}
