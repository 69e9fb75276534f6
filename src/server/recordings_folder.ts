// The recordings folder: one page of it, newest first, and deletion of what is too old. It may hold a hundred thousand
// files, and we are on the thread that pumps media: the folder is read in portions, only a page's files are looked at,
// and never more than a few requests to the disk are under way. Only plain files of our own naming exist here.

import { lstat, opendir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRecordingName, type RecordingName } from '../call/recording_name.js';

/** Names that one trip to the disk brings: some 0.2 ms of work for this thread. */
const NAMES_AT_ONCE = 256;
/** What a killed process may leave of a file that it was just writing. */
export const UNFINISHED = '.part';
/** An empty file beside one that is in the bucket. */
export const SENT = '.sent';

interface FileFacts {
  name: string;
  sizeBytes: number;
  modifiedMs: number;
}

/** One call's files; null = there is none of this kind. */
export interface Recording {
  name: RecordingName;
  wav: FileFacts | null;
  json: FileFacts | null;
}

export interface RecordingsPage {
  recordings: Recording[];
  /** `before` for the next page; null = this was the last. */
  next: string | null;
}

export interface DeletionRule {
  beforeMs: number;
  isOld(name: RecordingName, modifiedMs: number): boolean | Promise<boolean>;
}

/** What a sweep did. `failed`: files that could not be looked at or deleted, `reason` of the first of them. */
export interface SweepResult {
  deleted: number;
  failed: number;
  reason: unknown;
}

export class RecordingsFolder {
  /** Requests for pages wait for each other: a hurried client costs the disk one reader. */
  #lastPage: Promise<unknown> = Promise.resolve();

  /** @param dir need not exist yet */
  constructor(readonly dir: string) {}

  /**
   * The newest recordings.
   * @param before `next` of the page before; null = from the newest
   */
  page(limit: number, before: string | null): Promise<RecordingsPage> {
    const page = this.#lastPage.then(() => this.#page(limit, before));
    this.#lastPage = page.catch(() => {});
    return page;
  }

  /**
   * Deletes our files that a rule calls old, one after the other. What is gone in the meantime is no failure, and one file that
   * can't be deleted does not keep the others.
   * @param rule `isOld` is asked only of what was last changed before `beforeMs`
   * @param isWanted false = stop here
   */
  async deleteOld(rule: DeletionRule, isWanted: () => boolean = () => true): Promise<SweepResult> {
    const { beforeMs, isOld } = rule;
    const result: SweepResult = { deleted: 0, failed: 0, reason: null };
    for await (const file of this.names()) {
      if (!isWanted()) break;
      const name = nameOf(file);
      // A file is never older than its call.
      if (name === null || Date.parse(name.startedAt) >= beforeMs) continue;
      try {
        const facts = await this.#look(file);
        if (facts === null || facts.modifiedMs >= beforeMs || !(await isOld(name, facts.modifiedMs))) continue;
        await unlink(join(this.dir, file));
        result.deleted++;
      } catch (thrown) {
        if (isGone(thrown)) continue;
        result.failed++;
        result.reason ??= thrown;
      }
    }
    return result;
  }

  /** Deletes all files of one call. @returns their names @throws when one can't be deleted */
  async deleteCall(callSid: string): Promise<string[]> {
    const deleted: string[] = [];
    for await (const file of this.names()) {
      const name = nameOf(file);
      if (name?.callSid !== callSid || (await this.#look(file).catch(() => null)) === null) continue;
      await unlink(join(this.dir, file)).catch((thrown) => {
        if (!isGone(thrown)) throw thrown;
      });
      deleted.push(file);
    }
    return deleted;
  }

  async #page(limit: number, before: string | null): Promise<RecordingsPage> {
    /** Newest first; one more than is shown, to know whether there is a next page. */
    const found: RecordingName[] = [];
    for await (const file of this.names()) {
      const name = parseRecordingName(file);
      if (name === null || (before !== null && name.order >= before)) continue;
      if (found.length > limit && name.order <= found[limit].order) continue;
      const at = positionOf(name.order, found);
      if (found[at]?.order === name.order) continue;
      found.splice(at, 0, name);
      if (found.length > limit + 1) found.pop();
    }
    const shown = found.slice(0, limit);
    const recordings: Recording[] = [];
    for (const name of shown) {
      const [wav, json] = await Promise.all([
        this.#look(`${name.stem}.wav`).catch(() => null),
        this.#look(`${name.stem}.json`).catch(() => null),
      ]);
      // Gone between the two looks, or no plain file: as if it had not been there.
      if (wav !== null || json !== null) recordings.push({ name, wav, json });
    }
    return { recordings, next: found.length > limit ? shown[limit - 1].order : null };
  }

  /** All that lies in the folder, also what is not ours. */
  async *names(): AsyncGenerator<string> {
    try {
      for await (const entry of await opendir(this.dir, { bufferSize: NAMES_AT_ONCE })) yield entry.name;
    } catch (thrown) {
      if (!isGone(thrown)) throw thrown;
    }
  }

  /** null = not a plain file: a symbolic link could lead out of the folder. */
  async #look(name: string): Promise<FileFacts | null> {
    const stat = await lstat(join(this.dir, name));
    return stat.isFile() ? { name, sizeBytes: stat.size, modifiedMs: stat.mtimeMs } : null;
  }
}

/** Of a file of ours, or of what belongs to one. */
function nameOf(file: string): RecordingName | null {
  const suffix = [UNFINISHED, SENT].find((each) => file.endsWith(each)) ?? '';
  return parseRecordingName(file.slice(0, file.length - suffix.length));
}

/** Where `order` stands, or would stand, in a list that descends. */
function positionOf(order: string, names: readonly RecordingName[]): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (names[middle].order > order) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isGone(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException).code === 'ENOENT';
}
