// A small program: tries the folders named as its arguments and prints, as JSON, what is wrong with each (null = nothing).
// A process of its own, because a file system that hangs would take whoever asks it along; folders.ts ends it.

import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A disk that is full may have room again; nothing is wrong with the folder. */
const FULL = ['ENOSPC', 'EDQUOT'];

/** Makes the folder when it is missing and writes into it; null, or what failed. */
export function tryFolder(dir: string): string | null {
  try {
    make(path.resolve(dir));
  } catch (thrown) {
    return `cannot be made (${codeOf(thrown)})`;
  }
  try {
    if (!statSync(dir).isDirectory()) return 'is no folder';
    const file = path.join(dir, `.ringline-${process.pid}`);
    writeFileSync(file, '');
    rmSync(file);
  } catch (thrown) {
    const code = codeOf(thrown);
    return FULL.includes(code) ? null : `cannot be written (${code})`;
  }
  return null;
}

/** Step by step: Node's own recursive mkdir tries for ever where the parent is there and the child can't be (/proc/x). */
function make(dir: string): void {
  const parent = path.dirname(dir);
  if (parent !== dir) make(parent);
  try {
    mkdirSync(dir, { mode: 0o750 });
  } catch (thrown) {
    // Root directories and mount points say other things than EEXIST; what is no folder shows at the next step.
    if (statSync(dir, { throwIfNoEntry: false }) === undefined) throw thrown;
  }
}

function codeOf(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException).code ?? 'unknown';
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(JSON.stringify(process.argv.slice(2).map(tryFolder)));
