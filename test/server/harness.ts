// What the server tests share: a real server on a free port with a stand-in for the worker pool, a stand-in for all
// vendors' HTTP, and requests signed as Twilio signs them.

import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { AgentBook, readAgents } from '../../src/agents/agent_book.js';
import { type CallOrder, type EndReason, fromAndTo } from '../../src/call/call.js';
import type { CallSummary } from '../../src/call/call_report.js';
import { type EngineConfig, loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/log.js';
import { AuditLog } from '../../src/server/audit_log.js';
import { type PhoneServer, startPhoneServer } from '../../src/server/phone_server.js';
import { createSharedMemory, type SharedMemory } from '../../src/server/shared_memory.js';
import type { CallRunner } from '../../src/server/worker_pool.js';
import { MemoryStore } from '../../src/store/memory_store.js';
import { openStore } from '../../src/store/open_store.js';
import type { Store } from '../../src/store/store.js';
import { Doorbell } from '../../src/threads/doorbell.js';
import { EGRESS, INGRESS } from '../../src/threads/record_types.js';
import { SlotRings } from '../../src/threads/slab.js';
import { SlotFlags } from '../../src/threads/slot_flags.js';
import type { WorkerMessage } from '../../src/threads/worker_messages.js';

export const AUTH_TOKEN = '12345';
export const ACCOUNT_SID = `AC${'a1'.repeat(16)}`;
let calls = 0;

/** A fresh, well-formed call sid. */
export function newCallSid(): string {
  calls++;
  return `CA${calls.toString(16).padStart(32, '0')}`;
}

/** Twilio's algorithm written down once more, from its documentation, to check ours against. */
export function sign(url: string, fields: [string, string][] = [], token = AUTH_TOKEN): string {
  const keys = [...new Set(fields.map(([key]) => key))].sort();
  const text = keys.map((key) => {
    const values = new Set(fields.filter(([k]) => k === key).map(([, value]) => value));
    return [...values]
      .sort()
      .map((value) => key + value)
      .join('');
  });
  return createHmac('sha1', token)
    .update(url + text.join(''))
    .digest('base64');
}

export function summaryOf(order: CallOrder, endReason: EndReason): CallSummary {
  const now = new Date().toISOString();
  return {
    ...{ callSid: order.callSid, streamSid: null, direction: order.direction, agent: order.agentId },
    ...{ agentVariant: order.agentVariant, agentHash: order.agentHash },
    ...fromAndTo(order),
    ...{
      startedAt: now,
      endedAt: now,
      durationS: 3.4,
      endReason,
      apologyOwed: false,
      recording: null,
      turns: [],
      bargeIns: [],
      tools: [],
      handOffs: [],
      pauses: [],
      operators: [],
      errors: [],
    },
    usage: {
      ...{ promptTokens: 0, completionTokens: 0, ttsCharacters: 0, sttSeconds: 0 },
      discardedTokens: 0,
      discardedCharacters: 0,
    },
    media: { framesIn: 0, lost: 0, late: 0, concealed: 0, framesOut: 0, underruns: 0 },
  };
}

/** The worker's half of one call, played by the test. */
export class FakeCall {
  readonly rings: SlotRings;
  readonly #flags: SlotFlags;
  readonly #bell: Doorbell;

  constructor(
    memory: SharedMemory,
    readonly order: CallOrder,
    readonly end: (reason: EndReason, apologyOwed?: boolean) => void,
    readonly fail: (error: Error) => void,
  ) {
    this.rings = new SlotRings(memory.slab, order.slot);
    this.#flags = new SlotFlags(memory.slab);
    this.#bell = new Doorbell(memory.doorbells, 0);
  }

  /** Next ingress record, waiting for it; `type` as its name. */
  async read(): Promise<{ type: string; text: string }> {
    const { ingress } = this.rings;
    while (!ingress.next()) await new Promise((resolve) => setImmediate(resolve));
    const type = Object.entries(INGRESS).find(([, value]) => value === ingress.type)![0];
    const text = Buffer.from(ingress.bytes.slice(ingress.offset, ingress.offset + ingress.length)).toString();
    ingress.release();
    return { type, text };
  }

  send(text: string): void {
    this.rings.egress.tryWriteText(EGRESS.MESSAGE, text);
    this.ring();
  }
  close(): void {
    this.rings.egress.tryWriteText(EGRESS.CLOSE, '');
    this.ring();
  }
  ring(): void {
    this.#flags.mark(this.order.slot);
    this.#bell.ring();
  }
}

export class FakeRunner implements CallRunner {
  ready = true;
  late = 0;
  hung = 0;
  readonly calls: FakeCall[] = [];
  /** What a worker would tell. */
  tell: (message: WorkerMessage) => void = () => {};
  constructor(readonly memory: SharedMemory) {}

  listen(take: (message: WorkerMessage) => void): void {
    this.tell = take;
  }

  run(order: CallOrder): Promise<CallSummary> {
    return new Promise((resolve, reject) => {
      this.calls.push(
        new FakeCall(
          this.memory,
          order,
          (reason, apologyOwed = false) => resolve({ ...summaryOf(order, reason), apologyOwed }),
          reject,
        ),
      );
    });
  }
  get last(): FakeCall {
    return this.calls[this.calls.length - 1];
  }
}

export interface VendorRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  form: URLSearchParams;
}
export type VendorAnswer = { status: number; body?: unknown; headers?: Record<string, string> } | 'reset' | 'hang';

