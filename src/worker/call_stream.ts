// The media stream of one call: it begins with Twilio's `start`, or goes on in the middle when the worker that had it died.
// Tells every part of the call that is concerned; what comes and goes over the stream is media_ingress.ts and
// media_egress.ts.

import type { CallOrder } from '../call/call.js';
import { EngineError } from '../errors.js';
import { mediaCounts } from './buffer_state.js';
import type { CallArchive } from './call_archive.js';
import type { CallLimits } from './call_limits.js';
import type { CallReport } from './call_report.js';
import type { CallerAudio } from './caller_audio.js';
import type { CallMoment } from './event_feed.js';
import type { MediaEgress } from './media_egress.js';
import type { MediaIngress } from './media_ingress.js';
import type { Playout } from './playout.js';
import type { SessionServices } from './session_services.js';

/** The parts of a call that a stream concerns. */
export interface StreamParts {
  ingress: MediaIngress;
  egress: MediaEgress;
  playout: Playout;
  ears: CallerAudio;
  archive: CallArchive;
  limits: CallLimits;
  report: CallReport;
  /** Nobody need be told first, or they were. */
  mayRecord(): boolean;
}

/** How a call was found that another worker had: what goes into the log. */
export interface TakenOver {
  streamSid: string;
  /** How often this has happened to the call. */
  count: number;
  doing: 'saying' | 'answering' | 'listening';
  /** Turns that were over. */
  turns: number;
}

export class CallStream {
  readonly #parts: StreamParts;
  readonly #services: Pick<SessionServices, 'dsp' | 'recorderBuffers'>;

  constructor(parts: StreamParts, services: Pick<SessionServices, 'dsp' | 'recorderBuffers'>) {
    this.#parts = parts;
    this.#services = services;
  }

  /** Twilio's `start` came, on the engine's clock. */
  begin(streamSid: string, nowMs: number): void {
    this.#open(streamSid, nowMs, 0);
  }

  /** The stream began in another worker, which died: goes on in the middle of it. Null = it did not, `start` is to come. */
  goOn({ takeOver, resume }: Pick<CallOrder, 'takeOver' | 'resume'>, nowMs: number): TakenOver | null {
    if (takeOver === null || resume === null || resume.stream === null) return null;
    const { ingress, playout, report } = this.#parts;
    const { streamSid, originMs, startedMs } = resume.stream;
    const { count, playEndMs } = takeOver;
    const { saying } = resume;
    ingress.takeOver(streamSid, originMs);
    playout.goOn(count, playEndMs);
    this.#open(streamSid, startedMs, nowMs - originMs);
    report.error(new EngineError('WORKER_DIED'));
    const doing = saying !== null ? 'saying' : resume.asked !== null ? 'answering' : 'listening';
    return { streamSid, count, doing, turns: resume.turnCount };
  }

  /** For a snapshot: what of the call is not words. */
  moment(): CallMoment {
    const { ingress, playout, ears, limits, report } = this.#parts;
    const { startedMs } = limits;
    const { streamSid } = report;
    const { originMs } = ingress.timeline;
    return {
      stream: streamSid === null || startedMs === null ? null : { streamSid, originMs, startedMs },
      past: report.parts(mediaCounts(ingress, playout), ears.sttSeconds),
    };
  }

  /** The call may be recorded from now on: what was before is silence. Nothing happens before the stream began. */
  record(callMs = 0): void {
    const { playout, ears, archive, report } = this.#parts;
    if (report.streamSid === null || archive.recorder !== null) return;
    archive.open(this.#services.dsp, this.#services.recorderBuffers, callMs);
    ears.recorder = playout.recorder = archive.recorder;
  }

  /** @param callMs where the recording goes on; 0 = it begins */
  #open(streamSid: string, startedMs: number, callMs: number): void {
    const { egress, limits, report } = this.#parts;
    limits.started(startedMs);
    report.streamSid = streamSid;
    egress.open(streamSid);
    if (this.#parts.mayRecord()) this.record(callMs);
  }
}
