import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AgentBook } from '../../src/agents/agent_book.js';
import { readAgentFolder } from '../../src/agents/agent_folder.js';
import { AgentWatch } from '../../src/agents/agent_watch.js';
import { loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/log.js';

const CONFIG = loadConfig(
  { TWILIO_VALIDATE: 'off', OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k' },
  [],
);
const agent = (greeting: string, more = '') => `name: Ada
company: Acme
systemPrompt: You are Ada.
greeting: ${greeting}
apology: Sorry.
idlePrompt: Still there?
goodbye: Goodbye.
${more}`;

let dir: string;
let lines: { level: string; problem?: string; msg: string }[];
let book: AgentBook;
let watch: AgentWatch;
let read: [outcome: string, changes: string][];

const write = (file: string, text: string) => writeFileSync(join(dir, file), text);
const greeting = (wanted: string) =>
  book.pick({ callSid: 'CA1', ourNumber: '' }, wanted).profile.greeting('inbound', {});
const problems = () => lines.filter(({ level }) => level === 'error').map(({ problem }) => problem);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringline-watch-'));
  lines = [];
  read = [];
  write('sales.yaml', agent('Sales.', 'default: true'));
  write('care.yaml', agent('Care.'));
  const folder = readAgentFolder(dir);
  book = new AgentBook(folder.sources);
  const log = createLogger({ level: 'info', sink: (line) => lines.push(JSON.parse(line)) });
  const onRead = (...news: [string, string]) => read.push(news);
  watch = new AgentWatch({ dir, folder, book, config: CONFIG, log, onRead });
});
afterEach(() => {
  watch.stop();
  rmSync(dir, { recursive: true });
});

test('a changed file is noticed, a new one is another agent, and one that goes takes its agent along', async () => {
  watch.start();
  write('care.yaml', agent('Care, anew.'));
  write('night.yaml', agent('Night.'));
  await expect.poll(() => book.has('night'), { timeout: 10_000 }).toBe(true);
  expect(greeting('care')).toBe('Care, anew.');
  rmSync(join(dir, 'night.yaml'));
  await watch.reload();
  expect(book.has('night')).toBe(false);
  expect(watch.news).toMatchObject({ count: 2, taken: 2, failed: 0, problems: [] });
  expect(read.at(-1)).toEqual(['done', 'care.yaml sales.yaml -night.yaml']);
});

test('who has a call keeps the version it began with', async () => {
  const began = book.pick({ callSid: 'CA1', ourNumber: '' }, 'care');
  write('care.yaml', agent('Care, anew.'));
  await watch.reload();
  expect(began.profile.greeting('inbound', {})).toBe('Care.');
  expect(greeting('care')).toBe('Care, anew.');
});

test('a broken file keeps the agent it had, each mistake is one line, and the other files are taken', async () => {
  write('care.yaml', agent('Care, anew.').replace('apology: Sorry.\n', '').replace('name: Ada', 'nam: Ada'));
  write('sales.yaml', agent('Sales, anew.', 'default: true'));
  await watch.reload();
  expect([greeting('care'), greeting('sales')]).toEqual(['Care.', 'Sales, anew.']);
  const expected = [
    'care.yaml:1: name: is missing',
    'care.yaml:1: apology: is missing',
    'care.yaml:1: nam: is no field',
  ];
  expect(problems()).toHaveLength(3);
  for (const [i, text] of expected.entries()) expect(problems()[i]).toContain(text);
  expect(watch.news).toMatchObject({ taken: 0, failed: 1, problems: problems() });
  write('care.yaml', agent('Care, mended.'));
  await watch.reload();
  expect(greeting('care')).toBe('Care, mended.');
  expect(watch.news).toMatchObject({ taken: 1, failed: 1, problems: [] });
});

test.each<[string, () => void, string]>([
  ['no default', () => write('sales.yaml', agent('Sales, anew.')), 'no agent says default: true'],
  ['a number twice', () => twice(), 'is answered by care already (care.yaml)'],
  ['an empty folder', () => bare(), 'holds no agent'],
  ['no folder', () => renameSync(dir, `${dir}-away`), 'cannot be read (ENOENT)'],
])('%s: all agents stay as they were, and it is said once', async (_, change, what) => {
  change();
  await watch.reload();
  await watch.reload();
  expect([greeting('care'), greeting('sales')]).toEqual(['Care.', 'Sales.']);
  expect(problems()).toEqual([expect.stringContaining(what)]);
  expect(watch.news.problems).toEqual([expect.stringContaining(what)]);
  if (what.includes('ENOENT')) renameSync(`${dir}-away`, dir);
  write('care.yaml', agent('Care, mended.'));
  write('sales.yaml', agent('Sales, mended.', 'default: true'));
  await watch.reload();
  expect([greeting('care'), greeting('sales')]).toEqual(['Care, mended.', 'Sales, mended.']);
  expect(watch.news.problems).toEqual([]);
});
function bare() {
  for (const file of ['sales.yaml', 'care.yaml']) rmSync(join(dir, file));
}
function twice() {
  write('sales.yaml', agent('Sales, anew.', 'default: true\nnumbers: ["+15550100"]'));
  write('care.yaml', agent('Care, anew.', 'numbers: ["+15550100"]'));
}

test('an agent that no vendor could serve stays as it was', async () => {
  write('care.yaml', agent('Care, anew.', `keyterms: [${Array(90).fill('"a long key term of a business"').join()}]`));
  await watch.reload();
  expect(greeting('care')).toBe('Care.');
  expect(problems()).toEqual([expect.stringMatching(/^care\.yaml: keyterms are about/)]);
});

test('what may not work is taken, and said', async () => {
  write('care.yaml', agent('Care, anew.', 'voiceId: bob'));
  await watch.reload();
  expect(greeting('care')).toBe('Care, anew.');
  expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { setting: expect.stringMatching(/^care\.yaml: voiceId is no id of a voice/) },
  ]);
});
