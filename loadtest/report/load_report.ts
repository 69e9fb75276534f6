// Makes the figures of a run: the JSON of `--json`, and from it everything else that is shown. Says what is missing and
// why a run proves nothing, instead of leaving it out.

import { cpus } from 'node:os';
import type { HttpBench } from '../http_bench.js';
import type { RunRecord } from '../load_run.js';
import { counterDelta, histogramDelta, histogramQuantiles } from './exposition.js';
import { hundredths, type Quantiles, quantiles } from './quantiles.js';
import type { CpuShares, Measured } from './run_sampler.js';
import { analyseTurns, type TurnParts } from './turn_analysis.js';
import { type WorstAnswer, worstAnswers } from './worst_answers.js';

/** A generator this late (p99) is not heard as speech any more by a jitter buffer: its numbers say nothing. */
export const GENERATOR_LATE_MS_MAX = 5;
/** Above this share of its cores the generator is full, and what looks like the server's lateness may be its own. */
export const GENERATOR_BUSY_PCT_MAX = 95;
/**
 * A beat is dropped only when the one before took longer than the wheel's turn: a garbage collection, or a virtual machine
 * that was not run for a while (28 ms every half minute on an idle development machine). A generator that is too slow loses
 * them all the time.
 */
const BEATS_LOST_SHARE_MAX = 0.003;
/** More of a core than this was somebody else's: the figures hold, but an idle machine would show better ones. */
const FOREIGN_PCT_MAX = 10;
const GAP_EXAMPLES_MAX = 20;
/** An agent that goes on for longer was not interrupted; for less, its reply may have been about to end anyway. */
const TALKED_OVER_MS_MAX = 1000;
/** Phases of the fleet's clock that pass in a second. */
const FLEET_BEATS_PER_S = 500;

export type ServerHistogram = Quantiles & { p999: number | null; mean: number | null };

export interface LoadReport {
  valid: boolean;
  /** Why not. */
  invalid: string[];
  /** What a reader must know, though it makes nothing invalid. */
  warnings: string[];
  /** Valid, and nothing failed that may not fail. */
  passed: boolean;
  problems: string[];
  scenario: string;
  calls: number;
  seconds: number;
  completed: number;
  failed: number;
  failures: Record<string, number>;
  server: {
    cpu_main_pct: number | null;
    cpu_workers_pct: number | null;
    cpu_other_pct: number | null;
    cpu_pct_per_call: number | null;
    rss_mib: number | null;
    rss_idle_mib: number | null;
    rss_mib_per_call: number | null;
    fds: number | null;
    workers: number;
    exit_code: number | null;
    http_engine: unknown;
    dsp: unknown;
    vad: unknown;
  };
  latency: {
    /** Seen from outside, see turn_analysis.ts; and the server's own histogram. */
    engine_added_ms: Quantiles;
    server_engine_added_ms: ServerHistogram;
    /** The server's own: speech certain (VAD, minimum length) to the clear on its way. */
    onset_to_clear_ms: ServerHistogram;
    /** From outside: first voiced frame left to clear received; holds the rule's minimum length of speech. */
    voice_to_clear_ms: Quantiles;
    response_ms: Quantiles;
    frame_late_ms: ServerHistogram;
    tick_late_ms: ServerHistogram;
    ingress_delay_ms: ServerHistogram;
    webhook_ms: Quantiles;
    greeting_ms: Quantiles;
    /** Parts of engine_added_ms, and what was taken out of the response time. */
    parts: Record<'e0' | 'e1' | 'e2' | 'e3' | 'holdMs' | 'sttMs' | 'llmMs' | 'ttsMs', Quantiles>;
    /** The answers that the server delayed most: one stall that met many, or many of their own? */
    worst: WorstAnswer[];
  };
  turns: {
    measured: number;
    unattributed: number;
    unanswered: number;
    early: number;
    barge_ins: number;
    not_cleared: number;
  };
  /** The server's own count: reply audio that lay ready and went out too late. */
  underruns: number;
  /** Holes because a provider was late, by the server's count. */
  tts_gaps: number;
  /** Silences in which a reply was held for a sound of the caller, on purpose. */
  floor_pauses: number;
  /** Holes inside agent speech as callers heard them, of either kind. */
  playout_gaps: number;
  /** Those of a frame (20 ms) or longer. */
  playout_long_gaps: number;
  playout_gap_ms: number;
  /** The first of them, with seconds since the window began. */
  gap_examples: { call_sid: string; at_s: number; gap_ms: number }[];
  frames: { sent: number; lost: number; heard: number };
  ring_drops: number;
  socket_drops: number;
  provider_errors: number;
  apologies: number;
  crossed_calls: number;
  generator: {
    /** Caller fleet and providers together, of the window, in % of one core. */
    cpu_pct: number | null;
    fleet_cpu_pct: number | null;
    providers_cpu_pct: number | null;
    /** What other programs took of the cores of the server and of the generator meanwhile, % of a core. */
    foreign_pct: { server: number | null; generator: number | null };
    late_ms: { p50: number; p99: number; max: number };
    beats_lost: number;
  };
  http: HttpBench | null;
  logged: Record<string, number>;
  notes: { at_s: number; text: string }[];
  machine: {
    cpu: string;
    cores: number;
    node: string;
    pinned: { server: readonly number[] | null; others: readonly number[] | null };
  };
  options: {
    rate_per_s: number;
    latency: string;
    network: string;
    recordings: string;
    seed: number;
    interrupted: boolean;
  };
  series: SecondRow[];
}

