import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONFIG_VARIABLES } from '../src/config_variables.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the README’s table has every setting, with its default and meaning as the code has them', () => {
  for (const [name, { fallback, meaning }] of Object.entries(CONFIG_VARIABLES)) {
    expect(readme).toContain(`| \`${name}\` | ${fallback === null ? '' : `\`${fallback}\``} | ${meaning} |`);
  }
});

test('every script the README names exists', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const named = new Set([...readme.matchAll(/npm run ([a-z:-]*[a-z])/g)].map(([, name]) => name));
  expect(named.size).toBeGreaterThan(5);
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});
