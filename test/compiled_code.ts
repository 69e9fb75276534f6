// Compiles parts of the project into a temporary folder, for tests that need real threads or real processes: Node runs
// JavaScript only, and dist/ may be from yesterday. About a second; call it once per test file.

import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const projectDir = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

export interface CompiledCode {
  /** File URL of what a source file became: `url('src/threads/spsc_ring.ts')`. */
  url(source: string): URL;
  /** Runs a source file in a Node process of its own; rejects when it fails or takes longer than 60 s. */
  runNode(
    source: string,
    args?: string[],
    nodeFlags?: string[],
    env?: Record<string, string>,
  ): Promise<{ stdout: string; stderr: string }>;
  remove(): Promise<void>;
}

/** @param sources paths from the project's folder; what they import comes along */
export async function compile(sources: string[]): Promise<CompiledCode> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'ringline-test-')));
  const compilerOptions = {
    noEmit: false,
    rootDir: projectDir,
    outDir: dir,
    typeRoots: [join(projectDir, 'node_modules/@types')],
  };
  const files = sources.map((source) => join(projectDir, source));
  const config = { extends: join(projectDir, 'tsconfig.json'), compilerOptions, include: [], files };
  await writeFile(join(dir, 'tsconfig.json'), JSON.stringify(config));
  await writeFile(join(dir, 'package.json'), '{"type":"module"}');
  await symlink(join(projectDir, 'node_modules'), join(dir, 'node_modules'));
  // Emits whatever the types say; typecheck is another step of `npm test`, and tells it better.
  await run(process.execPath, [join(projectDir, 'node_modules/typescript/bin/tsc'), '-p', dir]).catch(() => {});
  const path = (source: string) => join(dir, source.replace(/\.ts$/, '.js'));
  return {
    url: (source) => pathToFileURL(path(source)),
    runNode: (source, args = [], nodeFlags = [], env = {}) =>
      run(process.execPath, [...nodeFlags, path(source), ...args], {
        timeout: 60_000,
        env: { ...process.env, ...env },
      }),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
