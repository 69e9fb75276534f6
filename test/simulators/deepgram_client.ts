// A plain listen client for the simulator's own tests: sends mu-law, collects messages, waits for conditions.

import { WebSocket } from 'ws';

export const KEY = 'dg-test-key';

export interface DeepgramMessage {
  type: string;
  is_final?: boolean;
  speech_final?: boolean;
  from_finalize?: boolean;
  start: number;
  duration: number;
  channel: { alternatives: { transcript: string; words: { word: string; start: number; end: number }[] }[] };
  // v2
  event?: string;
  transcript?: string;
  turn_index?: number;
  sequence_id?: number;
  trigger?: string;
}

/** 20 ms of mu-law: a loud square wave, or digital silence. */
export const LOUD_FRAME = Uint8Array.from({ length: 160 }, (_, i) => (i % 16 < 8 ? 0x92 : 0x12));
export const SILENT_FRAME = new Uint8Array(160).fill(0xff);

export class DeepgramClient {
  readonly messages: DeepgramMessage[] = [];
  readonly raw: string[] = [];
  closed: { code: number; reason: string } | null = null;
  #waiters: { test: () => unknown; done: (value: never) => void }[] = [];

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.raw.push(String(data));
      try {
        this.messages.push(JSON.parse(String(data)) as DeepgramMessage);
      } catch {}
      this.#wake();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
      this.#wake();
    });
  }

  /** Resolves when open; rejects with `status: dg-error` when refused. */
  static open(url: string, path: string, key = KEY): Promise<DeepgramClient> {
    const socket = new WebSocket(url.replace('http', 'ws') + path, { headers: { authorization: `Token ${key}` } });
    const client = new DeepgramClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client));
      socket.once('unexpected-response', (_request, response) => {
        reject(new Error(`${response.statusCode}: ${String(response.headers['dg-error'])}`));
        socket.terminate();
      });
      socket.on('error', reject);
    });
  }

  /** Sends `ms` of audio at once: the simulator's clock is the audio itself. */
  speak(ms: number): void {
    for (let i = 0; i < ms; i += 20) this.socket.send(LOUD_FRAME);
  }

  silence(ms: number): void {
    for (let i = 0; i < ms; i += 20) this.socket.send(SILENT_FRAME);
  }

  control(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Resolves with the first truthy value of `test`, looked at after every message and at the close. */
  until<T>(test: () => T): Promise<NonNullable<T>> {
    const value = test();
    if (value) return Promise.resolve(value);
    return new Promise((resolve) => this.#waiters.push({ test, done: resolve as never }));
  }

  /** The first message that fits, now or later. */
  message(test: (message: DeepgramMessage) => unknown): Promise<DeepgramMessage> {
    return this.until(() => this.messages.find(test));
  }

  get finals(): DeepgramMessage[] {
    return this.messages.filter((message) => message.type === 'Results' && message.is_final);
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

export const transcriptOf = (message: DeepgramMessage): string => message.channel.alternatives[0].transcript;
