// Answers a WebSocket handshake some time after it came, on uWebSockets.js. Only the simulators do that, which imitate
// vendors across the world; the server answers at once.
//
// uWebSockets.js wants such an answer wrapped in `res.cork`, and just there its cork() has a fault (known upstream as
// "cork() closing a WebSocket that was upgraded asynchronously"): after the handler it takes the socket for the HTTP
// response it was, unless the upgrade happened to move it in memory, and reads the response's flags from bytes that are
// free or somebody else's by then. Now and then they say "close when done", and a connection of a millisecond is gone
// without a close frame (1006). Without cork it writes a warning on stderr each time. Neither when another response is
// corked at that moment: then cork() only runs its handler. So a request is kept open to ourselves, whose response is
// that other.

import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { type ClientRequest, get } from 'node:http';

const PATH = '/_late_cork';

export class LateCork {
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

  /** Opens the request to ourselves; call it once the app listens on `port`, before anybody connects. */
  open(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#keeperCame = resolve;
      // Kept open, never answered: it ends with the app.
      const request = get({ host, port, path: PATH, agent: false });
      this.#request = request;
      request.on('error', reject);
      request.on('socket', (socket) => socket.unref());
    });
  }

  run(answer: () => void): void {
    if (this.#keeper) this.#keeper.cork(answer);
    else answer();
  }

  /** Safe twice. */
  close(): void {
    this.#request?.on('error', () => {});
    this.#request?.destroy();
    this.#request = null;
  }
}
