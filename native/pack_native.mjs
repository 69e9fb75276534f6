// `npm run pack:native`: builds the addon and packs it as this platform's prebuilt package, the way @napi-rs/cli lays such
// packages out: build/prebuilt/ringline-native-<platform>-<version>.tgz, and beside it package.json, the root's with
// the package among its optionalDependencies (the repository's own package.json does not name packages that are not
// published yet). Publishing is left to whoever releases; trying it all is try_pack.mjs.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { platformName } from './platform.mjs';

const nativeDir = path.dirname(fileURLToPath(import.meta.url));
const rootDir = path.dirname(nativeDir);
const outDir = path.join(nativeDir, 'build', 'prebuilt');

/** Rust's names for our platforms, which the tool speaks. */
const TARGETS = {
  'linux-x64-gnu': 'x86_64-unknown-linux-gnu',
  'linux-x64-musl': 'x86_64-unknown-linux-musl',
  'linux-arm64-gnu': 'aarch64-unknown-linux-gnu',
  'linux-arm64-musl': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
  'win32-x64-msvc': 'x86_64-pc-windows-msvc',
};

function packPlatform() {
  const platform = platformName();
  const target = TARGETS[platform];
  if (!target) throw new Error(`no prebuilt package is made for ${platform}`);
  const inherit = { stdio: ['ignore', 'ignore', 'inherit'] };
  execFileSync(process.execPath, [path.join(nativeDir, 'build.mjs'), '--strict'], { stdio: 'inherit' });

  rmSync(outDir, { recursive: true, force: true });
  const artifacts = path.join(outDir, 'artifacts');
  mkdirSync(artifacts, { recursive: true });
  const binaryName = 'ringline_native';
  copyFileSync(
    path.join(nativeDir, 'build', 'Release', `${binaryName}.node`),
    path.join(artifacts, `${binaryName}.${platform}.node`),
  );
  copyFileSync(path.join(rootDir, 'package.json'), path.join(outDir, 'package.json'));
  const config = { binaryName, packageName: '@ringline/native', targets: [target] };
  writeFileSync(path.join(outDir, 'napi.json'), JSON.stringify(config));

  const require = createRequire(import.meta.url);
  const cliDir = path.dirname(require.resolve('@napi-rs/cli/package.json'));
  const cli = path.join(cliDir, require('@napi-rs/cli/package.json').bin.napi);
  const napi = (...args) =>
    execFileSync(process.execPath, [cli, ...args, '--config-path', 'napi.json', '--npm-dir', 'npm'], {
      cwd: outDir,
      ...inherit,
    });
  napi('create-npm-dirs');
  napi('artifacts', '--output-dir', 'artifacts');
  napi('pre-publish', '--skip-optional-publish', '--no-gh-release');
  execFileSync('npm', ['pack', '--silent', '--pack-destination', outDir], {
    cwd: path.join(outDir, 'npm', platform),
    ...inherit,
  });
  console.log(`ringline: prebuilt package for ${platform} is in ${path.relative(rootDir, outDir)}`);
}

packPlatform();
