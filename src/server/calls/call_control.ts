// The life of a call as the main thread sees it: slot, registry entry, worker task, ticket, socket, and the order in
// which they come and go. Everything that begins or ends a call goes through here.
//
//   webhook -> slot reserved -> task starts (the worker warms up) -> TwiML -> socket opens -> … -> task ends
//   -> what is left is sent, socket closed, rings wiped, slot free
//
// Leaves to others: HTTP (twilio_webhooks.ts), Twilio's REST (dialler.ts), what the call says (the worker).

import { type CallDirection, type EndReason, numbersOf } from '../../call/call.js';
import type { CallSummary } from '../../call/call_report.js';
import { nowMs } from '../../clock.js';
import { toEngineError } from '../../errors.js';
import type { Logger } from '../../log.js';
import { INGRESS } from '../../threads/record_types.js';
import type { SlotRings } from '../../threads/slab.js';
import type { IngressWriter } from '../media/ingress_writer.js';
import type { MediaTokens } from '../media/media_tokens.js';
import type { ServerMetrics } from '../server_metrics.js';
import type { CallRunner } from '../worker_pool.js';
import type { Admission, RefusalReason } from './admission.js';
import type { CallEntry, CallRegistry } from './call_registry.js';

export interface CallControlOptions {
  admission: Admission;
  registry: CallRegistry;
  tokens: MediaTokens;
  runner: CallRunner;
  ingress: IngressWriter;
  rings: readonly SlotRings[];
  metrics: ServerMetrics;
  log: Logger;
  /** Milliseconds from the webhook to the media socket. */
  startTimeoutMs: number;
  /** Sends what the worker wrote last. */
  flush(slot: number): void;
  /** Closes the slot's media socket, if it is open. */
  endSocket(slot: number): void;
}

export interface IncomingCall {
  callSid: string;
  direction: CallDirection;
  from: string;
  to: string;
}

export class CallControl {
  readonly #options: CallControlOptions;
  readonly #startTimers = new Map<string, NodeJS.Timeout>();
  readonly #awaitingEnd = new Map<string, (() => void)[]>();
  #onIdle: (() => void) | null = null;

  constructor(options: CallControlOptions) {
    this.#options = options;
  }

  /**
   * A call wants its media stream: the first webhook of an inbound call, or an outbound call that was answered. The
   * task starts at once, so that the worker connects to the providers while the TwiML travels. The same call again
   * (a repeated webhook) gets another ticket for the same slot.
   * @param socketBase `wss://host`, what the stream URL begins with
   * @returns the stream URL for the TwiML, or why the call can't be taken
   */
  accept(call: IncomingCall, socketBase: string): { streamUrl: string } | { refused: RefusalReason } {
    const { admission, registry, tokens, metrics, log } = this.#options;
    let entry = registry.findLive(call.callSid);
    if (entry === undefined) {
      const slot = admission.reserve();
      if (typeof slot === 'string') {
        metrics.refused(slot);
        log.warn({ callSid: call.callSid, reason: slot }, 'call refused');
        return { refused: slot };
      }
      entry = registry.add({ ...call, slot, phase: 'accepted', variables: {} });
      this.#start(entry);
    } else if (entry.phase === 'dialling') {
      entry.phase = 'accepted';
      this.#start(entry);
    } else {
      log.info({ callSid: call.callSid }, 'webhook repeated');
    }
    return { streamUrl: tokens.issue(entry.callSid, entry.slot, socketBase, nowMs()).streamUrl };
  }

  /** A slot for a call we are about to dial; give it to `dialled` or back with `releaseReserved`. */
  reserve(): number | RefusalReason {
    const slot = this.#options.admission.reserve();
    if (typeof slot === 'string') this.#options.metrics.refused(slot);
    return slot;
  }

  releaseReserved(slot: number): void {
    this.#options.admission.release(slot);
    this.#tellIdle();
  }

