// A plain text-to-speech client for the simulator's own tests: sends requests, collects events, waits for conditions.

import { WebSocket } from 'ws';

export const KEY = 'sk-cartesia-test';
export const VERSION = '2026-08-14';

export interface CartesiaEvent {
  type: string;
  context_id?: string;
  data?: string;
  done?: boolean;
  status_code?: number;
  error_code?: string;
  flush_id?: number;
  word_timestamps?: { words: string[]; start: number[]; end: number[] };
  atMs: number;
}

export class CartesiaClient {
  readonly events: CartesiaEvent[] = [];
  readonly raw: string[] = [];
  closed: { code: number; reason: string } | null = null;
  #waiters: { test: () => unknown; done: (value: never) => void }[] = [];

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data, isBinary) => {
      this.raw.push(isBinary ? 'binary!' : String(data));
      try {
        this.events.push({ ...(JSON.parse(String(data)) as CartesiaEvent), atMs: performance.now() });
      } catch {}
      this.#wake();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
      this.#wake();
    });
  }

  static open(url: string, headers: Record<string, string> = {}): Promise<CartesiaClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/tts/websocket`, {
      headers: { authorization: `Bearer ${KEY}`, 'cartesia-version': VERSION, ...headers },
    });
    const client = new CartesiaClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client));
      socket.on('error', reject);
    });
  }

  say(contextId: string, transcript: string, more: object = {}): void {
    this.socket.send(JSON.stringify(generation(contextId, transcript, more)));
  }

  cancel(contextId: string): void {
    this.socket.send(JSON.stringify({ context_id: contextId, cancel: true }));
  }

  of(contextId: string, type: string): CartesiaEvent[] {
    return this.events.filter((event) => event.context_id === contextId && event.type === type);
  }

  audioBytes(contextId: string): number {
    return this.of(contextId, 'chunk').reduce((sum, event) => sum + Buffer.from(event.data ?? '', 'base64').length, 0);
  }

  done(contextId: string): Promise<CartesiaEvent> {
    return this.until(() => this.of(contextId, 'done')[0]);
  }

  /** Resolves with the first truthy value of `test`, looked at after every message and at the close. */
  until<T>(test: () => T): Promise<NonNullable<T>> {
    const value = test();
    if (value) return Promise.resolve(value);
    return new Promise((resolve) => this.#waiters.push({ test, done: resolve as never }));
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      const value = waiter.test();
      if (value) waiter.done(value as never);
      else this.#waiters.push(waiter);
    }
  }
}

export function generation(contextId: string | undefined, transcript: string, more: object = {}): object {
  return {
    model_id: 'sonic-3',
    transcript,
    voice: 'a0e99841-438c-4a64-b679-ae501e7d6091',
    output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
    language: 'en',
    context_id: contextId,
    continue: false,
    max_buffer_delay_ms: 0,
    ...more,
  };
}
