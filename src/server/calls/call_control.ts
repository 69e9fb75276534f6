// The life of a call as the main thread sees it: slot, registry entry, worker task, ticket, socket, and the order in
// which they come and go. Everything that begins or ends a call goes through here.
//
//   webhook -> slot reserved -> task starts (the worker warms up) -> TwiML -> socket opens -> … -> task ends
//   -> what is left is sent, socket closed, rings wiped, slot free
//
// Leaves to others: what Twilio tells (call_desk.ts), Twilio's REST (dialler.ts), what the call says (the worker).

import type { AgentBook } from '../../agents/agent_book.js';
import { type CallDirection, type CallOrder, type EndReason, numbersOf } from '../../call/call.js';
import type { CallAct } from '../../call/call_acts.js';
import type { CallSummary } from '../../call/call_report.js';
import type { CallSnapshot } from '../../call/call_snapshot.js';
import { nowMs } from '../../clock.js';
import { type EngineError, toEngineError } from '../../errors.js';
import type { Logger } from '../../log.js';
import { INGRESS } from '../../threads/record_types.js';
import type { SlotRings } from '../../threads/slab.js';
import type { EventHub } from '../event_hub.js';
import type { IngressWriter } from '../media/ingress_writer.js';
import type { MediaTicket, MediaTokens } from '../media/media_tokens.js';
import type { ServerMetrics } from '../server_metrics.js';
import type { CallRunner } from '../worker_pool.js';
import type { Admission, Lane, RefusalReason } from './admission.js';
import type { CallMoves } from './call_moves.js';
import type { CallEntry, CallRegistry, NewCall } from './call_registry.js';
import { isBroken } from './comebacks.js';
import type { KeptCalls } from './kept_calls.js';

/** How long a redirected call waits for its own slot when there is no other. */
const SLOT_BACK_TIMEOUT_MS = 3_000;

export interface CallControlOptions {
  admission: Admission;
  registry: CallRegistry;
  tokens: MediaTokens;
  runner: CallRunner;
  kept: KeptCalls;
  moves: CallMoves;
  events: EventHub;
  agents: Pick<AgentBook, 'pick' | 'forOrder'>;
  ingress: IngressWriter;
  rings: readonly SlotRings[];
  metrics: ServerMetrics;
  log: Logger;
  /** Milliseconds from the webhook to the media socket. */
  startTimeoutMs: number;
  /** The TwiML of a call of ours names this ticket. */
  onTicketIssued(ticket: MediaTicket, entry: CallEntry): void;
  /** Sends what the worker wrote last. */
  flush(slot: number): void;
  /** Is the slot's media socket open? */
  isSocketOpen(slot: number): boolean;
  /** Closes the slot's media socket, if it is open. */
  endSocket(slot: number): void;
  /** The slot's caller waits for the rest of a reply; and: the call is over, nobody waits any more. */
  awaitRest(slot: number): void;
  forgetSound(slot: number): void;
}

export interface IncomingCall {
  callSid: string;
  direction: CallDirection;
  from: string;
  to: string;
  /** What the dial gave for the agent's templates, when another instance dialled. */
  variables?: Record<string, string> | undefined;
  /** The agent it was dialled for. */
  wantedAgent?: string | null | undefined;
  /** Its stream broke, or the process that held it died: it goes on from here. */
  resume?: CallSnapshot | null | undefined;
}

export class CallControl {
  readonly #options: CallControlOptions;
  /** By slot: the call that runs on it, from its acceptance to its end. */
  readonly #running: (CallEntry | null)[];
  readonly #startTimers: (NodeJS.Timeout | undefined)[] = [];
  readonly #awaitingEnd = new Map<string, (() => void)[]>();
  #onIdle: (() => void) | null = null;

  constructor(options: CallControlOptions) {
    this.#options = options;
    this.#running = new Array<CallEntry | null>(options.admission.slots).fill(null);
  }

