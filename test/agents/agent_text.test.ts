import { describe, expect, test } from 'vitest';
import { type AgentText, readAgentText } from '../../src/agents/agent_text.js';

function read(text: string): AgentText {
  const result = readAgentText(text);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result;
}

test('YAML and JSON say the same', () => {
  const yaml = 'name: Ada\nnumbers:\n  - "+15551234567"\nvoicemail: { action: hang_up }\n';
  const data = { name: 'Ada', numbers: ['+15551234567'], voicemail: { action: 'hang_up' } };
  expect(read(yaml).data).toEqual(data);
  expect(read(JSON.stringify(data)).data).toEqual(data);
});

test('a number keeps its plus without quotation marks; other numbers stay numbers', () => {
  expect(read('numbers: [+15551234567]\nweight: 15551234567\n').data).toEqual({
    numbers: ['+15551234567'],
    weight: 15551234567,
  });
});

describe('the line of', () => {
  const text = read('name: Ada\ngreeting:\n  inbound: Hello\n  outbound: Hi\nnumbers:\n  - one\n  - two\n');

  test.each<[string, (string | number)[], number]>([
    ['a field', ['name'], 1],
    ['a field in a field', ['greeting', 'outbound'], 4],
    ['a place in a list', ['numbers', 1], 7],
    ['what is not there: the nearest thing around it', ['greeting', 'transfer'], 2],
    ['a field of what is no map', ['name', 'first'], 1],
    ['the file', [], 1],
    ['what has nothing around it', ['nothing', 'here'], 1],
  ])('%s', (_, path, line) => expect(text.lineOf(path)).toBe(line));
});

describe('what can’t be read is told with its line, and never thrown', () => {
  test.each([
    ['a bracket that is not closed', 'name: Ada\nnumbers: [1, 2\n', 3],
    ['a name twice', 'name: Ada\ncompany: Kitchen\nname: Bob\n', 3],
    ['a tab for an indent', 'name: Ada\ngreeting:\n\tinbound: Hello\n', 3],
    ['an alias of nothing', 'name: Ada\ncompany: *missing\n', 1],
  ])('%s', (_, text, line) => {
    const result = readAgentText(text);
    if (!('problems' in result)) throw new Error('it was read');
    expect(result.problems.length).toBeGreaterThan(0);
    for (const { what } of result.problems) expect(what).toMatch(/^\S[^\n]+$/);
    expect(result.problems.map((problem) => problem.line)).toContain(line);
  });

  test('a small file that would unfold into gigabytes', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}*l${i}]`);
    const result = readAgentText(['l0: &l0 [x]', ...levels].join('\n'));
    expect('problems' in result && result.problems[0].what).toMatch(/alias/i);
  });

  test('an empty file is no problem of the text', () => {
    expect(read('').data).toBeNull();
    expect(read('').lineOf(['name'])).toBe(1);
  });
});
