import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
const manifest = read('package.json');
const lock = read('package-lock.json').packages as Record<string, { hasInstallScript?: boolean; integrity?: string }>;

test('every package is named with its exact version', () => {
  for (const kind of ['dependencies', 'optionalDependencies', 'devDependencies']) {
    for (const [name, version] of Object.entries<string>(manifest[kind])) {
      expect([name, version.replace(/^npm:@?[a-z/]+@/, '')]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    }
  }
});

test('no package runs anything when it is installed', () => {
  // onnxruntime-node's script fetches GPU files that nobody here needs. npm 11 and 12 go by `allowScripts`; npm 10 knows
  // of a package's scripts from `hasInstallScript` in the lock file, so it stands there for no package.
  expect(manifest.allowScripts).toEqual({ 'onnxruntime-node': false });
  const withScript = Object.entries(lock).filter(([path, entry]) => path !== '' && entry.hasInstallScript);
  expect(withScript.map(([path]) => path)).toEqual([]);
});

test('no script of ours is one that npm runs by itself before or after another', () => {
  const names = Object.keys(manifest.scripts);
  const hooks = names.filter((name) => names.includes(name.replace(/^(pre|post)/, '')) && /^(pre|post)/.test(name));
  expect(hooks).toEqual([]);
  expect(names).not.toContain('prebuild');
});

test('what it needs of Node is said where npm and people look', () => {
  expect(manifest.engines.node).toBe('>=20.19');
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain('Node 20.19 or newer');
});
