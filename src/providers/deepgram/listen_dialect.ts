// Deepgram has two live endpoints, /v1/listen (Nova) and /v2/listen (Flux). What one connection to either must know of its own
// wire, in one shape: deepgram_connection.ts carries it, deepgram_session.ts hears no difference. The two are nova_dialect.ts and
// flux_dialect.ts.

import type { DeepgramClient } from '@deepgram/sdk';
import type { DeepgramComplaint, DeepgramResult } from './deepgram_results.js';

/** What a connection asks of the vendor. */
export interface ListenOptions {
  connectTimeoutMs: number;
  model: string;
  language: string;
  endpointingMs: number;
  keyterms: readonly string[];
  /** Goes into the vendor's usage reports. */
  tag: string;
}

/** What the SDK's sockets of both endpoints have in common. `on` replaces the handler of before. */
export interface ListenSocket {
  on(event: 'open', handler: () => void): void;
  on(event: 'message', handler: (message: unknown) => void): void;
  on(event: 'close', handler: (event: { code: number; reason?: string }) => void): void;
  on(event: 'error', handler: (error: Error) => void): void;
  connect(): unknown;
  close(): void;
  sendMedia(bytes: Uint8Array): void;
  sendCloseStream(message: { type: 'CloseStream' }): void;
}

/** The SDK's own limits of a connection: it opens none again, and gives up later than our transport does. */
export function sdkLimits(options: ListenOptions) {
  return { reconnectAttempts: 0, connectionTimeoutInSeconds: options.connectTimeoutMs / 1000 + 1 };
}

/** Of one connection: it may keep what that connection said. */
export interface ListenDialect {
  /** Makes the socket, unconnected. */
  open(client: DeepgramClient, options: ListenOptions): Promise<ListenSocket>;
  /** Asks for the final text of all audio so far, `sentMs` of it on this connection. May throw when the socket is not open. */
  finalize(socket: ListenSocket, sentMs: number): void;
  /** No audio was sent for a while. May throw likewise. */
  keepAlive(socket: ListenSocket): void;
  /** A message as the SDK hands it on: a result, a complaint, null for one that says nothing to us, or 'garbage'. */
  read(message: unknown): DeepgramResult | DeepgramComplaint | null | 'garbage';
}
