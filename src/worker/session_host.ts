// What a worker thread has once and all its calls share: providers, VAD, metrics, scratch buffers, and the beat that
// drives them. One tick drains every call, runs one VAD inference for all of them, then lets every call act. An error
// inside one call ends that call; it does not reach the others, nor the beat. The beat is also the thread's sign of life.

import type { OnProbability } from '../audio/vad/vad_batch.js';
import type { CallOrder } from '../call/call.js';
import type { CallSummary } from '../call/call_report.js';
import { nowMs } from '../clock.js';
import type { Doorbell } from '../threads/doorbell.js';
import { HEARTBEAT_IDLE_MS, type Heartbeat } from '../threads/heartbeat.js';
import { SlotRings } from '../threads/slab.js';
import type { SlotFlags } from '../threads/slot_flags.js';
import { CallSession } from './call_session.js';
import { FrameClock } from './frame_clock.js';
import type { SessionServices } from './session_services.js';

export interface HostPlumbing {
  slab: SharedArrayBuffer;
  workerIndex: number;
  flags: SlotFlags;
  /** Wakes the main thread. */
  mainBell: Doorbell;
  /** Woken by the main thread. */
  ownBell: Doorbell;
  /** Tells the main thread that this thread lives. */
  heartbeat: Heartbeat;
}

/** A beat this late eats half of the pacing lead: callers hear nothing of it yet, operators should. */
const STALL_MS = 100;
/** The same trouble on every beat is logged this often. */
const LOG_EVERY_MS = 1000;

export class SessionHost {
  readonly #services: SessionServices;
  readonly #plumbing: HostPlumbing;
  readonly #sessions: CallSession[] = [];
  /** VAD stream -> session; streams are small dense numbers. */
  readonly #byStream: (CallSession | undefined)[] = [];
  readonly #clock: FrameClock;
  readonly #idleBeat: NodeJS.Timeout;
  readonly #stopListening: () => void;
  #dirty = false;
  #inTick = false;
  #stallLoggedMs = Number.NEGATIVE_INFINITY;
  #thrownLoggedMs = Number.NEGATIVE_INFINITY;
  #vadBusy = false;

