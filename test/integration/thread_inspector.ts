// Runs code inside a worker thread of the real server, by Node's inspector: the only way to have a thread of another process
// die or hang as a test wants it.

import WebSocket from 'ws';

const ATTACH_TIMEOUT_MS = 5000;

export class ThreadInspector {
  /** Sessions of the worker threads there are now, oldest first. */
  #workers: string[] = [];
  #id = 0;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const { method, params } = JSON.parse(String(data)) as { method?: string; params: { sessionId: string } };
      if (method === 'NodeWorker.attachedToWorker') this.#workers.push(params.sessionId);
      if (method === 'NodeWorker.detachedFromWorker') {
        this.#workers = this.#workers.filter((each) => each !== params.sessionId);
      }
    });
  }

  /** @param port the process was started with `--inspect=127.0.0.1:port` */
  static async open(port: number): Promise<ThreadInspector> {
    const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
    const [{ webSocketDebuggerUrl }] = targets as { webSocketDebuggerUrl: string }[];
    const socket = new WebSocket(webSocketDebuggerUrl, { perMessageDeflate: false });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const inspector = new ThreadInspector(socket);
    inspector.#send('NodeWorker.enable', { waitForDebuggerOnStart: false });
    for (const end = Date.now() + ATTACH_TIMEOUT_MS; inspector.#workers.length === 0 && Date.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return inspector;
  }

  get workers(): number {
    return this.#workers.length;
  }

  /** Evaluates in the nth worker thread, and waits for no answer: as a rule there is none. */
  run(expression: string, nth: number): void {
    const evaluate = {
      id: ++this.#id,
      method: 'Runtime.evaluate',
      params: { expression, includeCommandLineAPI: true },
    };
    const message = JSON.stringify(evaluate);
    this.#send('NodeWorker.sendMessageToWorker', { sessionId: this.#workers[nth], message });
  }

  close(): void {
    this.#socket.close();
  }

  #send(method: string, params: object): void {
    this.#socket.send(JSON.stringify({ id: ++this.#id, method, params }));
  }
}