/** One HTTP server that plays Twilio's REST API and every provider's; `answer` decides, `requests` remembers. */
export class FakeVendors {
  readonly requests: VendorRequest[] = [];
  answer: (request: VendorRequest) => VendorAnswer | Promise<VendorAnswer> = () => ({ status: 200, body: {} });
  readonly #server = http.createServer((req, res) => void this.#serve(req, res));

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  dials(): VendorRequest[] {
    return this.requests.filter((request) => request.method === 'POST' && request.path.endsWith('/Calls.json'));
  }
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(req: http.IncomingMessage, res: http.ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part as Buffer);
    const request = {
      method: req.method ?? '',
      path: (req.url ?? '').split('?')[0],
      headers: req.headers,
      form: new URLSearchParams(Buffer.concat(parts).toString()),
    };
    this.requests.push(request);
    const answer = await this.answer(request);
    if (answer === 'hang') return;
    if (answer === 'reset') return void req.socket.resetAndDestroy();
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    res.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    res.end(text);
  }
}

/** A call as Twilio's REST shows it, with its explicit nulls. */
export function restCall(fields: Record<string, unknown>): Record<string, unknown> {
  return {
    ...{ sid: newCallSid(), account_sid: ACCOUNT_SID, status: 'queued', direction: 'outbound-api' },
    ...{ to: '+14155552671', from: '+14155550100', start_time: null, end_time: null, duration: null },
    ...{ date_created: null, date_updated: null, answered_by: null, queue_time: '0' },
    ...fields,
  };
}

export interface TestServer {
  base: string;
  config: EngineConfig;
  memory: SharedMemory;
  runner: FakeRunner;
  store: Store;
  audit: AuditLog;
  vendors: FakeVendors;
  server: PhoneServer;
  /** A webhook, correctly signed unless `signature` says otherwise. */
  webhook(path: string, fields: Record<string, string> | [string, string][], signature?: string): Promise<Response>;
  /** An inbound call up to its TwiML; returns the stream URL. */
  ring(callSid: string, fields?: Record<string, string>): Promise<string>;
  /** Opens the media socket as Twilio does. */
  connect(streamUrl: string, signature?: string): WebSocket;
  metrics(): Promise<string>;
  /** What the server has logged, and the same as text. */
  lines: JsonBody[];
  text(): string;
}

/**
 * @param env further variables over a complete configuration
 * @param answer what the vendors answer from the start
 * @param shared a store that several servers have in common
 */
