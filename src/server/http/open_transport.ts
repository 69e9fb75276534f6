// Picks the HTTP engine: uWebSockets.js where it loads, else node:http and ws, as HTTP_ENGINE asks.

import type { HttpTransport, SocketLimits, TransportHandlers } from './transport.js';
import { NodeTransport } from './transport_node.js';
import { loadUws, UwsTransport } from './transport_uws.js';

export type HttpEngineChoice = 'auto' | 'uws' | 'node';

/**
 * @returns the transport, and why it is not uWebSockets.js although that was wanted (null = it is, or was not wanted)
 * @throws Error for `uws` where it does not load
 */
export function openTransport(
  choice: HttpEngineChoice,
  handlers: TransportHandlers,
  limits: SocketLimits,
): { transport: HttpTransport; fallbackReason: string | null } {
  if (choice === 'node') return { transport: new NodeTransport(handlers, limits), fallbackReason: null };
  const uws = loadUws();
  if (typeof uws !== 'string') return { transport: new UwsTransport(uws, handlers, limits), fallbackReason: null };
  if (choice === 'uws') throw new Error(`uWebSockets.js does not load here: ${uws}`);
  return { transport: new NodeTransport(handlers, limits), fallbackReason: uws };
}
