// What a chaos run found, which of it fails the run, and the table people read. Pure.

import type { Verdict } from './call_log.js';

export type FaultResult =
  | { name: string; about: string; status: 'skipped'; reason: string }
  | ({
      name: string;
      about: string;
      status: 'ran';
      may_lose: 'no store' | 'drained' | null;
      recordings_intact: boolean;
      /** Of a vendor that is dark: connections and requests for each call in ten seconds. */
      attempts_per_call_10s: number | null;
      problems: string[];
      notes: string[];
      /** Of all calls in the calm before: with any, the machine itself was too busy to blame the fault for holes. */
      calm_late_frames: number;
      /** How late the callers' own beat was at its worst: what is heard above that is the server's. */
      generator_late_ms: number;
    } & Verdict);

/** A vendor is dark: nobody hears nothing for longer than this, and it is not stormed. */
const WORDLESS_MS_MAX = 2000;
const ATTEMPTS_MAX = 2;
/** The agent's audio is sent ahead by less than this: a generator that was later made the holes itself. */
const GENERATOR_LATE_MS_MAX = 300;

/** Why a fault fails the run; none = passed. A skipped one is neither. */
export function failuresOf(result: FaultResult): string[] {
  if (result.status === 'skipped') return [];
  const failures = [...result.problems];
  if (result.calls_before === 0) failures.push('no calls were live');
  if (result.calls_lost > 0 && result.may_lose === null) failures.push(`${result.calls_lost} calls lost`);
  if (result.calls_deaf > 0) failures.push(`${result.calls_deaf} calls had no answer after it`);
  if (!result.recordings_intact) failures.push('recordings are not whole');
  const couldTell = result.calm_late_frames === 0 && result.generator_late_ms <= GENERATOR_LATE_MS_MAX;
  if (result.other_calls_late_frames > 0 && couldTell)
    failures.push(`other calls lost ${result.other_calls_late_frames} frames`);
  if (result.attempts_per_call_10s !== null) {
    if (result.longest_wait_ms > WORDLESS_MS_MAX) failures.push(`no word for ${result.longest_wait_ms} ms`);
    if (result.attempts_per_call_10s > ATTEMPTS_MAX)
      failures.push(`${result.attempts_per_call_10s} attempts a call in 10 s`);
  }
  return failures;
}

const HEADS = [
  'fault',
  'calls',
  'lost',
  'disturbed',
  'deaf',
  'recovery',
  'word after',
  'others late',
  'recordings',
  '',
];

export function drawTable(results: readonly FaultResult[]): string {
  const rows = results.map((result): string[] => {
    if (result.status === 'skipped')
      return [result.name, ...HEADS.slice(2).map(() => '-'), `skipped: ${result.reason}`];
    const failures = failuresOf(result);
    return [
      result.name,
      String(result.calls_before),
      String(result.calls_lost),
      String(result.calls_disturbed),
      String(result.calls_deaf),
      `${(result.recovery_ms / 1000).toFixed(1)} s`,
      `${(result.longest_wait_ms / 1000).toFixed(1)} s`,
      String(result.other_calls_late_frames),
      result.recordings_intact ? 'whole' : 'damaged',
      failures.length === 0 ? 'passed' : `FAILED: ${failures.join('; ')}`,
    ];
  });
  const widths = HEADS.map((head, i) =>
    Math.max(head.length, ...rows.map((row) => (i === HEADS.length - 1 ? 0 : row[i].length))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 || i === HEADS.length - 1 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return [line(HEADS), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
