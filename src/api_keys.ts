// The keys of those who may use the API: what an entry of API_KEYS looks like, and how one is made. Only hashes are kept;
// who presents which key is found in server/http/key_ring.ts, what a role may do is server/http/access.ts.

import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';

/** From the least to the most; each may do what those before it may. */
export const ROLES = ['read', 'dialler', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  /** Whose it is, for the log. One name may have several keys: that is how one is replaced without a gap. */
  name: string;
  role: Role;
  /** SHA-256 of the key, in hexadecimal digits. */
  sha256: string;
}

/** Whose requests carry no key; no key may pass for one of them. */
export const NAMES_WITHOUT_KEY = ['local', 'anybody'] as const;

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
/** What a header can carry after `Bearer`. */
const KEY = /^[\x21-\x2b\x2d-\x7e]{1,512}$/;
const HASH = /^[0-9a-fA-F]{64}$/;
const HASH_PREFIX = 'sha256:';
/** Shorter ones can be guessed from their hash, which is fast to compute. */
const KEY_CHARS_GOOD = 20;
const ENTRIES_MAX = 1000;

/** SHA-256, in hexadecimal digits. A slow hash would add nothing: keys are random, not words of people. */
export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** A new key and its entry for API_KEYS: 256 random bits, so that its hash gives nothing away. */
export function makeKey(name: string, role: Role): { key: string; entry: string } {
  const key = `rl_${randomBytes(32).toString('base64url')}`;
  return { key, entry: `${name}:${role}:${HASH_PREFIX}${hashOf(key)}` };
}

/** `name:role` as a command line has it, or what is wrong with it. */
export function parseNameAndRole(text: string): { name: string; role: Role } | string {
  const [name, role, ...more] = text.split(':');
  if (role === undefined || more.length > 0) return 'must be NAME:ROLE';
  if (!NAME.test(name)) return 'the name must be letters, digits and ._-, 64 at most';
  if (NAMES_WITHOUT_KEY.some((reserved) => reserved === name))
    return `the name ${name} is taken: it is who comes without a key`;
  const known = ROLES.find((each) => each === role);
  return known === undefined
    ? `the role must be ${ROLES.slice(0, -1).join(', ')} or ${ROLES.at(-1)}`
    : { name, role: known };
}

/**
 * Entries `NAME:ROLE:KEY` or `NAME:ROLE:sha256:HASH`, separated by commas or line ends; lines that begin with # don't
 * count. An entry without a colon is a key of role admin.
 * @returns problems with the entry's place, never with its text; keys that are short enough to be guessed as `weak`
 */
export function parseApiKeys(text: string): { keys: ApiKey[]; problems: string[]; weak: string[] } {
  const entries = text
    .split(/\r?\n/)
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const keys: ApiKey[] = [];
  const problems: string[] = [];
  const weak: string[] = [];
  if (entries.length === 0) return { keys, problems: ['holds no key'], weak };
  if (entries.length > ENTRIES_MAX) return { keys, problems: [`at most ${ENTRIES_MAX} keys`], weak };
  for (const [i, entry] of entries.entries()) {
    const found = parseEntry(entry, i + 1);
    const problem = typeof found === 'string' ? found : clash(found.key, keys);
    if (problem !== null) problems.push(`entry ${i + 1}: ${problem}`);
    if (typeof found === 'string') continue;
    keys.push(found.key);
    if (found.isWeak) weak.push(found.key.name);
  }
  return { keys, problems, weak };
}

function parseEntry(entry: string, place: number): { key: ApiKey; isWeak: boolean } | string {
  if (!entry.includes(':')) return withKey(`key-${place}`, 'admin', entry);
  const [name, role, ...rest] = entry.split(':');
  const owner = parseNameAndRole(`${name}:${role}`);
  if (typeof owner === 'string') return owner;
  const secret = rest.join(':');
  if (secret === '') return 'must be NAME:ROLE:KEY or NAME:ROLE:sha256:HASH';
  return withKey(owner.name, owner.role, secret);
}

function withKey(name: string, role: Role, secret: string): { key: ApiKey; isWeak: boolean } | string {
  if (secret.startsWith(HASH_PREFIX)) {
    const hash = secret.slice(HASH_PREFIX.length);
    if (!HASH.test(hash)) return 'after sha256: there must be 64 hexadecimal digits';
    return { key: { name, role, sha256: hash.toLowerCase() }, isWeak: false };
  }
  if (!KEY.test(secret)) return 'the key must be printable ASCII characters without blanks and commas, 512 at most';
  return { key: { name, role, sha256: hashOf(secret) }, isWeak: secret.length < KEY_CHARS_GOOD };
}

function clash(key: ApiKey, others: readonly ApiKey[]): string | null {
  if (others.some(({ sha256 }) => sha256 === key.sha256)) return 'the key is there twice';
  if (others.some(({ name, role }) => name === key.name && role !== key.role)) {
    return `the name ${key.name} is there with two roles`;
  }
  return null;
}

/** API_KEYS as a setting: from the text to hashes. */
export const apiKeyList = z.string().transform((raw, context) => {
  const { keys, problems, weak } = parseApiKeys(raw);
  for (const message of problems) context.addIssue({ code: 'custom', message });
  return { keys, weak };
});
