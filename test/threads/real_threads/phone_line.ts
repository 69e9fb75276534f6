// A process with the server's threads in small: a WebSocket echo whose bytes go through rings to a piscina worker
// and back, each side woken by its doorbell. Prints what arrived, and must then end by itself.

import { fileURLToPath } from 'node:url';
import { isMainThread, workerData } from 'node:worker_threads';
import { Piscina } from 'piscina';
import WebSocket from 'ws';
import { openTransport } from '../../../src/server/http/open_transport.js';
import type { ServerSocket } from '../../../src/server/http/transport.js';
import { createDoorbells, Doorbell } from '../../../src/threads/doorbell.js';
import { createSlab, SlotRings } from '../../../src/threads/slab.js';
import { SlotFlags } from '../../../src/threads/slot_flags.js';

const MESSAGES = 500;
const MESSAGE = 1;
const END = 2;

/** The piscina task: echoes until END, resolves with the number of records seen. */
export default function echo(slot: number): Promise<number> {
  const { slab, bells } = workerData as { slab: SharedArrayBuffer; bells: SharedArrayBuffer };
  const { ingress, egress } = new SlotRings(slab, slot);
  const flags = new SlotFlags(slab);
  const mainBell = new Doorbell(bells, 0);
  let seen = 0;
  return new Promise((resolve) => {
    const stop = new Doorbell(bells, 1).listen(() => {
      while (ingress.next()) {
        seen++;
        if (ingress.type === END) {
          stop();
          resolve(seen);
          return;
        }
        egress.tryWrite(MESSAGE, ingress.bytes.subarray(ingress.offset, ingress.offset + ingress.length));
      }
      ingress.release();
      flags.mark(slot);
      mainBell.ring();
    });
  });
}

async function main(): Promise<void> {
  const slab = createSlab({ slots: 2, ingressBytes: 65536, egressBytes: 65536 });
  const bells = createDoorbells(2);
  const pool = new Piscina({
    filename: fileURLToPath(import.meta.url),
    workerData: { slab, bells },
    maxThreads: 1,
    atomics: 'disabled',
  });
  const task: Promise<number> = pool.run(1);
  const { ingress, egress } = new SlotRings(slab, 1);
  const flags = new SlotFlags(slab);
  const workerBell = new Doorbell(bells, 1);
  let server: ServerSocket | null = null;
  const stop = new Doorbell(bells, 0).listen(() =>
    flags.take(() => {
      while (egress.next()) server?.send(egress.bytes.slice(egress.offset, egress.offset + egress.length), false);
      egress.release();
    }),
  );

  const { transport } = openTransport(
    'auto',
    {
      request: () => {},
      handshake: (client) =>
        client.accept({
          opened: (socket) => {
            server = socket;
          },
          message: (bytes) => {
            ingress.tryWrite(MESSAGE, bytes);
            workerBell.ring();
          },
          closed: () => {},
        }),
    },
    { messageBytesMax: 65536, bufferedBytesMax: 65536, idleTimeoutS: 0 },
  );
  const port = await transport.listen('127.0.0.1', 0);

  const client = new WebSocket(`ws://127.0.0.1:${port}/`);
  let echoed = 0;
  const send = () => client.send(`{"event":"media","sequenceNumber":"${echoed}"}`);
  client.on('open', send);
  await new Promise<void>((resolve) => {
    client.on('message', (data) => {
      if (String(data) !== `{"event":"media","sequenceNumber":"${echoed}"}`) throw new Error('echo differs');
      if (++echoed === MESSAGES) resolve();
      else send();
    });
  });
  client.close();
  ingress.tryWrite(END, new Uint8Array(0));
  workerBell.ring();
  process.stdout.write(JSON.stringify({ sent: MESSAGES, echoed, workerSaw: await task }));
  stop();
  transport.close();
  await pool.close();
}

if (isMainThread) await main();
