// Numbers and times what one call has to tell, and hands it on. What becomes of it is server/event_hub.ts.

import type { CallOrder } from '../call/call.js';
import type { CallEvent, CallNews } from '../call/call_events.js';
import type { CallSnapshot } from '../call/call_snapshot.js';

export class EventFeed {
  readonly #callSid: string;
  readonly #slot: number;
  readonly #post: (event: CallEvent) => void;
  #seq: number;

  constructor(order: Pick<CallOrder, 'callSid' | 'slot' | 'resume'>, post: (event: CallEvent) => void) {
    this.#callSid = order.callSid;
    this.#slot = order.slot;
    this.#seq = order.resume?.seq ?? 0;
    this.#post = post;
  }

  emit(news: CallNews): void {
    this.#seq++;
    this.#post({ callSid: this.#callSid, slot: this.#slot, seq: this.#seq, atMs: Date.now(), ...news });
  }

  /** The call as it is now. */
  snapshot(taken: Omit<CallSnapshot, 'seq' | 'atMs'>): void {
    const seq = this.#seq + 1;
    this.emit({ kind: 'snapshot', snapshot: { ...taken, seq, atMs: Date.now() } });
  }
}