  /** Twilio has taken the dial: from now on the call is known by its sid and holds the slot. */
  dialled(call: IncomingCall, slot: number, variables: Record<string, string>): CallEntry {
    return this.#options.registry.add({ ...call, slot, phase: 'dialling', variables });
  }

  /** The dialled call came to nothing: busy, no answer, failed, canceled, or nobody told us for too long. */
  endUnanswered(entry: CallEntry): void {
    if (entry.phase !== 'dialling') return;
    const slot = entry.slot;
    this.#options.registry.end(entry, null, null);
    this.#options.admission.release(slot);
    this.#tellIdle();
  }

  /** The media socket of a call is open. */
  onSocketOpen(callSid: string, slot: number): void {
    const entry = this.#options.registry.findLive(callSid);
    if (entry === undefined) return;
    this.#clearStartTimer(callSid);
    this.#options.tokens.spend(callSid);
    entry.phase = 'connected';
    entry.connectedAt = new Date().toISOString();
    this.#options.ingress.control(slot, INGRESS.SOCKET_OPEN);
    this.#options.log.info({ callSid, slot }, 'media socket opened');
  }

  /** The media socket of a call is gone, whoever closed it. The worker ends the call. */
  onSocketClosed(callSid: string, slot: number, code: number): void {
    const entry = this.#options.registry.findLive(callSid);
    if (entry === undefined || entry.slot !== slot) return;
    this.#options.ingress.control(slot, INGRESS.SOCKET_CLOSED, String(code));
    this.#options.log.info({ callSid, slot, code }, 'media socket closed');
  }

  /** Asks the worker to end a call that has reached it. Safe twice. */
  hangUp(entry: CallEntry, reason: EndReason): void {
    if (entry.phase !== 'accepted' && entry.phase !== 'connected') return;
    this.#options.log.info({ callSid: entry.callSid, reason }, 'hanging up');
    this.#options.ingress.control(entry.slot, INGRESS.HANGUP, reason);
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

  #start(entry: CallEntry): void {
    const { runner, log, startTimeoutMs } = this.#options;
    const { callSid, direction, from, to, slot, acceptedAt, variables } = entry;
    log.info({ callSid, slot, direction, from, to }, 'call accepted');
    const timer = setTimeout(() => this.hangUp(entry, 'start_timeout'), startTimeoutMs);
    this.#startTimers.set(callSid, timer);
    const numbers = numbersOf(direction, from, to);
    runner.run({ slot, callSid, direction, ...numbers, acceptedAt, variables: { ...variables } }).then(
      (summary) => this.#finish(entry, summary.endReason, summary),
      (thrown: unknown) => {
        const error = toEngineError(thrown);
        // A place for handing the call to another worker: the socket is still open here, and Twilio is still talking.
        log.error({ callSid, slot, err: error }, 'call failed');
        this.#finish(entry, error.code === 'WORKER_DIED' ? 'worker_died' : 'error', null);
      },
    );
  }

  #finish(entry: CallEntry, reason: EndReason, summary: CallSummary | null): void {
    const { registry, admission, tokens, ingress, rings, metrics, log, flush, endSocket } = this.#options;
    const { callSid, slot, direction } = entry;
    this.#clearStartTimer(callSid);
    tokens.spend(callSid);
    flush(slot);
    // Twilio goes on with the verb after <Connect>, which hangs up: no silent line stays open.
    endSocket(slot);
    registry.end(entry, reason, summary);
    for (const tell of this.#awaitingEnd.get(callSid) ?? []) tell();
    this.#awaitingEnd.delete(callSid);
    ingress.forget(slot);
    rings[slot].reset();
    admission.release(slot);
    metrics.ended(direction, reason);
    log.info({ callSid, slot, reason, durationS: summary?.durationS, turns: summary?.turns.length }, 'call closed');
    this.#tellIdle();
  }

  #clearStartTimer(callSid: string): void {
    clearTimeout(this.#startTimers.get(callSid));
    this.#startTimers.delete(callSid);
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
