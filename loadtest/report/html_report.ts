// The report as one HTML page.

import type { LoadReport } from './load_report.js';
import { textSummary } from './text_summary.js';

export function htmlReport(report: LoadReport): string {
  return `<!doctype html><meta charset="utf-8"><title>load test</title><pre>${textSummary(report)}</pre>`;
}
