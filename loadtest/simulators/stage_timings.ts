// What the simulators themselves took, request by request: the load report subtracts it from the response times to
// get what the engine added.

import { nowMs } from '../../src/clock.js';

/** `startMs` and `endMs` are the operating system's monotonic clock: on Linux comparable between processes. */
export interface StageTiming {
  /**
   * `stt_final`: Finalize to its answer. `stt_endpointed`: a final with words that speech recognition sent by itself, from
   * the audio that caused it. `stt_interim`: an interim with words near a Finalize, likewise. `stt_unanswered`: a Finalize
   * that had nothing left to flush (it takes no time).
   */
  stage: 'stt_final' | 'stt_endpointed' | 'stt_interim' | 'stt_unanswered' | 'llm_first_token' | 'tts_first_byte';
  /** What the provider was told about the call: tag, user or context id. */
  key: string;
  startMs: number;
  endMs: number;
  /** The words it was about, where the stage has some: the first text given to the voice. */
  text?: string;
  /**
   * At a Finalize: how much audio had come; tells which of the caller's frames the client had heard when it decided that
   * the caller had finished. `burstFirstMs`: the same after the first message of the burst that the Finalize came with.
   * `lagMs`: shortest time by which audio came behind its own position in the last seconds, as a time of the clock
   * (arrival minus position).
   */
  audio?: { totalMs: number; burstFirstMs: number; lagMs: number };
}

type Detail = Pick<StageTiming, 'text' | 'audio'>;

/** The last `capacity` timings; older ones are overwritten and counted. */
export class StageTimings {
  /** Sees each timing as it is added; for a collector in the same process. */
  onAdd: ((timing: StageTiming) => void) | null = null;
  readonly #ring: StageTiming[] = [];
  #written = 0;

  constructor(readonly capacity = 20_000) {}

  add(stage: StageTiming['stage'], key: string, startMs: number, endMs = nowMs(), detail: Detail = {}): void {
    const timing: StageTiming = { stage, key, startMs, endMs, ...detail };
    this.#ring[this.#written++ % this.capacity] = timing;
    this.onAdd?.(timing);
  }

  /** Everything kept since entry number `from`, oldest first, and the number to ask from next time. */
  since(from = 0): { next: number; lost: number; timings: StageTiming[] } {
    const first = Math.max(from, this.#written - this.capacity);
    const timings: StageTiming[] = [];
    for (let i = first; i < this.#written; i++) timings.push(this.#ring[i % this.capacity] as StageTiming);
    return { next: this.#written, lost: first - from, timings };
  }
}
