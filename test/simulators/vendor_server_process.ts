// Opens many connections to the simulators that answer handshakes late, and prints how they ended: the other end of
// vendor_server.test.ts, which starts it with an allocator that fills freed memory.

import { WebSocket } from 'ws';
import { CartesiaSimulator } from '../../loadtest/simulators/cartesia/server.js';
import { DeepgramSimulator } from '../../loadtest/simulators/deepgram/server.js';

const CONNECTIONS = 150;
const AT_ONCE = 15;
const LATE = { connect: { kind: 'uniform', min: 1, max: 5 } } as const;

const deepgram = await DeepgramSimulator.start({ latency: LATE });
const cartesia = await CartesiaSimulator.start({ latency: LATE, voice: 'tone' });
const closes: Record<string, number> = {};

/** Opened, told something, closed when the simulator has answered. */
function visit(url: string, headers: Record<string, string>, say: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { headers });
    socket.on('open', () => socket.send(say));
    socket.on('message', () => socket.close(1000));
    socket.on('error', () => {});
    socket.on('close', (code) => {
      closes[code] = (closes[code] ?? 0) + 1;
      resolve();
    });
  });
}

async function visitMany(...visitor: Parameters<typeof visit>): Promise<void> {
  let left = CONNECTIONS;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await visit(...visitor);
    }),
  );
}

await visitMany(
  `${deepgram.url.replace('http', 'ws')}/v1/listen?model=nova-3&encoding=mulaw&sample_rate=8000`,
  { authorization: 'Token k' },
  '{"type":"CloseStream"}',
);
await visitMany(
  `${cartesia.url.replace('http', 'ws')}/tts/websocket`,
  { authorization: 'Bearer k', 'cartesia-version': '2026-08-14' },
  'not JSON: answered by an error event',
);
process.stdout.write(JSON.stringify(closes));
await deepgram.close();
await cartesia.close();
