// Answers a WebSocket handshake some time after it came, as a vendor across the world does.
//
// uWebSockets.js wants such an answer wrapped in `res.cork`, and just there its cork() has a fault (known upstream as
// "cork() closing a WebSocket that was upgraded asynchronously", not in the version that is pinned): after the handler
// it takes the socket for the HTTP response it was, unless the upgrade happened to move it in memory, and reads the
// response's flags from bytes that are free or somebody else's by then. Now and then they say "close when done", and a
// connection of a millisecond is gone without a close frame (1006). Not so when another response is corked at that
// moment: then cork() only runs its handler. So each app keeps a request open to itself, whose response is that other.

import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { type ClientRequest, get } from 'node:http';

const PATH = '/_late_handshake';
/** Shorter waits are no waits: timers can't do them. */
const WAIT_MIN_MS = 0.5;

export class LateHandshakes {
  #keeper: HttpResponse | null = null;
  #request: ClientRequest | null = null;
  #keeperCame: () => void = () => {};

  constructor(app: TemplatedApp) {
    app.get(PATH, (res) => {
      res.onAborted(() => {
        this.#keeper = null;
      });
      this.#keeper = res;
      this.#keeperCame();
    });
  }

  /** Opens the request to itself; call it once the app listens on `port`, before anybody connects. */
  open(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#keeperCame = resolve;
      // Kept open, never answered: it ends with the app.
      const request = get({ host: '127.0.0.1', port, path: PATH, agent: false });
      this.#request = request;
      request.on('error', reject);
      request.on('socket', (socket) => socket.unref());
    });
  }

  /**
   * Runs `answer` after `delayMs`, or `gone` when the client leaves before. `answer` may write to `res` and upgrade it.
   * Call it in the upgrade handler itself.
   */
  after(delayMs: number, res: HttpResponse, answer: () => void, gone: () => void): void {
    let isGone = false;
    res.onAborted(() => {
      isGone = true;
      gone();
    });
    if (delayMs < WAIT_MIN_MS) {
      answer();
      return;
    }
    setTimeout(() => {
      if (isGone) return;
      if (!this.#keeper) throw new Error('handshakes were not opened');
      this.#keeper.cork(answer);
    }, delayMs).unref();
  }

  /** Safe twice. */
  close(): void {
    this.#request?.on('error', () => {});
    this.#request?.destroy();
    this.#request = null;
  }
}
