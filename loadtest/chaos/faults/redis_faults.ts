// The store that instances share goes away or hangs while calls run. Needs redis-server and a server that knows REDIS_URL.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { freePort } from '../../server_process.js';
import { sleep } from '../chaos_stage.js';
import type { Fault } from '../fault.js';

const HELD_MS = 5000;

export class RedisProcess {
  #child: ChildProcess | null = null;

  private constructor(readonly port: number) {}

  /** null where there is no redis-server. */
  static async start(): Promise<RedisProcess | null> {
    if (spawnSync('redis-server', ['--version']).status !== 0) return null;
    const redis = new RedisProcess(await freePort());
    await redis.begin();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, empty, and waits until it listens. */
  async begin(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.#child = spawn('redis-server', args, { stdio: 'ignore' });
    for (let i = 0; i < 100; i++) {
      const socket = net.connect(this.port, '127.0.0.1');
      const open = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket, 'close').then(() => false),
      ]).catch(() => false);
      socket.destroy();
      if (open) return;
      await sleep(50);
    }
    throw new Error('redis-server does not listen');
  }

  stall(): void {
    this.#child?.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Safe twice. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

/** `redis`: the one that the server uses; null = none. */
export function redisFaults(redis: RedisProcess | null): readonly Fault[] {
  const skip = async () => (redis === null ? 'no redis-server on this machine' : null);
  return [
    {
      name: 'redis_killed',
      about: 'the store is killed, and comes back empty after 5 s',
      skip,
      async strike() {
        await redis?.kill();
        await sleep(HELD_MS);
        await redis?.begin();
        return {};
      },
    },
    {
      name: 'redis_stalled',
      about: 'the store answers nothing for 5 s',
      skip,
      async strike() {
        redis?.stall();
        try {
          await sleep(HELD_MS);
        } finally {
          redis?.goOn();
        }
        return {};
      },
    },
  ];
}
