// How a setting is written down: once, with its variable, default, meaning and what its text must look like. Sections of
// them are config_variables.ts and the vendors' settings.ts; reading the environment is config.ts.

import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** One setting. `Absent` is the value it has when nothing is set and there is no default. */
export interface Setting<S extends z.ZodType = z.ZodType, Absent extends null | '' = null | ''> {
  /** Name in the environment. */
  variable: string;
  /** The default as one would write it; null = there is none. */
  fallback: string | null;
  absent: Absent;
  /** One line for people. */
  meaning: string;
  /** From the raw text to the checked value. Its message never repeats the text: it may be a secret. */
  schema: S;
  /** `--test` multiplies the value by this. */
  testFactor?: number;
  /** The default with `--test`. */
  testFallback?: string;
}

/** Settings by their name in the code. */
export type Section = Readonly<Record<string, Setting>>;
export type ValueOf<T> = T extends Setting<infer S, infer Absent> ? z.output<S> | Absent : never;
export type SectionValues<T extends Section> = { [K in keyof T]: ValueOf<T[K]> };

type InTest = Pick<Setting, 'testFactor' | 'testFallback'>;

export function setting<S extends z.ZodType>(
  variable: string,
  fallback: string,
  meaning: string,
  schema: S,
  inTest: InTest = {},
): Setting<S, never> {
  return { variable, fallback, absent: null as never, meaning, schema, ...inTest };
}

/** null when not set. */
export function optional<S extends z.ZodType>(variable: string, meaning: string, schema: S): Setting<S, null> {
  return { variable, fallback: null, absent: null, meaning, schema };
}

/** The empty text when not set. */
export function text<S extends z.ZodType<string>>(variable: string, meaning: string, schema: S): Setting<S, ''> {
  return { variable, fallback: null, absent: '', meaning, schema };
}

/**
 * The text of a variable, '' when it is not set. Quotation marks around it are taken off: `docker run --env-file` hands
 * over those that a shell or a reader of `.env` takes away.
 */
export function given(env: Readonly<Record<string, string | undefined>>, variable: string): string {
  const raw = env[variable]?.trim() ?? '';
  const quoted = /^(["'])(.*)\1$/.exec(raw);
  return quoted ? quoted[2].trim() : raw;
}

/** What a section's own check found. A problem keeps the server from starting, a warning is logged at start. */
export interface Findings {
  problem(variable: string, what: string): void;
  warning(variable: string, what: string): void;
}

export function integer(min: number, max: number) {
  const problem = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d{1,12}$/, problem)
    .transform(Number)
    .refine((n) => n >= min && n <= max, problem);
}

export function decimal(min: number, max: number) {
  const problem = `must be a number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/, problem)
    .transform(Number)
    .refine((n) => n >= min && n <= max, problem);
}

export function oneOf<const V extends string>(...values: readonly V[]) {
  return z.enum(values, `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`);
}

const SWITCH: Record<string, boolean> = {
  on: true,
  true: true,
  yes: true,
  '1': true,
  off: false,
  false: false,
  no: false,
  '0': false,
};
export const onOff = z.string().transform((raw, context) => {
  const value = SWITCH[raw.toLowerCase()];
  if (value === undefined) context.addIssue({ code: 'custom', message: 'must be on or off' });
  return value as boolean;
});

export const anyText = z.string().min(1);
/** Keys and tokens: whatever the vendor makes up, but no blanks or line ends that would break a header. */
export const secret = z.string().regex(/^[\x21-\x7e]+$/, 'must be printable ASCII characters without blanks');
/** BCP 47, as far as vendors use it. */
export const language = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language such as en, es or pt-BR');

/** `en` of `en-GB`. */
export function primaryLanguage(tag: string): string {
  return tag.split('-')[0].toLowerCase();
}

export function url(...schemes: string[]) {
  const problem = `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return z.string().transform((raw, context) => {
    const parsed = URL.canParse(raw) ? new URL(raw) : null;
    if (parsed === null || !schemes.includes(parsed.protocol.slice(0, -1)) || parsed.search || parsed.hash) {
      context.addIssue({ code: 'custom', message: problem });
    }
    return raw.replace(/\/+$/, '');
  });
}

export function list(check: (item: string) => boolean, problem: string) {
  return z.string().transform((raw, context) => {
    const items =
      raw === 'none'
        ? []
        : raw
            .split(',')
            .map((item) => item.trim())
            .filter((item) => item !== '');
    if (!items.every(check)) context.addIssue({ code: 'custom', message: problem });
    return items;
  });
}

export function isAddressBlock(item: string): boolean {
  const [address, bits, ...more] = item.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (bits === undefined) return true;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) return false;
  new BlockList().addSubnet(address, Number(bits), version === 4 ? 'ipv4' : 'ipv6');
  return true;
}

export function isOrigin(item: string): boolean {
  return item === '*' || (URL.canParse(item) && new URL(item).origin === item);
}
