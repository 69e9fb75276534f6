// The one reader of the environment. Everything else gets a frozen, checked `EngineConfig`. What the settings are called,
// mean and default to is config_variables.ts and the vendors' settings.ts.

import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { checkTogether } from './config_checks.js';
import { type ConfigValues, SECRET_VARIABLES, SECTIONS } from './config_variables.js';
import { fileVariable, withSecretFiles } from './secret_files.js';
import { type Findings, given, type Section, type Setting } from './setting.js';

/**
 * All settings of the engine, by section; those of `server` at the top. Structured-clone safe: worker threads get a copy.
 * `testMode` is `--test`: more logging, longer TTS deadlines, full errors in the log.
 */
export type EngineConfig = Omit<ConfigValues, 'server'> & ConfigValues['server'] & { testMode: boolean };

/** What is wrong with the settings: one line for each problem, ready to be printed. No secret is ever repeated. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Exit code for a configuration that can't be used: EX_CONFIG of the BSDs' sysexits. */
export const EXIT_CONFIG = 78;

/**
 * The process's environment over the lines of `.env` in the working folder, if there is one. Nothing is written back
 * to `process.env`, so SDKs that look there see only what the process was started with.
 */
export function readEnvironment(file = '.env'): Record<string, string | undefined> {
  return existsSync(file) ? { ...parseEnv(readFileSync(file, 'utf8')), ...process.env } : { ...process.env };
}

const ARGUMENT = '--test';

/**
 * Checks every setting and returns them frozen, all the way down.
 * @param env variable name -> value; an empty value counts as not set
 * @param argv arguments after the script's name; `--test` is the only one
 * @throws ConfigError with all problems at once
 */
export function loadConfig(env: Record<string, string | undefined>, argv: readonly string[]): EngineConfig {
  return readConfig(env, argv).config;
}

/** The same, and what may not work as it is: one line each, `NAME: what`. */
export function readConfig(
  env: Record<string, string | undefined>,
  argv: readonly string[],
): { config: EngineConfig; warnings: string[] } {
  const problems: string[] = [];
  const warnings: string[] = [];
  const findings: Findings = {
    problem: (variable, what) => problems.push(`${asSet(variable, env)}: ${what}`),
    warning: (variable, what) => warnings.push(`${asSet(variable, env)}: ${what}`),
  };
  for (const argument of argv) {
    if (argument !== ARGUMENT) findings.problem(argument, 'unknown argument, the only one is --test');
  }
  const testMode = argv.includes(ARGUMENT);
  const full = withSecretFiles(env, SECRET_VARIABLES, findings);
  const values = readValues(full, testMode, findings);
  checkTogether(values, full, findings);
  if (values.agent.file !== null) checkAgentFile(values.agent.file, findings);
  if (problems.length > 0) throw new ConfigError(problems);
  const { server, ...others } = values;
  return { config: deepFreeze({ ...server, ...others, testMode }), warnings };
}

/** What is wrong with a secret that came by file is wrong with the file. */
function asSet(variable: string, env: Record<string, string | undefined>): string {
  const isByFile = SECRET_VARIABLES.includes(variable) && given(env, fileVariable(variable)) !== '';
  return isByFile ? fileVariable(variable) : variable;
}

function readValues(env: Record<string, string | undefined>, testMode: boolean, findings: Findings): ConfigValues {
  const entries = Object.entries<Section>(SECTIONS).map(([name, section]) => {
    const values = Object.entries(section).map(([key, each]) => [key, readValue(each, env, testMode, findings)]);
    return [name, Object.fromEntries(values)];
  });
  return Object.fromEntries(entries) as ConfigValues;
}

/** A malformed value is null here, and its problem is noted. */
function readValue(
  { variable, fallback, absent, schema, testFactor = 1, testFallback = fallback ?? undefined }: Setting,
  env: Record<string, string | undefined>,
  testMode: boolean,
  { problem }: Findings,
): unknown {
  const raw = given(env, variable) || (testMode ? testFallback : fallback);
  if (raw === null || raw === undefined) return absent;
  const result = QUOTED_AT_ONE_END.test(raw) ? null : schema.safeParse(raw);
  if (!result?.success) {
    const issues = result?.error.issues ?? [{ message: 'must not begin or end with a quotation mark' }];
    for (const message of new Set(issues.map((issue) => issue.message))) problem(variable, message);
    return null;
  }
  return testMode && testFactor !== 1 ? (result.data as number) * testFactor : result.data;
}

const QUOTED_AT_ONE_END = /^["']|["']$/;

function checkAgentFile(file: string, { problem }: Findings): void {
  try {
    const persona: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof persona !== 'object' || persona === null) problem('AGENT_FILE', `${file} is not a JSON object`);
  } catch (thrown) {
    const missing = (thrown as NodeJS.ErrnoException).code !== undefined;
    problem('AGENT_FILE', `${file} ${missing ? 'cannot be read' : 'is not JSON'}`);
  }
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
