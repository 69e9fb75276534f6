// A server under comparison as a process group of its own, pinned to its cores: started, waited for, ended. It is known by
// nothing but its port.

import { type ChildProcess, spawn } from 'node:child_process';
import { launcher, niceGroup } from '../fleet/child.js';
import type { Peer } from './peer_list.js';
import { readTree, type TreeUsage } from './process_tree.js';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5000;
const TAIL_LINES = 30;

export class PeerServer {
  readonly url: string;
  /** Last lines of its output, to show when it fails. */
  readonly tail: string[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  private constructor(child: ChildProcess, port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
    const keep = (data: Buffer): void => {
      for (const line of data.toString('utf8').split('\n')) if (line.trim() !== '') this.tail.push(line.slice(0, 400));
      this.tail.splice(0, this.tail.length - TAIL_LINES);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  /** Rejects with its last words when it does not answer `/ready` in time. */
  static async start(
    peer: Peer,
    port: number,
    cores: readonly number[] | null,
    nice: number,
    env: Record<string, string>,
  ): Promise<PeerServer> {
    const [command, ...args] = [...launcher(cores, nice), ...peer.command(port, cores?.length ?? 1)];
    const child = spawn(command, args, {
      cwd: peer.folder,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env, PORT: String(port), HOST: '127.0.0.1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    niceGroup(child.pid!, nice);
    const server = new PeerServer(child, port);
    await server.#untilReady();
    return server;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  usage(): TreeUsage {
    return readTree(this.#child.pid!);
  }

  /** SIGTERM, then the whole group by force. Safe twice. */
  async stop(): Promise<void> {
    if (this.alive) this.#signal('SIGTERM');
    const force = setTimeout(() => this.kill(), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(force);
    this.kill();
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#child.pid!, signal);
    } catch {
      // Nobody is left of the group.
    }
  }

  async #untilReady(): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (this.alive && Date.now() < deadline) {
      const answer = await fetch(`${this.url}/ready`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.kill();
    throw new Error(`it did not start; its last words:\n${this.tail.join('\n')}`);
  }
}
