// Speaks with way_in.ts inside the server under test: one command a connection, one answer.

import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';

export type InsideCommand =
  | { kind: 'kill_worker' }
  | { kind: 'stall_worker'; ms: number }
  | { kind: 'slow_disk'; ms: number }
  | { kind: 'count' };

/** What one thread holds open: resources by Node's names (Timeout, TCPSocketWrap, FSReqCallback …). */
export interface ThreadHoldings {
  thread: number;
  resources: Record<string, number>;
  /** Listeners on `process`. */
  listeners: number;
}

export interface InsideAnswer {
  /** Worker threads there are. */
  workers: number;
  /** The main thread first; only after `count`. */
  threads: ThreadHoldings[];
}

const TIMEOUT_MS = 5000;

/** Arguments and environment that put way_in.ts into a server, listening at the socket `path`. */
export function wayIn(path: string): { nodeArgs: string[]; env: Record<string, string> } {
  const file = new URL(
    import.meta.url.endsWith('.ts') ? '../../dist/loadtest/chaos/way_in.js' : './way_in.js',
    import.meta.url,
  );
  return { nodeArgs: ['--import', fileURLToPath(file)], env: { RINGLINE_CHAOS_SOCKET: path } };
}

/** Rejects when nobody listens at `path`, or nothing is answered in time. */
export async function tellInside(path: string, command: InsideCommand): Promise<InsideAnswer> {
  const socket = net.connect(path);
  const timer = setTimeout(() => socket.destroy(new Error(`no answer to ${command.kind}`)), TIMEOUT_MS);
  try {
    await once(socket, 'connect');
    socket.write(JSON.stringify(command));
    let text = '';
    for await (const part of socket) text += String(part);
    return JSON.parse(text) as InsideAnswer;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
