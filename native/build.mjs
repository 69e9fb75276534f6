// Builds the native audio addon at install time (npm's `install` script) or by hand: `node native/build.mjs`.
// It never makes an install fail: without a compiler the TypeScript twins run, which is slower but complete.
// `--strict` (for developers and CI) turns every reason for not building into exit code 1.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { prebuiltPackageName } from './platform.mjs';

const nativeDir = path.dirname(fileURLToPath(import.meta.url));
const addonPath = path.join(nativeDir, 'build', 'Release', 'ringline_native.node');
const require = createRequire(import.meta.url);
const strict = process.argv.includes('--strict');

function giveUp(reason, detail = '') {
  const line = '='.repeat(78);
  console.warn(
    `${line}\nringline: THE NATIVE AUDIO CORE WAS NOT BUILT: ${reason}\n` +
      'The TypeScript twins will run instead: same results, several times the CPU per call.\n' +
      'Install a C++20 compiler and cmake 3.16 or later, then run: node native/build.mjs --strict\n' +
      `${line}${detail ? `\n${detail}` : ''}`,
  );
  process.exit(strict ? 1 : 0);
}

function works(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function prebuiltLoads() {
  try {
    require(prebuiltPackageName());
    return true;
  } catch {
    return false;
  }
}

if (process.env.RINGLINE_NATIVE === 'off') {
  console.log('ringline: RINGLINE_NATIVE=off, the native audio core is not built');
  process.exit(0);
}
if (!strict && prebuiltLoads()) {
  console.log(`ringline: using the prebuilt ${prebuiltPackageName()}`);
  process.exit(0);
}
if (!works('cmake')) giveUp('cmake was not found');
// On Windows cmake finds Visual Studio by itself; a wrong guess ends in the failed build below.
const compilers = [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean);
if (process.platform !== 'win32' && !compilers.some((compiler) => works(compiler))) giveUp('no C++ compiler was found');

let cmakeJs;
try {
  cmakeJs = path.join(path.dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js');
} catch {
  giveUp('the package cmake-js is not installed');
}
// `compile` starts afresh when the build fails, which heals a folder that was copied from elsewhere; a developer keeps
// what was there.
const command = strict ? 'build' : 'compile';
const build = spawnSync(process.execPath, [cmakeJs, command, '--directory', nativeDir], { encoding: 'utf8' });
if (build.status !== 0 || !existsSync(addonPath))
  giveUp('the build failed', `${build.stdout ?? ''}${build.stderr ?? ''}`);

const load = spawnSync(process.execPath, ['-e', `require(${JSON.stringify(addonPath)})`], { encoding: 'utf8' });
if (load.status !== 0) giveUp('the built addon does not load', load.stderr);
console.log('ringline: native audio core built');
