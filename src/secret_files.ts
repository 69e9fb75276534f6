// Secrets by file, as Docker and Kubernetes mount them: NAME_FILE names a file that holds what NAME would. Reads them into
// the environment that config.ts checks; the files' own names are settings nowhere else.

import { readFileSync } from 'node:fs';
import { type Findings, given } from './setting.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Keys are short; anything near this is another file. */
const BYTES_MAX = 256 * 1024;

export function fileVariable(variable: string): string {
  return `${variable}_FILE`;
}

/**
 * The environment with the files' contents in it, without the line ends after them. A variable that is also set itself
 * is a problem: nobody knows which one was meant.
 * @param secrets the variables that may come by file
 */
export function withSecretFiles(env: Env, secrets: readonly string[], { problem }: Findings): Env {
  const filled: Record<string, string | undefined> = { ...env };
  for (const variable of secrets) {
    const from = fileVariable(variable);
    const file = given(env, from);
    if (file === '') continue;
    if (given(env, variable) !== '') {
      problem(from, `excludes ${variable}: set one of the two`);
      continue;
    }
    const secret = readSecretFile(file);
    if ('text' in secret) filled[variable] = secret.text;
    else {
      problem(from, `${file} ${secret.problem}`);
      // What is missing because of it has been said.
      filled[variable] = UNREADABLE;
    }
  }
  return filled;
}

/** Stands for a secret that could not be read, until the problem found with it stops the start. */
const UNREADABLE = 'unreadable';

/** What a file holds, without line ends after it; or what is wrong with the file. */
export function readSecretFile(file: string): { text: string } | { problem: string } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { problem: 'cannot be read' };
  }
  if (text.length > BYTES_MAX) return { problem: 'is too large' };
  text = text.replace(/^\uFEFF/, '').replace(/[\r\n]+$/, '');
  return text.trim() === '' ? { problem: 'is empty' } : { text };
}
