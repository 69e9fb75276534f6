// Picks the HTTP engine: uWebSockets.js or node:http and ws, as HTTP_ENGINE asks.

import type { HttpTransport, SocketLimits, TransportHandlers } from './transport.js';
import { NodeTransport } from './transport_node.js';
import { loadUws, UwsTransport } from './transport_uws.js';

export type HttpEngineChoice = 'auto' | 'uws' | 'node';

/**
 * From this Node on there are binaries of the current uWebSockets.js. For Node 20 there is one of an older release,
 * which nobody mends any more: `auto` does not put that before the internet, `uws` does.
 */
const AUTO_TAKES_UWS_FROM_NODE = 22;

export interface OpenedTransport {
  transport: HttpTransport;
  /** Why it is not uWebSockets.js although `auto` might have taken it; null = it is, or was not asked for. */
  fallback: { reason: string; isUnexpected: boolean } | null;
}

/**
 * @param nodeVersion what runs this process
 * @throws Error for `uws` where it does not load
 */
export function openTransport(
  choice: HttpEngineChoice,
  handlers: TransportHandlers,
  limits: SocketLimits,
  nodeVersion = process.versions.node,
): OpenedTransport {
  const byNode = (fallback: OpenedTransport['fallback']) => ({
    transport: new NodeTransport(handlers, limits),
    fallback,
  });
  if (choice === 'node') return byNode(null);
  const isOld = Number.parseInt(nodeVersion, 10) < AUTO_TAKES_UWS_FROM_NODE;
  if (choice === 'auto' && isOld) {
    return byNode({ reason: `there is no current release of it for Node ${nodeVersion}`, isUnexpected: false });
  }
  const uws = loadUws();
  if (typeof uws !== 'string') return { transport: new UwsTransport(uws, handlers, limits), fallback: null };
  if (choice === 'uws') throw new Error(`uWebSockets.js does not load here: ${uws}`);
  return byNode({ reason: uws, isUnexpected: true });
}