  /**
   * A call wants its media stream: the first webhook of an inbound call, or an outbound call that was answered. The
   * task starts at once, so that the worker connects to the providers while the TwiML travels. The same call again:
   * before its stream has begun (a repeated webhook) it gets another ticket for the same slot; once the stream runs,
   * Twilio was told to start over and opens a new stream, so a new task waits for that one, and the old one ends when
   * it comes.
   * @param socketBase `wss://host`, what the stream URL begins with
   * @returns the stream URL for the TwiML, or why the call can't be taken
   */
  async accept(call: IncomingCall, socketBase: string): Promise<{ streamUrl: string } | { refused: RefusalReason }> {
    const { admission, registry, tokens, log } = this.#options;
    const known = registry.find(call.callSid);
    let entry: CallEntry | RefusalReason;
    if (known === undefined) {
      entry = this.#admit({ ...call, variables: call.variables ?? {} });
    } else if (known.phase === 'ended' && known.endReason === null) {
      // We stopped ringing, or gave it up, in the moment in which it was answered. Nobody expects a conversation.
      entry = this.#refuse(call.callSid, 'cancelled');
    } else if (known.phase === 'ended' || known.phase === 'connected') {
      // Who dialled whom, and for what, is as it was; the webhook of a redirected call may be the other direction's.
      const { callSid, direction, from, to, variables, wantedAgent, comebacks } = known;
      if (known.phase === 'connected' && admission.isFull) {
        // Its own slot is the only one it can have.
        this.hangUp(known, 'redirected');
        await this.over(callSid, SLOT_BACK_TIMEOUT_MS);
      }
      const again = { callSid, direction, from, to, variables, wantedAgent, comebacks, resume: call.resume };
      entry = this.#admit(again, 'again');
    } else {
      entry = known;
      if (known.phase === 'dialling') this.#start(known);
      else log.info({ callSid: call.callSid }, 'webhook repeated');
    }
    if (typeof entry === 'string') return { refused: entry };
    const ticket = tokens.issue(entry.callSid, entry.slot, socketBase, nowMs());
    this.#options.onTicketIssued(ticket, entry);
    return { streamUrl: ticket.streamUrl };
  }

  /** The media socket of a call comes here that another instance has announced: from now on the call is held here.
   *  Returns its slot, or why there is none. */
  takeOver(call: IncomingCall & Pick<CallEntry, 'variables'>): number | RefusalReason {
    const entry = this.#admit(call);
    return typeof entry === 'string' ? entry : entry.slot;
  }

  /** The call's stream is on another instance now: what runs of it here ends, without a word. @param slot the slot whose
   *  ticket was used there; -1 = none of ours */
  moved(callSid: string, slot: number): void {
    const { registry, events, admission } = this.#options;
    for (let entry = registry.findLive(callSid); entry !== undefined; entry = entry.previous ?? undefined) {
      if (entry.phase === 'connected' || entry.slot === slot) return this.hangUp(entry, 'moved');
      if (entry.phase !== 'dialling') continue;
      events.endWithoutWorker(entry, 'moved');
      admission.release(entry.slot);
      registry.end(entry, 'moved', null);
      entry.apologyOwed = false;
      return this.#tellIdle();
    }
  }

  /** A slot for a call we are about to dial; give it to `dialled` or back with `releaseReserved`. */
  reserve(): number | RefusalReason {
    const slot = this.#options.admission.reserve('outbound');
    if (typeof slot === 'string') this.#options.metrics.refused(slot);
    return slot;
  }

  releaseReserved(slot: number): void {
    this.#options.admission.release(slot);
    this.#tellIdle();
  }

  /** Twilio has taken the dial: from now on the call is known by its sid and holds the slot. */
  dialled(call: IncomingCall, slot: number, wanted: Pick<CallEntry, 'variables' | 'wantedAgent'>): CallEntry {
    const known = this.#options.registry.findLive(call.callSid);
    if (known !== undefined) {
      // It was answered before Twilio told us its sid, and under other numbers than we had dialled: it has a slot.
      this.releaseReserved(slot);
      return known;
    }
    return this.#options.registry.add({ ...call, slot, phase: 'dialling', ...wanted });
  }

  /** The dialled call came to nothing: busy, no answer, failed, canceled, or nobody told us for too long. */
  endUnanswered(entry: CallEntry): void {
    if (entry.phase !== 'dialling') return;
    const { callSid, slot } = entry;
    this.#options.events.endWithoutWorker({ callSid, slot }, null);
    this.#options.registry.end(entry, null, null);
    this.#options.admission.release(slot);
    this.#tellIdle();
  }

  /** The media socket of a call is open. */
  onSocketOpen(callSid: string, slot: number): void {
    const entry = this.#running[slot];
    if (entry?.callSid !== callSid) return;
    this.#clearStartTimer(slot);
    this.#options.tokens.spend(slot);
    entry.phase = 'connected';
    entry.connectedAt = new Date().toISOString();
    this.#options.ingress.control(slot, INGRESS.SOCKET_OPEN);
    this.#options.log.info({ callSid, slot }, 'media socket opened');
    // A call has one stream: from now on the caller hears this one.
    if (entry.previous !== null) this.hangUp(entry.previous, 'redirected');
  }

