import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { StoryResult } from '../../../loadtest/stories/story_result.js';

const MAIN = fileURLToPath(new URL('../../../dist/loadtest/stories/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'ringline-scenarios-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

test('a conversation is played on the real server and its words are found in what the telephone played', async () => {
  const file = path.join(folder, 'out.json');
  const { code, output } = await run('--only', 'yes_to_a_question', '--json', file);
  const { scenarios } = JSON.parse(readFileSync(file, 'utf8')) as { scenarios: StoryResult[] };
  const [story] = scenarios;
  expect(scenarios).toHaveLength(1);
  expect(story.response_ms, output).toHaveLength(2);
  expect(story.played).toContain('shall i ask her to call you tomorrow');
  expect(story.played).toMatch(/before noon$/);
  expect(story).toMatchObject({ lost_words: 0, duplicated_words: 0, false_interruptions: 0 });
  expect(story.heard_text_error_words).toBeLessThanOrEqual(1);
  // How fast it was is the machine's too, and no claim of this test.
  expect(code).toBe(story.ok ? 0 : 1);
}, 90_000);

test('a conversation that does not exist is refused', async () => {
  const { code, output } = await run('--only', 'no_such_story');
  expect(code).toBe(64);
  expect(output).toMatch(/no_such_story: no such conversation/);
});
