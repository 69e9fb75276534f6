// Walks over the bytes of one JSON text (RFC 8259) without building anything: the TypeScript twin of
// native/dsp/json_scanner.cc. Accepts and refuses what JSON.parse does, except that nesting deeper than DEPTH_MAX is
// refused and bytes above 0x7f inside strings are not checked for being UTF-8. What the text means is media_message.ts.

/** What `readValue` found. Of a string, `start` and `end` enclose the text between the quotes, escapes as written. */
export class JsonValue {
  kind: 'none' | 'string' | 'number' | 'other' = 'none';
  start = 0;
  end = 0;

  clear(): void {
    this.kind = 'none';
  }
}

const DEPTH_MAX = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const ESCAPES = new Map([...'"\\/bfnrt'].map((letter, i) => [letter.charCodeAt(0), '"\\/\b\f\n\r\t'.charCodeAt(i)]));
const WORDS = ['true', 'false', 'null'].map((word) => new TextEncoder().encode(word));

function isDigit(character: number): boolean {
  return character >= 0x30 && character <= 0x39;
}

function hexValue(character: number): number {
  if (isDigit(character)) return character - 0x30;
  const lower = character | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** One scanner serves any number of texts, one after the other, so that parsing a message allocates nothing. */
export class JsonScanner {
  bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #readAt = 0;
  #readEnd = 0;
  readonly #ignored = new JsonValue();
  readonly #objects = new Uint8Array(DEPTH_MAX + 1);

  /** Begins with the text at `bytes[start, end)`. */
  start(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** True when the next thing (after white space) is `character`. */
  peek(character: number): boolean {
    while (this.#at < this.#end) {
      const next = this.bytes[this.#at];
      if (next !== 0x20 && next !== 0x0a && next !== 0x0d && next !== 0x09) return next === character;
      this.#at++;
    }
    return false;
  }

  /** Consumes `character` if it is next (after white space). */
  take(character: number): boolean {
    if (!this.peek(character)) return false;
    this.#at++;
    return true;
  }

  /** True when only white space is left. */
  atEnd(): boolean {
    this.peek(0);
    return this.#at === this.#end;
  }

  /** Reads a string. False: not a JSON string. */
  readString(value: JsonValue): boolean {
    if (!this.take(QUOTE)) return false;
    const bytes = this.bytes;
    value.kind = 'string';
    value.start = this.#at;
    while (this.#at < this.#end) {
      const character = bytes[this.#at++];
      if (character === QUOTE) {
        value.end = this.#at - 1;
        return true;
      }
      if (character < 0x20) return false;
      if (character !== BACKSLASH) continue;
      if (this.#at === this.#end) return false;
      const escaped = bytes[this.#at++];
      if (escaped === LETTER_U) {
        if (this.#end - this.#at < 4) return false;
        for (let i = 0; i < 4; i++) if (hexValue(bytes[this.#at++]) < 0) return false;
      } else if (!ESCAPES.has(escaped)) {
        return false;
      }
    }
    return false;
  }

  /** Reads a string, number or literal, or skips over a whole array or object. False: not JSON. */
  readValue(value: JsonValue): boolean {
    value.clear();
    if (!this.peek(0x7b) && !this.peek(0x5b)) return this.#readScalar(value);
    // No recursion, so hostile nesting costs no stack.
    let depth = 0;
    for (;;) {
      // Here a value begins.
      if (this.take(0x7b)) {
        if (++depth > DEPTH_MAX) return false;
        this.#objects[depth] = 1;
        if (!this.peek(0x7d)) {
          if (!this.readString(this.#ignored) || !this.take(0x3a)) return false;
          continue;
        }
      } else if (this.take(0x5b)) {
        if (++depth > DEPTH_MAX) return false;
        this.#objects[depth] = 0;
        if (!this.peek(0x5d)) continue;
      } else if (!this.#readScalar(this.#ignored)) {
        return false;
      }
      // Here a value has ended, or an empty container is about to.
      for (;;) {
        const inObject = this.#objects[depth] === 1;
        if (this.take(inObject ? 0x7d : 0x5d)) {
          if (--depth === 0) {
            value.kind = 'other';
            return true;
          }
          continue;
        }
        if (!this.take(0x2c)) return false;
        if (inObject && (!this.readString(this.#ignored) || !this.take(0x3a))) return false;
        break;
      }
    }
  }

  /** Begins reading the UTF-16 units of a string value, escapes undone; bytes above 0x7f come out as they are. */
  openString(value: JsonValue): void {
    this.#readAt = value.start;
    this.#readEnd = value.end;
  }

  /** Next unit of the opened string, -1 at its end. */
  nextUnit(): number {
    if (this.#readAt >= this.#readEnd) return -1;
    const character = this.bytes[this.#readAt++];
    if (character !== BACKSLASH) return character;
    const escaped = this.bytes[this.#readAt++];
    if (escaped !== LETTER_U) return ESCAPES.get(escaped)!;
    let unit = 0;
    for (let i = 0; i < 4; i++) unit = (unit << 4) | hexValue(this.bytes[this.#readAt++]);
    return unit;
  }

  /** True when `value` is a string of exactly these ASCII bytes, however it was escaped. */
  stringEquals(value: JsonValue, ascii: Uint8Array): boolean {
    if (value.kind !== 'string') return false;
    this.openString(value);
    for (let i = 0; i < ascii.length; i++) if (this.nextUnit() !== ascii[i]) return false;
    return this.nextUnit() === -1;
  }

  #readScalar(value: JsonValue): boolean {
    if (this.peek(QUOTE)) return this.readString(value);
    for (const word of WORDS) {
      if (this.peek(word[0])) return this.#readWord(word, value);
    }
    return this.#readNumber(value);
  }

  #readWord(word: Uint8Array, value: JsonValue): boolean {
    if (this.#end - this.#at < word.length) return false;
    for (const character of word) if (this.bytes[this.#at++] !== character) return false;
    value.kind = 'other';
    return true;
  }

  #readNumber(value: JsonValue): boolean {
    value.kind = 'number';
    value.start = this.#at;
    this.#skipCharacter(0x2d, 0x2d);
    if (!this.#skipCharacter(0x30, 0x30) && !this.#skipDigits()) return false;
    if (this.#skipCharacter(0x2e, 0x2e) && !this.#skipDigits()) return false;
    if (this.#skipCharacter(0x65, 0x45)) {
      this.#skipCharacter(0x2b, 0x2d);
      if (!this.#skipDigits()) return false;
    }
    value.end = this.#at;
    return true;
  }

  #skipCharacter(one: number, other: number): boolean {
    if (this.#at === this.#end || (this.bytes[this.#at] !== one && this.bytes[this.#at] !== other)) return false;
    this.#at++;
    return true;
  }

  #skipDigits(): boolean {
    const from = this.#at;
    while (this.#at < this.#end && isDigit(this.bytes[this.#at])) this.#at++;
    return this.#at !== from;
  }
}
