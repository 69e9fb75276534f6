// The API keys that are good now: finds whose key a request carries, and takes new ones while the server runs. What an
// entry looks like is api_keys.ts.

import { createHash, timingSafeEqual } from 'node:crypto';
import { type Stats, stat, statSync } from 'node:fs';
import { type ApiKey, parseApiKeys } from '../../api_keys.js';
import type { Logger } from '../../log.js';
import { readSecretFile } from '../../secret_files.js';

/** How often the file is looked at. A notice of the system would miss how Kubernetes swaps a mounted secret. */
const LOOK_MS = 2_000;

interface KeyHash {
  key: ApiKey;
  hash: Buffer;
}

/** Keys as `name:role`. */
export interface KeyNews {
  added: string[];
  removed: string[];
}

export class KeyRing {
  #hashes: readonly KeyHash[] = [];
  readonly #onRead: (news: KeyNews | null) => void;
  #stopWatching: () => void = () => {};

  /** @param onRead told what came and went each time the file was read anew, or that it could not be used */
  constructor(keys: readonly ApiKey[], onRead: (news: KeyNews | null) => void = () => {}) {
    this.#onRead = onRead;
    this.#take(keys);
  }

  /** With no key at all, only this machine is let in. */
  get isEmpty(): boolean {
    return this.#hashes.length === 0;
  }

  /** Whose key this is, or null. Takes as long for a wrong key as for any good one. */
  find(presented: string): ApiKey | null {
    const hash = createHash('sha256').update(presented).digest();
    let found: ApiKey | null = null;
    for (const each of this.#hashes) if (timingSafeEqual(each.hash, hash)) found = each.key;
    return found;
  }

  /** Keeps the keys as `file` has them, until `stop`. */
  watch(file: string, log: Logger): void {
    this.stop();
    // Not fs.watchFile: what changes before its own first look, it never reports.
    let seen = stampOf(statSync(file, { throwIfNoEntry: false }));
    const timer = setInterval(() => {
      stat(file, (error, stats) => {
        const stamp = stampOf(error ? undefined : stats);
        if (stamp === seen) return;
        seen = stamp;
        this.reload(file, log);
      });
    }, LOOK_MS).unref();
    this.#stopWatching = () => clearInterval(timer);
  }

  /** Reads `file` now. What can't be used leaves the keys as they are: a slip must not lock everybody out, or let all in. */
  reload(file: string, log: Logger): void {
    const read = readSecretFile(file);
    const parsed = 'text' in read ? parseApiKeys(read.text) : null;
    const problems = 'problem' in read ? [read.problem] : (parsed?.problems ?? []);
    if (parsed === null || problems.length > 0) {
      log.error({ setting: 'API_KEYS_FILE', problems }, 'API keys not read anew, the former ones stay good');
      this.#onRead(null);
      return;
    }
    const before = this.#hashes.map(({ key }) => key);
    const gone = before.filter((key) => !parsed.keys.some(({ sha256 }) => sha256 === key.sha256));
    const added = parsed.keys.filter((key) => !before.some(({ sha256 }) => sha256 === key.sha256));
    this.#take(parsed.keys);
    const news = { added: added.map(named), removed: gone.map(named) };
    log.info({ keys: parsed.keys.length, ...news }, 'API keys read anew');
    this.#onRead(news);
  }

  /** Safe twice. */
  stop(): void {
    this.#stopWatching();
    this.#stopWatching = () => {};
  }

  #take(keys: readonly ApiKey[]): void {
    this.#hashes = keys.map((key) => ({ key, hash: Buffer.from(key.sha256, 'hex') }));
  }
}

/** What changes when a file is written or swapped. */
function stampOf(stats: Stats | undefined): string {
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
}

function named({ name, role }: ApiKey): string {
  return `${name}:${role}`;
}
