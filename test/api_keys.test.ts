import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeKey, parseApiKeys, parseNameAndRole } from '../src/api_keys.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const LONG = 'a-key-that-is-long-enough';
const HASH = sha256('another');

test('plain keys and hashes are read alike, and only hashes are kept', () => {
  const { keys, problems } = parseApiKeys(`crm:dialler:${LONG}, boss:admin:sha256:${HASH.toUpperCase()}`);
  expect(problems).toEqual([]);
  expect(keys).toEqual([
    { name: 'crm', role: 'dialler', sha256: sha256(LONG) },
    { name: 'boss', role: 'admin', sha256: HASH },
  ]);
});

test('a file has one a line, with comments and blank lines', () => {
  const { keys, problems } = parseApiKeys(
    `# who may\r\ncrm:dialler:${LONG}\r\n\r\n  # old:read:x\r\nboss:admin:sha256:${HASH}\n`,
  );
  expect([keys.map(({ name }) => name), problems]).toEqual([['crm', 'boss'], []]);
});

test('a key may hold colons; one without any is an admin named by its place', () => {
  const { keys } = parseApiKeys(`a:read:one:two:three-and-more,${LONG}`);
  expect(keys).toEqual([
    { name: 'a', role: 'read', sha256: sha256('one:two:three-and-more') },
    { name: 'key-2', role: 'admin', sha256: sha256(LONG) },
  ]);
});

test('one name may have two keys, so that one can be replaced without a gap', () => {
  expect(parseApiKeys(`crm:dialler:${LONG},crm:dialler:sha256:${HASH}`).problems).toEqual([]);
});

test.each([
  [`crm:boss:${LONG}`, 'entry 1: the role must be read, dialler, operator or admin'],
  [`crm:read:${LONG},:read:${HASH}`, 'entry 2: the name must be'],
  ['crm:read', 'entry 1: must be NAME:ROLE:KEY'],
  ['crm:read:', 'entry 1: must be NAME:ROLE:KEY'],
  ['crm:read:sha256:abc', 'entry 1: after sha256: there must be 64'],
  [`crm:read:two words ${LONG}`, 'entry 1: the key must be printable'],
  [`crm:read:${LONG},ops:read:${LONG}`, 'entry 2: the key is there twice'],
  [`crm:read:${LONG},crm:admin:${HASH}`, 'entry 2: the name crm is there with two roles'],
  [`local:read:${LONG}`, 'entry 1: the name local is taken'],
  [' , ', 'holds no key'],
  ['# nothing', 'holds no key'],
])('%j is refused by its place, and its key not repeated', (text, problem) => {
  const { problems } = parseApiKeys(text);
  expect(problems).toEqual([expect.stringContaining(problem)]);
  expect(problems.join()).not.toContain(LONG);
});

test('a short plain key is told by its name; what a hash hides nobody knows', () => {
  expect(parseApiKeys(`crm:read:hello,ops:read:${LONG},boss:admin:sha256:${HASH}`).weak).toEqual(['crm']);
});

test('a new key is good with its entry, and no two are alike', () => {
  const [first, second] = [makeKey('crm', 'dialler'), makeKey('crm', 'dialler')];
  expect(first.key).not.toBe(second.key);
  expect(first.key).toMatch(/^rl_[\w-]{43}$/);
  expect(first.entry).not.toContain(first.key);
  expect(parseApiKeys(first.entry)).toMatchObject({
    keys: [{ name: 'crm', role: 'dialler', sha256: sha256(first.key) }],
  });
});

test.each([
  ['crm:dialler', { name: 'crm', role: 'dialler' }],
  ['crm', 'must be NAME:ROLE'],
  ['crm:dialler:x', 'must be NAME:ROLE'],
  ['c m:read', 'the name must be'],
  ['anybody:read', 'the name anybody is taken'],
  ['crm:king', 'the role must be'],
])('%s as name and role', (text, expected) => {
  const found = parseNameAndRole(text);
  if (typeof expected === 'string') expect(found).toContain(expected);
  else expect(found).toEqual(expected);
});
