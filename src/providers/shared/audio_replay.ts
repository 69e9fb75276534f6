// The last few seconds of one call's audio, addressed by byte position since the session began. What a speech-to-text
// socket had heard but not yet made final is lost with the socket; from here it can be sent again. Knows no socket.

export class AudioReplay {
  readonly #ring: Uint8Array;
  #endByte = 0;

  /** `capacityBytes`: how much is kept; beyond it the oldest goes. */
  constructor(capacityBytes: number) {
    this.#ring = new Uint8Array(capacityBytes);
  }

  /** Position after the newest byte = bytes ever pushed. */
  get endByte(): number {
    return this.#endByte;
  }

  /** Position of the oldest byte still here. */
  get startByte(): number {
    return Math.max(0, this.#endByte - this.#ring.length);
  }

  /** Appends a copy of `bytes`. */
  push(bytes: Uint8Array): void {
    const capacity = this.#ring.length;
    this.#endByte += bytes.length;
    const kept = bytes.length > capacity ? bytes.subarray(bytes.length - capacity) : bytes;
    const at = (this.#endByte - kept.length) % capacity;
    const room = capacity - at;
    if (kept.length <= room) {
      this.#ring.set(kept, at);
    } else {
      this.#ring.set(kept.subarray(0, room), at);
      this.#ring.set(kept.subarray(room), 0);
    }
  }

  /**
   * A view of at most `maxBytes` from `fromByte` (between startByte and endByte), shorter at the ring's seam and at the
   * end. Valid until the next push; empty only when `fromByte` is the end.
   */
  view(fromByte: number, maxBytes: number): Uint8Array {
    const at = fromByte % this.#ring.length;
    const length = Math.min(maxBytes, this.#endByte - fromByte, this.#ring.length - at);
    return this.#ring.subarray(at, at + length);
  }
}
