// The other end of vendor_clients.bench.ts: bare servers in a process of their own, so that the bench's CPU time is the
// client's alone. Started by fork(); says where it listens, then does as told over IPC. No protocol checks, no script.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** What the bench orders. `perSecond` is for each socket or stream. */
export type PeerOrder =
  | { kind: 'results'; count: number; perSecond: number }
  | { kind: 'tokens'; count: number; perSecond: number }
  | { kind: 'chunks'; count: number; perSecond: number; bytes: number };

/** What the peer answers over IPC. */
export type PeerNews = { kind: 'listening'; port: number } | { kind: 'audio'; messages: number; bytes: number };

let order: PeerOrder | null = null;
const listeners = new Set<WebSocket>();
let audioMessages = 0;
let audioBytes = 0;

const RESULT = JSON.stringify({
  type: 'Results',
  channel_index: [0, 1],
  duration: 1.04,
  start: 0,
  is_final: false,
  speech_final: false,
  channel: {
    alternatives: [
      {
        transcript: 'the chicken curry was quite cold when it came',
        confidence: 0.98,
        words: 'the chicken curry was quite cold when it came'.split(' ').map((word, i) => ({
          word,
          start: i * 0.1,
          end: i * 0.1 + 0.09,
          confidence: 0.97,
          punctuated_word: word,
        })),
      },
    ],
  },
  metadata: { request_id: 'r', model_info: { name: 'general-nova-3', version: 'v', arch: 'nova-3' }, model_uuid: 'm' },
  from_finalize: false,
});
const TOKEN = `data: ${JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o-mini',
  service_tier: 'default',
  system_fingerprint: 'fp',
  choices: [{ index: 0, delta: { content: ' token' }, logprobs: null, finish_reason: null }],
  usage: null,
  obfuscation: 'abcdef',
})}\n\n`;
const FINISH = TOKEN.replace('{"content":" token"}', '{}').replace('"finish_reason":null', '"finish_reason":"stop"');

/** Calls `act` `count` times at a steady rate, then `end`. A timer is never early, and catches up when late. */
function paced(count: number, perSecond: number, act: () => void, end: () => void): void {
  const startMs = performance.now();
  let done = 0;
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor(((performance.now() - startMs) * perSecond) / 1000));
    for (; done < due; done++) act();
    if (done < count) return;
    clearInterval(timer);
    end();
  }, 1000 / perSecond);
}

function complete(res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  if (order?.kind !== 'tokens') return void res.end();
  res.socket?.setNoDelay(true);
  paced(
    order.count,
    order.perSecond,
    () => res.write(TOKEN),
    () => res.end(`${FINISH}data: [DONE]\n\n`),
  );
}

function speak(ws: WebSocket, text: string): void {
  const request = JSON.parse(text) as { context_id: string; cancel?: boolean };
  if (request.cancel || order?.kind !== 'chunks') return;
  const contextId = request.context_id;
  const data = Buffer.alloc(order.bytes, 0x55).toString('base64');
  const chunk = JSON.stringify({
    type: 'chunk',
    context_id: contextId,
    data,
    done: false,
    status_code: 206,
    step_time: 1,
  });
  paced(
    order.count,
    order.perSecond,
    () => ws.send(chunk),
    () => ws.send(JSON.stringify({ type: 'done', context_id: contextId, done: true, status_code: 200 })),
  );
}

const server = createServer((req, res) => {
  req.resume();
  req.on('end', () => complete(res));
});
const wss = new WebSocketServer({ server, perMessageDeflate: false });
wss.on('connection', (ws, req) => {
  if (req.url?.startsWith('/v1/listen')) {
    listeners.add(ws);
    ws.on('close', () => listeners.delete(ws));
  }
  ws.on('message', (data, isBinary) => {
    if (!isBinary) return speak(ws, String(data));
    audioMessages++;
    audioBytes += (data as Buffer).length;
  });
});

process.on('message', (message: PeerOrder | 'audio') => {
  if (message === 'audio') {
    process.send?.({ kind: 'audio', messages: audioMessages, bytes: audioBytes } satisfies PeerNews);
    return;
  }
  order = message;
  if (order.kind !== 'results') return;
  for (const ws of listeners)
    paced(
      order.count,
      order.perSecond,
      () => ws.send(RESULT),
      () => {},
    );
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  process.send?.({ kind: 'listening', port: (server.address() as AddressInfo).port } satisfies PeerNews);
});
