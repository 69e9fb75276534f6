// The whole load test in small: the compiled program with real processes, four calls for a few seconds.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoadReport } from '../../loadtest/report/load_report.js';

const MAIN = fileURLToPath(new URL('../../dist/loadtest/main.js', import.meta.url));
let dir = '';
let brief: string[] = [];

beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: npm run build');
  dir = await mkdtemp(path.join(tmpdir(), 'ringline-load-test-'));
  const agent = path.join(dir, 'agent.json');
  const texts = { apology: 'I am sorry.', idlePrompt: 'Are you there?', goodbye: 'Goodbye.' };
  const persona = { name: 'Ann', company: 'Test', systemPrompt: 'Be brief.', greeting: 'Hello there.', ...texts };
  await writeFile(agent, JSON.stringify(persona));
  brief = ['--server-env', `AGENT_FILE=${agent}`, '--no-wait', '--no-pin', '--settle', '0'];
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Runs the load test; `onOutput` sees what it writes. */
function run(args: string[], onOutput: (text: string, pid: number) => void = () => {}) {
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...brief, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (data: Buffer): void => {
      output += data.toString();
      onOutput(output, child.pid!);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('close', (code) => resolve({ code, output }));
  });
}

test('four calls for six seconds: a report with every figure, and a page', async () => {
  const json = path.join(dir, 'steady.json');
  const html = path.join(dir, 'steady.html');
  const { code, output } = await run(['--calls', '4', '--seconds', '6', '--json', json, '--html', html]);
  const report = JSON.parse(await readFile(json, 'utf8')) as LoadReport;
  expect(report, output).toMatchObject({ scenario: 'steady', calls: 4, completed: 4, failed: 0, crossed_calls: 0 });
  // On a machine that others use, the run may be invalid or see an underrun; then the code says so.
  expect(code).toBe(report.passed ? 0 : report.valid ? 1 : 2);
  expect(report.turns.measured).toBeGreaterThan(0);
  expect(report.turns.unattributed).toBeLessThan(report.turns.measured);
  expect(report.latency.engine_added_ms.p50).toBeGreaterThan(0);
  expect(report.latency.response_ms.p50).toBeGreaterThan(300);
  expect(report.frames.sent).toBeGreaterThan(4 * 6 * 50 * 0.8);
  if (process.platform === 'linux') {
    expect(report.server.cpu_workers_pct).toBeGreaterThan(0);
    expect(report.server.cpu_pct_per_call).toBeGreaterThan(0);
    expect(report.server.rss_mib).toBeGreaterThan(50);
  }
  expect(report.server.exit_code).toBe(0);
  const page = await readFile(html, 'utf8');
  expect(page.match(/<svg /g)).toHaveLength(7);
  expect(page).not.toMatch(/NaN|undefined|https?:\/\//);
}, 60_000);

test('stopped by Ctrl-C, it hangs up and still reports', async () => {
  const json = path.join(dir, 'stopped.json');
  let told = false;
  const { code, output } = await run(['--calls', '2', '--seconds', '600', '--json', json], (text, pid) => {
    if (told || !text.includes('measuring')) return;
    told = true;
    process.kill(pid, 'SIGINT');
  });
  expect(code, output).toBe(130);
  const report = JSON.parse(await readFile(json, 'utf8')) as LoadReport;
  expect(report).toMatchObject({ valid: false, completed: 2, failed: 0 });
  expect(report.invalid).toContain('interrupted');
}, 60_000);

test('an option that does not exist is refused with code 64', async () => {
  const { code, output } = await run(['--scenario', 'nothing']);
  expect(code).toBe(64);
  expect(output).toContain('no scenario nothing\nnpm run loadtest -- --help');
});
