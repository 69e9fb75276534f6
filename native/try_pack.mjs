// `npm run test:pack`: installs the packed tarballs (the prebuilt addon and the server itself) into an empty project
// with no compiler and no cmake in PATH, and looks whether the native kernels run there; then takes the prebuilt package
// away and looks whether the TypeScript twins take over. Needs `npm run build` before, and the registry for the
// dependencies, so it is not part of `npm test`.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { platformName, prebuiltPackageName } from './platform.mjs';

const nativeDir = path.dirname(fileURLToPath(import.meta.url));
const rootDir = path.dirname(nativeDir);
const prebuiltDir = path.join(nativeDir, 'build', 'prebuilt');
assert(existsSync(path.join(rootDir, 'dist', 'src', 'ringline.js')), 'run npm run build before');
const work = mkdtempSync(path.join(os.tmpdir(), 'ringline-prebuilt-'));
const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };

function tarballIn(dir) {
  const name = readdirSync(dir).find((file) => file.endsWith('.tgz'));
  assert(name, `no tarball in ${dir}`);
  return path.join(dir, name);
}

/** The server as it would be published: compiled, with the native sources, without anything built from them. */
function packServer() {
  const stage = path.join(work, 'stage');
  mkdirSync(stage);
  cpSync(path.join(prebuiltDir, 'package.json'), path.join(stage, 'package.json'));
  cpSync(path.join(rootDir, 'dist', 'src'), path.join(stage, 'dist', 'src'), { recursive: true });
  const isSource = (file) => file !== path.join(nativeDir, 'build');
  for (const folder of ['native', 'models']) {
    cpSync(path.join(rootDir, folder), path.join(stage, folder), { recursive: true, filter: isSource });
  }
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', work], { cwd: stage, ...quiet });
  return tarballIn(work);
}

/** A PATH with Node, npm and a shell, and nothing that compiles. */
function pathWithoutCompiler() {
  const bin = path.join(work, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, path.join(bin, 'node'));
  for (const tool of ['npm', 'sh', 'env', 'uname']) {
    symlinkSync(execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), path.join(bin, tool));
  }
  return bin;
}

execFileSync(process.execPath, [path.join(nativeDir, 'pack_native.mjs')], { stdio: 'inherit' });
const server = packServer();
const project = path.join(work, 'project');
mkdirSync(project);
writeFileSync(path.join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
// onnxruntime-node need not fetch its GPU files.
const env = { ...process.env, PATH: pathWithoutCompiler(), ONNXRUNTIME_NODE_INSTALL: 'skip' };
for (const name of ['CC', 'CXX', 'RINGLINE_NATIVE']) delete env[name];
for (const compiler of ['cmake', 'c++', 'g++', 'cc', 'clang++']) {
  assert(spawnSync(compiler, ['--version'], { env }).error, `${compiler} is still in PATH`);
}
console.log('installing into an empty project');
execFileSync(
  'npm',
  ['install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', tarballIn(prebuiltDir), server],
  { cwd: project, env, ...quiet },
);
const installed = path.join(project, 'node_modules', 'ringline');
assert(!existsSync(path.join(installed, 'native', 'build')), 'something was compiled');

const probe = `
  import { createServer } from 'ringline';
  import { dsp } from './node_modules/ringline/dist/src/audio/kernels/addon.js';
  const samples = new Int16Array(2);
  dsp.mulawDecode(Uint8Array.of(0xff, 0x80), 0, samples, 0, 2);
  console.log(typeof createServer, dsp.kind, samples.join());`;
function probeDsp() {
  writeFileSync(path.join(project, 'probe.js'), probe);
  return execFileSync(process.execPath, ['probe.js'], { cwd: project, env, encoding: 'utf8' }).trim();
}
assert.equal(probeDsp(), 'function native 0,32124');
console.log(`${prebuiltPackageName()} runs without a compiler`);

rmSync(path.join(project, 'node_modules', '@ringline'), { recursive: true });
const again = spawnSync(process.execPath, [path.join(installed, 'native', 'build.mjs')], { env, encoding: 'utf8' });
assert.equal(again.status, 0, 'a missing compiler must not fail an install');
assert.match(again.stderr, /THE NATIVE AUDIO CORE WAS NOT BUILT: cmake was not found/);
assert.equal(probeDsp(), 'function fallback 0,32124');
console.log('without it the TypeScript twins run, and the install says so');
rmSync(work, { recursive: true, force: true });
console.log(`prebuilt package for ${platformName()}: passed`);
