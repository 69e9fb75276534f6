// RFC 6455 framing of a client: text and control frames out (masked), server frames in. Pure bytes; the socket is
// ws_client.ts. Written by hand because a load generator must read and write some hundred thousand frames a second
// beside the server it measures, without an object for each.

export const OPCODE = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** Bytes before the payload of a masked frame of `length` payload bytes. */
export function clientHeaderBytes(length: number): number {
  return length < 126 ? 6 : length < 65536 ? 8 : 14;
}

/** Writes header and mask key at `offset`; the payload belongs behind it. Returns where. The payload is not masked. */
export function writeClientHeader(
  out: Uint8Array,
  offset: number,
  opcode: number,
  length: number,
  maskKey: Uint8Array,
): number {
  out[offset++] = 0x80 | opcode;
  if (length < 126) {
    out[offset++] = 0x80 | length;
  } else if (length < 65536) {
    out[offset++] = 0x80 | 126;
    out[offset++] = length >> 8;
    out[offset++] = length & 0xff;
  } else {
    out[offset++] = 0x80 | 127;
    for (let shift = 56; shift >= 0; shift -= 8) out[offset++] = Math.floor(length / 2 ** shift) & 0xff;
  }
  out.set(maskKey, offset);
  return offset + 4;
}

/** A whole masked frame. Allocates: for the rare messages; media frames have their own writer. */
export function clientFrame(opcode: number, payload: Uint8Array, maskKey: Uint8Array): Uint8Array {
  const frame = new Uint8Array(clientHeaderBytes(payload.length) + payload.length);
  const at = writeClientHeader(frame, 0, opcode, payload.length, maskKey);
  for (let i = 0; i < payload.length; i++) frame[at + i] = payload[i] ^ maskKey[i & 3];
  return frame;
}

/** Gets what a ServerFrameReader finds. Byte ranges are valid only during the call. */
export interface FrameSink {
  onMessage(bytes: Uint8Array, start: number, end: number, binary: boolean): void;
  onPing(payload: Uint8Array): void;
  /** 1005 when the frame carried no code. */
  onCloseFrame(code: number, reason: string): void;
  /** The server broke the protocol; nothing more is read. `closeCode` is what RFC 6455 answers. */
  onProtocolError(problem: string, closeCode: number): void;
}

/** Takes a server's byte stream apart. Whole frames are read where they lie; only a cut-off rest is copied. */
export class ServerFrameReader {
  readonly #sink: FrameSink;
  readonly #messageBytesMax: number;
  #held = new Uint8Array(0);
  #heldBytes = 0;
  #fragments: Uint8Array[] = [];
  #fragmentBytes = 0;
  #fragmentOpcode = 0;
  #stopped = false;

  /** `messageBytesMax`: a longer message is a protocol error (1009). Default 16 MiB. */
  constructor(sink: FrameSink, messageBytesMax = 16 * 1024 * 1024) {
    this.#sink = sink;
    this.#messageBytesMax = messageBytesMax;
  }

  /** Reads bytes [start, end) of `chunk`, which may be reused afterwards. */
  read(chunk: Uint8Array, start: number, end: number): void {
    if (this.#stopped) return;
    if (this.#heldBytes === 0) {
      const rest = this.#parse(chunk, start, end);
      if (rest < end) this.#hold(chunk, rest, end);
      return;
    }
    this.#hold(chunk, start, end);
    const held = this.#held;
    const total = this.#heldBytes;
    this.#heldBytes = 0;
    const rest = this.#parse(held, 0, total);
    held.copyWithin(0, rest, total);
    this.#heldBytes = total - rest;
  }

  /** Nothing more is reported. */
  stop(): void {
    this.#stopped = true;
  }

  #hold(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.#heldBytes + end - start;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(needed, this.#held.length * 2, 1024));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(chunk.subarray(start, end), this.#heldBytes);
    this.#heldBytes = needed;
  }

  /** Reads whole frames from `at`; returns where the first incomplete one begins. */
  #parse(bytes: Uint8Array, at: number, end: number): number {
    while (!this.#stopped && end - at >= 2) {
      const head = bytes[at];
      let length = bytes[at + 1] & 0x7f;
      let payload = at + 2;
      if (head & 0x70) return this.#fail('reserved bits set', 1002, end);
      if (bytes[at + 1] & 0x80) return this.#fail('server frame is masked', 1002, end);
      if (length === 126) {
        if (end - at < 4) return at;
        length = (bytes[at + 2] << 8) | bytes[at + 3];
        payload = at + 4;
      } else if (length === 127) {
        if (end - at < 10) return at;
        length = 0;
        for (let i = at + 2; i < at + 10; i++) length = length * 256 + bytes[i];
        payload = at + 10;
      }
      if (length > this.#messageBytesMax) return this.#fail('message too big', 1009, end);
      if (end - payload < length) return at;
      at = payload + length;
      this.#frame(head & 0x0f, (head & 0x80) !== 0, bytes, payload, at);
    }
    return this.#stopped ? end : at;
  }

  #frame(opcode: number, final: boolean, bytes: Uint8Array, start: number, end: number): void {
    if (opcode >= OPCODE.CLOSE) {
      if (!final) this.#fail('fragmented control frame', 1002, end);
      else if (end - start > 125) this.#fail('control frame too long', 1002, end);
      else this.#control(opcode, bytes, start, end);
      return;
    }
    if (opcode > OPCODE.BINARY) {
      this.#fail('unknown opcode', 1002, end);
      return;
    }
    if (opcode === OPCODE.CONTINUATION) {
      if (this.#fragments.length === 0) this.#fail('continuation without a beginning', 1002, end);
      else this.#fragment(final, bytes, start, end);
      return;
    }
    if (this.#fragments.length > 0) {
      this.#fail('new message inside a fragmented one', 1002, end);
      return;
    }
    if (final) {
      this.#sink.onMessage(bytes, start, end, opcode === OPCODE.BINARY);
      return;
    }
    this.#fragmentOpcode = opcode;
    this.#fragment(false, bytes, start, end);
  }

  #fragment(final: boolean, bytes: Uint8Array, start: number, end: number): void {
    this.#fragments.push(bytes.slice(start, end));
    this.#fragmentBytes += end - start;
    if (this.#fragmentBytes > this.#messageBytesMax) {
      this.#fail('message too big', 1009, end);
      return;
    }
    if (!final) return;
    const whole = Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.#fragmentBytes = 0;
    this.#sink.onMessage(whole, 0, whole.length, this.#fragmentOpcode === OPCODE.BINARY);
  }

  #control(opcode: number, bytes: Uint8Array, start: number, end: number): void {
    if (opcode === OPCODE.PING) {
      this.#sink.onPing(bytes.slice(start, end));
    } else if (opcode === OPCODE.CLOSE) {
      this.#stopped = true;
      const code = end - start >= 2 ? (bytes[start] << 8) | bytes[start + 1] : 1005;
      this.#sink.onCloseFrame(code, Buffer.from(bytes.subarray(start + 2, end)).toString());
    } else if (opcode !== OPCODE.PONG) {
      this.#fail('unknown opcode', 1002, end);
    }
  }

  #fail(problem: string, closeCode: number, end: number): number {
    this.#stopped = true;
    this.#sink.onProtocolError(problem, closeCode);
    return end;
  }
}
