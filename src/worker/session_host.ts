// What a worker thread has once and all its calls share: providers, VAD, metrics, scratch buffers, and the beat that
// drives them. One tick drains every call, runs one VAD inference for all of them, then lets every call act. An error
// inside one call ends that call; it does not reach the others.

import { nowMs } from '../clock.js';
import type { Doorbell } from '../threads/doorbell.js';
import type { CallSummary, CallTask } from '../threads/record_types.js';
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
}

/** A beat this late eats half of the pacing lead: callers hear nothing of it yet, operators should. */
const STALL_MS = 100;

export class SessionHost {
  private readonly sessions: CallSession[] = [];
  /** VAD stream -> session; streams are small dense numbers. */
  private readonly byStream: (CallSession | undefined)[] = [];
  private readonly clock = new FrameClock((now, lateMs) => this.tick(now, lateMs));
  private readonly stopListening: () => void;
  private dirty = false;
  private inTick = false;
  private stallLoggedMs = Number.NEGATIVE_INFINITY;
  private vadBusy = false;

  constructor(
    private readonly services: SessionServices,
    private readonly plumbing: HostPlumbing,
  ) {
    // Control records must not wait for the beat; the beat itself only runs while there are calls.
    this.stopListening = plumbing.ownBell.listen(() => this.drainAll(nowMs()));
  }

  /** Runs one call to its end. Rejects only on a defect in setting it up. */
  async run(task: CallTask): Promise<CallSummary> {
    const { services, plumbing } = this;
    const rings = new SlotRings(plumbing.slab, task.slot);
    const stream = services.vad.open();
    const session = new CallSession(task, services, {
      ingress: rings.ingress,
      egress: rings.egress,
      vadStream: stream,
      onDirty: () => {
        plumbing.flags.mark(task.slot);
        this.markDirty();
      },
    });
    this.sessions.push(session);
    this.byStream[stream] = session;
    rings.workerIndex = plumbing.workerIndex;
    services.metrics.add('calls_started');
    services.metrics.setGauge('worker_calls', this.sessions.length);
    this.clock.start();
    try {
      session.begin(nowMs());
      return await session.ended;
    } finally {
      this.remove(session, stream);
      this.flushBell();
    }
  }

  /** Ends the beat and stops listening; for tests. Safe twice. */
  close(): void {
    this.clock.stop();
    this.stopListening();
  }

  private remove(session: CallSession, stream: number): void {
    const at = this.sessions.indexOf(session);
    const last = this.sessions.pop()!;
    if (last !== session) this.sessions[at] = last;
    this.byStream[stream] = undefined;
    this.services.vad.close(stream);
    this.services.metrics.add('calls_ended');
    this.services.metrics.setGauge('worker_calls', this.sessions.length);
    if (this.sessions.length === 0) this.clock.stop();
  }

  private tick(now: number, lateMs: number): void {
    const { metrics, vad } = this.services;
    metrics.observe('tick_late_ms', lateMs);
    if (lateMs > STALL_MS && now - this.stallLoggedMs > 1000) {
      this.stallLoggedMs = now;
      this.services.log.warn({ lateMs: Math.round(lateMs), calls: this.sessions.length }, 'worker stalled');
    }
    this.inTick = true;
    for (let i = this.sessions.length - 1; i >= 0; i--) this.sessions[i].drain(now);
    if (!this.vadBusy && vad.dueWindows > 0) this.runVad();
    for (let i = this.sessions.length - 1; i >= 0; i--) this.sessions[i].tick(now);
    this.inTick = false;
    this.flushBell();
    metrics.observe('tick_work_ms', nowMs() - now);
  }

  private drainAll(now: number): void {
    for (let i = this.sessions.length - 1; i >= 0; i--) this.sessions[i].drain(now);
    this.flushBell();
  }

  private runVad(): void {
    const { vad, metrics } = this.services;
    const beganMs = nowMs();
    metrics.observe('vad_batch_windows', vad.dueWindows);
    const running = vad.run(this.onProbability);
    if (!running) {
      metrics.observe('vad_inference_ms', nowMs() - beganMs);
      return;
    }
    this.vadBusy = true;
    running.then(
      () => {
        this.vadBusy = false;
        metrics.observe('vad_inference_ms', nowMs() - beganMs);
      },
      (error: unknown) => {
        this.vadBusy = false;
        this.services.log.error({ err: error }, 'VAD inference failed');
      },
    );
  }

  private readonly onProbability = (stream: number, probability: number, endSample: number): void => {
    this.byStream[stream]?.onVad(probability, endSample, nowMs());
  };

  private markDirty(): void {
    // A provider's callback wrote something between two beats: ring once for all it writes.
    if (!this.dirty && !this.inTick) queueMicrotask(() => this.flushBell());
    this.dirty = true;
  }

  /** One ring of the bell for all that the calls wrote in this turn of the event loop. */
  private flushBell(): void {
    if (!this.dirty) return;
    this.dirty = false;
    this.plumbing.mainBell.ring();
  }
}
