// What is done with the files of a call when it is over: sealed where there is a key, then sent to a bucket where there is one.
// Never in a call's way, and lost with no process: a file that is not sealed yet, or has no mark that it was sent, is found
// again on the disk, at the start and every hour.

import { access, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallEvent } from '../../call/call_events.js';
import { parseRecordingName } from '../../call/recording_name.js';
import type { Logger } from '../../log.js';
import { type RecordingsFolder, SENT, UNFINISHED } from '../recordings_folder.js';
import { RetryQueue, type RetryQueueOptions } from './retry_queue.js';
import { openFile, type SealKey, sealFile } from './sealed_file.js';

/** Where files are sent. */
export interface Bucket {
  /** Resolves when it is there for sure. A repeat replaces it. */
  put(callSid: string, name: string, path: string, signal: AbortSignal): Promise<void>;
  /** Deletes all files of one call. @returns their names */
  deleteCall(callSid: string): Promise<string[]>;
  close(): void;
}

export const KEPT_ACTS = ['sealed', 'sent'] as const;
export type KeptAct = (typeof KEPT_ACTS)[number];

export interface KeeperOptions {
  folder: RecordingsFolder;
  /** The first one seals; without any nothing is sealed. */
  keys: readonly SealKey[];
  /** null = nothing is sent. */
  bucket: Bucket | null;
  log: Logger;
  onDone(act: KeptAct, isGood: boolean): void;
  pauseMs?: RetryQueueOptions['pauseMs'];
}

const LOOK_MS = 3_600_000;
/** A file that was changed less than this ago may belong to a call under way, of whatever process. */
const QUIET_MS = 300_000;
/** What does not fit is found again by the next look. */
const WAITING_MAX = 10_000;
/** Of a row of failures the first is said, and then every so many. */
const SAID_EVERY = 20;

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #toSeal: RetryQueue;
  readonly #toSend: RetryQueue;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;

  constructor(options: KeeperOptions) {
    this.#options = options;
    const { log, onDone, pauseMs } = options;
    const queue = (act: KeptAct, what: string, work: RetryQueueOptions['work']) =>
      new RetryQueue({
        work: async (name, signal) => {
          await work(name, signal);
          onDone(act, true);
        },
        max: WAITING_MAX,
        onFailed: (file, err, failures) => {
          onDone(act, false);
          if (failures % SAID_EVERY === 1) log.error({ file, failures, err }, `${what}: it is tried again`);
        },
        ...(pauseMs === undefined ? {} : { pauseMs }),
      });
    this.#toSeal = queue('sealed', 'a recording could not be sealed', (name) => this.#seal(name));
    this.#toSend = queue('sent', 'a recording could not be sent', (name, signal) => this.#send(name, signal));
  }

  /** Files that wait, for both. */
  get waiting(): number {
    return this.#toSeal.size + this.#toSend.size;
  }

  /** A call is over: its files are there. */
  readonly onCallEvent = (event: CallEvent): void => {
    if (event.kind !== 'ended' || (event.summary?.recording ?? null) === null) return;
    const { recording } = event.summary as { recording: string };
    for (const name of [recording, recording.replace(/\.wav$/, '.json')]) this.#take(name);
  };

  /** Looks for what was left, now and every hour. Safe twice. */
  start(): void {
    if (this.#options.keys.length === 0 && this.#options.bucket === null) return;
    this.#timer ??= setInterval(() => void this.look(), LOOK_MS).unref();
    void this.look();
  }

  /** Ends what is under way, which is found again later. Safe twice. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await Promise.all([this.#toSeal.stop(), this.#toSend.stop(), this.#looking]);
    this.#options.bucket?.close();
  }

  /** Takes up what lies on the disk and was not done. Never rejects. @param nowMs Unix time */
  look(nowMs = Date.now()): Promise<void> {
    this.#looking ??= this.#look(nowMs)
      .catch((err: unknown) => this.#options.log.error({ err }, 'the recordings could not be looked through'))
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  /** Nothing of the call is sealed or sent any more. */
  async forget(callSid: string): Promise<void> {
    const isOfCall = (name: string) => parseRecordingName(name)?.callSid === callSid;
    await this.#toSeal.drop(isOfCall);
    await this.#toSend.drop(isOfCall);
  }

  /** Of a call that is forgotten, nothing is left in the bucket. @returns what was there @throws when the bucket is away */
  async deleteSent(callSid: string): Promise<string[]> {
    return (await this.#options.bucket?.deleteCall(callSid)) ?? [];
  }

  #take(name: string): void {
    if (this.#options.keys.length > 0) this.#toSeal.add(name);
    else if (this.#options.bucket !== null) this.#toSend.add(name);
  }

  async #look(nowMs: number): Promise<void> {
    const { folder, bucket } = this.#options;
    for await (const name of folder.names()) {
      if (parseRecordingName(name) === null) continue;
      const path = join(folder.dir, name);
      const found = await stat(path).catch(() => null);
      if (found === null || !found.isFile() || nowMs - found.mtimeMs < QUIET_MS) continue;
      if (await this.#isToSeal(path)) this.#toSeal.add(name);
      else if (bucket !== null && !(await isThere(path + SENT))) this.#toSend.add(name);
    }
  }

  async #isToSeal(path: string): Promise<boolean> {
    const { keys } = this.#options;
    if (keys.length === 0) return false;
    // Sealed with a key that is gone, or broken: nothing that sealing could mend.
    const file = await openFile(path, keys).catch(() => null);
    await file?.close();
    return file !== null && !file.isSealed;
  }

  async #seal(name: string): Promise<void> {
    const { folder, keys, bucket } = this.#options;
    const path = join(folder.dir, name);
    if (await this.#isToSeal(path)) {
      // What a process left that died while it was at it.
      await rm(path + UNFINISHED, { force: true });
      const { atime, mtime } = await stat(path);
      await sealFile(path, path + UNFINISHED, keys[0]);
      // Its age is that of the call.
      await utimes(path + UNFINISHED, atime, mtime);
      await rename(path + UNFINISHED, path);
    }
    if (bucket !== null && (await isThere(path)) && !(await isThere(path + SENT))) this.#toSend.add(name);
  }

  async #send(name: string, signal: AbortSignal): Promise<void> {
    const { folder, bucket } = this.#options;
    const path = join(folder.dir, name);
    const callSid = parseRecordingName(name)?.callSid;
    // Deleted by age or on request meanwhile.
    if (bucket === null || callSid === undefined || !(await isThere(path))) return;
    await bucket.put(callSid, name, path, signal);
    await writeFile(path + SENT, '');
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
