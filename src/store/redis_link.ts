// The two connections to Redis, one for commands and one that listens: opens them, opens them again with back-off, and
// gives every command a deadline. A Redis that takes connections and answers nothing (stopped, or its machine hangs) is
// as good as none: after a few silent commands the connection is cut and tried anew, and nobody waits meanwhile.
// What is asked of it is redis_store.ts.

import { Redis, type RedisOptions } from 'ioredis';
import { backoffMs } from '../backoff.js';
import type { Logger } from '../log.js';

export interface RedisLinkOptions {
  /** `redis://[user:password@]host[:port][/db]`, `rediss://` for TLS. */
  url: string;
  /** Begins every key and channel. */
  prefix: string;
  log: Logger;
  /** The connection is there, for the first time or again, and the channels are subscribed to. */
  onBack(): void;
  onMessage(channel: string, message: string): void;
}

/** A command takes a millisecond or two. What takes longer than this is a Redis that hangs, or a network that does. */
const COMMAND_MS_MAX = 300;
/** From the TCP connection to an answer. */
const READY_MS_MAX = 2_000;
const CONNECT_MS_MAX = 3_000;
/** One may be bad luck: Redis stops for a moment when it begins to save. */
const SILENT_MAX = 2;
const RETRY = { baseMs: 100, capMs: 2_000 };
/** Commands that may wait for their answers; a busy server has some ten. */
const IN_FLIGHT_MAX = 1_000;

/** Why a command was not answered. `away`: it was not even sent. */
export class RedisAway extends Error {
  override name = 'RedisAway';
}

export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #commands: Redis;
  readonly #listener: Redis;
  readonly #channels = new Set<string>();
  readonly #readyTimers: NodeJS.Timeout[] = [];
  /** Unix ms; null = it answers. */
  #awaySinceMs: number | null = Date.now();
  /** Of this outage, or of a start without Redis, the log has a line. */
  #isSaid = false;
  #silent = 0;
  #inFlight = 0;
  #isClosed = false;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    const common: RedisOptions = {
      connectTimeout: CONNECT_MS_MAX,
      retryStrategy: (times) => RETRY.baseMs / 2 + backoffMs(times, RETRY),
      // A failover may leave us connected to what can be read only.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
      keepAlive: 10_000,
      keyPrefix: options.prefix,
    };
    // A command waits for nothing: not for a connection, not for a second try after it broke.
    const impatient = { enableOfflineQueue: false, maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false };
    this.#commands = new Redis(options.url, { ...common, ...impatient });
    this.#listener = new Redis(options.url, { ...common, maxRetriesPerRequest: null, autoResubscribe: false });
    this.#watch(this.#commands, 0, () => this.#up());
    this.#watch(this.#listener, 1, () => void this.#subscribeAll());
    this.#listener.on('message', (channel: string, message: string) =>
      options.onMessage(channel.slice(options.prefix.length), message),
    );
  }

  get isUp(): boolean {
    return this.#awaySinceMs === null;
  }

  /** Unix ms; null = it is there. */
  get awaySinceMs(): number | null {
    return this.#awaySinceMs;
  }

  /** The connection for commands, for libraries that bring their own. It rejects at once while Redis is away. */
  get client(): Redis {
    return this.#commands;
  }

  /**
   * Sends commands.
   * @throws RedisAway when there is no connection or no answer in time; what Redis itself refused, as ioredis throws it
   */
  async run<T>(send: (client: Redis) => Promise<T>): Promise<T> {
    if (!this.isUp || this.#inFlight >= IN_FLIGHT_MAX) throw new RedisAway('not sent');
    this.#inFlight++;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new RedisAway('no answer in time')), COMMAND_MS_MAX);
    });
    const answer = send(this.#commands);
    // Its time may be over before it fails.
    answer.catch(() => {});
    try {
      const result = await Promise.race([answer, deadline]);
      this.#silent = 0;
      return result;
    } catch (thrown) {
      if (thrown instanceof RedisAway && ++this.#silent >= SILENT_MAX) this.#cut('no answer in time');
      throw thrown;
    } finally {
      clearTimeout(timer);
      this.#inFlight--;
    }
  }

  /** Safe before there is a connection: it is made up for. */
  subscribe(channel: string): void {
    this.#channels.add(this.#options.prefix + channel);
    if (this.#listener.status === 'ready') void this.#subscribeAll();
  }

  unsubscribe(channel: string): void {
    this.#channels.delete(this.#options.prefix + channel);
    if (this.#listener.status !== 'ready') return;
    this.#listener.unsubscribe(this.#options.prefix + channel).catch(() => {});
  }

  /** Safe twice. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#readyTimers) clearTimeout(timer);
    this.#commands.disconnect();
    this.#listener.disconnect();
  }

  #watch(connection: Redis, index: number, onReady: () => void): void {
    connection.on('connect', () => {
      clearTimeout(this.#readyTimers[index]);
      this.#readyTimers[index] = setTimeout(() => connection.disconnect(true), READY_MS_MAX);
    });
    connection.on('ready', () => {
      clearTimeout(this.#readyTimers[index]);
      onReady();
    });
    connection.on('close', () => {
      clearTimeout(this.#readyTimers[index]);
      this.#away('connection closed');
    });
    // Each failed try is one; that it is away is said once.
    connection.on('error', (error: Error) => this.#away(error.message));
  }

  /** A connection that listens and hangs would not be noticed by itself, so both are cut together. */
  #cut(why: string): void {
    this.#away(why);
    this.#commands.disconnect(true);
    this.#listener.disconnect(true);
  }

  #away(why: string): void {
    this.#awaySinceMs ??= Date.now();
    if (this.#isSaid || this.#isClosed) return;
    this.#isSaid = true;
    this.#options.log.warn({ why }, 'Redis is away: calls go on, this instance answers from its own memory');
  }

  #up(): void {
    if (this.#listener.status !== 'ready' || this.#commands.status !== 'ready' || this.#isClosed) return;
    if (this.#awaySinceMs === null) return;
    const awayMs = Date.now() - this.#awaySinceMs;
    this.#options.log.info({ awayMs }, this.#isSaid ? 'Redis is back' : 'Redis is there');
    this.#awaySinceMs = null;
    this.#isSaid = false;
    this.#silent = 0;
    this.#options.onBack();
  }

  async #subscribeAll(): Promise<void> {
    try {
      if (this.#channels.size > 0) await this.#listener.subscribe(...this.#channels);
      if (!this.isUp) this.#up();
    } catch {
      // The connection broke; with the next one all is asked again.
    }
  }
}
