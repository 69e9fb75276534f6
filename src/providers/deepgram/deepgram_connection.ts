// One connection to Deepgram through the official SDK, from handshake to its one end. Reports what happened and keeps no
// policy: retry, replay, time offsets and watchdogs are deepgram_session.ts, what the endpoint's messages are listen_dialect.ts.

import type { Agent } from 'node:https';
import { DeepgramClient } from '@deepgram/sdk';
import { BYTES_PER_MS } from '../../audio_format.js';
import { EngineError } from '../../errors.js';
import { failureWord, isRetryableStatus } from '../shared/provider_http.js';
import type { DeepgramComplaint, DeepgramResult } from './deepgram_results.js';
import { DeepgramTransport } from './deepgram_transport.js';
import type { ListenDialect, ListenOptions, ListenSocket } from './listen_dialect.js';

export interface DeepgramConnectOptions extends ListenOptions {
  apiKey: string;
  /** null = the vendor's. `http://` and `ws://` mean a plain socket. */
  baseUrl: string | null;
  agent: Agent | undefined;
  /** Of the endpoint that serves the model; one for each connection. */
  newDialect(): ListenDialect;
}

export interface DeepgramConnectionEvents {
  onOpen(): void;
  /** One message, as the dialect reads it. */
  onMessage(message: DeepgramResult | DeepgramComplaint | null | 'garbage'): void;
  /** The connection never came to be, or is gone. Called once; nothing follows. Not called after `close()`. */
  onEnded(error: EngineError): void;
}

export class DeepgramConnection {
  readonly #events: DeepgramConnectionEvents;
  readonly #dialect: ListenDialect;
  #sentBytes = 0;
  #transport: DeepgramTransport | null = null;
  #socket: ListenSocket | null = null;
  #open = false;
  #ended = false;

  constructor(options: DeepgramConnectOptions, events: DeepgramConnectionEvents) {
    this.#events = events;
    this.#dialect = options.newDialect();
    // The transport reports a refused handshake's status out of band: the SDK passes on an error's message only. A
    // client per connection (a few microseconds) ties the one to the other.
    const client = new DeepgramClient({
      apiKey: options.apiKey,
      ...(options.baseUrl === null ? {} : { baseUrl: options.baseUrl }),
      transportFactory: (url, headers) => {
        this.#transport = new DeepgramTransport(url, headers, {
          handshakeTimeoutMs: options.connectTimeoutMs,
          agent: url.startsWith('wss:') || url.startsWith('https:') ? options.agent : undefined,
        });
        return this.#transport;
      },
    });
    this.#dialect
      .open(client, options)
      .then((socket) => this.#attach(socket))
      .catch((thrown: unknown) => this.#end(new EngineError('STT_CONNECT', this.#facts(failureWord(thrown)))));
  }

  /** Sends audio; false when the socket can't take it. The bytes are copied before this returns (masking copies). */
  sendAudio(bytes: Uint8Array): boolean {
    if (!this.#send((socket) => socket.sendMedia(bytes))) return false;
    this.#sentBytes += bytes.length;
    return true;
  }

  keepAlive(): boolean {
    return this.#send((socket) => this.#dialect.keepAlive(socket));
  }

  finalize(): boolean {
    return this.#send((socket) => this.#dialect.finalize(socket, this.#sentBytes / BYTES_PER_MS));
  }

  /** Says CloseStream when it can, then closes without waiting for the answer. Safe twice; no event follows. */
  close(): void {
    if (!this.#ended) this.#send((socket) => socket.sendCloseStream({ type: 'CloseStream' }));
    this.#ended = true;
    this.#release(false);
  }

  /** Drops the connection without ceremony: for a peer that has gone silent. No event follows. */
  terminate(): void {
    this.#ended = true;
    this.#release(true);
  }

  #attach(socket: ListenSocket): void {
    if (this.#ended) return;
    this.#socket = socket;
    socket.on('open', () => {
      if (this.#ended) return;
      this.#open = true;
      this.#events.onOpen();
    });
    socket.on('message', (message) => {
      if (!this.#ended) this.#events.onMessage(this.#dialect.read(message));
    });
    socket.on('close', (event) => {
      const { code } = event;
      const word = /^[A-Z]+-\d+/.exec(event.reason ?? '')?.[0] ?? 'closed';
      this.#end(
        new EngineError('STT_CLOSED', {
          provider: 'deepgram',
          status: code,
          retryable: true,
          detail: `${word} ${code}`,
        }),
      );
    });
    socket.on('error', (error) => {
      const code = this.#open ? 'STT_CLOSED' : 'STT_CONNECT';
      this.#end(new EngineError(code, this.#facts(failureWord(this.#transport?.failure ?? error))));
    });
    socket.connect();
  }

  #facts(word: string) {
    const refusal = this.#transport?.refusal;
    if (!refusal) return { provider: 'deepgram', retryable: true, detail: word } as const;
    return {
      provider: 'deepgram',
      status: refusal.status,
      retryable: isRetryableStatus(refusal.status),
      detail: `status ${refusal.status} ${refusal.reason}`.trim(),
    } as const;
  }

  #send(write: (socket: ListenSocket) => void): boolean {
    if (!this.#socket || !this.#open || this.#ended) return false;
    try {
      write(this.#socket);
      return true;
    } catch {
      // Not open any more: its close event is on the way.
      return false;
    }
  }

  #end(error: EngineError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release(true);
    this.#events.onEnded(error);
  }

  #release(hard: boolean): void {
    this.#open = false;
    const socket = this.#socket;
    this.#socket = null;
    // Also clears the SDK's connect timer. It fires its own close event at once; `#ended` mutes that.
    socket?.close();
    if (hard) this.#transport?.terminate();
  }
}
