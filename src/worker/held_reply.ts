// The reply that was under way where a call was held before: its rest is said here, or, where nothing is left to say, its end
// is told when its last sound has played. What was heard of it is written down by call_memory.ts.

import type { CallPlan } from '../agents/call_plan.js';
import type { CallOrder } from '../call/call.js';
import type { UnfinishedReply } from '../call/call_snapshot.js';
import { readsAsFarewell } from '../conversation/turns/farewell.js';
import type { ReplyKind, TurnEvent } from '../conversation/turns/turn_events.js';
import type { CallMemory } from './call_memory.js';
import type { Speaker } from './speaker.js';

const SPEAKABLE = /[\p{L}\p{N}]/u;

export interface HeldReplyLinks {
  memory: Pick<CallMemory, 'goesOn' | 'saidAll'>;
  speaker: Pick<Speaker, 'say'>;
  event(event: TurnEvent, now: number): void;
}

export class HeldReply {
  readonly #saying: UnfinishedReply;
  readonly #asked: string;
  readonly #playEndMs: number;
  readonly #plan: Pick<CallPlan, 'farewell'>;
  readonly #links: HeldReplyLinks;
  /** When the last sound of a reply has played of which nothing was left to say here. */
  #allSaidMs = Number.POSITIVE_INFINITY;

  constructor(saying: UnfinishedReply, order: CallOrder, plan: Pick<CallPlan, 'farewell'>, links: HeldReplyLinks) {
    this.#saying = saying;
    this.#asked = order.resume?.asked ?? '';
    this.#playEndMs = order.takeOver?.playEndMs ?? 0;
    this.#plan = plan;
    this.#links = links;
  }

  /** Null where nothing was being said: nothing of this exists then. */
  static of(order: CallOrder, plan: Pick<CallPlan, 'farewell'>, links: HeldReplyLinks): HeldReply | null {
    const saying = order.resume?.saying ?? null;
    return saying === null ? null : new HeldReply(saying, order, plan, links);
  }

  /** The caller can hear us: the rest is said. */
  goOn(): void {
    const { memory, speaker } = this.#links;
    const saying = this.#saying;
    const rest = memory.goesOn(saying);
    if (SPEAKABLE.test(rest)) return void speaker.say(saying.kind as ReplyKind, saying.turn, rest, false);
    memory.saidAll(saying);
    this.#allSaidMs = this.#playEndMs;
  }

  /** The beat. */
  tick(now: number): void {
    if (now < this.#allSaidMs) return;
    this.#allSaidMs = Number.POSITIVE_INFINITY;
    const { kind, text } = this.#saying;
    const farewell = kind === 'answer' && readsAsFarewell(text, this.#asked, this.#plan.farewell);
    this.#links.event({ on: 'reply_played', farewell, text }, now);
  }
}
