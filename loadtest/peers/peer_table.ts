// The comparison for a terminal and for a README: one row a system and number of calls, and ratios to ours.

import type { PeerResult } from './comparison.js';
import { TABLE_CALLS } from './ladder.js';
import { OBJECTIVE, type Rung } from './objective.js';

/** Markdown, which a terminal can be read in too. */
export function peerTable(results: readonly PeerResult[]): string {
  const ours = results.find(({ name }) => name === 'ringline');
  const lines: string[] = [];
  const head = [
    '',
    'calls on one core',
    ...TABLE_CALLS.flatMap((calls) => [`CPU per call at ${calls}`]),
    'memory per call',
  ];
  lines.push(row(head), row(head.map(() => '---')));
  for (const result of results) lines.push(row(summary(result, ours)));
  lines.push('');
  const detail = [
    '',
    'calls',
    'response p50 / p99',
    'of it its own',
    'onset to clear p50 / p99',
    'CPU',
    'memory',
    'holes',
    'holds',
  ];
  lines.push(row(detail), row(detail.map(() => '---')));
  for (const { title, rungs } of results) for (const rung of rungs) lines.push(row(rungRow(title, rung)));
  for (const { title, error } of results) if (error !== null) lines.push('', `${title}: ${error}`);
  lines.push('', objectiveText());
  return lines.join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function summary(result: PeerResult, ours: PeerResult | undefined): string[] {
  const { title, version, rungs, capacity, capacity_is_lower_bound, error } = result;
  const name = `${title} ${version}`.trim();
  if (rungs.length === 0) return [name, error ?? 'not measured', ...TABLE_CALLS.map(() => '-'), '-'];
  const own = result === ours;
  const capacityText = `${capacity_is_lower_bound ? '>= ' : ''}${capacity}`;
  const cells = TABLE_CALLS.map((calls) => {
    const rung = at(result, calls);
    if (!rung) return '-';
    const text = `${percent(rung.cpu_pct_per_call)}${rung.verdict.holds ? '' : ' (does not hold)'}`;
    return `${text}${own ? '' : times(rung.cpu_pct_per_call, ours && at(ours, calls)?.cpu_pct_per_call)}`;
  });
  const memory = memoryRung(result);
  const ourMemory = ours && memoryRung(ours);
  return [
    name,
    `${capacityText}${own || !ours || capacity === 0 ? '' : ` (1/${ratio(ours.capacity, capacity)})`}`,
    ...cells,
    memory
      ? `${memory.memory_mib_per_call} MiB at ${memory.calls}${own ? '' : times(memory.memory_mib_per_call, ourMemory?.memory_mib_per_call)}`
      : '-',
  ];
}

function rungRow(title: string, rung: Rung): string[] {
  const { response_ms: response, own_ms: own, voice_to_clear_ms: clear, verdict } = rung;
  const invalid = verdict.invalid ? ` [generator late ${rung.generator.late_p99_ms} ms]` : '';
  return [
    title,
    String(rung.calls),
    `${whole(response.p50)} / ${whole(response.p99)} ms`,
    `${whole(own.p50)} / ${whole(own.p99)} ms`,
    clear.count === 0 ? `none of ${rung.barge_ins}` : `${whole(clear.p50)} / ${whole(clear.p99)} ms`,
    percent(rung.cpu_pct),
    `${Math.round(rung.memory_mib)} MiB`,
    `${rung.holes_audible} (${rung.holes} of any length)`,
    `${verdict.holds ? 'yes' : `no: ${verdict.why.join(', ')}`}${invalid}`,
  ];
}

/** The largest number of calls that held: memory per call is the truer the more calls there are. */
function memoryRung({ rungs }: PeerResult): Rung | undefined {
  return rungs.findLast(({ verdict }) => verdict.holds) ?? rungs[0];
}

function at({ rungs }: PeerResult, calls: number): Rung | undefined {
  return rungs.find((rung) => rung.calls === calls);
}

function times(theirs: number, ours: number | undefined): string {
  return ours === undefined || ours <= 0 ? '' : ` (${ratio(theirs, ours)}x)`;
}

function ratio(a: number, b: number): string {
  const value = a / b;
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}

function percent(value: number): string {
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(2)} %`;
}

function whole(value: number | null): string {
  return value === null ? '-' : String(Math.round(value));
}

function objectiveText(): string {
  const { addedMsMax, holeMsMin, holesShareMax } = OBJECTIVE;
  return (
    `A number of calls holds when no call fails, every turn is answered, the 99th percentile of the system's own time (response ` +
    `less what the vendors' simulators took) or of the response time is within ${addedMsMax} ms of its quiet median, and holes of ${holeMsMin} ms or more in its speech are at most ` +
    `${holesShareMax * 100} % of the frames (one is forgiven). CPU in % of one core.`
  );
}
