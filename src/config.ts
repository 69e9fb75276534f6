// The one reader of the environment. Everything else gets a frozen, checked `EngineConfig`. What the settings are called,
// mean and default to is config_variables.ts and the vendors' settings.ts.

import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { SECTIONS } from './config_variables.js';
import type { Section, SectionValues, Setting } from './setting.js';

type Sections = typeof SECTIONS;
type Values = { [Name in keyof Sections]: SectionValues<Sections[Name]> };

/**
 * All settings of the engine, by section; those of `server` at the top. Structured-clone safe: worker threads get a copy.
 * `testMode` is `--test`: more logging, longer TTS deadlines, full errors in the log.
 */
export type EngineConfig = Omit<Values, 'server'> & Values['server'] & { testMode: boolean };

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

/**
 * Checks every setting and returns them frozen, all the way down.
 * @param env variable name -> value; an empty value counts as not set
 * @param argv arguments after the script's name; `--test` is the only one
 * @throws ConfigError with all problems at once
 */
export function loadConfig(env: Record<string, string | undefined>, argv: readonly string[]): EngineConfig {
  const problems: string[] = [];
  for (const argument of argv) {
    if (argument !== '--test') problems.push(`${argument}: unknown argument, the only one is --test`);
  }
  const testMode = argv.includes('--test');
  const values = readValues(env, testMode, problems);
  checkTogether(values, env, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const { server, ...others } = values;
  return deepFreeze({ ...server, ...others, testMode });
}

function readValues(env: Record<string, string | undefined>, testMode: boolean, problems: string[]): Values {
  const entries = Object.entries<Section>(SECTIONS).map(([name, section]) => {
    const values = Object.entries(section).map(([key, each]) => [key, readValue(each, env, testMode, problems)]);
    return [name, Object.fromEntries(values)];
  });
  return Object.fromEntries(entries) as Values;
}

/** A malformed value is null here, and its problem is noted. */
function readValue(
  { variable, fallback, absent, schema, testFactor = 1, testFallback = fallback ?? undefined }: Setting,
  env: Record<string, string | undefined>,
  testMode: boolean,
  problems: string[],
): unknown {
  const raw = env[variable]?.trim() || (testMode ? testFallback : fallback);
  if (raw === null || raw === undefined) return absent;
  const result = schema.safeParse(raw);
  if (!result.success) {
    problems.push(`${variable}: ${result.error.issues[0].message}`);
    return null;
  }
  return testMode && testFactor !== 1 ? (result.data as number) * testFactor : result.data;
}

/** What no single setting can tell. A malformed value is null here, and its problem is already noted. */
function checkTogether(v: Values, env: Record<string, string | undefined>, problems: string[]): void {
  const isSet = (name: string) => Boolean(env[name]?.trim());
  const required = Object.values<Section>(SECTIONS)
    .flatMap((section) => Object.values(section))
    .flatMap((each) => (each.required ? each.variable : []));
  // Without Twilio's token no signature can be checked; development with the checks off does without an account.
  if (v.twilio.validate !== false) required.unshift('TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN');
  for (const name of required) {
    if (!isSet(name)) problems.push(`${name}: ${env[name] === undefined ? 'is missing' : 'is empty'}`);
  }
  if (v.twilio.validate === false && isSet('TWILIO_ACCOUNT_SID') !== isSet('TWILIO_AUTH_TOKEN')) {
    problems.push('TWILIO_ACCOUNT_SID: goes together with TWILIO_AUTH_TOKEN, set both or neither');
  }
  // In JavaScript a comparison with null can be true; only two good values can contradict each other.
  const isAbove = (a: number | null, b: number | null) => a !== null && b !== null && a > b;
  if (isAbove(v.vad.endThreshold, v.vad.startThreshold)) {
    problems.push('VAD_END_THRESHOLD: must not be above VAD_START_THRESHOLD');
  }
  if (isAbove(v.turn.silenceMsMin, v.turn.silenceMsMax)) {
    problems.push('TURN_SILENCE_MS_MIN: must not be above TURN_SILENCE_MS_MAX');
  }
  if (isAbove(v.pacing.messageMs, v.pacing.leadMs)) {
    problems.push('PACING_MESSAGE_MS: must not be above PACING_LEAD_MS');
  }
  if (v.agent.file !== null) checkAgentFile(v.agent.file, problems);
}

function checkAgentFile(file: string, problems: string[]): void {
  try {
    const persona: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof persona !== 'object' || persona === null) problems.push(`AGENT_FILE: ${file} is not a JSON object`);
  } catch (thrown) {
    const missing = (thrown as NodeJS.ErrnoException).code !== undefined;
    problems.push(`AGENT_FILE: ${file} ${missing ? 'cannot be read' : 'is not JSON'}`);
  }
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