  /** The media socket of a call is gone, whoever closed it. The worker ends its part of the call; whether there is more of it,
   *  Twilio's next question tells (call_desk.ts). */
  onSocketClosed(callSid: string, slot: number, code: number, byUs: boolean): void {
    const entry = this.#running[slot];
    if (entry?.callSid !== callSid) return;
    // Before the worker takes what was being said for over.
    entry.left = this.#options.moves.cutOff(slot);
    entry.isSocketLost = !byUs;
    this.#options.ingress.control(slot, INGRESS.SOCKET_CLOSED, String(code));
    this.#options.log.info({ callSid, slot, code }, 'media socket closed');
  }

  /** Asks the worker to end a call that has reached it, with whatever still runs of it. Safe twice. */
  hangUp(entry: CallEntry, reason: EndReason): void {
    if (entry.previous !== null) this.hangUp(entry.previous, reason);
    if (entry.phase !== 'accepted' && entry.phase !== 'connected') return;
    this.#options.log.info({ callSid: entry.callSid, reason }, 'hanging up');
    entry.hangUp = reason;
    this.#options.ingress.control(entry.slot, INGRESS.HANGUP, reason);
  }

  /** Nothing is kept from now on of what is said in a live call, or all is again. Safe twice. */
  offRecord(entry: CallEntry, isOff: boolean): void {
    if (entry.previous !== null) this.offRecord(entry.previous, isOff);
    entry.isOffRecord = isOff;
    // One that is still being dialled is told when it starts.
    if (entry.phase === 'accepted' || entry.phase === 'connected') this.#tellOffRecord(entry);
  }

