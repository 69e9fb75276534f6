// One load test at a time on a machine: two at once measure each other. The turn is a socket in Linux's abstract
// namespace, so it ends with the process that has it, however that ends.

import { createServer, type Server } from 'node:net';

const NAME = '\0ringline-loadtest';
const ASK_EVERY_MS = 500;

/**
 * Waits until no other load test runs here; keeps the turn until `close()`. `onWait` is told once when it is not free at
 * once. Where there is no abstract namespace (not Linux), nobody waits: null.
 */
export async function takeMachineTurn(onWait: () => void): Promise<Server | null> {
  if (process.platform !== 'linux') return null;
  for (let asked = 0; ; asked++) {
    const server = await listen();
    if (server) return server;
    if (asked === 0) onWait();
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

function listen(): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(NAME, () => resolve(server.unref()));
  });
}
