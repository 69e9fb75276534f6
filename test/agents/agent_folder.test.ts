import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { AgentBook } from '../../src/agents/agent_book.js';
import { readAgentFolder } from '../../src/agents/agent_folder.js';

const AGENT = `name: Ada
company: Acme
systemPrompt: You are Ada.
greeting: Hello.
apology: Sorry.
idlePrompt: Still there?
goodbye: Goodbye.
`;

function folder(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'ringline-folder-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}
function problems(files: Record<string, string>): string[] {
  return readAgentFolder(folder(files)).problems;
}

test('the examples are good, YAML and JSON, and take their numbers', () => {
  const { sources, problems } = readAgentFolder(fileURLToPath(new URL('../../src/agents/examples', import.meta.url)));
  expect(problems).toEqual([]);
  const book = new AgentBook(sources);
  const idOf = (ourNumber: string) => book.pick({ callSid: 'CA1', ourNumber }, null).id;
  expect(['+15550100', '+15550101234', '+34555123456', '+4420'].map(idOf)).toEqual([
    ...['front_desk', 'front_desk', 'reservas', 'front_desk'],
  ]);
});

test('a file is an agent of its name; what is no agent is left alone', () => {
  const { sources } = readAgentFolder(folder({ 'sales.yml': AGENT, 'README.md': '#', '.hidden.yaml': 'x: [' }));
  expect(sources.map(({ id, variant }) => [id, variant])).toEqual([['sales', 'sales']]);
});

test('a number without quotation marks keeps its plus', () => {
  const { sources } = readAgentFolder(folder({ 'a.yaml': `${AGENT}numbers: [+15550100]\n` }));
  expect(sources[0].definition.numbers).toEqual(['+15550100']);
});

test.each<[string, Record<string, string>, string[]]>([
  ['no YAML', { 'a.yaml': 'name: [Ada' }, ['a.yaml:1: ']],
  [
    'a missing and a wrong field',
    { 'a.yaml': AGENT.replace('greeting: Hello.\n', 'greeting: 7\n').replace('goodbye: Goodbye.\n', '') },
    ['a.yaml:4: greeting: expected a text', 'a.yaml:1: goodbye: is missing: a text is expected'],
  ],
  [
    'an unknown field',
    { 'a.yaml': `${AGENT}turns:\n  silenceMsMin: 100\n  silence: 3\n` },
    ['a.yaml:10: turns.silence: is no field of an agent'],
  ],
  [
    'two settings against each other',
    { 'a.yaml': `${AGENT}turns: { silenceMsMin: 900, silenceMsMax: 100 }\n` },
    ['a.yaml:8: turns.silenceMsMin: must not be above'],
  ],
  [
    'a message for mailboxes that is not there, and one with a hole',
    {
      'a.yaml': `${AGENT}voicemail: { action: message }\n`,
      'b.yaml': `${AGENT}voicemail:\n  action: message\n  message: "Call {{who}}."\n`,
    },
    ['a.yaml:8: voicemail.message: is missing', 'b.yaml:10: voicemail.message: {{who}} is not among'],
  ],
  [
    'hours that cannot be meant',
    { 'a.yaml': `${AGENT}openingHours:\n  timezone: Mars\n  days: { mon: "9" }\n` },
    ['a.yaml:9: openingHours.timezone: a time zone', 'a.yaml:10: openingHours.days.mon: hours such as'],
  ],
  ['a text alone', { 'a.yaml': 'hello' }, ['a.yaml:1: the file: fields are expected']],
  ['a name that is none', { 'My Agent.yaml': AGENT }, ['My Agent.yaml: agent: is missing']],
  [
    'a number of two agents',
    { 'a.yaml': `${AGENT}default: true\nnumbers: ["+1555*"]\n`, 'b.yaml': `${AGENT}numbers: ["+1555*"]\n` },
    ['b.yaml: numbers: +1555* is answered by a already (a.yaml)'],
  ],
  [
    'two defaults',
    { 'a.yaml': `${AGENT}default: true\n`, 'b.yaml': `${AGENT}default: true\n` },
    ['b.yaml: default: a is the default already'],
  ],
  ['no default', { 'a.yaml': AGENT, 'b.yaml': AGENT }, ['no agent says default: true']],
  [
    'a version without a name',
    { 'a.yaml': `${AGENT}agent: x\nvariant: v\n`, 'b.yaml': `${AGENT}agent: x\nvariant: v\n` },
    ['b.yaml: variant: a.yaml is v of x already'],
  ],
  [
    'a version that gets all of nothing',
    { 'a.yaml': `${AGENT}weight: 0\n` },
    ['a.yaml: weight: no version of a gets any calls'],
  ],
  [
    'a colleague who is not there',
    { 'a.yaml': `${AGENT}tools:\n  - handOff: { billing: Bills. }\n` },
    ['a.yaml: tools: there is no agent billing to hand a call to'],
  ],
  [
    'a question whose answer nobody understands',
    { 'a.yaml': `${AGENT}language: sv\nrecording: { consent: ask, line: Får vi spela in? }\n` },
    ['a.yaml:9: recording.consent: ask: what callers say for yes and no is not known in sv'],
  ],
  [
    'a notice nobody has words for',
    { 'a.yaml': `${AGENT}language: sv\nrecording: { consent: announce }\n` },
    ['a.yaml:9: recording.line: is missing: there is no usual line in sv'],
  ],
  ['an empty folder', {}, ['']],
])('%s: one line each', (_, files, expected) => {
  const found = problems(files);
  expect(found).toHaveLength(expected.length);
  for (const [i, each] of expected.entries()) expect(found[i]).toContain(each);
});

test('a folder that is not there is one line', () => {
  expect(readAgentFolder('/nowhere').problems).toEqual(['/nowhere cannot be read (ENOENT)']);
});

test.each([
  ['speaking: { backchannel: yield, undecided: keep }', null],
  ['speaking: { backchannel: hold }', 'turns.floor.speaking.backchannel: keep or yield is expected'],
  ['speaking: { undecided: yield }', 'turns.floor.speaking.undecided: keep or hold is expected'],
  ['speaking: { applause: keep }', 'turns.floor.speaking.applause: is no field'],
  ['quiet: { speech: keep }', 'turns.floor.quiet: is no field'],
])('manners: %s', (cells, problem) => {
  const found = problems({ 'a.yaml': `${AGENT}turns:\n  floor:\n    ${cells}\n` });
  expect(found).toEqual(problem === null ? [] : [expect.stringContaining(problem)]);
});
