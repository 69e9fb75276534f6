// Results as text for a terminal: a row each with times, ratio and a bar; below them what `more` and the notes say.

import type { BenchResult } from './bench_result.js';
import { type Minimum, minimumFor, missedBy } from './minimums.js';

const NAME_WIDTH = 50;
const TIME_WIDTH = 9;
const RATIO_WIDTH = 9;
/** One mark for each doubling, up to 1024 times. */
const BAR_WIDTH = 10;

/** The table of one bench. `minimums`: those that count in this run. */
export function formatResults(results: readonly BenchResult[], minimums: readonly Minimum[]): string {
  const notes = [...new Set(results.flatMap(({ note }) => note ?? []))];
  const peerWidth = Math.max(...results.map(({ peer }) => peer?.length ?? 0));
  const rows = results.map((result) => {
    const mark = result.note ? ` [${notes.indexOf(result.note) + 1}]` : '';
    return [
      (result.name + mark).padEnd(NAME_WIDTH),
      formatTime(result.ns_per_op).padStart(TIME_WIDTH),
      ' ',
      (result.peer ?? '').padEnd(peerWidth),
      (result.peer_ns_per_op === null ? '' : formatTime(result.peer_ns_per_op)).padStart(TIME_WIDTH),
      formatRatio(result.ratio).padStart(RATIO_WIDTH),
      formatBar(result.ratio).padEnd(BAR_WIDTH),
      formatMinimum(result, minimums),
    ]
      .join(' ')
      .trimEnd();
  });
  const lines = [...rows, ...notes.map((note, i) => `  [${i + 1}] ${note}`)];
  const detailed = results.filter(({ more }) => more);
  if (detailed.length > 0) lines.push('', formatDetails(detailed));
  return lines.join('\n');
}

/** Three digits and a unit: `218 ns`, `1.04 us`. */
export function formatTime(ns: number): string {
  const [value, unit] = ns < 1000 ? [ns, 'ns'] : ns < 1e6 ? [ns / 1000, 'us'] : [ns / 1e6, 'ms'];
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}

/** Empty below 1: slower needs no picture. */
export function formatBar(ratio: number | null): string {
  if (ratio === null || ratio < 1) return '';
  return '#'.repeat(Math.min(BAR_WIDTH, Math.max(1, Math.round(Math.log2(ratio)))));
}

function formatRatio(ratio: number | null): string {
  if (ratio === null) return '';
  return `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(1)} x`;
}

function formatMinimum(result: BenchResult, minimums: readonly Minimum[]): string {
  const minimum = minimumFor(result, minimums);
  if (!minimum) return '';
  return `${missedBy(result, minimums) ? 'MISSED' : 'ok'}, min ${minimum.ratio}`;
}

/** `more` of all rows as one table; its columns are named where ours and the peer's stand beside each other. */
function formatDetails(results: readonly BenchResult[]): string {
  const keys = [...new Set(results.flatMap(({ more }) => Object.keys(more ?? {})))];
  const heads = ['ours / theirs', ...keys];
  const rows = results.map(({ name, peer, more }) => [
    `${name} / ${peer}`,
    ...keys.map((key) => `${more?.[key] ?? ''}`),
  ]);
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i].length)));
  const line = (cells: string[]) => `  ${cells.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd();
  return [heads, ...rows].map(line).join('\n');
}
