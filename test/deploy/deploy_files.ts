// Reads the files of deploy/ for its tests.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: what a YAML file has in it is for the test to say
export type Yaml = any;

export function textOf(file: string): string {
  return readFileSync(DEPLOY + file, 'utf8');
}

/** Every file below deploy/ whose name ends so, by its path from there. */
export function filesEndingIn(...ends: string[]): string[] {
  const all = readdirSync(DEPLOY, { recursive: true }) as string[];
  return all.filter((file) => ends.some((end) => file.endsWith(end))).sort();
}

/** @throws for what is no YAML, and for keys that are there twice */
export function documentsOf(file: string): Yaml[] {
  return parseAllDocuments(textOf(file), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS();
  });
}

/** The one document of a kind among the Kubernetes manifests. */
export function manifest(kind: string): Yaml {
  const found = filesEndingIn('.yaml')
    .filter((file) => file.startsWith('kubernetes/'))
    .flatMap(documentsOf)
    .filter((document) => document.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} manifests of kind ${kind}`);
  return found[0];
}

/** Is there such a program, and does it know what we want of it? */
export function canRun(command: string, ...args: string[]): boolean {
  const { status } = spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 });
  return status === 0;
}
