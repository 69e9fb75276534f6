// One WebSocket to Deepgram, in the shape of the SDK's transport seam. The SDK's own socket hides the handshake's status,
// negotiates compression, and reconnects on a schedule of its own (once, 1-5 s later); this one does none of that. Policy
// (retry, replay, watchdogs) is deepgram_session.ts.

import type { Agent } from 'node:https';
import WebSocket from 'ws';

type Message = string | ArrayBuffer | Blob | ArrayBufferView;

export interface DeepgramTransportOptions {
  /** Time for TCP, TLS and the upgrade together. */
  handshakeTimeoutMs: number;
  /** Shares TLS sessions between connections; only for wss. */
  agent: Agent | undefined;
}

/** Why a handshake was refused. */
export interface HandshakeRefusal {
  status: number;
  /** The `dg-error` header, shortened; empty when there was none. */
  reason: string;
}

/** A result is about 1 kB; a megabyte is no result. */
const MESSAGE_BYTES_MAX = 1 << 20;
/** How long a closed socket may wait for the other side's close frame; the library's 30 s would pile up sockets. */
const CLOSE_TIMEOUT_MS = 2000;
/** RFC 6455 5.5: a close frame's payload is at most 125 bytes, two of which are the code. */
const CLOSE_REASON_MAX = 120;

export class DeepgramTransport {
  /** Set when the upgrade was answered with a status instead of 101. */
  refusal: HandshakeRefusal | null = null;
  /** The first error, whole: the SDK passes on its message only. */
  failure: Error | null = null;
  readonly #ws: WebSocket;
  #onError: ((error: Error) => void) | null = null;

  constructor(url: string, headers: Record<string, string>, options: DeepgramTransportOptions) {
    const wsOptions: WebSocket.ClientOptions & { closeTimeout: number } = {
      headers,
      perMessageDeflate: false,
      handshakeTimeout: options.handshakeTimeoutMs,
      maxPayload: MESSAGE_BYTES_MAX,
      closeTimeout: CLOSE_TIMEOUT_MS,
      agent: options.agent,
    };
    this.#ws = new WebSocket(url, wsOptions);
    // Attached before anything can fail: an `error` event nobody listens to ends the process.
    this.#ws.on('error', (error) => this.#fail(error));
    this.#ws.on('unexpected-response', (_request, response) => {
      const reason = response.headers['dg-error'];
      this.refusal = { status: response.statusCode ?? 0, reason: String(reason ?? '').slice(0, 100) };
      this.#fail(new Error('handshake refused'));
      // With this listener the library leaves the request to us.
      this.#ws.terminate();
    });
  }

  send(data: Message): void {
    this.#ws.send(data as string | ArrayBufferView);
  }

  isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  onOpen(listener: () => void): void {
    this.#ws.on('open', listener);
  }

  onMessage(listener: (message: Message) => void): void {
    this.#ws.on('message', (data, isBinary) => {
      listener(isBinary ? (data as Buffer) : (data as Buffer).toString());
    });
  }

  onError(listener: (error: Error) => void): void {
    this.#onError = listener;
  }

  onClose(listener: (event: { code: number; reason: string }) => void): void {
    this.#ws.on('close', (code, reason) => {
      // A failed handshake was told as an error already.
      if (!this.failure) listener({ code, reason: reason.toString() });
    });
  }

  /** Starts the closing handshake and doesn't wait for it. Never throws; safe twice. */
  close(code = 1000, reason = ''): void {
    try {
      if (this.#ws.readyState === WebSocket.CONNECTING) this.#ws.terminate();
      else this.#ws.close(code, reason.slice(0, CLOSE_REASON_MAX));
    } catch {
      this.#ws.terminate();
    }
  }

  /** Drops the TCP connection at once: for a peer that has stopped answering. */
  terminate(): void {
    this.#ws.terminate();
  }

  #fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.#onError?.(error);
  }
}
