// Where everything that workers report arrives, and from where it goes to whoever asked for it: registry, log, health,
// stores, operators. Each subscriber has a queue of its own, so a slow one delays nobody and loses its oldest events
// first, counted. Nothing is decided here.

import type { EndReason } from '../call/call.js';
import type { CallEvent } from '../call/call_events.js';
import type { Logger } from '../log.js';
import type { WorkerMessage, WorkerTopics } from '../threads/worker_messages.js';

/** Events a subscriber may be behind: a few seconds of a busy server. */
const QUEUE_MAX = 1024;

/** Takes one event; the next comes when the promise is settled. What it throws is logged. */
type Take<E> = (event: E) => void | Promise<void>;

interface Subscriber {
  readonly name: string;
  readonly take: Take<never>;
  readonly queueMax: number;
  readonly queue: unknown[];
  busy: boolean;
}

export class EventHub {
  readonly #log: Logger;
  readonly #subscribers = new Map<keyof WorkerTopics, Subscriber[]>();
  readonly #dropped = new Map<string, number>();
  /** By slot: the last number seen of the call that runs on it. */
  readonly #lastSeq = new Map<number, number>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * @param name for metrics and log, one a subscriber
   * @param queueMax events that may wait while `take` is not done with the one before
   * @returns ends the subscription; what still waits is dropped. Safe twice.
   */
  subscribe<T extends keyof WorkerTopics>(
    topic: T,
    name: string,
    take: Take<WorkerTopics[T]>,
    queueMax = QUEUE_MAX,
  ): () => void {
    const subscriber: Subscriber = { name, take: take as Take<never>, queueMax, queue: [], busy: false };
    const others = this.#subscribers.get(topic) ?? [];
    this.#subscribers.set(topic, [...others, subscriber]);
    this.#dropped.set(name, this.#dropped.get(name) ?? 0);
    return () => {
      subscriber.queue.length = 0;
      const all = this.#subscribers.get(topic) ?? [];
      this.#subscribers.set(
        topic,
        all.filter((each) => each !== subscriber),
      );
    };
  }

  /** Lost to full queues since the start, by subscriber. */
  get dropped(): ReadonlyMap<string, number> {
    return this.#dropped;
  }

  /** Takes in one message of a worker. */
  readonly publish = ({ topic, payload }: WorkerMessage): void => {
    if (topic === 'call') {
      if (payload.kind === 'ended') this.#lastSeq.delete(payload.slot);
      else this.#lastSeq.set(payload.slot, payload.seq);
    }
    for (const subscriber of this.#subscribers.get(topic) ?? []) this.#offer(subscriber, payload);
  };

  /** The number of the last event of the slot's call; 0 = none yet, or it is over. */
  lastSeq(slot: number): number {
    return this.#lastSeq.get(slot) ?? 0;
  }

  /** A call is over whose worker could not say so: it died, or there never was one. */
  endWithoutWorker({ callSid, slot }: Pick<CallEvent, 'callSid' | 'slot'>, reason: EndReason | null): void {
    const seq = this.lastSeq(slot) + 1;
    const payload: CallEvent = { callSid, slot, seq, atMs: Date.now(), kind: 'ended', reason, summary: null };
    this.publish({ topic: 'call', payload });
  }

  #offer(subscriber: Subscriber, event: unknown): void {
    if (!subscriber.busy) return this.#hand(subscriber, event);
    if (subscriber.queue.length >= subscriber.queueMax) {
      subscriber.queue.shift();
      this.#dropped.set(subscriber.name, (this.#dropped.get(subscriber.name) ?? 0) + 1);
    }
    subscriber.queue.push(event);
  }

  #hand(subscriber: Subscriber, event: unknown): void {
    let taking: void | Promise<void>;
    try {
      taking = subscriber.take(event as never);
    } catch (thrown) {
      return this.#onThrown(subscriber, thrown);
    }
    if (!(taking instanceof Promise)) return;
    subscriber.busy = true;
    taking
      .catch((thrown: unknown) => this.#onThrown(subscriber, thrown))
      .finally(() => {
        subscriber.busy = false;
        this.#next(subscriber);
      });
  }

  #next(subscriber: Subscriber): void {
    while (!subscriber.busy && subscriber.queue.length > 0) this.#hand(subscriber, subscriber.queue.shift());
  }

  #onThrown({ name }: Subscriber, thrown: unknown): void {
    // The log is a subscriber itself: a line about its own failure would come back to it.
    if (name !== 'log') this.#log.error({ subscriber: name, err: thrown }, 'defect: a subscriber of events failed');
  }
}
