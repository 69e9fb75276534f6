// Starts the real server as a process of its own, as `npm start` would, and reads its log lines: for the demo, the load
// test and the end-to-end tests. It talks to the server only the way any operator could.

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../dist/src/main.js' : '../src/main.js', import.meta.url),
);
const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;
/** Last output kept, to show when the server dies. */
const TAIL_LINES = 40;

export type LogLine = Record<string, unknown> & { msg: string };

export interface ServerProcessOptions {
  /** Environment of the server; nothing of ours is inherited but PATH and HOME, so that a test means what it says. */
  env: Record<string, string>;
  args?: string[];
  nodeArgs?: string[];
  /** Command that starts the process, such as `taskset -c 0`; it must replace itself by it. */
  launcher?: readonly string[];
  onLog?: (line: LogLine) => void;
  /** In a process group of its own: Ctrl-C in the terminal is not for it. */
  ownGroup?: boolean;
}

export class ServerProcess {
  readonly url: string;
  readonly tail: string[] = [];
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(line: LogLine) => void>();
  readonly #exited: Promise<number | null>;

  private constructor(child: ChildProcess, port: number, onLog: ((line: LogLine) => void) | undefined) {
    this.#child = child;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    if (onLog) this.#listeners.add(onLog);
    this.#exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    let rest = '';
    const take = (data: Buffer): void => {
      const lines = (rest + data.toString('utf8')).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.#onLine(line);
    };
    child.stdout!.on('data', take);
    child.stderr!.on('data', (data: Buffer) => {
      for (const line of data.toString('utf8').split('\n')) if (line) this.#keep(line);
    });
  }

  /** Starts it and waits until it takes calls. Rejects with the server's last words when it does not. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const port = Number(options.env['PORT'] ?? 0) || (await freePort());
    const [command, ...rest] = [...(options.launcher ?? []), process.execPath];
    const child = spawn(command, [...rest, ...(options.nodeArgs ?? []), MAIN, ...(options.args ?? [])], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: options.ownGroup ?? false,
    });
    const server = new ServerProcess(child, port, options.onLog);
    await server.#untilReady();
    return server;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Resolves with the first log line that fits; rejects when the server ends first. */
  async logged(fits: (line: LogLine) => boolean, timeoutMs = 20_000): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const done = (act: () => void): void => {
        clearTimeout(timer);
        this.#listeners.delete(listener);
        act();
      };
      const listener = (line: LogLine): void => {
        if (fits(line)) done(() => resolve(line));
      };
      const timer = setTimeout(() => done(() => reject(new Error('no such log line in time'))), timeoutMs);
      this.#listeners.add(listener);
      void this.#exited.then((code) => done(() => reject(this.#died(code))));
    });
  }

  /** Ends it as an orchestrator would (SIGTERM), after a while by force. Resolves with the exit code. Safe twice. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const code = await this.#exited;
    clearTimeout(force);
    return code;
  }

  /** True when it has ended by itself within `timeoutMs`. */
  async gone(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    const ended = await Promise.race([this.#exited.then(() => true), late]);
    clearTimeout(timer);
    return ended;
  }

  /** SIGKILL: what a crash looks like from outside. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async #untilReady(): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (Date.now() < deadline) {
      if (this.#child.exitCode !== null) throw this.#died(this.#child.exitCode);
      const answer = await fetch(`${this.url}/ready`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.kill();
    throw new Error(`the server did not get ready in ${READY_TIMEOUT_MS} ms:\n${this.tail.join('\n')}`);
  }

  #died(code: number | null): Error {
    return new Error(`the server ended with code ${code}; its last words:\n${this.tail.join('\n')}`);
  }

  #onLine(text: string): void {
    this.#keep(text);
    let line: LogLine;
    try {
      line = JSON.parse(text);
    } catch {
      return;
    }
    for (const listener of [...this.#listeners]) listener(line);
  }

  #keep(line: string): void {
    this.tail.push(line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
  }
}

/** A TCP port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
