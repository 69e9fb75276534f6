// The sockets of one provider object: opens them when the contexts of the open ones are many, closes them before the
// vendor does (idle for 5 minutes), and spaces out attempts while the vendor refuses. One socket is cartesia_socket.ts.

import { type BackoffOptions, backoffMs } from '../../backoff.js';
import { nowMs } from '../../clock.js';
import type { EngineError } from '../../errors.js';
import type { ProviderHooks } from '../shared/provider_hooks.js';
import { CartesiaSocket, type CartesiaSocketOptions } from './cartesia_socket.js';

export interface CartesiaPoolOptions extends CartesiaSocketOptions {
  contextsPerSocket: number;
  /** Sockets at once; beyond it the open ones take more contexts than they should. */
  socketsMax: number;
  idleMsMax: number;
  connectBackoff: BackoffOptions;
}

export class CartesiaPool {
  readonly #options: CartesiaPoolOptions;
  readonly #hooks: ProviderHooks;
  readonly #sockets = new Set<CartesiaSocket>();
  #failures = 0;
  #nextConnectMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: CartesiaPoolOptions, hooks: ProviderHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  get socketCount(): number {
    return this.#sockets.size;
  }

  /** When a new connection may be tried after a failed one. */
  get nextConnectMs(): number {
    return this.#nextConnectMs;
  }

  /**
   * A socket for one more context: the first that has room, else a new one (not open yet), else the open one with the
   * least to do. null = none, and no attempt may be made before `nextConnectMs`.
   */
  acquire(): CartesiaSocket | null {
    if (this.#closed) return null;
    let connecting: CartesiaSocket | null = null;
    let leastLoaded: CartesiaSocket | null = null;
    for (const socket of this.#sockets) {
      if (socket.state === 'closed') continue;
      if (socket.load < this.#options.contextsPerSocket) {
        if (socket.state === 'open') return socket;
        connecting ??= socket;
      }
      if (socket.state === 'open' && socket.load < (leastLoaded?.load ?? Number.POSITIVE_INFINITY))
        leastLoaded = socket;
    }
    if (connecting) return connecting;
    if (this.#sockets.size < this.#options.socketsMax && nowMs() >= this.#nextConnectMs) return this.#open();
    return leastLoaded;
  }

  sweep(now: number): void {
    let contexts = 0;
    for (const socket of this.#sockets) {
      socket.sweep(now);
      contexts += socket.load;
      if (socket.state === 'open' && socket.idleMs(now) >= this.#options.idleMsMax) this.#retire(socket);
    }
    this.#hooks.metrics?.contexts?.(contexts);
  }

  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets) this.#retire(socket);
  }

  #open(): CartesiaSocket {
    const socket = new CartesiaSocket(this.#options, this.#hooks, (changed, error) => this.#onState(changed, error));
    this.#sockets.add(socket);
    return socket;
  }

  /** Forgotten first, so that its end is no failure and nobody is given it any more. */
  #retire(socket: CartesiaSocket): void {
    this.#sockets.delete(socket);
    socket.close();
  }

  #onState(socket: CartesiaSocket, error: EngineError | null): void {
    if (!error) {
      this.#failures = 0;
      this.#nextConnectMs = Number.NEGATIVE_INFINITY;
      this.#hooks.log.debug({ sockets: this.#sockets.size }, 'tts socket open');
      return;
    }
    if (!this.#sockets.delete(socket)) return; // we closed it
    const unused = error.code === 'TTS_CLOSED' && socket.load === 0;
    // The vendor closes idle sockets with 1000; that says nothing about its health.
    if (unused && error.status === 1000) return;
    this.#hooks.onResult?.(error);
    this.#hooks.log.warn(
      { code: error.code, status: error.status, detail: error.message, contexts: socket.load },
      'tts socket lost',
    );
    if (error.code !== 'TTS_CONNECT') return;
    this.#nextConnectMs = nowMs() + backoffMs(this.#failures++, this.#options.connectBackoff);
  }
}
