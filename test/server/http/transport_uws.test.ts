// What can be checked of binaries that somebody else built and packed: that nobody can swap them unseen, that they are
// the version they say, and that they export what is used. How they behave is transport.test.ts.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadUws } from '../../../src/server/http/transport_uws.js';

const root = new URL('../../../', import.meta.url);
const read = (file: string) => JSON.parse(readFileSync(new URL(file, root), 'utf8'));
const lock = read('package-lock.json').packages as Record<
  string,
  { version: string; integrity?: string; name?: string }
>;
const wanted = read('package.json').optionalDependencies as Record<string, string>;
const core = lock['node_modules/uWebSockets.js'] as { optionalDependencies?: Record<string, string> };
const uws = loadUws();

test('every binary is pinned by its exact version, those of Linux x64 by their hash too', () => {
  const binaries = { ...core.optionalDependencies, '@uwsjs/linux-x64-20': wanted['@uwsjs/linux-x64-20'] };
  expect(Object.keys(binaries).length).toBeGreaterThan(10);
  for (const [name, version] of Object.entries(binaries)) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const entry = lock[`node_modules/${name}`];
    expect([name, entry?.version]).toEqual([name, version]);
    if (name.includes('linux-x64')) expect([name, entry.integrity]).toEqual([name, expect.stringMatching(/^sha512-/)]);
  }
  expect(wanted['uWebSockets.js']).toBe(`npm:@uwsjs/core@${lock['node_modules/uWebSockets.js'].version}`);
});

test.runIf(typeof uws !== 'string')(
  'what is installed is what is pinned, for this machine, and exports what is used',
  () => {
    const require = createRequire(import.meta.url);
    const name = `@uwsjs/${process.platform}-${process.arch}-${process.versions.node.split('.')[0]}`;
    const folder = dirname(require.resolve(name));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect(version).toBe(lock[`node_modules/${name}`].version);
    const binary = readFileSync(join(folder, 'uws.node'));
    expect(binary.subarray(1, 4).toString()).toMatch(/ELF|\xfa\xed\xfe|\xfe\xed\xfa/);
    if (typeof uws === 'string') return;
    expect([typeof uws.App, typeof uws.us_socket_local_port, typeof uws.DISABLED]).toEqual([
      'function',
      'function',
      'number',
    ]);
  },
);

test.runIf(typeof uws === 'string')('that it does not load is one line without a stack', () => {
  expect(uws).toMatch(/^[^\n]{10,300}$/);
});
