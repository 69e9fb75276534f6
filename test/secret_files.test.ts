import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ConfigError, loadConfig, readConfig } from '../src/config.js';
import { CONFIG_VARIABLES, SECRET_VARIABLES } from '../src/config_variables.js';

const GOOD: Record<string, string> = {
  TWILIO_ACCOUNT_SID: `AC${'0123456789abcdef'.repeat(2)}`,
  TWILIO_AUTH_TOKEN: 'twilio-token',
  OPENAI_API_KEY: 'openai-key',
  DEEPGRAM_API_KEY: 'deepgram-key',
  CARTESIA_API_KEY: 'cartesia-key',
};
const dir = mkdtempSync(join(tmpdir(), 'ringline-secrets-'));
let files = 0;
function fileWith(content: string): string {
  const file = join(dir, String(files++));
  writeFileSync(file, content);
  return file;
}
function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env, []);
    return [];
  } catch (thrown) {
    return (thrown as ConfigError).problems;
  }
}

test('every key and token is one that may come by file', () => {
  const holds = (name: string) =>
    /_(KEY|KEYS|TOKEN|SECRET|SECRETS|PASSWORD)$/.test(name) && !name.startsWith('RATE_LIMIT_');
  const named = Object.keys(CONFIG_VARIABLES).filter(holds);
  expect(SECRET_VARIABLES).toEqual(expect.arrayContaining(named));
});

test.each(SECRET_VARIABLES.filter((name) => name !== 'API_KEYS'))('%s by file is as by itself', (variable) => {
  const forms: Record<string, string> = {
    REDIS_URL: 'redis://:s3cret-by-file@redis',
    TOOL_SECRETS: '{"SHOP":"s3cret"}',
    RECORDING_KEY: 'ab'.repeat(32),
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=s3cret',
  };
  const good = variable === 'S3_SECRET_ACCESS_KEY' ? { ...GOOD, S3_ACCESS_KEY_ID: 'id' } : GOOD;
  const value = forms[variable] ?? 's3cret-by-file';
  const env: Record<string, string> = { ...good, [`${variable}_FILE`]: fileWith(`${value}\n`) };
  delete env[variable];
  const { config, warnings } = readConfig(env, []);
  expect(warnings).toEqual([]);
  expect(config).toEqual(loadConfig({ ...good, [variable]: value }, []));
});

test.each(['x-key', 'x-key\n', 'x-key\r\n', 'x-key\n\n', '\uFEFFx-key\n'])('%j holds the key x-key', (content) => {
  const { OPENAI_API_KEY: _, ...rest } = GOOD;
  expect(loadConfig({ ...rest, OPENAI_API_KEY_FILE: fileWith(content) }, []).openai.apiKey).toBe('x-key');
});

test('what is wrong is said in one line each, without the secret', () => {
  const { OPENAI_API_KEY: _a, DEEPGRAM_API_KEY: _b, ...rest } = GOOD;
  mkdirSync(join(dir, 'folder'));
  const two = fileWith('first-secret\nsecond-secret\n');
  expect(
    problemsOf({
      ...rest,
      OPENAI_API_KEY_FILE: two,
      DEEPGRAM_API_KEY_FILE: join(dir, 'nowhere'),
      CARTESIA_API_KEY_FILE: fileWith('x'),
      TWILIO_AUTH_TOKEN: '',
      TWILIO_AUTH_TOKEN_FILE: fileWith('\n'),
      API_KEYS_FILE: join(dir, 'folder'),
    }),
  ).toEqual([
    `API_KEYS_FILE: ${join(dir, 'folder')} cannot be read`,
    `TWILIO_AUTH_TOKEN_FILE: ${join(dir, String(files - 1))} is empty`,
    `DEEPGRAM_API_KEY_FILE: ${join(dir, 'nowhere')} cannot be read`,
    'CARTESIA_API_KEY_FILE: excludes CARTESIA_API_KEY: set one of the two',
    'OPENAI_API_KEY_FILE: must be printable ASCII characters without blanks',
  ]);
});

test('API keys by file, one a line, each mistake by its place', () => {
  const good = fileWith('# who may\ncrm:dialler:a-key-that-is-long-enough\nops:operator:another-that-is-long-enough\n');
  expect(loadConfig({ ...GOOD, API_KEYS_FILE: good }, []).apiKeys?.keys).toHaveLength(2);
  const bad = fileWith('crm:king:s3cret-s3cret-s3cret\nops\nx:read:sha256:12\n');
  expect(problemsOf({ ...GOOD, API_KEYS_FILE: bad })).toEqual([
    expect.stringMatching(/^API_KEYS_FILE: entry 1: the role must be/),
    expect.stringMatching(/^API_KEYS_FILE: entry 3: after sha256:/),
  ]);
});
