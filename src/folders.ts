// Are the folders we write to there and writable? Asked once, before anything listens: a recording that is lost is found
// out weeks later. The trying itself is folder_probe.ts, in a process that may hang; here it is waited for, not for long.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Folder {
  /** The variable that names it. */
  variable: string;
  dir: string;
}

const TIMEOUT_MS = 5000;
const PROGRAM = fileURLToPath(new URL('./folder_probe.js', import.meta.url));

/**
 * One line for each folder that can't be used; folders that are missing are made. Never rejects.
 * @param program stands in for folder_probe.js, for tests
 */
export function checkFolders(
  folders: readonly Folder[],
  program: readonly string[] = [PROGRAM],
  timeoutMs = TIMEOUT_MS,
): Promise<string[]> {
  if (folders.length === 0) return Promise.resolve([]);
  return new Promise((resolve) => {
    const silent = folders.map(
      ({ variable, dir }) => `${variable}: ${dir} does not answer within ${timeoutMs / 1000} s`,
    );
    // Not `timeout` of execFile: a process that hangs in the kernel can't be killed, and would be waited for.
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve(silent);
    }, timeoutMs);
    const dirs = folders.map(({ dir }) => dir);
    const child = execFile(process.execPath, [...program, ...dirs], { env: {} }, (error, stdout) => {
      clearTimeout(timer);
      if (error !== null) return resolve(silent);
      const found = JSON.parse(stdout) as (string | null)[];
      resolve(folders.flatMap(({ variable, dir }, i) => (found[i] === null ? [] : `${variable}: ${dir} ${found[i]}`)));
    });
    child.unref();
  });
}
