// One WAV file on disk, appended to by asynchronous writes in order. It knows bytes and errors; what the bytes mean and
// when they are written is recorder.ts. The header is brought up to date after each append, so that a killed process
// leaves a file that opens and plays up to the last append.

import fs from 'node:fs';
import { wavHeader } from '../audio/wav.js';
import { EngineError } from '../errors.js';

/** Appends waiting for the disk. A disk that is this far behind (seconds of audio) is treated as failed. */
const PENDING_MAX = 8;

export class RecordingFile {
  private fd: number | null = null;
  private dataBytes = 0;
  private readonly pending: Buffer[] = [];
  private busy = true;
  private failed = false;
  private closing: (() => void) | null = null;

  /**
   * Creates the file (fails if it exists). `onError` is called at most once; after it every append is ignored.
   * `onWritten` gives a buffer back for reuse.
   */
  constructor(
    readonly path: string,
    private readonly format: { rateHz: number; channels: number },
    private readonly onError: (error: EngineError) => void,
    private readonly onWritten: (buffer: Buffer) => void = () => {},
  ) {
    fs.open(path, 'wx', 0o640, (error, fd) => {
      if (error) return this.fail(error);
      this.fd = fd;
      fs.write(fd, this.header(), 0, 44, 0, (failure) => this.step(failure));
    });
  }

  /** Queues `buffer` (owned by this object until `onWritten`). */
  append(buffer: Buffer): void {
    if (this.failed) return this.onWritten(buffer);
    if (this.pending.length >= PENDING_MAX) {
      this.onWritten(buffer);
      return this.fail(new Error('the disk is too slow'));
    }
    this.pending.push(buffer);
    if (!this.busy) this.writeNext();
  }

  /** Writes what is queued, closes the file, resolves (never rejects). Safe twice. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      const earlier = this.closing;
      this.closing = () => {
        earlier?.();
        resolve();
      };
      if (!this.busy) this.finish();
    });
  }

  private writeNext(): void {
    const buffer = this.pending.shift();
    if (!buffer || this.fd === null) {
      this.busy = false;
      if (this.closing) this.finish();
      return;
    }
    this.busy = true;
    fs.write(this.fd, buffer, 0, buffer.length, 44 + this.dataBytes, (error, written) => {
      const length = buffer.length;
      this.onWritten(buffer);
      if (error || written < length) return this.fail(error ?? new Error('short write'));
      this.dataBytes += length;
      fs.write(this.fd!, this.header(), 0, 44, 0, (failure) => this.step(failure));
    });
  }

  private step(error: NodeJS.ErrnoException | null): void {
    if (error) this.fail(error);
    else this.writeNext();
  }

  private header(): Uint8Array {
    return wavHeader(this.format.rateHz, this.format.channels, this.dataBytes);
  }

  private fail(cause: Error): void {
    this.busy = false;
    if (!this.failed) {
      this.failed = true;
      for (const buffer of this.pending.splice(0)) this.onWritten(buffer);
      const code = (cause as NodeJS.ErrnoException).code;
      this.onError(new EngineError('RECORDING_WRITE', { cause, detail: code ?? cause.message }));
    }
    if (this.closing) this.finish();
  }

  private finish(): void {
    const done = this.closing;
    this.closing = null;
    if (this.fd === null) return done?.();
    const fd = this.fd;
    this.fd = null;
    fs.close(fd, () => done?.());
  }
}
