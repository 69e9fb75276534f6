// The recordings folder as operators see it: list, download, and deletion of what is too old. Files are written by the
// workers. Only plain files of our own naming exist here; whatever else a path could mean is "not found".

import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../log.js';
import { HttpError } from './http/errors.js';
import type { ServerRequest } from './http/exchange.js';
import { type FileReply, json, type Reply } from './http/reply.js';

/** No separators, no leading dot: a name that can't leave the folder. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}\.(wav|json)$/;
const DAY_MS = 24 * 3600 * 1000;
const SWEEP_MS = 6 * 3600 * 1000;

export class Recordings {
  #timer: NodeJS.Timeout | null = null;

  /** @param dir need not exist yet */
  constructor(
    readonly dir: string,
    private readonly log: Logger,
  ) {}

  /** `GET /recordings`: newest first. */
  readonly list = async (): Promise<Reply> => {
    const files = await this.#files();
    files.sort((a, b) => b.modifiedMs - a.modifiedMs);
    const recordings = files.map(({ name, sizeBytes, modifiedMs }) => ({
      file: name,
      size: sizeBytes,
      modified: new Date(modifiedMs).toISOString(),
    }));
    return json(200, { recordings, count: recordings.length });
  };

  /** `GET /recordings/{file}` */
  readonly download = async (request: ServerRequest): Promise<FileReply> => {
    const name = request.params[0];
    const file = NAME.test(name) ? await this.#open(name) : null;
    if (file === null) throw new HttpError(404, 'no such recording');
    const { size } = await file.stat();
    return {
      status: 200,
      headers: {
        'content-type': name.endsWith('.wav') ? 'audio/wav' : 'application/json',
        'content-disposition': `attachment; filename="${name}"`,
      },
      file,
      sizeBytes: size,
    };
  };

  /** Deletes what is older than `days`, now and several times a day. 0 = nothing ever. */
  startRetention(days: number): void {
    if (days === 0) return;
    const sweep = () => {
      this.deleteOlderThan(Date.now() - days * DAY_MS).catch((err: unknown) => {
        this.log.error({ err }, 'old recordings could not be deleted');
      });
    };
    sweep();
    this.#timer = setInterval(sweep, SWEEP_MS).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** @param atMs wall-clock time of the last change */
  async deleteOlderThan(atMs: number): Promise<void> {
    const old = (await this.#files()).filter((file) => file.modifiedMs < atMs);
    for (const { name } of old) await unlink(join(this.dir, name));
    if (old.length > 0) this.log.info({ files: old.length }, 'old recordings deleted');
  }

  async #files(): Promise<{ name: string; sizeBytes: number; modifiedMs: number }[]> {
    const names = await readdir(this.dir).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return [];
      throw thrown;
    });
    const found = await Promise.all(
      names
        .filter((name) => NAME.test(name))
        .map(async (name) => {
          // Gone between the two looks: as if it had not been there.
          const stat = await lstat(join(this.dir, name)).catch(() => null);
          return stat?.isFile() ? [{ name, sizeBytes: stat.size, modifiedMs: stat.mtimeMs }] : [];
        }),
    );
    return found.flat();
  }

  /** null = no such file. A symbolic link is not followed: it could lead out of the folder. */
  async #open(name: string): Promise<FileHandle | null> {
    try {
      const file = await open(join(this.dir, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      if ((await file.stat()).isFile()) return file;
      await file.close();
      return null;
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ELOOP') return null;
      throw thrown;
    }
  }
}
