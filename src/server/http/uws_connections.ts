// Tells connections.ts what the connections of uWebSockets.js do. Its filter says when one is opened and hands over an object
// of its own for it, which stays good until the connection closes; a request comes with another object, and only the remote
// port tells that both are one. Releases that don't tell the port (before 20.52: that for Node 20) are only counted: no idle
// one can be picked, so the newest is refused, and answers close their connections as soon as half of the places are taken.

import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { type Connection, type Connections, RequestWork } from './connections.js';

interface Known {
  connection: Connection;
  /** The filter's. */
  res: HttpResponse;
  key: string;
}

export class UwsConnections {
  readonly #connections: Connections;
  /** By address and port. */
  readonly #known = new Map<string, Known>();
  /** Those of a release without ports, in no order. */
  readonly #nameless: Connection[] = [];
  #isRefusing = false;

  constructor(app: TemplatedApp, connections: Connections) {
    this.#connections = connections;
    const seen: Parameters<typeof app.filter>[0] = (res, count) => {
      if (!hasPorts(res)) this.#count(res, Number(count));
      else if (Number(count) > 0) this.#opened(res);
    };
    app.filter(seen);
  }

  /** The connection's next answer should be its last. */
  get isCrowded(): boolean {
    return this.#nameless.length > this.#connections.max / 2;
  }

  /** A request came. */
  request(res: HttpResponse): UwsRequestWork {
    const known = hasPorts(res) ? this.#known.get(keyOf(res)) : undefined;
    if (known === undefined) {
      // Its closing is told by the filter.
      return new UwsRequestWork(new RequestWork(null, null), NOTHING, NOTHING, () => this.#popNameless());
    }
    const forget = () => this.#forget(known);
    const work = new RequestWork(this.#connections, known.connection);
    return new UwsRequestWork(work, () => known.res.onAborted(forget), forget, forget);
  }

  #opened(res: HttpResponse): void {
    const connection = this.#connections.opened(addressOf(res), () => res.close());
    if (connection === null) return void res.close();
    const known = { connection, res, key: keyOf(res) };
    this.#known.set(known.key, known);
    res.onAborted(() => this.#forget(known));
  }

  #forget(known: Known): void {
    this.#connections.gone(known.connection);
    if (this.#known.get(known.key) === known) this.#known.delete(known.key);
  }

  #count(res: HttpResponse, count: number): void {
    if (this.#isRefusing) return;
    if (count < 0) return this.#popNameless();
    const connection = this.#connections.opened(null, () => {});
    if (connection === null) {
      this.#isRefusing = true;
      res.close();
      this.#isRefusing = false;
      return;
    }
    this.#connections.works(connection);
    this.#nameless.push(connection);
  }

  #popNameless(): void {
    const connection = this.#nameless.pop();
    if (connection !== undefined) this.#connections.gone(connection);
  }
}

/** What one request means for its connection, and who is told when that closes. */
export class UwsRequestWork {
  readonly #work: RequestWork;
  readonly #watch: () => void;
  readonly #closed: () => void;
  readonly #upgraded: () => void;

  constructor(work: RequestWork, watch: () => void, closed: () => void, upgraded: () => void) {
    this.#work = work;
    this.#watch = watch;
    this.#closed = closed;
    this.#upgraded = upgraded;
  }

  awaitsBody(): void {
    this.#work.awaitsBody();
  }

  bodyCame(): void {
    this.#work.bodyCame();
  }

  /** Its answer has ended. In the same cork: a moment later the connection may be closed, and nobody would be told. */
  answered(): void {
    this.#work.over();
    this.#watch();
  }

  /** The connection is closed: the request's own handler was told, the filter's no more. */
  aborted(): void {
    this.#work.over();
    this.#closed();
  }

  /** It becomes a media socket. The filter will not tell of its end. */
  upgrades(): void {
    this.#work.over();
    this.#upgraded();
  }
}

const NOTHING = () => {};

function hasPorts(res: HttpResponse): boolean {
  return typeof res.getRemotePort === 'function';
}

function keyOf(res: HttpResponse): string {
  return `${addressOf(res)} ${res.getRemotePort()}`;
}

function addressOf(res: HttpResponse): string {
  return Buffer.from(res.getRemoteAddressAsText()).toString('latin1');
}
