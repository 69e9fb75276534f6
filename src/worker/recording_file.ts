// One WAV file on disk, appended to by asynchronous writes in order. It knows bytes and errors; what the bytes mean and
// when they are written is recorder.ts. The header is brought up to date after each append, so that a killed process
// leaves a file that opens and plays up to the last append.
//
// One request to the system at a time, and the descriptor is closed only when none is under way: a number given back
// too early may by then belong to another call's file, and a late write would land in there.

import fs from 'node:fs';
import { wavHeader } from '../audio/wav.js';
import { EngineError } from '../errors.js';

/** Appends waiting for the disk. A disk that is this far behind (seconds of audio) is treated as failed. */
const PENDING_MAX = 12;
/** How long `close` waits for the disk. A call may not keep its slot because a disk hangs. */
const CLOSE_WAIT_MS = 5000;
const HEADER_BYTES = 44;

export interface RecordingFormat {
  rateHz: number;
  channels: number;
  /**
   * null = the file is new. Otherwise another writer began it and is gone, and what is appended first belongs at this byte of
   * the sound. What is missing before it is silence; what the file has behind it stays, the sound appended there is left out.
   */
  goOnAtByte: number | null;
}

export class RecordingFile {
  readonly path: string;
  readonly #format: RecordingFormat;
  readonly #onError: (error: EngineError) => void;
  readonly #onWritten: (buffer: Buffer) => void;
  #fd: number | null = null;
  /** A request (open, write, truncate, close) whose callback has not come yet. */
  #underWay = true;
  #dataBytes = 0;
  /** Sound that was in the file before us. */
  #foundBytes = 0;
  /** `#dataBytes` counts silence that lies behind the last byte on disk. */
  #endsInHole = false;
  /** What is to be appended: bytes, or a number of zero bytes. */
  readonly #pending: (Buffer | number)[] = [];
  #failed = false;
  #closing = false;
  #done!: () => void;
  readonly #closed = new Promise<void>((resolve) => {
    this.#done = resolve;
  });

  /**
   * Creates the file (fails if it exists) or goes on with it. `onError` is called at most once; after it every append is ignored.
   * `onWritten` gives a buffer back for reuse.
   */
  constructor(
    path: string,
    format: RecordingFormat,
    onError: (error: EngineError) => void,
    onWritten: (buffer: Buffer) => void = () => {},
  ) {
    this.path = path;
    this.#format = format;
    this.#onError = onError;
    this.#onWritten = onWritten;
    if (format.goOnAtByte === null) this.#create();
    else this.#goOn(format.goOnAtByte);
  }

  #create(): void {
    fs.open(this.path, 'wx', 0o640, (error, fd) => {
      if (error) return this.#settled(error);
      this.#fd = fd;
      if (this.#failed) return this.#settled(null);
      this.#writeHeader(fd);
    });
  }

  #goOn(atByte: number): void {
    this.#dataBytes = atByte;
    this.#endsInHole = atByte > 0;
    fs.open(this.path, 'r+', (error, fd) => {
      // Its writer died before it had made the file.
      if (error?.code === 'ENOENT') return this.#create();
      if (error) return this.#settled(error);
      this.#fd = fd;
      fs.fstat(fd, (error, stat) => {
        if (error || this.#failed) return this.#settled(error);
        const soundBytes = Math.max(0, stat.size - HEADER_BYTES);
        // A write may have been cut off in the middle of a sample.
        this.#foundBytes = soundBytes - (soundBytes % (2 * this.#format.channels));
        this.#endsInHole = atByte > this.#foundBytes;
        this.#writeHeader(fd);
      });
    });
  }

  /** Queues `buffer` (owned by this object until `onWritten`). */
  append(buffer: Buffer): void {
    if (this.#failed || this.#closing) return this.#onWritten(buffer);
    if (this.#pending.length >= PENDING_MAX) {
      this.#onWritten(buffer);
      return this.#fail(new Error('the disk is too slow'));
    }
    this.#pending.push(buffer);
    if (!this.#underWay) this.#next();
  }

  /** Queues `bytes` of silence, however many: a hole in the file, which costs neither memory nor disk. */
  skip(bytes: number): void {
    if (this.#failed || this.#closing || bytes <= 0) return;
    const last = this.#pending.length - 1;
    const before = this.#pending[last];
    if (typeof before === 'number') this.#pending[last] = before + bytes;
    else this.#pending.push(bytes);
    if (!this.#underWay) this.#next();
  }

  /** Writes what is queued, closes the file, resolves (never rejects) then, or when the disk has not answered for long. Safe twice. */
  close(): Promise<void> {
    if (this.#closing) return this.#closed;
    this.#closing = true;
    const giveUp = setTimeout(() => {
      // The descriptor stays open until the disk has answered.
      this.#fail(new Error('the disk does not answer'));
      this.#done();
    }, CLOSE_WAIT_MS);
    void this.#closed.then(() => clearTimeout(giveUp));
    if (!this.#underWay) this.#next();
    return this.#closed;
  }

  /** The request that was under way has its answer. */
  #settled(error: Error | null): void {
    this.#underWay = false;
    if (error) this.#fail(error);
    else this.#next();
  }

  /** Starts the next request. Only when none is under way. */
  #next(): void {
    const fd = this.#fd;
    if (this.#failed || fd === null) return this.#release();
    let piece = this.#pending.shift();
    if (typeof piece === 'number') {
      // Not yet in the header: a killed process must not leave one that promises more than the file has.
      this.#dataBytes += piece;
      this.#endsInHole = true;
      piece = this.#pending.shift();
    }
    if (piece !== undefined) return this.#append(fd, piece as Buffer);
    if (!this.#closing) return;
    if (!this.#endsInHole) return this.#release();
    this.#endsInHole = false;
    this.#underWay = true;
    fs.ftruncate(fd, HEADER_BYTES + Math.max(this.#foundBytes, this.#dataBytes), (error) => {
      if (error || this.#failed) this.#settled(error);
      else this.#writeHeader(fd);
    });
  }

  #append(fd: number, buffer: Buffer): void {
    const there = Math.max(0, this.#foundBytes - this.#dataBytes);
    if (there < buffer.length) return this.#write(fd, buffer, there);
    this.#dataBytes += buffer.length;
    this.#onWritten(buffer);
    this.#next();
  }

  #write(fd: number, buffer: Buffer, from: number): void {
    this.#underWay = true;
    const at = HEADER_BYTES + this.#dataBytes + from;
    fs.write(fd, buffer, from, buffer.length - from, at, (error, written) => {
      const done = from + written;
      // A part only: the rest tells why, by its error.
      if (!error && !this.#failed && written > 0 && done < buffer.length) return this.#write(fd, buffer, done);
      this.#onWritten(buffer);
      if (error || this.#failed) return this.#settled(error);
      if (done < buffer.length) return this.#settled(new Error('short write'));
      this.#dataBytes += buffer.length;
      this.#endsInHole = false;
      this.#writeHeader(fd);
    });
  }

  #writeHeader(fd: number): void {
    this.#underWay = true;
    const soundBytes = this.#endsInHole ? this.#foundBytes : Math.max(this.#foundBytes, this.#dataBytes);
    const header = wavHeader(this.#format.rateHz, this.#format.channels, soundBytes);
    fs.write(fd, header, 0, HEADER_BYTES, 0, (error) => this.#settled(error));
  }

  #fail(cause: Error): void {
    if (!this.#failed) {
      this.#failed = true;
      for (const piece of this.#pending.splice(0)) if (typeof piece !== 'number') this.#onWritten(piece);
      const code = (cause as NodeJS.ErrnoException).code;
      this.#onError(new EngineError('RECORDING_WRITE', { cause, detail: code ?? cause.message }));
    }
    if (!this.#underWay) this.#release();
  }

  /** Gives the descriptor back, which nothing uses any more. */
  #release(): void {
    const fd = this.#fd;
    if (fd === null) return this.#done();
    this.#fd = null;
    this.#underWay = true;
    fs.close(fd, () => {
      this.#underWay = false;
      this.#done();
    });
  }
}
