// The panel's figures as a table for people.

import type { Condition, PanelReport, PanelResult } from './panel_result.js';

const ROWS: [label: string, goal: string, value: (result: PanelResult) => string][] = [
  ['L_R  reply latency, s', '0.75', ({ panel }) => figure(panel.L_R, panel.counts.L_R)],
  ['R_R  turns answered', '1.00', ({ panel }) => figure(panel.R_R, panel.counts.R_R)],
  ['R_Y  interruptions yielded to', '>= 0.99', ({ panel }) => figure(panel.R_Y, panel.counts.R_Y)],
  ['L_Y  yield latency, s', '<= 0.45', ({ panel }) => figure(panel.L_Y, panel.counts.L_Y)],
  ['I_A  agent cuts in, a turn', '<= 0.05', ({ panel }) => figure(panel.I_A, panel.counts.I_A)],
  ['S_BC nods talked through', '>= 0.95', ({ panel }) => figure(panel.S_BC, panel.counts.S_BC)],
  ['S_VT coughs and "um" ignored', '>= 0.90', ({ panel }) => figure(panel.S_VT, panel.counts.S_VT)],
  ['S_ND words for others ignored', '>= 0.75', ({ panel }) => figure(panel.S_ND, panel.counts.S_ND)],
  ['     selectivity', '>= 0.85', ({ panel }) => figure(panel.selectivity)],
  ['eva  turn-taking score', '>= 0.93', ({ eva }) => figure(eva.score, eva.n)],
  ['response p50, ms', '<= 700', ({ response_ms }) => figure(response_ms.p50, response_ms.n, 0)],
  ['response p95, ms', '<= 950', ({ response_ms }) => figure(response_ms.p95, undefined, 0)],
  ['heard text: words off, worst', '<= 1', ({ heard_text }) => figure(heard_text.error_words_max, heard_text.calls, 0)],
  ['words skipped / doubled', '0 / 0', ({ heard_text }) => `${heard_text.lost} / ${heard_text.doubled}`],
  ['bursts talked through', '-', ({ bursts }) => figure(bursts.talked_through, bursts.n)],
  ['yield to the millisecond', '-', ({ exact }) => figure(exact.yield_ms_mean, undefined, 0)],
];

export function panelTable(report: PanelReport): string {
  const conditions = Object.entries(report.by_condition) as [Condition, PanelResult][];
  const columns: [string, PanelResult][] = conditions.length > 1 ? [...conditions, ['all', report]] : conditions;
  const line = (cells: string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(34) : cell.padStart(14))).join('');
  const lines = [line(['', 'goal', ...columns.map(([name]) => name)])];
  for (const [label, goal, value] of ROWS)
    lines.push(line([label, goal, ...columns.map(([, result]) => value(result))]));
  return lines.join('\n');
}

function figure(value: number | null, n?: number, digits = 2): string {
  if (value === null) return '-';
  return n === undefined ? value.toFixed(digits) : `${value.toFixed(digits)} (${n})`;
}
