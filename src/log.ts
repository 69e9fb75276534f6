// Makes the loggers: JSON lines, fixed words plus fields. Workers hand their finished lines to the main thread, which
// alone writes to stdout and files. What must not be readable in a line is log_redaction.ts.

import {
  type ChildLoggerOptions,
  type DestinationStream,
  destination,
  type Logger as PinoLogger,
  pino,
  stdTimeFunctions,
} from 'pino';
import { LogFiles } from './log_files.js';
import { createRedaction } from './log_redaction.js';
import type { Redact } from './redact.js';
import { traceIdOf } from './trace_id.js';

/** A call's own logger is `log.child({ callSid })`. */
export type Logger = PinoLogger;

export interface LogOptions {
  /** `trace` `debug` `info` `warn` `error` `fatal` or `silent`. */
  level: string;
  /** Speech and phone numbers stay readable. Keys never do. */
  pii?: boolean;
  /** Strikes out of readable speech what may not be kept of it; null = nothing. */
  redact?: Redact | null;
  /** Lines about a call carry the id of its trace. */
  traced?: boolean;
  /** At least level `debug`, and every error with its stack. */
  testMode?: boolean;
  /** Folder for daily files beside stdout, made when missing; null = none. */
  dir?: string | null;
  /** Bound on the size of those files together, in megabytes. */
  dirMb?: number;
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

const FILES_KEPT = 30;
const DIR_MB_DEFAULT = 1000;
/** Lines wait in memory while the reader of stdout is slow; past this they are dropped. */
const QUEUE_BYTES_MAX = 8 * 1024 * 1024;

/**
 * A root logger. Never blocks on a slow disk or reader, never keeps the process alive, and flushes when it exits.
 * With `dir`: `ringline.YYYY-MM-DD.N.log`, a new one each midnight, 30 kept and `dirMb` in all. A file that can't be written costs its
 * lines there, not the process: an error line on stdout says so, and the file is tried again each minute.
 * Throws when `dir` can't be created.
 */
export function createLogger(options: LogOptions): RootLogger {
  const {
    level,
    pii = false,
    redact: speech = null,
    testMode = false,
    traced = false,
    dir = null,
    dirMb = DIR_MB_DEFAULT,
    sink,
  } = options;
  const readable = createRedaction({ pii, speech, fullErrors: testMode });
  const redact = traced ? (fields: Fields) => readable(withTrace(fields)) : readable;
  const out = sink
    ? { write: sink, close: async () => {} }
    : openOutputs(dir, dirMb * 1e6, (err) => root.error({ err }, 'log file failed'));
  const root: Logger = pino(
    {
      level: testMode && level !== 'trace' && level !== 'silent' ? 'debug' : level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      // Asked when a line is written: what changes while a logger lives.
      mixin: (_fields, _level, logger) => (logger as Logger & { [LIVE]?: () => Fields })[LIVE]?.() ?? {},
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

type Fields = Record<string, unknown>;

const LIVE = Symbol('fields of the moment');

/** Lines of `log` and its children also have these, as they are when a line is written. What a line says itself wins. */
export function withLiveFields<L extends Logger>(log: L, fields: () => Fields): L {
  return Object.assign(log, { [LIVE]: fields });
}

function withTrace(fields: Fields): Fields {
  const { callSid } = fields;
  return typeof callSid === 'string' ? { ...fields, traceId: traceIdOf(callSid) } : fields;
}

interface Output extends DestinationStream {
  close(): Promise<void>;
}

function openOutputs(dir: string | null, bytesMax: number, onError: (error: Error) => void): Output {
  // pino flushes this one at exit by itself, and turns it off when the reader has gone away.
  const stdout = destination({ dest: 1, sync: false, minLength: 1, maxLength: QUEUE_BYTES_MAX });
  // A full disk behind stdout must not end calls; there is nowhere left to report it.
  stdout.on('error', () => {});
  const file = dir === null ? null : new LogFiles({ dir, bytesMax, filesMax: FILES_KEPT, onError });
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
