// Who did what: one JSON line for each act on a call, a recording or the keys, and for each attempt that was refused. For
// those who have to answer for the system later; how it works is the log's matter. Written to files of its own (AUDIT_LOG),
// else among the lines of the log.

import { isoNow, nowMs } from '../clock.js';
import type { EngineConfig } from '../config.js';
import type { RootLogger } from '../log.js';
import { LogFiles } from '../log_files.js';
import { createRedaction } from '../log_redaction.js';
import type { Who } from './http/access.js';
import type { RequestHead } from './http/exchange.js';
import { Refusals } from './http/refusals.js';

export interface AuditEntry {
  /** null = nobody asked for it: the server did it by itself, or was told by a signal or a file. */
  requestId: string | null;
  /** Name of the key; `local` = this machine, `anybody` = somebody without a good key, `system` = nobody. */
  key: string;
  role: string | null;
  /** The client's address; behind a trusted proxy the one that the proxy says. */
  peer: string | null;
  /** `POST /outbound`, `DELETE /calls/:call_sid`, `keys read anew`, … */
  act: string;
  /** What it was done to: a call's sid, a file's name; null = nothing came of it. */
  target: string | null;
  /** `refused`: they may not; `failed`: they may, but it could not be done. */
  outcome: 'done' | 'refused' | 'failed';
  /** HTTP status; null = there was no request. */
  status: number | null;
  /** Attempts before this one that were refused and left no line: a flood of them shall not fill the disk. */
  unsaid?: number;
}

export interface AuditOptions {
  config: Pick<EngineConfig, 'audit' | 'log'>;
  log: RootLogger;
  /** Milliseconds since 1970, for the names of the files. */
  now?: () => number;
}

export class AuditLog {
  readonly #write: (line: string) => void;
  readonly #files: LogFiles | null;
  readonly #redact: (fields: Record<string, unknown>) => Record<string, unknown>;
  readonly #refusals = new Refusals();

  /** @throws when the folder can't be made */
  constructor({ config, log, now = Date.now }: AuditOptions) {
    this.#redact = createRedaction({ pii: config.log.pii, fullErrors: false });
    const dir = auditDir(config);
    const onError = (err: Error) => log.error({ err }, 'audit log failed');
    this.#files =
      dir === null
        ? null
        : new LogFiles({ name: 'audit', dir, bytesMax: config.audit.dirMb * 1e6, filesMax: FILES_KEPT, onError, now });
    if (config.audit.dir === 'off' || (dir === null && config.log.level === 'silent')) this.#write = () => {};
    else if (this.#files !== null) this.#write = (line) => this.#files?.write(`${line}\n`);
    // Whatever LOG_LEVEL is, but silent: these lines are no matter of taste.
    else this.#write = (line) => log.writeLine(`{"level":"info","msg":"audit",${line.slice(1)}`);
  }

  write(entry: AuditEntry): void {
    const { requestId, key, role, peer, act, target, outcome, status, unsaid } = entry;
    const line = { at: isoNow(), requestId, key, role, peer, act, target, outcome, status };
    this.#write(JSON.stringify(this.#redact(unsaid ? { ...line, unsaid } : line)));
  }

  /**
   * One answered request. Acts are what changes something; whoever is refused is noted whatever they asked for.
   * @param endpoint `DELETE /calls/:call_sid`
   * @param target null = what the path names, if anything
   */
  answered(head: RequestHead, who: Who, endpoint: string, target: string | null, status: number): void {
    const isRefused = status === 401 || status === 403 || status === 429;
    if (!isRefused && endpoint.startsWith('GET ')) return;
    // Not by the address that a proxy tells: what any client can write must not escape the bound.
    const unsaid = isRefused ? this.#refusals.note(head.peer, nowMs()) : 0;
    if (unsaid === null) return;
    const at = endpoint.split('/').findIndex((part) => part.startsWith(':'));
    const named = at < 0 ? null : (head.path.split('/')[at] ?? null);
    const outcome = isRefused ? 'refused' : status < 400 ? 'done' : 'failed';
    this.write({
      ...{ requestId: head.requestId, key: who.name, role: who.role, peer: head.client, act: endpoint },
      ...{ target: (target ?? named)?.slice(0, TARGET_CHARS_MAX) ?? null, outcome, status, unsaid },
    });
  }

  /** Something that no request asked for. */
  bySystem(act: string, target: string | null, outcome: AuditEntry['outcome'] = 'done'): void {
    this.write({ requestId: null, key: 'system', role: null, peer: null, act, target, outcome, status: null });
  }

  /** Resolves when everything is on disk. Safe twice. */
  async close(): Promise<void> {
    await this.#files?.close();
  }
}

/** One a day, for three years. */
const FILES_KEPT = 1100;
const TARGET_CHARS_MAX = 200;

/** The folder of the files; null = they are lines of the log, or there are none. */
export function auditDir({ audit, log }: Pick<EngineConfig, 'audit' | 'log'>): string | null {
  if (audit.dir === 'off') return null;
  return audit.dir === 'auto' ? log.dir : audit.dir;
}
