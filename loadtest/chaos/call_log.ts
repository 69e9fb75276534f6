// What a caller went through around a fault, as plain data, and what it amounts to: lost, disturbed, deaf, and when the last
// of it was over. Pure. Times are ms of the machine's monotonic clock.

import type { Question } from './patient_caller.js';

export interface CallLog {
  callSid: string;
  placedMs: number;
  /** null = still on the line. */
  endedMs: number | null;
  /** `caller` = as the caller wished. */
  endedBy: string | null;
  streams: {
    startedMs: number;
    endedMs: number | null;
    /** The first voice on it; null = none. */
    voicedMs: number | null;
    /** Audio that was thrown away when it ended. */
    unheardMs: number;
  }[];
  questions: Question[];
  /** Holes in the agent's speech. */
  holes: { atMs: number; gapMs: number }[];
  /** When Twilio's own voice spoke. */
  spokenMs: number[];
}

export interface FaultWindow {
  beganMs: number;
  healedMs: number;
  nowMs: number;
}

/** A wait that people notice as one; vendors' usual answers come within a second. */
const WAIT_MS_MAX = 3000;
export const FRAME_MS = 20;

type Span = { fromMs: number; toMs: number };

/** On the line when the fault began. */
export function wasLive({ placedMs, endedMs, streams }: CallLog, { beganMs }: FaultWindow): boolean {
  return placedMs < beganMs && streams.length > 0 && (endedMs === null || endedMs >= beganMs);
}

export function isLost({ endedMs, endedBy }: CallLog): boolean {
  return endedMs !== null && endedBy !== 'caller';
}

/** It was answered something that it asked after the fault. */
export function isWell({ questions }: CallLog, { healedMs }: FaultWindow): boolean {
  return questions.some(({ endMs, answerMs }) => endMs >= healedMs && answerMs !== null);
}

/** From the question to the first word of anybody, our voice or Twilio's; up to now while there is none. */
export function waitMs({ spokenMs, endedMs }: CallLog, { endMs, answerMs }: Question, nowMs: number): number {
  const word = Math.min(answerMs ?? nowMs, ...spokenMs.filter((atMs) => atMs >= endMs));
  return Math.max(0, Math.min(word, endedMs ?? nowMs) - endMs);
}

/** The longest wait for a word while the fault was on, ms. */
export function longestWaitMs(log: CallLog, { beganMs, healedMs, nowMs }: FaultWindow): number {
  const asked = log.questions.filter(({ endMs }) => endMs >= beganMs && endMs < healedMs);
  return Math.max(0, ...asked.map((question) => waitMs(log, question, nowMs)));
}

/** What a caller would call a disturbance, from the fault's beginning on. */
export function disturbances(log: CallLog, { beganMs, nowMs }: FaultWindow): Span[] {
  const until = log.endedMs ?? nowMs;
  const spans: Span[] = log.holes
    .filter(({ gapMs }) => gapMs >= FRAME_MS)
    .map(({ atMs, gapMs }) => ({ fromMs: atMs, toMs: atMs + gapMs }));
  for (const question of log.questions) {
    const wait = waitMs(log, question, nowMs);
    if (wait > WAIT_MS_MAX) spans.push({ fromMs: question.endMs + WAIT_MS_MAX, toMs: question.endMs + wait });
  }
  log.streams.forEach(({ endedMs }, i) => {
    if (endedMs === null || (log.endedBy === 'caller' && i === log.streams.length - 1)) return;
    spans.push({ fromMs: endedMs, toMs: log.streams[i + 1]?.voicedMs ?? until });
  });
  return spans.filter(({ toMs }) => toMs > beganMs);
}

/** Frames that came late or not at all, as heard from the fault's beginning on. */
export function lateFrames({ holes }: CallLog, { beganMs }: Pick<FaultWindow, 'beganMs'>): number {
  return holes.reduce((sum, { atMs, gapMs }) => sum + (atMs >= beganMs ? Math.floor(gapMs / FRAME_MS) : 0), 0);
}

export interface Verdict {
  calls_before: number;
  calls_lost: number;
  calls_disturbed: number;
  /** Live calls that had no answer to anything they asked after the fault. */
  calls_deaf: number;
  /** From the fault's end to the end of the last disturbance. */
  recovery_ms: number;
  longest_wait_ms: number;
  other_calls_late_frames: number;
}

/**
 * @param victims calls that the fault was meant to hit, which may hear holes: null = all; a number = as many of those who
 *   heard most; names = just these
 */
export function judge(
  logs: readonly CallLog[],
  window: FaultWindow,
  victims: number | readonly string[] | null,
): Verdict {
  const live = logs.filter((log) => wasLive(log, window));
  const spans = live.map((log) => disturbances(log, window));
  const ends = spans.flat().map(({ toMs }) => toMs);
  const others = Array.isArray(victims)
    ? live.filter(({ callSid }) => !victims.includes(callSid)).map((log) => lateFrames(log, window))
    : live.map((log) => lateFrames(log, window)).sort((a, b) => b - a);
  const counted = typeof victims === 'number' ? others.slice(victims) : victims === null ? [] : others;
  return {
    calls_before: live.length,
    calls_lost: live.filter(isLost).length,
    calls_disturbed: spans.filter(({ length }) => length > 0).length,
    calls_deaf: live.filter((log) => log.endedMs === null && !isWell(log, window)).length,
    recovery_ms: Math.round(Math.max(0, ...ends.map((endMs) => endMs - window.healedMs))),
    longest_wait_ms: Math.round(Math.max(0, ...live.map((log) => longestWaitMs(log, window)))),
    other_calls_late_frames: counted.reduce((sum, frames) => sum + frames, 0),
  };
}