/** One second of the run, for charts. Times are seconds since the window began; before it they are negative. */
export interface SecondRow {
  at_s: number;
  up: number;
  cpu: CpuShares | null;
  rss_mib: number | null;
  fleet_cpu_pct: number | null;
  providers_cpu_pct: number | null;
  response_p50: number | null;
  response_p99: number | null;
  engine_added_p50: number | null;
  engine_added_p99: number | null;
  gaps: number;
  failed: number;
}

export function makeReport(run: RunRecord): LoadReport {
  const { options, measured, metrics, rows } = run;
  const { before, after, last } = measured;
  const inWindow = measured.turns.filter(
    ({ voiceEndMs }) => voiceEndMs >= measured.startMs && voiceEndMs < measured.endMs,
  );
  const answered = inWindow.filter(({ answerMs, early }) => answerMs !== null && !early);
  const { parts, unattributed } = analyseTurns(inWindow, measured.turns, rows);
  const bargeIns = inWindow.filter(({ bargeIn }) => bargeIn);
  const histogram = (name: string): ServerHistogram =>
    histogramQuantiles(histogramDelta(metrics.before, metrics.after, name));
  const counter = (name: string, label?: string): number => counterDelta(metrics.before, metrics.after, name, label);
  const part = (name: keyof LoadReport['latency']['parts']): Quantiles => quantiles(parts.map((turn) => turn[name]));
  const calls = measuredCalls(measured, options.calls);
  const { server: cpu } = measured;
  const cpuPct = cpu === null ? null : cpu.main + cpu.workers + cpu.other;
  const rssGrownMib =
    measured.rssMib === null || run.server.rssIdleMib === null ? null : measured.rssMib - run.server.rssIdleMib;
  const generatorPct =
    measured.fleetCpuPct === null || measured.providersCpuPct === null
      ? null
      : measured.fleetCpuPct + measured.providersCpuPct;
  const { late } = after;
  const report: LoadReport = {
    valid: true,
    invalid: [],
    warnings: [],
    passed: true,
    problems: [],
    scenario: options.scenario,
    calls: options.calls,
    seconds: hundredths((measured.endMs - measured.startMs) / 1000)!,
    completed: last.completed,
    failed: last.failed,
    failures: countBy(measured.failures.map(({ reason, detail }) => (detail ? `${reason}: ${detail}` : reason))),
    server: {
      cpu_main_pct: hundredths(cpu?.main ?? null),
      cpu_workers_pct: hundredths(cpu?.workers ?? null),
      cpu_other_pct: hundredths(cpu?.other ?? null),
      cpu_pct_per_call: cpuPct === null || calls === 0 ? null : Math.round((cpuPct / calls) * 10_000) / 10_000,
      rss_mib: hundredths(measured.rssMib),
      rss_idle_mib: hundredths(run.server.rssIdleMib),
      rss_mib_per_call: rssGrownMib === null || calls === 0 ? null : hundredths(rssGrownMib / calls),
      fds: measured.fds,
      workers: run.workers,
      exit_code: run.server.exitCode,
      http_engine: run.server.health['http_engine'] ?? null,
      dsp: run.server.health['dsp'] ?? null,
      vad: run.server.health['vad'] ?? null,
    },
    latency: {
      engine_added_ms: quantiles(parts.map(({ engineAddedMs }) => engineAddedMs)),
      server_engine_added_ms: histogram('ringline_engine_added_seconds'),
      onset_to_clear_ms: histogram('ringline_barge_in_seconds'),
      voice_to_clear_ms: quantiles(
        bargeIns.flatMap(({ clearMs, voiceStartMs }) => (clearMs === null ? [] : clearMs - voiceStartMs)),
      ),
      response_ms: quantiles(answered.map(({ answerMs, voiceEndMs }) => answerMs! - voiceEndMs)),
      frame_late_ms: histogram('ringline_frame_late_seconds'),
      tick_late_ms: histogram('ringline_tick_late_seconds'),
      ingress_delay_ms: histogram('ringline_ingress_delay_seconds'),
      webhook_ms: quantiles(measured.webhookMs),
      greeting_ms: quantiles(measured.greetingMs),
      parts: {
        e0: part('e0'),
        e1: part('e1'),
        e2: part('e2'),
        e3: part('e3'),
        holdMs: part('holdMs'),
        sttMs: part('sttMs'),
        llmMs: part('llmMs'),
        ttsMs: part('ttsMs'),
      },
      worst: worstAnswers(parts, measured.startMs),
    },
    turns: {
      measured: inWindow.length,
      unattributed,
      unanswered: last.unanswered,
      early: inWindow.filter(({ early }) => early).length,
      barge_ins: bargeIns.filter(({ clearMs }) => clearMs !== null).length,
      not_cleared: bargeIns.filter(({ clearMs, talkedOverMs }) => clearMs === null && talkedOverMs > TALKED_OVER_MS_MAX)
        .length,
    },
    underruns: counter('ringline_underruns_total'),
    tts_gaps: counter('ringline_tts_gaps_total'),
    floor_pauses: counter('ringline_floor_pauses_total'),
    playout_gaps: after.playoutGaps - before.playoutGaps,
    playout_long_gaps: after.playoutLongGaps - before.playoutLongGaps,
    playout_gap_ms: hundredths(after.playoutGapMs - before.playoutGapMs)!,
    gap_examples: measured.gaps
      .filter(({ atMs }) => atMs >= measured.startMs && atMs <= measured.endMs)
      .slice(0, GAP_EXAMPLES_MAX)
      .map(({ callSid, atMs, gapMs }) => ({
        call_sid: callSid,
        at_s: hundredths((atMs - measured.startMs) / 1000)!,
        gap_ms: hundredths(gapMs)!,
      })),
    frames: {
      sent: after.framesSent - before.framesSent,
      lost: after.framesLost - before.framesLost,
      heard: after.framesHeard - before.framesHeard,
    },
    ring_drops: counter('ringline_ring_dropped_total'),
    socket_drops: counter('ringline_socket_dropped_total'),
    provider_errors: counter('ringline_provider_errors_total'),
    apologies: counter('ringline_apologies_total'),
    crossed_calls: rows.crossed,
    generator: {
      cpu_pct: hundredths(generatorPct),
      fleet_cpu_pct: hundredths(measured.fleetCpuPct),
      providers_cpu_pct: hundredths(measured.providersCpuPct),
      foreign_pct: { server: hundredths(measured.foreign.server), generator: hundredths(measured.foreign.generator) },
      late_ms: { p50: late.p50, p99: late.p99, max: hundredths(late.max)! },
      beats_lost: late.beatsLost,
    },
    http: run.http,
    logged: run.logged,
    notes: run.notes.map(({ atMs, text }) => ({ at_s: hundredths((atMs - measured.startMs) / 1000)!, text })),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      node: process.version,
      pinned: run.pinning,
    },
    options: {
      rate_per_s: options.ratePerS,
      latency: options.latencyName,
      network: options.network,
      recordings: options.recordings === null ? 'off' : options.recordings === '' ? 'on' : options.recordings,
      seed: options.seed,
      interrupted: run.interrupted,
    },
    series: seriesOf(measured, parts),
  };
  report.invalid = whyInvalid(report, run);
  report.valid = report.invalid.length === 0;
  const { server: onServer, generator: onGenerator } = measured.foreign;
  if ((onServer ?? 0) > FOREIGN_PCT_MAX || (onGenerator ?? 0) > FOREIGN_PCT_MAX)
    report.warnings.push(
      `other programs took ${onServer?.toFixed(0)} % of the server's cores and ${onGenerator?.toFixed(0)} % of the generator's`,
    );
  report.problems = problemsOf(report, run);
  report.passed = report.valid && report.problems.length === 0;
  return report;
}

