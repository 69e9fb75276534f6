// One fault after the other under live calls: a calm, the fault, the time until everybody is well again, what it cost. What
// the figures mean is call_log.ts and chaos_report.ts.

import { nowMs } from '../../src/clock.js';
import { type CallLog, isWell, judge, lateFrames, wasLive } from './call_log.js';
import type { FaultResult } from './chaos_report.js';
import { type ChaosStage, sleep } from './chaos_stage.js';
import type { Fault, Struck } from './fault.js';
import { faultOfRecording } from './recordings.js';

const CALM_MS = 5000;
const BRING_UP_MS = 60_000;
/** After the fault: a caller asks about every 13 s, so that everybody has asked once by then. */
const RECOVERY_MS = 40_000;
const LOOK_EVERY_MS = 1000;
const EMPTY_MS = 15_000;
/** Share of the callers who hang up after each fault, so that their recordings can be looked at. */
const LEAVE_SHARE = 0.1;
/** A server that writes a call's record: its disk was busy for a moment. */
const WRITTEN_MS = 6000;

export async function runFault(fault: Fault, stage: ChaosStage): Promise<FaultResult> {
  const reason = (await fault.skip?.(stage)) ?? null;
  if (reason !== null) return { name: fault.name, about: fault.about, status: 'skipped', reason };
  const up = await stage.bringUp(stage.options.calls, BRING_UP_MS);
  const calmMs = nowMs();
  await sleep(CALM_MS);
  const calm = (await stage.logs(calmMs)).logs;
  const attemptsBefore = fault.dark ? await stage.attempts(fault.dark) : 0;
  const beganMs = nowMs();
  const struck = await strike(fault, stage);
  const healedMs = nowMs();
  const attempts = fault.dark ? (await stage.attempts(fault.dark)) - attemptsBefore : 0;
  const { logs, lateMaxMs } = await untilWell(stage, beganMs, healedMs);
  const window = { beganMs, healedMs, nowMs: nowMs() };
  const verdict = judge(logs, window, struck.victims === undefined ? [] : struck.victims);
  const perCall = (10_000 * attempts) / Math.max(1, verdict.calls_before) / (healedMs - beganMs);
  const bad = await badRecordings(fault, stage, logs, beganMs);
  // What this fault left on a call (a recording that stopped, a move to another worker) is not the next one's.
  const isEmpty = await stage.empty(EMPTY_MS);
  return {
    name: fault.name,
    about: fault.about,
    status: 'ran',
    may_lose: fault.mayLose ?? null,
    ...verdict,
    recordings_intact: bad.length === 0,
    attempts_per_call_10s: fault.dark ? Math.round(perCall * 100) / 100 : null,
    problems: [
      ...(struck.problems ?? []),
      ...(up ? [] : ['not all calls came up before it']),
      ...(isEmpty ? [] : ['calls went on though their callers had hung up']),
    ],
    notes: [...(struck.notes ?? []), ...bad.slice(0, 3)],
    calm_late_frames: calm.reduce((sum, log) => sum + lateFrames(log, { beganMs: calmMs }), 0),
    generator_late_ms: Math.round(lateMaxMs),
  };
}

async function strike(fault: Fault, stage: ChaosStage): Promise<Struck> {
  try {
    return await fault.strike(stage);
  } catch (error) {
    return { victims: null, problems: [error instanceof Error ? error.message : String(error)] };
  }
}

async function untilWell(stage: ChaosStage, beganMs: number, healedMs: number) {
  for (;;) {
    const answer = await stage.logs(beganMs);
    const window = { beganMs, healedMs, nowMs: nowMs() };
    const waiting = answer.logs.filter((log) => wasLive(log, window) && log.endedMs === null && !isWell(log, window));
    if (waiting.length === 0 || nowMs() - healedMs > RECOVERY_MS) return answer;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Some callers hang up; what is wrong with their recordings, and with those of calls that ended meanwhile. */
async function badRecordings(
  fault: Fault,
  stage: ChaosStage,
  logs: readonly CallLog[],
  beganMs: number,
): Promise<string[]> {
  const left = await stage.hangUp(Math.ceil(stage.options.calls * LEAVE_SHARE), 500);
  const over = new Set([...left, ...logs.filter(({ endedMs }) => endedMs !== null).map(({ callSid }) => callSid)]);
  let bad: string[] = [];
  for (const end = nowMs() + WRITTEN_MS; nowMs() < end; await sleep(500)) {
    const now = await stage.logs(beganMs);
    bad = now.logs
      .filter(({ callSid, endedMs, streams }) => over.has(callSid) && endedMs !== null && streams.length > 0)
      .flatMap(({ callSid, streams }) => {
        const streamsMs = streams.reduce((sum, { startedMs, endedMs }) => sum + (endedMs ?? startedMs) - startedMs, 0);
        const what = faultOfRecording(stage.recordings, { callSid, streamsMs }, fault.mayShorten);
        return what === null ? [] : [`recording: ${what}`];
      });
    if (
      bad.length === 0 &&
      now.logs.filter(({ callSid, endedMs }) => over.has(callSid) && endedMs === null).length === 0
    )
      break;
  }
  return bad;
}
