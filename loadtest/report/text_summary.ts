// The report for a terminal.

import type { LoadReport } from './load_report.js';
import type { Quantiles } from './quantiles.js';

export function textSummary(report: LoadReport): string {
  const { server, latency, generator, turns, machine } = report;
  const lines = [
    '',
    `${report.scenario}: ${report.calls} calls, ${report.seconds} s measured, providers ${report.options.latency}`,
    '',
    row('calls', `${report.completed} completed, ${report.failed} failed`),
    row(
      'turns',
      `${turns.measured} measured, ${turns.unanswered} unanswered, ${turns.barge_ins} barge-ins` +
        (turns.early > 0 ? `, ${turns.early} answered too early` : '') +
        (turns.unattributed > 0 ? `, ${turns.unattributed} not attributed` : ''),
    ),
    row(
      'server CPU',
      `${n(server.cpu_pct_per_call, 3)} % of a core per call  (main ${n(server.cpu_main_pct)}, workers ${n(server.cpu_workers_pct)}, other ${n(server.cpu_other_pct)} %)`,
    ),
    row(
      'server memory',
      `${n(server.rss_mib)} MiB, ${n(server.rss_mib_per_call, 2)} MiB per call above idle (${n(server.rss_idle_mib)})`,
    ),
    row('engine added', `${q(latency.engine_added_ms)}   server's own: ${q(latency.server_engine_added_ms)}`),
    row('response time', q(latency.response_ms)),
    row(
      '  taken out',
      `hold ${q(latency.parts.holdMs)}; stt ${q(latency.parts.sttMs)}; llm ${q(latency.parts.llmMs)}; tts ${q(latency.parts.ttsMs)}`,
    ),
    row(
      '  added',
      `hearing ${q(latency.parts.e0)}; to llm ${q(latency.parts.e1)}; to tts ${q(latency.parts.e2)}; to caller ${q(latency.parts.e3)}`,
    ),
    row(
      'onset to clear',
      `${q(latency.onset_to_clear_ms)} (server); from the first voiced frame ${q(latency.voice_to_clear_ms)}`,
    ),
    row(
      'frames late',
      `p50 ${n(latency.frame_late_ms.p50)}  p99 ${n(latency.frame_late_ms.p99)}  p99.9 ${n(latency.frame_late_ms.p999)} ms; ticks ${q(latency.tick_late_ms)}`,
    ),
    row(
      'holes',
      `${report.underruns} underruns, ${report.tts_gaps} waits for a provider, ${report.floor_pauses} held for a sound; callers heard ${report.playout_gaps} (${report.playout_long_gaps} of a frame or longer) in ${report.frames.heard} frames`,
    ),
    row(
      'drops',
      `rings ${report.ring_drops}, sockets ${report.socket_drops}; provider errors ${report.provider_errors}, apologies ${report.apologies}`,
    ),
    row('webhook', `${q(latency.webhook_ms)}; greeting ${q(latency.greeting_ms)}`),
    row(
      'generator',
      `fleet ${n(generator.fleet_cpu_pct)} + providers ${n(generator.providers_cpu_pct)} % of a core; late p50 ${generator.late_ms.p50}  p99 ${generator.late_ms.p99}  max ${generator.late_ms.max} ms`,
    ),
    row(
      'machine',
      `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, HTTP by ${report.server.http_engine}; ${pinning(machine.pinned)}`,
    ),
  ];
  for (const { route, requests, perSecond, latencyMs, not2xx, errors } of report.http ?? [])
    lines.push(
      row(
        route,
        `${requests} requests, ${n(perSecond)}/s, p50 ${latencyMs.p50}  p99 ${latencyMs.p99} ms, ${not2xx + errors} failed`,
      ),
    );
  for (const { at_s, gap_ms, call_sid } of report.gap_examples.slice(0, 5))
    lines.push(row('  hole', `at ${n(at_s)} s, ${n(gap_ms)} ms, ${call_sid}`));
  for (const { at_s, text } of report.notes) lines.push(row(`  at ${n(at_s)} s`, text));
  for (const [what, count] of Object.entries(report.failures)) lines.push(row('  failure', `${count} x ${what}`));
  for (const [what, count] of Object.entries(report.logged).slice(0, 10))
    lines.push(row('  server log', `${count} x ${what}`));
  lines.push('');
  for (const warning of report.warnings) lines.push(`note: ${warning}`);
  for (const why of report.invalid) lines.push(`INVALID: ${why}`);
  for (const problem of report.problems) lines.push(`FAILED: ${problem}`);
  if (report.passed) lines.push('passed');
  return lines.join('\n');
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(15)} ${text}`;
}

/** "p50 1.2  p99 3.4 ms (n)". */
function q({ p50, p99, count }: Quantiles): string {
  return count === 0 ? '-' : `p50 ${n(p50)}  p99 ${n(p99)} ms (${count})`;
}

function n(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined ? '-' : value.toFixed(digits);
}

function pinning({ server, others }: LoadReport['machine']['pinned']): string {
  return server && others ? `server on core ${server.join(',')}, generator on ${others.join(',')}` : 'nothing pinned';
}
