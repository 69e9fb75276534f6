// Numbers and times what one call has to tell, and hands it on. What becomes of it is server/event_hub.ts.

import type { CallOrder } from '../call/call.js';
import type { CallEvent, CallNews } from '../call/call_events.js';
import type { CallSnapshot, StreamPlace } from '../call/call_snapshot.js';
import type { CallReportParts } from '../call/report_parts.js';

/** What a snapshot holds that is not about words. */
export interface CallMoment {
  stream: StreamPlace | null;
  past: CallReportParts;
}

export class EventFeed {
  readonly #callSid: string;
  readonly #slot: number;
  readonly #post: (event: CallEvent) => void;
  readonly #moment: () => CallMoment;
  #seq: number;

  /** @param moment asked when a snapshot is taken */
  constructor(
    order: Pick<CallOrder, 'callSid' | 'slot' | 'resume' | 'takeOver'>,
    post: (event: CallEvent) => void,
    moment: () => CallMoment,
  ) {
    this.#callSid = order.callSid;
    this.#slot = order.slot;
    this.#seq = order.takeOver?.lastSeq ?? order.resume?.seq ?? 0;
    this.#post = post;
    this.#moment = moment;
  }

  emit(news: CallNews): void {
    this.#seq++;
    this.#post({ callSid: this.#callSid, slot: this.#slot, seq: this.#seq, atMs: Date.now(), ...news });
  }

  /** The call as it is now. */
  snapshot(taken: Omit<CallSnapshot, 'seq' | 'atMs' | keyof CallMoment>): void {
    const seq = this.#seq + 1;
    this.emit({ kind: 'snapshot', snapshot: { ...taken, ...this.#moment(), seq, atMs: Date.now() } });
  }
}