  constructor(services: SessionServices, plumbing: HostPlumbing) {
    this.#services = services;
    this.#plumbing = plumbing;
    this.#clock = new FrameClock(
      (now, lateMs) => this.#tick(now, lateMs),
      (thrown) => this.#onThrown(thrown),
    );
    // With calls the beat itself is the sign of life: were this one enough, a beat that stopped would go unnoticed.
    this.#idleBeat = setInterval(() => {
      if (this.#sessions.length === 0) plumbing.heartbeat.beat(nowMs());
    }, HEARTBEAT_IDLE_MS);
    this.#idleBeat.unref();
    // Control records must not wait for the beat; the fast beat itself only runs while there are calls.
    this.#stopListening = plumbing.ownBell.listen(() => this.#drainAll(nowMs()));
  }

  /** Runs one call to its end. Rejects only on a defect in setting it up. */
  async run(order: CallOrder): Promise<CallSummary> {
    const { metrics, vad } = this.#services;
    const rings = new SlotRings(this.#plumbing.slab, order.slot);
    const stream = vad.open();
    let session: CallSession | null = null;
    try {
      session = this.#newSession(order, rings, stream);
      this.#sessions.push(session);
      this.#byStream[stream] = session;
      rings.workerIndex = this.#plumbing.workerIndex;
      metrics.add('calls_started');
      metrics.setGauge('worker_calls', this.#sessions.length);
      this.#clock.start();
      session.begin();
      return await session.ended;
    } finally {
      vad.close(stream);
      if (session) this.#remove(session, stream);
      this.#flushBell();
    }
  }

  /** Ends the beat and stops listening; for tests. Safe twice. */
  close(): void {
    this.#clock.stop();
    clearInterval(this.#idleBeat);
    this.#stopListening();
  }

  #newSession(order: CallOrder, { ingress, egress, said }: SlotRings, vadStream: number): CallSession {
    const onDirty = (): void => {
      this.#plumbing.flags.mark(order.slot);
      this.#markDirty();
    };
    return new CallSession(order, this.#services, { ingress, egress, said, vadStream, onDirty });
  }

  #remove(session: CallSession, stream: number): void {
    const at = this.#sessions.indexOf(session);
    const last = this.#sessions.pop()!;
    if (last !== session) this.#sessions[at] = last;
    this.#byStream[stream] = undefined;
    this.#services.metrics.add('calls_ended');
    this.#services.metrics.setGauge('worker_calls', this.#sessions.length);
    if (this.#sessions.length > 0) return;
    this.#clock.stop();
    this.#plumbing.heartbeat.beat(nowMs());
  }

  #tick(now: number, lateMs: number): void {
    const { metrics } = this.#services;
    metrics.observe('tick_late_ms', lateMs);
    if (lateMs > STALL_MS && now - this.#stallLoggedMs > LOG_EVERY_MS) {
      this.#stallLoggedMs = now;
      this.#services.log.warn({ lateMs: Math.round(lateMs), calls: this.#sessions.length }, 'worker stalled');
    }
    this.#inTick = true;
    try {
      this.#drainSessions(now);
      this.#runVad();
      for (let i = this.#sessions.length - 1; i >= 0; i--) {
        try {
          this.#sessions[i].tick(now);
        } catch (thrown) {
          this.#onThrown(thrown);
        }
      }
    } finally {
      this.#inTick = false;
      this.#flushBell();
    }
    const after = nowMs();
    metrics.observe('tick_work_ms', after - now);
    // Last: a beat that throws each time, or never comes to its end, is no sign of life.
    this.#plumbing.heartbeat.beat(after);
  }

  #drainAll(now: number): void {
    this.#drainSessions(now);
    this.#flushBell();
  }

  #drainSessions(now: number): void {
    for (let i = this.#sessions.length - 1; i >= 0; i--) {
      // A session handles its own mistakes; this is for mistakes in that.
      try {
        this.#sessions[i].drain(now);
      } catch (thrown) {
        this.#onThrown(thrown);
      }
    }
  }

  #runVad(): void {
    const { vad, metrics } = this.#services;
    if (this.#vadBusy || vad.dueWindows === 0) return;
    const beganMs = nowMs();
    metrics.observe('vad_batch_windows', vad.dueWindows);
    let running: void | Promise<void>;
    try {
      running = vad.run(this.#onProbability);
    } catch (thrown) {
      this.#onThrown(thrown);
      return;
    }
    if (!running) {
      metrics.observe('vad_inference_ms', nowMs() - beganMs);
      return;
    }
    this.#vadBusy = true;
    running.then(
      () => {
        this.#vadBusy = false;
        metrics.observe('vad_inference_ms', nowMs() - beganMs);
      },
      (error: unknown) => {
        this.#vadBusy = false;
        this.#onThrown(error);
      },
    );
  }

  readonly #onProbability: OnProbability = (stream, probability, endSample, sound) => {
    this.#byStream[stream]?.onVad(probability, endSample, sound, nowMs());
  };

  /** Something of the beat failed that no call's own guard caught; the rest of the beat goes on. */
  #onThrown(thrown: unknown): void {
    this.#services.metrics.add('beat_errors');
    const now = nowMs();
    if (now - this.#thrownLoggedMs < LOG_EVERY_MS) return;
    this.#thrownLoggedMs = now;
    this.#services.log.error({ err: thrown, calls: this.#sessions.length }, 'defect: the beat of a worker failed');
  }

  #markDirty(): void {
    // A provider's callback wrote something between two beats: ring once for all it writes.
    if (!this.#dirty && !this.#inTick) queueMicrotask(() => this.#flushBell());
    this.#dirty = true;
  }

  /** One ring of the bell for all that the calls wrote in this turn of the event loop. */
  #flushBell(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    this.#plumbing.mainBell.ring();
  }
}
