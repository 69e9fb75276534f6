// Takes the agents of a folder as they are now while the server runs: looks at the files every two seconds, reads those that
// changed, and gives them to the book, for calls to come. A file that can't be used leaves its agent as it was. What a folder
// of agents is, is agent_folder.ts.

import type { Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isoNow } from '../clock.js';
import type { EngineConfig } from '../config.js';
import type { Logger } from '../log.js';
import { AgentProfile } from './agent.js';
import type { AgentBook, AgentSource } from './agent_book.js';
import { checkAgents } from './agent_checks.js';
import {
  type AgentFiles,
  type AgentFolder,
  agentFilesOf,
  contradictions,
  parseAgentFile,
  stampOf,
  unreadable,
} from './agent_folder.js';

/** A notice of the system would miss how Kubernetes swaps a mounted folder. */
const LOOK_MS = 2_000;

export interface AgentWatchOptions {
  dir: string;
  /** What the folder held when the server started. */
  folder: Pick<AgentFolder, 'byFile' | 'stamps'>;
  book: Pick<AgentBook, 'replace'>;
  /** What the vendors must be able to serve. */
  config: EngineConfig;
  log: Logger;
  /** The book has new agents, or something kept it from having them: for the audit log. */
  onRead?(outcome: 'done' | 'failed', changes: string): void;
}

/** For /health and metrics. */
export interface AgentNews {
  /** ISO time of the last change that was taken, or of the start. */
  readAt: string;
  count: number;
  /** Changes that were taken, and changes of which something was not. */
  taken: number;
  failed: number;
  /** What is wrong with the files now, one line each; those agents are as they were before. */
  problems: readonly string[];
}

export class AgentWatch {
  readonly #options: AgentWatchOptions;
  /** Of each file its last good content. */
  #good: Map<string, AgentSource>;
  readonly #stamps: Map<string, string>;
  readonly #broken = new Map<string, readonly string[]>();
  /** What is wrong with the folder as a whole. */
  #wrong: readonly string[] = [];
  #readAt = isoNow();
  #count: number;
  #taken = 0;
  #failed = 0;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();
  #isLooking = false;

  constructor(options: AgentWatchOptions) {
    this.#options = options;
    this.#good = new Map(options.folder.byFile);
    this.#stamps = new Map(options.folder.stamps);
    this.#count = this.#good.size;
  }

  get news(): AgentNews {
    const problems = [...this.#wrong, ...[...this.#broken.values()].flat()];
    return { readAt: this.#readAt, count: this.#count, taken: this.#taken, failed: this.#failed, problems };
  }

  /** Begins to look. */
  start(): void {
    this.stop();
    this.#timer = setInterval(() => {
      // A disk that hangs has one look waiting, not one every two seconds.
      if (!this.#isLooking) void this.#turn(() => this.#look(false));
    }, LOOK_MS).unref();
  }

  /** Reads every file now. Never rejects. */
  reload(): Promise<void> {
    return this.#turn(() => this.#look(true));
  }

  /** Safe twice. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** One after the other. */
  #turn(work: () => Promise<void>): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      this.#isLooking = true;
      try {
        await work();
      } catch (err) {
        this.#options.log.error({ err }, 'defect: agents not looked at');
      } finally {
        this.#isLooking = false;
      }
    });
    return this.#looking;
  }

  async #look(all: boolean): Promise<void> {
    const { dir } = this.#options;
    let names: string[];
    try {
      names = agentFilesOf(await readdir(dir));
    } catch (thrown) {
      return this.#refuse([unreadable(dir, thrown)], '');
    }
    const changed: string[] = [];
    for (const file of names) {
      const stamp = stampOf(await statOf(path.join(dir, file)));
      if (!all && stamp === this.#stamps.get(file)) continue;
      this.#stamps.set(file, stamp);
      changed.push(file);
    }
    const gone = [...this.#stamps.keys()].filter((file) => !names.includes(file));
    const wasAway = this.#wrong.length > 0 && this.#good.size > 0 && changed.length === 0 && gone.length === 0;
    if (changed.length > 0 || gone.length > 0 || wasAway) await this.#take(names, changed, gone);
  }

  async #take(names: readonly string[], changed: readonly string[], gone: readonly string[]): Promise<void> {
    const { dir, book, log, onRead } = this.#options;
    for (const file of gone) for (const map of [this.#stamps, this.#broken, this.#good]) map.delete(file);
    const problems: string[] = [];
    for (const file of changed) {
      const found = await this.#read(file);
      this.#broken.delete(file);
      if (found.length > 0) this.#broken.set(file, found);
      problems.push(...found);
      // Calls wait for this thread: one file at a time.
      await nextTurn();
    }
    this.#good = new Map(names.flatMap((file) => entryOf(this.#good, file)));
    const changes = [...changed, ...gone.map((file) => `-${file}`)].join(' ');
    const wrong = contradictions(dir, this.#good);
    if (wrong.length > 0) return this.#refuse(wrong, changes, problems);
    this.#wrong = [];
    book.replace([...this.#good.values()]);
    this.#count = this.#good.size;
    this.#readAt = isoNow();
    this.#say(problems);
    if (problems.length > 0) this.#failed++;
    else this.#taken++;
    log.info({ agents: this.#count, changed, gone }, 'agents read anew');
    onRead?.(problems.length > 0 ? 'failed' : 'done', changes);
  }

  /** Takes a file's agent if it is good; returns what is wrong with it. */
  async #read(file: string): Promise<string[]> {
    const { dir, config } = this.#options;
    let text: string;
    try {
      text = await readFile(path.join(dir, file), 'utf8');
    } catch (thrown) {
      return [unreadable(`${file}:`, thrown)];
    }
    const result = parseAgentFile(file, text);
    if ('problems' in result) return result.problems;
    const { problems, warnings } = checkAgents([new AgentProfile(result.source.definition)], config);
    const own = (found: string) => `${file}: ${found.replace(/^AGENT_FILE: /, '')}`;
    if (problems.length > 0) return problems.map(own);
    for (const warning of warnings) this.#options.log.warn({ setting: own(warning) }, 'a setting that may not work');
    this.#good.set(file, result.source);
    return [];
  }

  /** All agents stay as they are. Said once as long as nothing changes. */
  #refuse(wrong: readonly string[], changes: string, problems: readonly string[] = []): void {
    const isNew = wrong.join() !== this.#wrong.join() || problems.length > 0;
    this.#wrong = wrong;
    if (!isNew) return;
    this.#failed++;
    this.#say([...problems, ...wrong]);
    this.#options.onRead?.('failed', changes);
  }

  #say(problems: readonly string[]): void {
    for (const problem of problems) {
      this.#options.log.error({ setting: 'AGENTS_DIR', problem }, 'an agent is not read anew, it stays as it was');
    }
  }
}

function entryOf(files: AgentFiles, file: string): [string, AgentSource][] {
  const source = files.get(file);
  return source === undefined ? [] : [[file, source]];
}

function statOf(file: string): Promise<Stats | undefined> {
  return stat(file).catch(() => undefined);
}