export async function startTestServer(
  env: Record<string, string> = {},
  answer?: FakeVendors['answer'],
  shared?: Store,
): Promise<TestServer> {
  const vendors = await new FakeVendors().start();
  if (answer !== undefined) vendors.answer = answer;
  const config = loadConfig(
    {
      ...{ TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_AUTH_TOKEN: AUTH_TOKEN, TWILIO_PHONE_NUMBER: '+14155550100' },
      ...{ OPENAI_API_KEY: 'openai-key', DEEPGRAM_API_KEY: 'deepgram-key', CARTESIA_API_KEY: 'cartesia-key' },
      ...{ OPENAI_BASE_URL: `${vendors.url}/openai/v1`, DEEPGRAM_BASE_URL: `${vendors.url}/deepgram` },
      ...{ CARTESIA_BASE_URL: `${vendors.url}/cartesia`, TWILIO_BASE_URL: vendors.url },
      ...{
        HOST: '127.0.0.1',
        HTTP_ENGINE: process.env['RINGLINE_TEST_ENGINE'] ?? 'auto',
        PORT: '0',
        CALLS_MAX: '3',
        WORKERS: '1',
        DRAIN_TIMEOUT_MS: '0',
        RECORDING_DIR: '/nonexistent',
      },
      ...env,
    },
    [],
  );
  const lines: JsonBody[] = [];
  const memory = createSharedMemory(config);
  const runner = new FakeRunner(memory);
  const log = createLogger({ level: 'info', sink: (line) => lines.push(JSON.parse(line) as JsonBody) });
  const agents = new AgentBook(readAgents(config.agent.file));
  const store = shared ?? (await openStore(config.store, log));
  const audit = new AuditLog({ config, log });
  const server = await startPhoneServer({ config, agents, memory, runner, store, audit, log, version: '0.0.0' });
  const base = `http://127.0.0.1:${server.port}`;

  const webhook: TestServer['webhook'] = (path, fields, signature) => {
    const pairs = Array.isArray(fields) ? fields : Object.entries(fields);
    return fetch(base + path, {
      method: 'POST',
      headers: { 'x-twilio-signature': signature ?? sign(base + path, pairs) },
      body: new URLSearchParams(pairs),
    });
  };
  return {
    ...{ base, config, memory, runner, store, audit, vendors, server, webhook, lines },
    text: () => JSON.stringify(lines),
    async ring(callSid, fields = {}) {
      const form = { CallSid: callSid, From: '+14155552671', To: '+14155550100', Direction: 'inbound', ...fields };
      return streamUrlIn(await (await webhook('/', form)).text());
    },
    connect(streamUrl, signature = sign(streamUrl.replace(/^ws:/, 'wss:'))) {
      return new WebSocket(streamUrl, {
        perMessageDeflate: false,
        headers: { 'x-twilio-signature': signature, 'user-agent': 'Twilio.TmeWs/1.0' },
      });
    },
    metrics: async () => (await fetch(`${base}/metrics`)).text(),
  };
}

/** What several servers in this process can share as if it were Redis. */
export function sharedMemory(): Store {
  return Object.assign(new MemoryStore(), { isShared: true as const }) as unknown as Store;
}

/** Stops server and vendors; the runner's calls end when they are hung up. */
export async function stopTestServer({ server, runner, store, audit, vendors }: TestServer): Promise<void> {
  for (const call of runner.calls) call.end('drain');
  await server.stop();
  await store.close();
  await audit.close();
  vendors.close();
}

export function streamUrlIn(twiml: string): string {
  return /<Stream url="([^"]+)"/.exec(twiml)?.[1] ?? `no stream in ${twiml}`;
}

/** How a handshake ended: `open`, or the HTTP status that refused it. */
export function handshake(ws: WebSocket): Promise<'open' | number> {
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve('open'));
    ws.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    ws.once('error', reject);
  });
}

export function nextMessage(ws: WebSocket): Promise<string> {
  return new Promise((resolve) => ws.once('message', (data) => resolve(String(data))));
}

export function closeCode(ws: WebSocket): Promise<number> {
  return new Promise((resolve) => ws.once('close', resolve));
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what its test is about
export type JsonBody = Record<string, any>;

/** Value of one series in a text exposition; 0 when it is not there. */
export function metric(exposition: string, series: string): number {
  const line = exposition.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
}

/** Waits until `check` is true; the test's own timeout is the bound. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 2));
}
