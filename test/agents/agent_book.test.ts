import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AgentBook, type AgentSource, agentSource, readAgents } from '../../src/agents/agent_book.js';
import { checkDefinition } from '../../src/agents/agent_definition.js';
import type { CallOrder } from '../../src/call/call.js';
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

const CALL = { callSid: 'CA1', ourNumber: '+12025550143' };
function source(id: string, own: object = {}, variant = id): AgentSource {
  return agentSource(id, variant, checkDefinition({ ...PERSONA, ...own }));
}

test('without a file there is the persona that ships, and it takes every call', () => {
  const book = new AgentBook(readAgents(null));
  expect(book.pick(CALL, null).profile.company).toBe('Compass Group');
  expect(book.all()).toHaveLength(1);
});

test('a file replaces it, and survives the way to a worker thread', () => {
  const sources = readAgents(written(PERSONA));
  const book = new AgentBook(sources);
  const order = { ...CALL, ...book.forOrder(book.pick(CALL, null), 'CA1') } as CallOrder;
  expect(order.agentDefinition).toBeNull();
  expect(new AgentBook(structuredClone(sources)).held(order).name).toBe('Ben');
});

test.each([
  ['+12025550143', null, 'exact'],
  ['+12025550199', null, 'long'],
  ['+12029990000', null, 'short'],
  ['+442079460000', null, 'rest'],
  ['', null, 'rest'],
  ['+12025550143', 'short', 'short'],
  ['+12025550143', 'nobody', 'exact'],
])('a call to %j, wanted %j, is for %s', (ourNumber, wanted, id) => {
  const book = new AgentBook([
    source('short', { numbers: ['+1202*'] }),
    source('rest', { default: true }),
    source('long', { numbers: ['+1202555*'] }),
    source('exact', { numbers: ['+12025550143'] }),
  ]);
  expect(book.pick({ callSid: 'CA1', ourNumber }, wanted).id).toBe(id);
});

test('versions get their share of the calls, and a call keeps the one it got', () => {
  const book = new AgentBook([source('a', { weight: 3 }, 'old'), source('a', { weight: 1, goodbye: 'Bye.' }, 'new')]);
  const picks = Array.from({ length: 4000 }, (_, i) => book.pick({ ...CALL, callSid: `CA${i}` }, null));
  const share = picks.filter(({ variant }) => variant === 'new').length / picks.length;
  expect(share).toBeGreaterThan(0.22);
  expect(share).toBeLessThan(0.28);
  expect(book.pick({ ...CALL, callSid: 'CA7' }, null).variant).toBe(picks[7].variant);
  expect(new Set(picks.map(({ hash }) => hash)).size).toBe(2);
});

test('the hash tells content, not how a version gets its calls', () => {
  const plain = source('a');
  expect(source('a', { weight: 5, numbers: ['+12025550143'], default: true }).hash).toBe(plain.hash);
  expect(source('a', { goodbye: 'Bye.' }).hash).not.toBe(plain.hash);
});

test('a version that is newer than the workers travels with the call', () => {
  const book = new AgentBook([source('a')]);
  const workers = new AgentBook([source('a')]);
  book.replace([source('a', { name: 'Eve' })]);
  const order = { ...CALL, ...book.forOrder(book.pick(CALL, null), 'CA1') } as CallOrder;
  expect(workers.held(structuredClone(order)).name).toBe('Eve');
});

test.each([
  ['{', ['the file: not JSON']],
  [[], ['the file: fields are expected']],
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

test('a version newer than the worker threads travels with the call, is made once there, and is told of', () => {
  const first = [source('a')];
  const main = new AgentBook(first);
  const worker = new AgentBook(structuredClone(first));
  const seen: string[] = [];
  let replaced = 0;
  worker.onNewer(({ name }) => seen.push(name));
  main.onReplaced(() => replaced++);
  main.replace([source('a', { name: 'Cleo' })]);
  expect(replaced).toBe(1);
  const order = structuredClone({ ...CALL, ...main.forOrder(main.pick(CALL, null), 'CA1') }) as CallOrder;
  expect(order.agentDefinition).not.toBeNull();
  const held = worker.held(order);
  expect(held.name).toBe('Cleo');
  expect(worker.held(structuredClone(order))).toBe(held);
  expect(seen).toEqual(['Cleo']);
});

test('what a worker keeps of newer versions is bounded', () => {
  const worker = new AgentBook([source('a')]);
  const orderOf = (name: string) => {
    const { hash, definition } = source('a', { name });
    return { ...CALL, agentId: 'a', agentHash: hash, agentDefinition: definition } as unknown as CallOrder;
  };
  const first = worker.held(orderOf('V0'));
  expect(worker.held(orderOf('V0'))).toBe(first);
  for (let i = 1; i < 80; i++) worker.held(orderOf(`V${i}`));
  expect(worker.held(orderOf('V0'))).not.toBe(first);
});

test('how long an agent keeps its recordings: where it says so, the strictest of its versions', () => {
  const kept = (keepDays?: number) => ({ recording: keepDays === undefined ? {} : { keepDays } });
  const book = new AgentBook([
    ...[
      source('a', kept(90), 'one'),
      source('a', kept(30), 'two'),
      source('a', kept(0), 'three'),
      source('a', kept(), 'four'),
    ],
    ...[source('b', kept(0)), source('c')],
  ]);
  expect(Object.fromEntries(book.keptDays())).toEqual({ a: 30, b: 0 });
});

test('an order brings those along to whom the call may be handed, and to whom those may hand it', () => {
  const handOff = (...ids: string[]) => ({ tools: [{ handOff: Object.fromEntries(ids.map((id) => [id, 'When.'])) }] });
  const first = [source('a', handOff('b')), source('b', handOff('a', 'c')), source('c'), source('d')];
  const book = new AgentBook(first);
  const others = () => book.forOrder(book.pick(CALL, 'a'), 'CA1').others;
  expect(others().map(({ agentId, agentDefinition }) => [agentId, agentDefinition])).toEqual([
    ['b', null],
    ['c', null],
  ]);
  book.replace([...first.slice(0, 2), source('c', { name: 'Cleo' })]);
  expect(others()[1]).toMatchObject({ agentId: 'c', agentDefinition: { name: 'Cleo' } });
  expect(book.find('c', others()[1].agentHash)?.profile.name).toBe('Cleo');
  expect(book.find('c', 'of before')).toBeNull();
  expect(book.forOrder(book.pick(CALL, 'c'), 'CA1').others).toEqual([]);
});

test('the only agent has nobody to hand a call to', () => {
  const file = written({ ...PERSONA, tools: [{ handOff: { billing: 'Bills.' } }] });
  expect(problems(file)).toEqual([`AGENT_FILE: ${file}: tools: there is no agent billing to hand a call to`]);
});
