// The report as one HTML page that can be mailed: figures on top, then what happened second by second. Self-contained.

import type { LoadReport, SecondRow } from './load_report.js';
import { type ChartSeries, escaped, lineChart } from './svg_chart.js';
import { textSummary } from './text_summary.js';

const STYLE = `
:root { color-scheme: light dark; --text: #1d2433; --soft: #667085; --line: #e4e7ec; --card: #fff; --page: #f5f6f8; --shade: #2970ff12 }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ef; --soft: #98a2b3; --line: #333b4a; --card: #1a2030; --page: #10141f; --shade: #6ea0ff18 } }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1540px; margin: 0 auto; padding: 24px }
h1 { margin: 0 0 4px; font-size: 22px } p { margin: 0 0 16px; color: var(--soft) }
.verdict { display: inline-block; padding: 2px 10px; border-radius: 12px; color: #fff; background: #12805c } .bad { background: #c0352b } .invalid { background: #b26a00 }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(185px, 1fr)); gap: 12px; margin: 16px 0 }
.figures div, .charts svg, pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px }
.figures div { padding: 12px } .figures b { display: block; font-size: 22px } .figures span { color: var(--soft); font-size: 13px }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 12px }
svg { width: 100%; height: auto } svg text { font-size: 11px; fill: var(--soft) } svg text.title { font-size: 13px; fill: var(--text) } svg text.name { fill: revert-layer }
svg path { fill: none; stroke-width: 1.8; stroke-linecap: round } .grid { stroke: var(--line) } .mark { stroke: #b26a00; stroke-width: 2; stroke-dasharray: 3 3 } .window { fill: var(--shade) }
pre { padding: 16px; overflow-x: auto; font-size: 12.5px } ul { margin: 8px 0 0 }`;

const BLUE = '#2970ff';
const GREEN = '#12a06a';
const ORANGE = '#e07b00';
const RED = '#d92d20';
const GREY = '#8792a8';

export function htmlReport(report: LoadReport): string {
  const title = `${report.scenario}, ${report.calls} calls`;
  const verdict = report.passed ? ['', 'passed'] : report.valid ? ['bad', 'failed'] : ['invalid', 'invalid'];
  const why = [...report.invalid, ...report.problems, ...report.warnings].map((text) => `<li>${escaped(text)}</li>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Load test: ${escaped(title)}</title><style>${STYLE}</style></head><body><main>
<h1>${escaped(title)} <span class="verdict ${verdict[0]}">${verdict[1]}</span></h1>
<p>${report.seconds} s measured; ${escaped(report.machine.cpu)}, ${report.machine.cores} cores, Node ${report.machine.node}; providers ${escaped(report.options.latency)}</p>
${why.length > 0 ? `<ul>${why.join('')}</ul>` : ''}
<div class="figures">${figures(report)
    .map(([value, name]) => `<div><b>${value}</b><span>${name}</span></div>`)
    .join('')}</div>
<div class="charts">${charts(report).join('\n')}</div>
<h2>Everything</h2><pre>${escaped(textSummary(report).trim())}</pre>
</main></body></html>
`;
}

function figures({ server, latency, generator, completed, failed, ...report }: LoadReport): [string, string][] {
  const show = (value: number | null, unit: string, digits = 1): string =>
    value === null ? '–' : `${value.toFixed(digits)} ${unit}`;
  return [
    [show(server.cpu_pct_per_call, '%', 3), 'of a core for each call'],
    [show(server.rss_mib_per_call, 'MiB', 2), 'memory for each call'],
    [show(latency.engine_added_ms.p99, 'ms'), 'engine added, p99'],
    [show(latency.response_ms.p50, 'ms', 0), 'response time, median'],
    [show(latency.onset_to_clear_ms.p99, 'ms'), 'speech onset to clear, p99'],
    [String(report.underruns), `underruns in ${report.frames.heard} frames`],
    [`${completed} / ${failed}`, 'calls completed / failed'],
    [show(generator.late_ms.p99, 'ms', 2), 'generator late, p99'],
  ];
}

function charts(report: LoadReport): string[] {
  const { series: rows, seconds, notes } = report;
  const window: [number, number] = [0, seconds];
  const marks = notes.map(({ at_s: x, text }) => ({ x, text }));
  const line = (name: string, colour: string, of: (row: SecondRow) => number | null): ChartSeries => ({
    name,
    colour,
    points: rows.map((row) => ({ x: row.at_s, y: of(row) })),
  });
  const chart = (title: string, unit: string, ...lines: ChartSeries[]): string =>
    lineChart(lines, { title, unit, window, marks });
  return [
    chart(
      'Engine added',
      'ms',
      line('p50', BLUE, (row) => row.engine_added_p50),
      line('p99', RED, (row) => row.engine_added_p99),
    ),
    chart(
      'Response time',
      'ms',
      line('p50', BLUE, (row) => row.response_p50),
      line('p99', RED, (row) => row.response_p99),
    ),
    chart(
      'Server CPU',
      '% of a core',
      line('main thread', BLUE, (row) => row.cpu?.main ?? null),
      line('workers', GREEN, (row) => row.cpu?.workers ?? null),
      line('other', GREY, (row) => row.cpu?.other ?? null),
    ),
    chart(
      'Server memory',
      'MiB',
      line('resident', BLUE, (row) => row.rss_mib),
    ),
    chart(
      'Calls',
      'up, failed',
      line('up', GREEN, (row) => row.up),
      line('failed', RED, (row) => row.failed),
    ),
    chart(
      'Holes heard by callers',
      'in each second',
      line('holes', RED, (row) => row.gaps),
    ),
    chart(
      'Generator CPU',
      '% of a core',
      line('callers', ORANGE, (row) => row.fleet_cpu_pct),
      line('providers', GREY, (row) => row.providers_cpu_pct),
    ),
  ];
}