/** What makes the figures meaningless, whatever they are. */
function whyInvalid({ generator, calls, options }: LoadReport, { measured, scenario, pinning }: RunRecord): string[] {
  const why: string[] = [];
  const { late_ms: late, cpu_pct: busy, beats_lost: lost } = generator;
  const cores = pinning.others?.length ?? 1;
  const seconds = (measured.endMs - measured.startMs) / 1000;
  if (late.p99 > GENERATOR_LATE_MS_MAX)
    why.push(`the generator's frames left ${late.p99} ms late (p99), more than ${GENERATOR_LATE_MS_MAX} ms`);
  if (busy !== null && busy > GENERATOR_BUSY_PCT_MAX * cores)
    why.push(`the generator took ${busy} % of its ${cores} cores, more than ${GENERATOR_BUSY_PCT_MAX} %`);
  if (lost > seconds * FLEET_BEATS_PER_S * BEATS_LOST_SHARE_MAX)
    why.push(`the generator missed ${lost} of its own beats`);
  const steady = scenario.arrivals !== 'window' && !scenario.endsServer && !scenario.habits?.callSeconds;
  if (steady && !options.interrupted && measured.before.up + measured.before.failed < calls)
    why.push(`only ${measured.before.up} of ${calls} calls were up when the window began`);
  if (options.interrupted) why.push('interrupted');
  return why;
}

