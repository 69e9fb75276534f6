// How many connections there may be at once, in all and from one address. Where one is too many, the one that has been idle
// longest goes; where none is idle, the new one. Knows no engine: transport_*.ts tell what comes, works and goes. Media
// sockets are no longer counted once they are open: each has a ticket, so their number is that of the calls.

import { isIn, networkOf } from './peers.js';

/** What was done: `idle_*` an idle connection was closed for a new one, `refused_*` the new one was. */
export const CUT_REASONS = ['idle_full', 'idle_peer', 'refused_full', 'refused_peer'] as const;
export type CutReason = (typeof CUT_REASONS)[number];

export interface ConnectionsOptions {
  /** At once, in all. */
  max: number;
  /** At once from one address, or from one /64 of IPv6; 0 = as many as there may be in all. */
  perPeer: number;
  /** Who speaks for many clients: only `max` holds for them. */
  trustedProxies: Parameters<typeof isIn>[0];
  onCut(reason: CutReason): void;
}

/** One connection. Made by `opened`, told by its engine what it does. */
export interface Connection {
  /** null = a trusted proxy's. */
  readonly network: string | null;
  /** Requests of it that are being answered; one whose head or body is still to come does not count. */
  working: number;
  /** Closes it, and must lead to `gone`, at once or later. */
  readonly cut: () => void;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #all = new Set<Connection>();
  /** Those that wait for their client, the longest first. */
  readonly #idle = new Set<Connection>();
  readonly #byNetwork = new Map<string, Set<Connection>>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  get max(): number {
    return this.#options.max;
  }

  get count(): number {
    return this.#all.size;
  }

  /**
   * A connection came; it is idle until it is said to work.
   * @param address of its other end; null = not known
   * @param cut closes it
   * @returns null = it may not stay, and the caller closes it
   */
  opened(address: string | null, cut: () => void): Connection | null {
    const { max, perPeer, trustedProxies, onCut } = this.#options;
    const isCounted = perPeer > 0 && address !== null && !isIn(trustedProxies, address);
    const network = isCounted ? networkOf(address) : null;
    const siblings = network === null ? null : (this.#byNetwork.get(network) ?? new Set());
    if (siblings !== null && siblings.size >= perPeer && !this.#makeRoom(siblings, 'idle_peer')) {
      onCut('refused_peer');
      return null;
    }
    if (this.#all.size >= max && !this.#makeRoom(this.#idle, 'idle_full')) {
      onCut('refused_full');
      return null;
    }
    const connection: Connection = { network, working: 0, cut };
    this.#all.add(connection);
    this.#idle.add(connection);
    // Making room may have emptied the set and forgotten it.
    if (network !== null) this.#byNetwork.set(network, (this.#byNetwork.get(network) ?? new Set()).add(connection));
    return connection;
  }

  /** A request of it is here in full and waits for us. */
  works(connection: Connection): void {
    connection.working++;
    this.#idle.delete(connection);
  }

  /** A request of it was answered, or has a body that is still to come. */
  rests(connection: Connection): void {
    if (--connection.working === 0 && this.#all.has(connection)) this.#idle.add(connection);
  }

  /** It is closed, or is a media socket now. Safe twice. */
  gone(connection: Connection): void {
    this.#all.delete(connection);
    this.#idle.delete(connection);
    const siblings = connection.network === null ? undefined : this.#byNetwork.get(connection.network);
    siblings?.delete(connection);
    if (siblings?.size === 0) this.#byNetwork.delete(connection.network as string);
  }

  /** Closes the first of them that waits for its client; false = there is none. */
  #makeRoom(among: ReadonlySet<Connection>, reason: CutReason): boolean {
    for (const connection of among) {
      if (connection.working > 0) continue;
      this.gone(connection);
      connection.cut();
      this.#options.onCut(reason);
      return true;
    }
    return false;
  }
}

/** What one request means for its connection. Each step is safe twice and after the end. */
export class RequestWork {
  readonly #connections: Connections | null;
  readonly #connection: Connection | null;
  #isWorking = false;
  #isOver = false;

  /** @param connection null = nobody counts it */
  constructor(connections: Connections | null, connection: Connection | null) {
    this.#connections = connections;
    this.#connection = connection;
    this.bodyCame();
  }

  /** We wait for its body: who never sends it may not hold a connection that others need. */
  awaitsBody(): void {
    if (this.#isWorking && this.#connection !== null) this.#connections?.rests(this.#connection);
    this.#isWorking = false;
  }

  /** It is here in full. */
  bodyCame(): void {
    if (this.#isWorking || this.#isOver) return;
    this.#isWorking = true;
    if (this.#connection !== null) this.#connections?.works(this.#connection);
  }

  /** It was answered, or its client has gone. */
  over(): void {
    this.awaitsBody();
    this.#isOver = true;
  }
}