  #tellOffRecord({ slot, isOffRecord }: CallEntry): void {
    this.#options.ingress.control(slot, INGRESS.OFF_RECORD, isOffRecord ? 'on' : 'off');
  }

  /** Tells the worker who answered, by Twilio's word. */
  answeredBy(entry: CallEntry, answeredBy: string): void {
    if (entry.phase !== 'accepted' && entry.phase !== 'connected') return;
    this.#options.ingress.control(entry.slot, INGRESS.ANSWERED_BY, answeredBy);
  }

  /** What an operator does to a connected call: its worker carries it out. */
  act({ slot }: CallEntry, act: CallAct): void {
    this.#options.ingress.control(slot, INGRESS.ACT, JSON.stringify(act));
  }

  /** Resolves when no call of this sid is live any more, or after `timeoutMs`. */
  over(callSid: string, timeoutMs: number): Promise<void> {
    if (this.#options.registry.findLive(callSid) === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      const waiting = this.#awaitingEnd.get(callSid) ?? [];
      waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#awaitingEnd.set(callSid, waiting);
    });
  }

  /** Takes no new calls, waits for the running ones, hangs up what is left after `timeoutMs`, and resolves when the
   *  last one is over, or `graceMs` later at the latest. */
  async drain(timeoutMs: number, graceMs: number): Promise<void> {
    this.#options.admission.drain();
    if (await this.#idleWithin(timeoutMs)) return;
    for (const entry of [...this.#options.registry.live()]) {
      if (entry.phase === 'dialling') this.endUnanswered(entry);
      else this.hangUp(entry, 'drain');
    }
    await this.#idleWithin(graceMs);
  }

  /** A new call on a slot of its own, started. Whoever dialled: somebody is on the line. */
  #admit(call: Omit<NewCall, 'slot' | 'phase'>, lane: Lane = 'inbound'): CallEntry | RefusalReason {
    const slot = this.#options.admission.reserve(lane);
    if (typeof slot === 'string') return this.#refuse(call.callSid, slot);
    const entry = this.#options.registry.add({ ...call, slot, phase: 'accepted' });
    this.#start(entry);
    return entry;
  }

  #refuse(callSid: string, reason: RefusalReason): RefusalReason {
    this.#options.metrics.refused(reason);
    this.#options.log.warn({ callSid, reason }, 'call refused');
    return reason;
  }

  #start(entry: CallEntry): void {
    const { agents, log, startTimeoutMs } = this.#options;
    const { callSid, direction, from, to, slot, acceptedAt, variables, wantedAgent, resume } = entry;
    entry.phase = 'accepted';
    this.#running[slot] = entry;
    log.info({ callSid, slot, direction, from, to }, 'call accepted');
    this.#startTimers[slot] = setTimeout(() => this.#onStartTimeout(entry), startTimeoutMs);
    const numbers = numbersOf(direction, from, to);
    const agent = agents.pick({ callSid, ...numbers }, resume?.agentId ?? wantedAgent);
    entry.agent = agent;
    const call = { slot, callSid, direction, ...numbers, acceptedAt, variables: { ...variables } };
    const who = { ...call, ...agents.forOrder(agent, callSid) };
    this.#run(entry, { ...who, resume, takeOver: null });
  }

  #run(entry: CallEntry, order: CallOrder): void {
    if (entry.isOffRecord) this.#tellOffRecord(entry);
    this.#options.runner.run(order).then(
      (summary) => this.#finish(entry, summary.endReason, summary),
      (thrown: unknown) => this.#onTaskFailed(entry, order, toEngineError(thrown)),
    );
  }

  /**
   * The call's task came to no end of its own: its thread died or hung, or the call could not even be set up. Twilio is still
   * talking into the open socket. Where there is nobody to go on with the call, the socket is closed, Twilio asks what to do
   * next (connect-action), and its own voice apologises.
   */
  #onTaskFailed(entry: CallEntry, order: CallOrder, error: EngineError): void {
    const { kept, events, flush, log } = this.#options;
    const { callSid, slot } = entry;
    flush(slot);
    const summary = kept.summary(slot);
    // It was over, and its worker died before it could say so.
    if (summary !== null) return this.#finish(entry, summary.endReason, summary);
    if (error.code === 'WORKER_DIED' && this.#goesOn(entry, order, error)) return;
    log.error({ callSid, slot, err: error }, 'call failed');
    const reason = error.code === 'WORKER_DIED' ? 'worker_died' : 'error';
    events.endWithoutWorker({ callSid, slot }, reason);
    this.#finish(entry, reason, null);
  }

  /** Gives the call to another worker; false = it has lost too many. */
  #goesOn(entry: CallEntry, order: CallOrder, error: EngineError): boolean {
    const { moves, ingress, metrics, log, isSocketOpen, awaitRest } = this.#options;
    const { callSid, slot, phase, hangUp } = entry;
    const next = moves.next(order);
    if (next === null) return false;
    const { count } = next.takeOver!;
    const saying = next.resume?.saying ?? null;
    const reason = error.cause instanceof Error ? error.cause.message : error.code;
    log.warn({ callSid, slot, count, reason }, 'worker died: its call goes on in another one');
    metrics.moved();
    if (saying !== null && saying.sent > 0) awaitRest(slot);
    this.#run(entry, next);
    // What the dead one was told, it may have read.
    if (entry.hold !== null) this.act(entry, { act: 'pause', operator: entry.hold.operator });
    if (hangUp !== null) ingress.control(slot, INGRESS.HANGUP, hangUp);
    else if (phase === 'connected' && !isSocketOpen(slot)) ingress.control(slot, INGRESS.SOCKET_CLOSED, '1006');
    return true;
  }

  #finish(entry: CallEntry, reason: EndReason, summary: CallSummary | null): void {
    const { registry, admission, tokens, ingress, moves, rings, metrics, log } = this.#options;
    const { flush, endSocket, forgetSound } = this.#options;
    const { callSid, slot, direction } = entry;
    this.#clearStartTimer(slot);
    tokens.spend(slot);
    flush(slot);
    // Twilio goes on with the verb after <Connect>, which hangs up: no silent line stays open.
    endSocket(slot);
    this.#running[slot] = null;
    registry.end(entry, reason, summary);
    if (!isBroken(entry)) entry.left = null;
    if (registry.findLive(callSid) === undefined) {
      for (const tell of this.#awaitingEnd.get(callSid) ?? []) tell();
      this.#awaitingEnd.delete(callSid);
    }
    ingress.forget(slot);
    moves.forget(slot);
    forgetSound(slot);
    rings[slot].reset();
    admission.release(slot);
    metrics.ended(direction, reason);
    log.info({ callSid, slot, reason, durationS: summary?.durationS, turns: summary?.turns.length }, 'call closed');
    this.#tellIdle();
  }

  /** The stream never came. Of a call that was to start over only the part that waited for it ends. */
  #onStartTimeout(entry: CallEntry): void {
    this.#options.log.info({ callSid: entry.callSid, slot: entry.slot }, 'no media socket in time');
    this.#options.ingress.control(entry.slot, INGRESS.HANGUP, 'start_timeout');
  }

  #clearStartTimer(slot: number): void {
    clearTimeout(this.#startTimers[slot]);
    this.#startTimers[slot] = undefined;
  }

  #tellIdle(): void {
    if (this.#options.admission.inUse === 0) this.#onIdle?.();
  }

  #idleWithin(timeoutMs: number): Promise<boolean> {
    if (this.#options.admission.inUse === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
