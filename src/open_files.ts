// How many calls the file limit of this process bears, and how many connections beside them. A call that is taken beyond it has no recogniser and no recording, and
// an accept loop without descriptors spins; so fewer calls are taken than CALLS_MAX says, and a warning tells what to do.

import { readFileSync } from 'node:fs';

/** Its media socket, its stream to the recogniser, its recording, and a connection for the model's answer. */
const FILES_OF_A_CALL = 4;
/** Standard streams, log, listener, libraries, event loops, vendors' shared connections. */
const FILES_OF_THE_SERVER = 48;
const FILES_OF_A_WORKER = 16;
/** For requests beside the calls. */
const FILES_OF_REQUESTS = 32;
/** More idle connections than this serve nobody, whatever the limit. */
const CONNECTIONS_MAX = 4096;

/** Open files that this process may have; null = not known here, or without a limit. */
export function fileLimit(file = '/proc/self/limits'): number | null {
  try {
    const match = /^Max open files\s+(\d+)/m.exec(readFileSync(file, 'latin1'));
    return match === null ? null : Number(match[1]);
  } catch {
    return null;
  }
}

/** How many of `max` calls fit, at least one. */
export function callsThatFit(max: number, workers: number, limit: number | null): number {
  if (limit === null) return max;
  const left = limit - FILES_OF_THE_SERVER - FILES_OF_REQUESTS - workers * FILES_OF_A_WORKER;
  return Math.min(max, Math.max(1, Math.floor(left / FILES_OF_A_CALL)));
}

/** How many connections fit beside `calls` calls: requests, keep-alive, idle ones; not the calls' media sockets. */
export function connectionsThatFit(calls: number, workers: number, limit: number | null): number {
  if (limit === null) return CONNECTIONS_MAX;
  const left = limit - FILES_OF_THE_SERVER - workers * FILES_OF_A_WORKER - calls * FILES_OF_A_CALL;
  return Math.min(CONNECTIONS_MAX, Math.max(FILES_OF_REQUESTS, left));
}

/** What to say when fewer than `max` fit. */
export function tooFewFiles(max: number, fits: number, limit: number | null): string {
  const needed = (limit ?? 0) + (max - fits) * FILES_OF_A_CALL;
  return `CALLS_MAX: taken as ${fits}, since ${max} calls don't fit into ${limit} open files; allow ${needed} (ulimit -n, LimitNOFILE=, --ulimit nofile=)`;
}

/** Likewise of connections. */
export function tooFewConnections(max: number, fits: number, limit: number | null): string {
  return `CONNECTIONS_MAX: taken as ${fits}, since ${max} connections don't fit into ${limit} open files beside the calls`;
}
