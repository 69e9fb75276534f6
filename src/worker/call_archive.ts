// What stays of a call on disk: its recording and the record beside it. Both or none: a call without a stream leaves
// nothing. Neither can end a call; what goes wrong is told, and the call goes on.

import fs from 'node:fs/promises';
import path from 'node:path';
import type { CallPlan } from '../agents/call_plan.js';
import type { Dsp } from '../audio/kernels/addon.js';
import type { CallSummary } from '../call/call_report.js';
import { type EngineError, toEngineError } from '../errors.js';
import { snakeCased } from '../snake_case.js';
import type { CallReport } from './call_report.js';
import { Recorder, type RecorderBuffers } from './recorder.js';
import type { Timeline } from './timeline.js';

export class CallArchive {
  recorder: Recorder | null = null;
  #isPaused = false;
  readonly #files: CallPlan['recording'];
  readonly #report: CallReport;
  readonly #timeline: Timeline;
  readonly #onError: (error: EngineError) => void;

  /** @param files null = nothing is kept */
  constructor(
    files: CallPlan['recording'],
    report: CallReport,
    timeline: Timeline,
    onError: (error: EngineError) => void,
  ) {
    this.#files = files;
    this.#report = report;
    this.#timeline = timeline;
    this.#onError = onError;
  }

  /** The media stream began, or goes on at `callMs` > 0 with the file it has: there is something to record. */
  open(dsp: Dsp, buffers: RecorderBuffers, callMs: number): void {
    if (this.#files === null) return;
    this.#report.recording = path.basename(this.#files.audio);
    this.recorder = new Recorder(this.#files.audio, dsp, buffers, this.#onError, callMs);
    if (this.#isPaused) this.recorder.pause(callMs);
  }

  /** From now on silence is written in place of what is heard, or what is heard again. Also before there is a recording. */
  pause(isPaused: boolean, nowMs: number): void {
    const callMs = this.#timeline.toCallMs(nowMs);
    this.#isPaused = isPaused;
    if (isPaused) this.recorder?.pause(callMs);
    else this.recorder?.resume(callMs);
  }

  tick(nowMs: number): void {
    this.recorder?.tick(this.#timeline.toCallMs(nowMs));
  }

  /** Writes the rest of the recording. Never rejects. */
  async close(nowMs: number): Promise<void> {
    await this.recorder?.close(this.#timeline.toCallMs(nowMs));
    if (this.recorder && !this.recorder.recorded) this.#report.recording = null;
  }

  /** Writes the record beside the recording: a reader finds the whole file or none. Never rejects. */
  async describe(summary: CallSummary): Promise<void> {
    if (this.#files === null || this.recorder === null) return;
    const part = `${this.#files.sidecar}.part`;
    try {
      await fs.writeFile(part, `${JSON.stringify(snakeCased(summary), null, 2)}\n`, { mode: 0o640 });
      await fs.rename(part, this.#files.sidecar);
    } catch (thrown) {
      this.#onError(toEngineError(thrown, 'RECORDING_WRITE'));
    }
  }
}