/** What a run may not show if it is to pass. */
function problemsOf(report: LoadReport, { scenario, measured }: RunRecord): string[] {
  const problems: string[] = [];
  const { underruns, playout_long_gaps: longGaps, tts_gaps: ttsGaps, turns, server } = report;
  const known = underruns + ttsGaps + report.floor_pauses;
  const expected: readonly string[] = scenario.expectedFailures ?? [];
  const failed = measured.failures.filter(({ reason }) => !expected.includes(reason)).length;
  if (failed > 0) problems.push(`${failed} calls failed`);
  if (turns.unanswered > 0 && !scenario.mayStaySilent) problems.push(`${turns.unanswered} turns were not answered`);
  if (underruns > 0) problems.push(`${underruns} underruns`);
  // Shorter ones are within the lateness of sockets and processes that any jitter buffer evens out.
  if (longGaps > known && !scenario.mayGap)
    problems.push(`callers heard ${longGaps} holes of a frame or longer, the server knows of ${known}`);
  if (report.ring_drops + report.socket_drops > 0)
    problems.push(`${report.ring_drops} records and ${report.socket_drops} messages dropped`);
  if (report.crossed_calls > 0) problems.push(`${report.crossed_calls} requests mixed two calls up`);
  if (turns.not_cleared > 0) problems.push(`${turns.not_cleared} barge-ins did not silence the agent`);
  if (server.exit_code !== 0) problems.push(`the server ended with code ${server.exit_code}`);
  return problems;
}

/** Calls that the window's CPU is shared among: the mean of those up. */
function measuredCalls({ samples, startMs, endMs }: Measured, wanted: number): number {
  const inWindow = samples.filter(({ atMs }) => atMs > startMs && atMs <= endMs + 500);
  if (inWindow.length === 0) return wanted;
  return inWindow.reduce((sum, { up }) => sum + up, 0) / inWindow.length;
}

function seriesOf(measured: Measured, parts: readonly TurnParts[]): SecondRow[] {
  let gapsBefore = 0;
  return measured.samples.map((sample, i) => {
    const fromMs = measured.samples[i - 1]?.atMs ?? 0;
    const answers = parts.filter(({ answerMs }) => answerMs > fromMs && answerMs <= sample.atMs);
    const response = quantiles(
      sample.tick.turns.flatMap(({ answerMs, voiceEndMs, early }) =>
        answerMs === null || early ? [] : answerMs - voiceEndMs,
      ),
    );
    const added = quantiles(answers.map(({ engineAddedMs }) => engineAddedMs));
    const gaps = sample.tick.playoutGaps - gapsBefore;
    gapsBefore = sample.tick.playoutGaps;
    const { server } = sample;
    return {
      at_s: hundredths((sample.atMs - measured.startMs) / 1000)!,
      up: sample.up,
      cpu: server && {
        main: hundredths(server.main)!,
        workers: hundredths(server.workers)!,
        other: hundredths(server.other)!,
      },
      rss_mib: hundredths(sample.rssMib),
      fleet_cpu_pct: hundredths(sample.fleetCpuPct),
      providers_cpu_pct: hundredths(sample.providersCpuPct),
      response_p50: response.p50,
      response_p99: response.p99,
      engine_added_p50: added.p50,
      engine_added_p99: added.p99,
      gaps,
      failed: sample.tick.failed,
    };
  });
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
