// Makes the loggers: JSON lines, fixed words plus fields. Workers hand their finished lines to the main thread, which
// alone writes to stdout and files. What must not be readable in a line is log_redaction.ts.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ChildLoggerOptions,
  type DestinationStream,
  destination,
  type Logger as PinoLogger,
  pino,
  stdTimeFunctions,
} from 'pino';
// @ts-expect-error pino-roll ships no types; `RollFactory` below is the part of it that is used.
import untypedPinoRoll from 'pino-roll';
import { createRedaction } from './log_redaction.js';

/** A call's own logger is `log.child({ callSid })`. */
export type Logger = PinoLogger;

export interface LogOptions {
  /** `trace` `debug` `info` `warn` `error` `fatal` or `silent`. */
  level: string;
  /** Speech and phone numbers stay readable. Keys never do. */
  pii?: boolean;
  /** At least level `debug`, and every error with its stack. */
  testMode?: boolean;
  /** Folder for daily files beside stdout, made when missing; null = none. */
  dir?: string | null;
  /**
   * Takes each finished line (with its line end) instead of stdout and files: in a worker it posts the line to the
   * main thread, whose logger takes it with `writeLine`. Redaction is done before.
   */
  sink?: (line: string) => void;
}

export interface RootLogger extends Logger {
  /** Writes a line that another thread's logger made, as it is. */
  writeLine(line: string): void;
  /** Resolves when everything written so far is out; ends the file. Later lines go to stdout only. Safe twice. */
  close(): Promise<void>;
}

const FILE_NAME = 'ringline.log';
const FILES_KEPT = 30;
/** Lines wait in memory while the disk or the reader of stdout is slow; past this they are dropped. */
const QUEUE_BYTES_MAX = 8 * 1024 * 1024;
const QUEUE_LINES_MAX_BEFORE_OPEN = 10_000;
/** A file that failed (disk full, folder gone) is tried again after this long. */
const REOPEN_MS = 60_000;

/**
 * A root logger. Never blocks on a slow disk or reader, never keeps the process alive, and flushes when it exits.
 * With `dir`: `ringline.YYYY-MM-DD.N.log`, a new one each midnight, 30 kept. A file that can't be written costs its
 * lines there, not the process: an error line on stdout says so, and the file is tried again each minute.
 * Throws when `dir` can't be created.
 */
export function createLogger(options: LogOptions): RootLogger {
  const { level, pii = false, testMode = false, dir = null, sink } = options;
  const redact = createRedaction({ pii, fullErrors: testMode });
  const out = sink
    ? { write: sink, close: async () => {} }
    : openOutputs(dir, (err) => root.error({ err }, 'log file failed'));
  const root: Logger = pino(
    {
      level: testMode && level !== 'trace' && level !== 'silent' ? 'debug' : level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redact },
      // Redaction has made a plain object of the error already.
      serializers: { err: (err) => err },
      hooks: {
        logMethod(args, method) {
          // Without words of ours pino would take the error's message, which may quote a caller.
          if (args.length === 1 && typeof args[0] === 'object') method.apply(this, [args[0], 'error']);
          else method.apply(this, args);
        },
      },
    },
    out,
  );
  const plainChild = root.child as unknown as (this: Logger, bindings: object, options?: ChildLoggerOptions) => Logger;
  return Object.assign(root, {
    // pino's own redaction hooks leave a child's fixed fields alone. Children inherit this.
    child(this: Logger, bindings: Record<string, unknown>, childOptions?: ChildLoggerOptions) {
      return plainChild.call(this, redact(bindings), childOptions);
    },
    writeLine: (line: string) => out.write(line.endsWith('\n') ? line : `${line}\n`),
    close: () => out.close(),
  });
}

interface Output extends DestinationStream {
  close(): Promise<void>;
}

function openOutputs(dir: string | null, onFileError: (error: Error) => void): Output {
  // pino flushes this one at exit by itself, and turns it off when the reader has gone away.
  const stdout = destination({ dest: 1, sync: false, minLength: 1, maxLength: QUEUE_BYTES_MAX });
  // A full disk behind stdout must not end calls; there is nowhere left to report it.
  stdout.on('error', () => {});
  const file = dir === null ? null : openRollingFile(dir, onFileError);
  return {
    write(line) {
      stdout.write(line);
      file?.write(line);
    },
    async close() {
      await file?.close();
      await new Promise<void>((resolve) => stdout.flush(() => resolve()));
    },
  };
}

/** The stream that pino-roll resolves to: sonic-boom's, as far as it is used here. */
interface RollingStream extends NodeJS.EventEmitter {
  write(line: string): boolean;
  flushSync(): void;
  end(): void;
  destroy(): void;
}
type RollFactory = (options: Record<string, unknown>) => Promise<RollingStream>;

function openRollingFile(dir: string, onError: (error: Error) => void): Output {
  mkdirSync(dir, { recursive: true });
  /** Lines from before the file was open; null while there is no file to come. */
  let early: string[] | null = null;
  let stream: RollingStream | null = null;
  let opening: Promise<void>;
  let closing: Promise<void> | null = null;
  let retry: NodeJS.Timeout | undefined;

  const open = async () => {
    early = [];
    let opened: RollingStream | null = null;
    let failed = false;
    const fail = (error: Error) => {
      if (failed) return;
      failed = true;
      stream = early = null;
      opened?.destroy();
      if (!closing) {
        retry = setTimeout(() => {
          opening = open();
        }, REOPEN_MS).unref();
      }
      onError(error);
    };
    try {
      opened = await (untypedPinoRoll as RollFactory)({
        file: join(dir, FILE_NAME),
        frequency: 'daily',
        dateFormat: 'yyyy-MM-dd',
        limit: { count: FILES_KEPT, removeOtherLogFiles: true },
        sync: false,
        maxLength: QUEUE_BYTES_MAX,
      });
      opened.on('error', fail);
      for (const line of early) opened.write(line);
      stream = opened;
      early = null;
    } catch (error) {
      fail(error as Error);
    }
  };
  const flushAtExit = () => {
    try {
      stream?.flushSync();
    } catch {
      // Not open yet, or the disk is full. The lines are on stdout too.
    }
  };
  const end = async () => {
    await opening;
    clearTimeout(retry);
    process.off('exit', flushAtExit);
    const ending = stream;
    if (ending === null) return;
    await new Promise<void>((resolve) => {
      ending.once('close', resolve);
      ending.once('error', () => resolve());
      ending.end();
    });
    stream = null;
  };

  process.on('exit', flushAtExit);
  opening = open();
  return {
    write(line) {
      if (closing) return;
      if (stream) stream.write(line);
      else if (early && early.length < QUEUE_LINES_MAX_BEFORE_OPEN) early.push(line);
    },
    close: () => (closing ??= end()),
  };
}
