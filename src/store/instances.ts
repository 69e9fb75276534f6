// Which instances of the server there are, and how one asks or tells another something: a heartbeat in the store, a channel
// for each instance and one for all. What is asked is said where it is used (server/calls/); without others every
// question ends at once.

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from '../log.js';
import type { Store } from './store.js';

const BEAT_MS = 2_000;
/** Three beats may be lost before an instance counts as gone. */
const GONE_AFTER_MS = 7_000;
const GROUP = 'instances';
const ALL = 'all';
/** Questions that may be open at once; a person's page of calls is one for each instance. */
const OPEN_MAX = 1_000;

/** `gone`: nobody is there under that name. `silent`: no answer in time. `failed`: it could not do it. */
export type InstanceProblem = 'gone' | 'silent' | 'failed';

export class InstanceError extends Error {
  override name = 'InstanceError';
  constructor(
    readonly instance: string,
    readonly problem: InstanceProblem,
  ) {
    super(`instance ${instance}: ${problem}`);
  }
}

/** Takes what another instance asks or tells. What it resolves with must be JSON, and is the answer to a question. */
export type ActHandler = (body: never, from: string) => unknown;

/** `id`: an answer is waited for. */
type Message =
  | { kind: 'act'; from: string; act: string; body: unknown; id: string | null }
  | { kind: 'answer'; id: string; ok: boolean; body: unknown };

interface Open {
  resolve(body: unknown): void;
  reject(error: InstanceError): void;
  instance: string;
  timer: NodeJS.Timeout;
}

/** A name for this start of the server: one that comes back after a crash is another instance, without the calls. */
export function instanceName(given: string | null): string {
  return `${given ?? hostname().replace(/[^\w.-]/g, '_')}-${randomBytes(3).toString('hex')}`;
}

export class Instances {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #handlers = new Map<string, ActHandler>();
  readonly #open = new Map<string, Open>();
  readonly #stops: (() => void)[] = [];
  #beat: NodeJS.Timeout | null = null;
  #count = 0;

  constructor(
    store: Store,
    readonly name: string,
    log: Logger,
  ) {
    this.#store = store;
    this.#log = log;
  }

  /** Are there, or could there be, others? */
  get isShared(): boolean {
    return this.#store.isShared;
  }

  /** What is done when another instance asks or tells `act`. Before `start`. */
  on(act: string, handler: ActHandler): void {
    this.#handlers.set(act, handler);
  }

  /** From now on the others see this one. Safe twice. */
  start(): void {
    if (!this.isShared || this.#beat !== null) return;
    const take = (message: string) => void this.#take(message);
    this.#stops.push(this.#store.subscribe(channelOf(this.name), take), this.#store.subscribe(ALL, take));
    const join = () => void this.#store.join(GROUP, this.name, GONE_AFTER_MS);
    this.#store.onBack(join);
    join();
    this.#beat = setInterval(join, BEAT_MS).unref();
    this.#log.info({ instance: this.name }, 'calls are shared with other instances');
  }

  /** The others, without this one. */
  async others(): Promise<string[]> {
    if (!this.isShared) return [];
    return (await this.#store.members(GROUP)).filter((name) => name !== this.name);
  }

  /**
   * Asks one instance and waits for its answer.
   * @throws InstanceError
   */
  async ask<Answer>(instance: string, act: string, body: unknown, timeoutMs: number): Promise<Answer> {
    if (this.#open.size >= OPEN_MAX) throw new InstanceError(instance, 'silent');
    const id = `${this.name} ${++this.#count}`;
    const answer = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(id, 'silent'), timeoutMs);
      this.#open.set(id, { resolve, reject, instance, timer });
    });
    const message: Message = { kind: 'act', from: this.name, act, body, id };
    if (!(await this.#store.publish(channelOf(instance), JSON.stringify(message)))) this.#fail(id, 'gone');
    return (await answer) as Answer;
  }

  /** Tells one instance, or all others. Nobody knows whether it arrives. */
  tell(instance: string | 'all', act: string, body: unknown): void {
    if (!this.isShared) return;
    const message: Message = { kind: 'act', from: this.name, act, body, id: null };
    void this.#store.publish(instance === ALL ? ALL : channelOf(instance), JSON.stringify(message));
  }

  /** The others see it go at once. Safe twice. */
  async stop(): Promise<void> {
    if (this.#beat === null) return;
    clearInterval(this.#beat);
    this.#beat = null;
    for (const stop of this.#stops.splice(0)) stop();
    for (const id of [...this.#open.keys()]) this.#fail(id, 'silent');
    await this.#store.leave(GROUP, this.name);
  }

  async #take(text: string): Promise<void> {
    let message: Message;
    try {
      message = JSON.parse(text) as Message;
    } catch {
      return this.#log.warn('unreadable message of another instance');
    }
    if (message.kind === 'answer') return this.#answered(message);
    const { from, act, body, id } = message;
    // A message to all comes back to its sender.
    if (from === this.name) return;
    let answer: { ok: boolean; body: unknown };
    try {
      const handler = this.#handlers.get(act);
      // An older or newer version may know other acts.
      if (handler === undefined) answer = { ok: false, body: null };
      else answer = { ok: true, body: (await handler(body as never, from)) ?? null };
    } catch (err) {
      this.#log.error({ act, err }, 'what another instance asked for failed');
      answer = { ok: false, body: null };
    }
    if (id === null) return;
    await this.#store.publish(channelOf(from), JSON.stringify({ kind: 'answer', id, ...answer } satisfies Message));
  }

  #answered({ id, ok, body }: Message & { kind: 'answer' }): void {
    if (!ok) return this.#fail(id, 'failed');
    const open = this.#open.get(id);
    if (open === undefined) return;
    clearTimeout(open.timer);
    this.#open.delete(id);
    open.resolve(body);
  }

  #fail(id: string, problem: InstanceProblem): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    clearTimeout(open.timer);
    this.#open.delete(id);
    open.reject(new InstanceError(open.instance, problem));
  }
}

function channelOf(instance: string): string {
  return `instance:${instance}`;
}
