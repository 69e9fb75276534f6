import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AgentBook, readAgents } from '../../src/agents/agent_book.js';
import { ConfigError } from '../../src/config.js';

const PERSONA = {
  name: 'Ben',
  company: 'Acme',
  systemPrompt: 'You are Ben.',
  greeting: 'Hi.',
  apology: 'Sorry.',
  idlePrompt: 'Hello?',
  goodbye: 'Goodbye.',
};
const dir = mkdtempSync(join(tmpdir(), 'ringline-agents-'));
let files = 0;
function written(content: unknown): string {
  const file = join(dir, `agent${files++}.json`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}
function problems(file: string): readonly string[] {
  try {
    readAgents(file);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
  return [];
}

test('without a file there is the persona that ships, and it takes every call', () => {
  const book = new AgentBook(readAgents(null));
  const id = book.pick({ direction: 'outbound', ourNumber: '+12025550143' }, null);
  expect(book.get(id).company).toBe('Compass Group');
  expect(book.all()).toHaveLength(1);
});

test('a file replaces it, and survives the way to a worker thread', () => {
  const book = new AgentBook(structuredClone(readAgents(written(PERSONA))));
  expect(book.get(book.pick({ direction: 'inbound', ourNumber: '' }, null)).name).toBe('Ben');
});

test('the wanted agent is picked when there is one, else the first', () => {
  const [{ definition }] = readAgents(null);
  const book = new AgentBook([
    { id: 'front', definition },
    { id: 'sales', definition },
  ]);
  const call = { direction: 'inbound', ourNumber: '' } as const;
  expect([null, 'sales', 'nobody'].map((wanted) => book.pick(call, wanted))).toEqual(['front', 'sales', 'front']);
  expect(() => book.get('nobody')).toThrow('agents are picked');
});

test.each([
  ['{', ['not JSON']],
  [[], ['the file: Invalid input: expected object, received array']],
  [{ ...PERSONA, greeting: '' }, ['greeting: ']],
  [{ ...PERSONA, apology: 'Sorry {{nam}}.', goodbye: 'Bye {{nam}}.' }, ['apology: {{nam}}', 'goodbye: {{nam}}']],
  [{ ...PERSONA, technicalProblem: 'Sorry {{nam}}.' }, ['technicalProblem: {{nam}}']],
])('%j: each problem is one line that names the file', (content, expected) => {
  const file = written(content);
  const found = problems(file);
  expect(found).toHaveLength(expected.length);
  for (const [index, problem] of expected.entries()) expect(found[index]).toContain(`AGENT_FILE: ${file}: ${problem}`);
});

test('a file that is not there is a line too', () => {
  expect(problems(join(dir, 'nowhere.json'))).toEqual([
    `AGENT_FILE: ${join(dir, 'nowhere.json')} cannot be read (ENOENT)`,
  ]);
});
