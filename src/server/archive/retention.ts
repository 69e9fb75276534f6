// Deletes recordings and records that are older than they may get: the settings say how old for all, an agent's file for its
// own calls. A timer of its own, one file at a time. How the folder is read is recordings_folder.ts.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingName } from '../../call/recording_name.js';
import type { Logger } from '../../log.js';
import type { RecordingsFolder } from '../recordings_folder.js';
import { openFile, type SealKey } from './sealed_file.js';

const DAY_MS = 24 * 3600 * 1000;
const SWEEP_MS = 6 * 3600 * 1000;
/** A record begins with the sids and the agent. */
const HEAD_BYTES = 1024;

/** How many days each kind of file is kept; 0 = for ever. */
export interface KeptDays {
  wav: number;
  json: number;
}

export interface RetentionOptions {
  folder: RecordingsFolder;
  days: KeptDays;
  /** Those that records may be sealed with. */
  keys: readonly SealKey[];
  /** What agents say of both kinds for their own calls, by their names. Read at each sweep. */
  ofAgents(): ReadonlyMap<string, number>;
  log: Logger;
  /** Told of old files that were deleted. */
  onDeleted(files: number): void;
  /** Unix ms, or a test's own. */
  now?: () => number;
}

export class Retention {
  readonly #options: RetentionOptions;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | null = null;
  #sweeping: Promise<void> | null = null;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Sweeps now and several times a day. Safe twice. */
  start(): void {
    this.#timer ??= setInterval(() => void this.sweep(), SWEEP_MS).unref();
    void this.sweep();
  }

  /** No further sweep; one that is under way ends at its next file, and is waited for. Safe twice. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#sweeping;
  }

  /** One sweep; never rejects. Whoever asks during one gets that one. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = null;
    });
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { folder, days, log, onDeleted } = this.#options;
    const ofAgents = this.#options.ofAgents();
    const all = [days.wav, days.json, ...ofAgents.values()].filter((each) => each > 0);
    if (all.length === 0) return;
    const now = this.#now();
    const isOld = async (name: RecordingName, modifiedMs: number) => {
      const agent = ofAgents.size === 0 ? null : await this.#agentOf(name);
      const own = agent === null ? undefined : ofAgents.get(agent);
      const kept = own ?? days[name.kind];
      if (kept === 0 || modifiedMs >= now - kept * DAY_MS) return false;
      // Without its record nobody would know any more whose recording it is: that goes with the next sweep.
      return own === undefined || name.kind === 'wav' || !(await this.#hasRecording(name));
    };
    const rule = { beforeMs: now - Math.min(...all) * DAY_MS, isOld };
    try {
      const { deleted, failed, reason } = await folder.deleteOld(rule, () => this.#timer !== null);
      if (deleted > 0) {
        log.info({ files: deleted }, 'old recordings deleted');
        onDeleted(deleted);
      }
      if (failed > 0) log.error({ files: failed, err: reason }, 'old recordings could not be deleted');
    } catch (err) {
      log.error({ err }, 'old recordings could not be deleted');
    }
  }

  #hasRecording({ stem }: RecordingName): Promise<boolean> {
    return access(join(this.#options.folder.dir, `${stem}.wav`)).then(
      () => true,
      () => false,
    );
  }

  /** Whose call it was, as its record says; null = there is none, or it does not say. */
  async #agentOf({ stem }: RecordingName): Promise<string | null> {
    const { folder, keys } = this.#options;
    const file = await openFile(join(folder.dir, `${stem}.json`), keys).catch(() => null);
    if (file === null) return null;
    try {
      const buffer = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await file.read(buffer, 0, HEAD_BYTES, 0);
      return /^ {2}"agent": "([^"\\]{1,64})",?$/m.exec(buffer.toString('utf8', 0, bytesRead))?.[1] ?? null;
    } finally {
      await file.close();
    }
  }
}
