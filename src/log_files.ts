// The log on disk: a file a day, a second one when the first grows large, and a bound on how many and how much. What a
// line says, and that it also goes to stdout, is log.ts.

import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import sonicBoom, { type SonicBoom } from 'sonic-boom';

export interface LogFilesOptions {
  /** Begins the files' names; letters. */
  name?: string;
  /** Made when missing. */
  dir: string;
  /** All files together; the oldest go. The one that is written may still grow, up to a tenth of it. */
  bytesMax: number;
  /** Files that are kept. */
  filesMax: number;
  /** A file could not be opened or written. Its lines are lost, and it is tried again after `reopenMs`. */
  onError(error: Error): void;
  /** Milliseconds since 1970; which day a line belongs to is local time. */
  now?: () => number;
  reopenMs?: number;
}

/** Lines wait in memory while the disk is slow; past this they are dropped. */
const QUEUE_BYTES_MAX = 8 * 1024 * 1024;
/** ringline.2026-11-25.1.log */
const ourNames = (name: string) => new RegExp(`^${name}\\.(\\d{4}-\\d\\d-\\d\\d)\\.(\\d{1,6})\\.log$`);

/** Writes never block, never throw and don't keep the process alive; what waits is flushed when the process exits. */
export class LogFiles {
  readonly #options: Required<LogFilesOptions>;
  readonly #ourName: RegExp;
  #stream: SonicBoom | null = null;
  #bytes = 0;
  #day = '';
  #nextDayMs = 0;
  #number = 1;
  #retry: NodeJS.Timeout | undefined;
  #closing: Promise<void> | null = null;
  /** Files that are being ended; waited for when all is closed. */
  readonly #ending = new Set<Promise<void>>();

  /** @throws when the folder can't be made */
  constructor(options: LogFilesOptions) {
    this.#options = { name: 'ringline', now: Date.now, reopenMs: 60_000, ...options };
    this.#ourName = ourNames(this.#options.name);
    mkdirSync(options.dir, { recursive: true });
    process.on('exit', this.#flush);
    this.#open();
  }

  /** One line with its line end. */
  write(line: string): void {
    if (this.#closing) return;
    if (this.#options.now() >= this.#nextDayMs || this.#bytes >= this.#options.bytesMax / 10) this.#roll();
    if (this.#stream === null) return;
    this.#bytes += Buffer.byteLength(line);
    this.#stream.write(line);
  }

  /** Resolves when everything written so far is on disk. Safe twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #roll(): void {
    // While a file is broken its retry opens the next one.
    if (this.#stream === null) return;
    this.#end(this.#stream);
    this.#open();
  }

  #open(): void {
    clearTimeout(this.#retry);
    const { name, dir, bytesMax, now } = this.#options;
    const today = new Date(now());
    const day = dateOf(today);
    // Earlier parts of the day may have been deleted: it goes on after the last.
    if (day !== this.#day) this.#number = lastNumber(dir, day, this.#ourName);
    this.#day = day;
    this.#nextDayMs = new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1).getTime();
    // A restart goes on in the same file, unless that is full.
    let path = '';
    for (; ; this.#number++) {
      path = join(dir, `${name}.${day}.${this.#number}.log`);
      this.#bytes = sizeOf(path);
      if (this.#bytes < bytesMax / 10) break;
    }
    const stream = new sonicBoom.SonicBoom({ dest: path, sync: false, maxLength: QUEUE_BYTES_MAX });
    this.#stream = stream;
    stream.on('error', (error: Error) => this.#failed(stream, error));
    void this.#prune();
  }

  #failed(stream: SonicBoom, error: Error): void {
    if (this.#stream !== stream) return;
    this.#stream = null;
    stream.destroy();
    if (!this.#closing) this.#retry = setTimeout(() => this.#open(), this.#options.reopenMs).unref();
    this.#options.onError(error);
  }

  #end(stream: SonicBoom): void {
    const ended = new Promise<void>((resolve) => {
      stream.once('close', resolve);
      stream.once('error', () => resolve());
      stream.end();
    });
    this.#ending.add(ended);
    void ended.then(() => this.#ending.delete(ended));
  }

  async #close(): Promise<void> {
    clearTimeout(this.#retry);
    process.off('exit', this.#flush);
    if (this.#stream !== null) this.#end(this.#stream);
    await Promise.all(this.#ending);
  }

  /** Deletes the oldest of our files until number and size are within bounds. */
  async #prune(): Promise<void> {
    const { dir, filesMax, bytesMax } = this.#options;
    try {
      const names = (await readdir(dir)).filter((name) => this.#ourName.test(name)).sort(newestFirst(this.#ourName));
      let bytes = 0;
      // The first is the one that is written.
      for (const [i, name] of names.entries()) {
        bytes += (await stat(join(dir, name))).size;
        if (i > 0 && (i >= filesMax || bytes > bytesMax)) await unlink(join(dir, name));
      }
    } catch {
      // Deleted by somebody else meanwhile, or the disk is in trouble: the next file looks again.
    }
  }

  readonly #flush = (): void => {
    try {
      this.#stream?.flushSync();
    } catch {
      // Not open yet, or the disk is full. The lines are on stdout too.
    }
  };
}

function dateOf(date: Date): string {
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, '0'));
  return `${date.getFullYear()}-${month}-${day}`;
}

/** The highest number among the day's files, or 1. The folder holds few files: `filesMax`. */
function lastNumber(dir: string, day: string, ourName: RegExp): number {
  const matches = readdirSync(dir).map((name) => ourName.exec(name));
  return Math.max(1, ...matches.map((match) => (match?.[1] === day ? Number(match[2]) : 1)));
}

function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  // What is no file fails when it is opened, and is reported then.
  return found?.isFile() ? found.size : 0;
}

const newestFirst = (ourName: RegExp) => (a: string, b: string) => {
  const [, dayA, numberA] = ourName.exec(a) ?? [];
  const [, dayB, numberB] = ourName.exec(b) ?? [];
  if (dayA !== dayB) return dayA < dayB ? 1 : -1;
  return Number(numberB) - Number(numberA);
};
