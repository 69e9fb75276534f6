// Where a caller's audio lies in the call. Twilio's timestamps say what follows what; when it was said is for our own
// clock to say, because a media clock may be wrong: it jumps, begins anew, stands still, or runs a little fast or slow.
// So each message's arrival is compared with the place its timestamp gives it. Pure: time comes in as an argument.
//
//   first 2 s    of a stream or after it was put right: the message that travelled fastest is believed at once
//   a little     the fastest message of each second pulls the mapping by at most 2 ms: clocks that drift apart by up to
//                0.2 % are followed, and the jitter of a network averages out
//   ahead        a message more than 1 s before it can have been said: put right at once
//   behind       every message more than 1 s late for half a second (a network that was held up delivers its backlog
//                faster than that), or more than 10 s late: put right
//   new timeline the jitter buffer saw a jump: mapped anew from its first message on
//
// "Call time" is ms since the call's media began; `originMs` is its zero on the engine's clock and stays where it is
// after the first seconds, so that what the agent says and what the caller says lie on one timeline for good.

import { Timeline } from './timeline.js';

/** As long as this after a beginning, the fastest message is believed. */
const SETTLE_MS = 2000;
/** Twilio's first messages come in a burst that shows that the call began before `start` arrived: at most this long before. */
const ORIGIN_BACK_MAX_MS = 2000;
/** Further off than this is no drift. */
const OFF_MAX_MS = 1000;
/** How long all messages have to be late before a backlog is ruled out. */
const BACKLOG_MS = 500;
/** Later than this is no backlog: no connection is held up so long and lives. */
const BACKLOG_MAX_MS = 10_000;
const FOLLOW_EVERY_MS = 1000;
const FOLLOW_STEP_MS = 2;
/** A frame waits in the jitter buffer, and a backlog may be on its way: at most this old. */
const BEHIND_MAX_MS = 15_000;

const NONE = Number.POSITIVE_INFINITY;

export class MediaClock extends Timeline {
  /** Times the mapping was put right at once, after the beginning. */
  corrections = 0;

  /** Call time = Twilio's timestamp + offset, for the timeline under way and the one before it. */
  #offsetMs = 0;
  #earlierOffsetMs = 0;
  #timeline = -1;
  #settledAtMs = 0;
  #originBackMs = 0;
  /** How much the first message was late against `start`: not the call's beginning, if the next ones are faster. */
  #leadMs = 0;
  /** Lateness of the fastest message since `settle`, since the last step, since all are late. */
  #fastestMs = NONE;
  #secondFastestMs = NONE;
  #secondEndsMs = 0;
  #lateFastestMs = NONE;
  #lateSinceMs = NONE;

  /** The media stream begins. */
  start(nowMs: number): void {
    this.originMs = nowMs;
  }

  /** The stream began elsewhere: call time zero is known, and stays. Instead of `start`. */
  goOn(originMs: number): void {
    this.originMs = originMs;
    this.#originBackMs = ORIGIN_BACK_MAX_MS;
  }

  /** A message arrived whose audio ends at `endMs` on Twilio's `timeline` (JitterBuffer.jumps) and lasts `durationMs`. */
  heard(endMs: number, durationMs: number, timeline: number, nowMs: number): void {
    if (timeline !== this.#timeline) this.#begin(endMs, durationMs, timeline, nowMs);
    const lateMs = nowMs - this.originMs - (endMs + this.#offsetMs);
    if (lateMs < this.#fastestMs) this.#fastestMs = lateMs;
  }

  /** Judges what arrived since the last time, before its frames are given a place. True when audio moved to a later one. */
  settle(nowMs: number): boolean {
    const fastestMs = this.#fastestMs;
    if (fastestMs === NONE) return false;
    this.#fastestMs = NONE;
    const isSettled = nowMs >= this.#settledAtMs;
    if (fastestMs <= OFF_MAX_MS) {
      this.#lateSinceMs = this.#lateFastestMs = NONE;
      if (!isSettled && fastestMs < 0) this.#hasten(-fastestMs);
      else if (fastestMs < -OFF_MAX_MS) this.#putRight(fastestMs, nowMs);
      else if (isSettled) this.#follow(fastestMs, nowMs);
      return false;
    }
    if (this.#lateSinceMs === NONE) this.#lateSinceMs = nowMs;
    this.#lateFastestMs = Math.min(this.#lateFastestMs, fastestMs);
    if (fastestMs <= BACKLOG_MAX_MS && nowMs - this.#lateSinceMs < BACKLOG_MS) return false;
    this.#putRight(this.#lateFastestMs, nowMs);
    return true;
  }

  /** Call time of a frame that the jitter buffer gave at `nowMs`. Never far from now, whatever the timestamp says. */
  callMs(timestampMs: number, timeline: number, nowMs: number): number {
    const nowCallMs = nowMs - this.originMs;
    const callMs = timestampMs + (timeline === this.#timeline ? this.#offsetMs : this.#earlierOffsetMs);
    return Math.min(Math.max(callMs, nowCallMs - BEHIND_MAX_MS), nowCallMs + OFF_MAX_MS);
  }

  /** The audio that came first on a timeline was said when it arrived, until a faster message tells better. */
  #begin(endMs: number, durationMs: number, timeline: number, nowMs: number): void {
    const isFirst = this.#timeline < 0;
    this.#timeline = timeline;
    if (isFirst) {
      this.#leadMs = Math.max(0, nowMs - durationMs - this.originMs);
      // Call time zero is not after the first sample.
      this.originMs -= this.#roomBefore(this.originMs - (nowMs - durationMs));
    }
    this.#earlierOffsetMs = this.#offsetMs;
    this.#offsetMs = nowMs - this.originMs - endMs;
    if (isFirst) this.#earlierOffsetMs = this.#offsetMs;
    this.#unsettle(nowMs);
  }

  /** In the first seconds: everything was said `byMs` earlier than thought. */
  #hasten(byMs: number): void {
    const lead = Math.min(byMs, this.#leadMs);
    const back = this.#roomBefore(byMs - lead);
    this.#leadMs -= lead;
    this.originMs -= back;
    this.#offsetMs -= byMs - back;
  }

  /** How much of `byMs` the call's beginning may still move back. */
  #roomBefore(byMs: number): number {
    if (this.#timeline > 0 || this.corrections > 0) return 0;
    const back = Math.min(Math.max(0, byMs), ORIGIN_BACK_MAX_MS - this.#originBackMs);
    this.#originBackMs += back;
    return back;
  }

  #putRight(byMs: number, nowMs: number): void {
    this.corrections++;
    this.#offsetMs += byMs;
    this.#unsettle(nowMs);
  }

  #unsettle(nowMs: number): void {
    this.#settledAtMs = nowMs + SETTLE_MS;
    this.#secondEndsMs = this.#settledAtMs + FOLLOW_EVERY_MS;
    this.#fastestMs = this.#secondFastestMs = this.#lateFastestMs = this.#lateSinceMs = NONE;
  }

  #follow(fastestMs: number, nowMs: number): void {
    this.#secondFastestMs = Math.min(this.#secondFastestMs, fastestMs);
    if (nowMs < this.#secondEndsMs) return;
    this.#offsetMs += Math.min(Math.max(this.#secondFastestMs, -FOLLOW_STEP_MS), FOLLOW_STEP_MS);
    this.#secondFastestMs = NONE;
    this.#secondEndsMs = nowMs + FOLLOW_EVERY_MS;
  }
}
