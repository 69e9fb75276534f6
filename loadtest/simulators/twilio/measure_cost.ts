// What a simulated caller costs: N media clients in this process against a plain server in another one that answers as
// an agent who never stops talking. `node dist/loadtest/simulators/twilio/measure_cost.js --calls 300 --seconds 10`.
// The server's cost is not in the numbers, and neither is the product's.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ServerSocket } from '../../../src/server/http/transport.js';
import { VendorServer } from '../vendor_server.js';
import { AudioClip } from './audio_clip.js';
import { sid } from './call_stream.js';
import { CallerClock } from './caller_clock.js';
import { MediaClient, type MediaClientHandler } from './media_client.js';
import { CLEAN_NETWORK } from './network_profile.js';

const NOTHING: MediaClientHandler = {
  onStarted() {},
  onTick() {},
  onSaid() {},
  onAgentAudio() {},
  onMarkEchoed() {},
  onCleared() {},
  onRefused() {},
  onClosed() {},
};

/** Sends each stream `messageMs` of audio every `messageMs`, and a mark each half second. */
function serve(messageMs: number): void {
  const payload = Buffer.alloc(messageMs * 8, 0x30).toString('base64');
  const streams = new Map<ServerSocket, { media: string; mark: string }>();
  let beats = 0;
  const server = new VendorServer({
    requests: {},
    sockets: {
      '/': (client) => {
        let socket: ServerSocket;
        client.accept({
          opened(opened) {
            socket = opened;
          },
          message(bytes) {
            if (streams.has(socket)) return;
            const { event, streamSid } = JSON.parse(Buffer.from(bytes).toString()) as Record<string, string>;
            if (event !== 'start') return;
            const media = `{"event":"media","streamSid":"${streamSid}","media":{"payload":"${payload}"}}`;
            streams.set(socket, { media, mark: `{"event":"mark","streamSid":"${streamSid}","mark":{"name":"m"}}` });
            for (let lead = 0; lead < 200; lead += messageMs) socket.send(media);
          },
          closed: () => void streams.delete(socket),
        });
      },
    },
    control: {},
    limits: { messageBytesMax: 16 * 1024, bufferedBytesMax: 64 * 1024 },
  });
  setInterval(() => {
    const mark = (++beats * messageMs) % 500 < messageMs;
    for (const [socket, { media, mark: text }] of streams) {
      socket.send(media);
      if (mark) socket.send(text);
    }
  }, messageMs);
  void server.listen(0).then((port) => process.send?.(port));
  process.on('disconnect', () => process.exit());
}

async function measure(calls: number, seconds: number, port: number, masked: boolean): Promise<void> {
  const clock = new CallerClock();
  const speech = new AudioClip(new Uint8Array(16_000).map((_, i) => i & 0xff));
  const clients: MediaClient[] = [];
  for (let i = 0; i < calls; i++) {
    const mask = masked ? undefined : new Uint8Array(4);
    const client = new MediaClient(
      {
        socket: { host: '127.0.0.1', port, path: '/', headers: [['Host', 'x']], maskKey: mask },
        clock,
        accountSid: sid('AC'),
        callSid: sid('CA'),
        streamSid: sid('MZ'),
        customParameters: {},
        network: CLEAN_NETWORK,
        background: speech,
        seed: i + 1,
        keepAudio: false,
      },
      NOTHING,
    );
    clients.push(client);
    if (i % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const count = () => clients.reduce((sum, client) => sum + client.framesSent, 0);
  const heard = () => clients.reduce((sum, client) => sum + client.checks.mediaMessages, 0);
  const before = { cpu: process.cpuUsage(), at: performance.now(), sent: count(), heard: heard() };
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const cpu = process.cpuUsage(before.cpu);
  const tookMs = performance.now() - before.at;
  const percent = (cpu.user + cpu.system) / 10 / tookMs;
  const result = {
    calls,
    cpu_pct: round(percent),
    cpu_pct_per_call: round(percent / calls, 4),
    user_share: round(cpu.user / (cpu.user + cpu.system)),
    sent_per_call_s: round(((count() - before.sent) / calls / tookMs) * 1000),
    heard_per_call_s: round(((heard() - before.heard) / calls / tookMs) * 1000),
    late_ms: {
      p50: clock.lateness.quantile(0.5),
      p99: clock.lateness.quantile(0.99),
      max: round(clock.lateness.maxMs),
    },
    violations: clients.reduce((sum, client) => sum + client.checks.violationCount, 0),
    rss_mib: round(process.memoryUsage().rss / 2 ** 20),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

const { values } = parseArgs({
  options: {
    serve: { type: 'boolean' },
    calls: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '5' },
    'message-ms': { type: 'string', default: '20' },
    masked: { type: 'boolean', default: false },
  },
});
if (values.serve) {
  serve(Number(values['message-ms']));
} else {
  const server = fork(fileURLToPath(import.meta.url), ['--serve', '--message-ms', values['message-ms']]);
  const port = await new Promise<number>((resolve) => server.once('message', (message) => resolve(Number(message))));
  await measure(Number(values.calls), Number(values.seconds), port, values.masked);
  server.disconnect();
  process.exit();
}
