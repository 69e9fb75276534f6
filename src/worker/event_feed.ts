// Numbers and times what one call has to tell, and hands it on. What becomes of it is server/event_hub.ts.

import type { CallOrder } from '../call/call.js';
import type { CallEvent, CallNews } from '../call/call_events.js';

export class EventFeed {
  readonly #callSid: string;
  readonly #slot: number;
  readonly #post: (event: CallEvent) => void;
  #seq = 0;

  constructor({ callSid, slot }: Pick<CallOrder, 'callSid' | 'slot'>, post: (event: CallEvent) => void) {
    this.#callSid = callSid;
    this.#slot = slot;
    this.#post = post;
  }

  emit(news: CallNews): void {
    this.#seq++;
    this.#post({ callSid: this.#callSid, slot: this.#slot, seq: this.#seq, atMs: Date.now(), ...news });
  }
}
