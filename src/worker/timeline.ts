// The two clocks of a call: the engine's (clock.ts), by which things are decided, and the call's, ms since its media began,
// by which they are recorded and reported. One object a call; media_clock.ts finds out where its zero lies.

export class Timeline {
  /** Engine clock at call time zero; infinite before the media stream began. */
  originMs = Number.POSITIVE_INFINITY;

  toCallMs(engineMs: number): number {
    return engineMs - this.originMs;
  }

  toEngineMs(callMs: number): number {
    return callMs + this.originMs;
  }

  /** For reports: whole ms of call time; null for what did not happen, or before there was a call time. */
  reported(engineMs: number | null): number | null {
    return engineMs === null || !Number.isFinite(this.originMs) ? null : Math.round(this.toCallMs(engineMs));
  }
}
