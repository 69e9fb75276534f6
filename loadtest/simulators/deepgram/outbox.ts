// Sends one stream's messages as late as a real recogniser would, and never out of order.

import { drawMs, type Latency } from '../latency.js';

/** From the audio that causes a message (or the Finalize) until it leaves. */
export interface DeepgramLatency {
  /** Handshake answer. */
  connect: Latency;
  interim: Latency;
  /** Finals that Deepgram's own endpointer or span limit causes. */
  final: Latency;
  /** The answer to Finalize, and to CloseStream. */
  finalize: Latency;
}

/** Finalize is answered in 80-150 ms in practice; the rest follows the vendor's published streaming latency. */
export const DEEPGRAM_LATENCY = {
  connect: { kind: 'uniform', min: 5, max: 20 },
  interim: { kind: 'uniform', min: 60, max: 180 },
  final: { kind: 'uniform', min: 100, max: 200 },
  finalize: { kind: 'lognormal', p50: 105, p99: 170 },
} as const satisfies DeepgramLatency;

export type MessageKind = 'interim' | 'final' | 'finalize';

export interface OutboxSink {
  sendText(text: string): void;
  /** A message of this kind leaves. */
  onSend(kind: MessageKind): void;
  now(): number;
}

export class StreamOutbox {
  /** Failure `stall`: nothing leaves any more. */
  stalled = false;
  /** Added to every delay: a recogniser that was given audio faster than it takes it. */
  lagMs = 0;
  readonly #queue: { dueMs: number; action: () => void }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #lastText = '';
  #closed = false;
  #onEmpty: (() => void) | null = null;

  constructor(
    readonly sink: OutboxSink,
    readonly latency: DeepgramLatency,
    readonly random: () => number,
  ) {}

  /** Queues one message. */
  send(kind: MessageKind, text: string): void {
    this.#lastText = text;
    this.schedule(kind, () => {
      this.sink.onSend(kind);
      this.sink.sendText(text);
    });
  }

  /** Queues the newest message once more: what the `duplicate_final` failure does. */
  repeatLast(): void {
    this.send('final', this.#lastText);
  }

  /** Runs `action` in its turn among the messages; kind null = right after the message queued before it. */
  schedule(kind: MessageKind | null, action: () => void): void {
    if (this.stalled || this.#closed) return;
    const delayMs = kind === null ? 0 : drawMs(this.latency[kind], this.random) + this.lagMs;
    this.#queue.push({ dueMs: Math.max(this.#queue.at(-1)?.dueMs ?? 0, this.sink.now() + delayMs), action });
    if (this.#queue.length === 1) this.#pump();
  }

  /** Calls back once nothing waits any more: at once, or after the last message. */
  whenEmpty(callback: () => void): void {
    this.#onEmpty = callback;
    if (this.#queue.length === 0) callback();
  }

  close(): void {
    this.#closed = true;
    this.#onEmpty = null;
    this.#queue.length = 0;
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** One timer for the head of the queue: two timers due in the same millisecond may fire in either order. */
  #pump(): void {
    this.#timer = null;
    let head = this.#queue[0];
    while (head && !this.stalled) {
      const waitMs = head.dueMs - this.sink.now();
      if (waitMs >= 0.5) {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(waitMs));
        return;
      }
      head.action();
      this.#queue.shift();
      head = this.#queue[0];
    }
    if (!head) this.#onEmpty?.();
  }
}
