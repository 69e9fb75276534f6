// Writes server-sent events the way a network delivers them: pieces end where they like, inside an event or inside a
// character, and several events may share one.

import type { ServerResponse } from 'node:http';

/** Share of writes that end somewhere inside an event. */
const SPLIT_SHARE = 0.3;

export class ChunkWriter {
  #held: Buffer = EMPTY;

  constructor(
    readonly response: ServerResponse,
    readonly random: () => number,
    /** False: pieces end with an event. */
    readonly split = true,
  ) {}

  /** Sends `events` (whole events as text) in one write, except for a tail that may wait for the next one. */
  write(events: string): void {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, Buffer.from(events)]) : Buffer.from(events);
    const cut = this.#cut(bytes);
    this.#held = bytes.subarray(cut);
    if (cut > 0) this.response.write(bytes.subarray(0, cut));
  }

  /** Sends what is held back. */
  flush(): void {
    if (this.#held.length > 0) this.response.write(this.#held);
    this.#held = EMPTY;
  }

  /** Inside a multi-byte character where there is one, else anywhere: the end of the bytes means no cut. */
  #cut(bytes: Buffer): number {
    if (!this.split) return bytes.length;
    const wide = bytes.findIndex((byte) => byte >= 0xc0);
    if (wide >= 0) return wide + 1;
    if (this.random() >= SPLIT_SHARE) return bytes.length;
    return 1 + Math.floor(this.random() * (bytes.length - 1));
  }
}

const EMPTY = Buffer.alloc(0);
