// Environment lines for the server, on the terminal and in a file that appears only when it is complete.

import { renameSync, writeFileSync } from 'node:fs';

/** `NAME=value` lines, one a variable, with a newline at the end. Values here never need quoting. */
export function envLines(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Writes the lines so that a reader sees the whole file or none: whoever waits for it may start at once. */
export function writeEnvFile(path: string, variables: Readonly<Record<string, string>>): void {
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, envLines(variables));
  renameSync(draft, path);
}
