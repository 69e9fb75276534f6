import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, loadConfig, readConfig } from '../src/config.js';
import { CONFIG_VARIABLES } from '../src/config_variables.js';

const SID = `AC${'0123456789abcdef'.repeat(2)}`;
const GOOD = {
  TWILIO_ACCOUNT_SID: SID,
  TWILIO_AUTH_TOKEN: 'twilio-token',
  OPENAI_API_KEY: 'openai-key',
  DEEPGRAM_API_KEY: 'deepgram-key',
  CARTESIA_API_KEY: 'cartesia-key',
};

function problemsOf(env: Record<string, string | undefined>, argv: string[] = []): readonly string[] {
  try {
    loadConfig(env, argv);
    return [];
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ConfigError);
    return (thrown as ConfigError).problems;
  }
}

test('the required keys alone make a complete configuration', () => {
  const config = loadConfig(GOOD, []);
  expect(config.port).toBe(8765);
  expect(config.twilio).toEqual({
    accountSid: SID,
    authToken: 'twilio-token',
    phoneNumber: '',
    baseUrl: null,
    validate: true,
  });
  expect(config.trustedProxies).toEqual(['127.0.0.0/8', '::1/128']);
  expect(config.calls.workers).toBeGreaterThanOrEqual(1);
  expect(config.publicUrl).toBeNull();
});

test('an empty environment names every missing key, one line each', () => {
  expect(problemsOf({})).toEqual([
    'TWILIO_ACCOUNT_SID: is missing',
    'TWILIO_AUTH_TOKEN: is missing',
    'OPENAI_API_KEY: is missing',
    'DEEPGRAM_API_KEY: is missing',
    'CARTESIA_API_KEY: is missing',
  ]);
});

test('a malformed value does not hide a missing one', () => {
  const problems = problemsOf({ ...GOOD, PORT: 'http', OPENAI_API_KEY: ' ' });
  expect(problems).toEqual(['PORT: must be a whole number from 0 to 65535', 'OPENAI_API_KEY: is empty']);
});

test.each([
  ['TWILIO_ACCOUNT_SID', 'AC123'],
  ['TWILIO_PHONE_NUMBER', '0800 123'],
  ['TWILIO_VALIDATE', 'maybe'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'Bearer x'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'x-key=%zz'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
  ['OPENAI_API_KEY', 'two words'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '1e3'],
  ['PUBLIC_URL', 'voice.example.com'],
  ['PUBLIC_URL', 'ftp://voice.example.com'],
  ['PUBLIC_URL', 'https://voice.example.com?x=1'],
  ['TRUSTED_PROXIES', '10.0.0.0/33'],
  ['TRUSTED_PROXIES', '10.0.0.0/8/8'],
  ['TRUSTED_PROXIES', 'proxy.local'],
  ['CORS_ORIGINS', 'https://app.example.com/path'],
  ['CALLS_MAX', '-7'],
  ['WORKERS', 'many'],
  ['OPENAI_TEMPERATURE', 'warm'],
  ['OPENAI_TEMPERATURE', '2.5'],
  ['VAD_ENGINE', 'webrtc'],
  ['PACING_MESSAGE_MS', '30'],
  ['LOG_LEVEL', 'loud'],
])('%s=%s is refused by name, without repeating the value', (name, value) => {
  const problems = problemsOf({ ...GOOD, [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${name}: must be `));
  expect(problems[0]).not.toContain(value);
});

test.each([
  [{ VAD_START_THRESHOLD: '0.4', VAD_END_THRESHOLD: '0.6' }, 'VAD_END_THRESHOLD'],
  [{ TURN_SILENCE_MS_MIN: '900', TURN_SILENCE_MS_MAX: '500' }, 'TURN_SILENCE_MS_MIN'],
  [{ PACING_MESSAGE_MS: '100', PACING_LEAD_MS: '80' }, 'PACING_MESSAGE_MS'],
  [{ AGENT_FILE: '/nowhere/persona.json' }, 'AGENT_FILE'],
])('settings that contradict each other are refused: %j', (env, name) => {
  expect(problemsOf({ ...GOOD, ...env })).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
});

test('a persona file must hold a JSON object', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ringline-config-'));
  const file = join(dir, 'persona.json');
  writeFileSync(file, 'hello');
  expect(problemsOf({ ...GOOD, AGENT_FILE: file })).toEqual([`AGENT_FILE: ${file} is not JSON`]);
  writeFileSync(file, '{}');
  expect(problemsOf({ ...GOOD, AGENT_FILE: file })).toEqual([]);
});

test('with signatures off, no Twilio account is needed, but half of one is a mistake', () => {
  const { TWILIO_ACCOUNT_SID: _sid, TWILIO_AUTH_TOKEN: _token, ...rest } = GOOD;
  expect(problemsOf({ ...rest, TWILIO_VALIDATE: 'off' })).toEqual([]);
  expect(problemsOf({ ...rest, TWILIO_VALIDATE: 'off', TWILIO_ACCOUNT_SID: SID })).toHaveLength(1);
});

test('--test lengthens the TTS deadlines and logs more; any other argument is refused', () => {
  const normal = loadConfig(GOOD, []);
  const debug = loadConfig(GOOD, ['--test']);
  expect(debug.testMode).toBe(true);
  expect(debug.log.level).toBe('debug');
  expect(debug.cartesia.firstAudioTimeoutMs).toBe(3 * normal.cartesia.firstAudioTimeoutMs);
  expect(loadConfig({ ...GOOD, LOG_LEVEL: 'warn' }, ['--test']).log.level).toBe('warn');
  expect(problemsOf(GOOD, ['--tset'])).toEqual([expect.stringContaining('--tset')]);
});

test('the configuration is frozen all the way down and can be handed to a worker', () => {
  const config = loadConfig(GOOD, []);
  expect(() => {
    config.turn.silenceMsMin = 1;
  }).toThrow(TypeError);
  expect(() => config.trustedProxies.push('0.0.0.0/0')).toThrow(TypeError);
  expect(structuredClone(config)).toEqual(config);
});

test('trailing slashes, blanks and lists are read as people write them', () => {
  const config = loadConfig(
    {
      ...GOOD,
      PUBLIC_URL: ' https://voice.example.com/ ',
      TRUSTED_PROXIES: 'none',
      CORS_ORIGINS: 'https://a.example, https://b.example',
      RECORDING: 'FALSE',
    },
    [],
  );
  expect(config.publicUrl).toBe('https://voice.example.com');
  expect(config.trustedProxies).toEqual([]);
  expect(config.corsOrigins).toEqual(['https://a.example', 'https://b.example']);
  expect(config.recording.enabled).toBe(false);
});

test('.env.example lists every variable with its default and its meaning, and nothing else', () => {
  const lines = readFileSync(new URL('../.env.example', import.meta.url), 'utf8').split('\n');
  const listed = lines.flatMap((line, i) => {
    const match = /^([A-Z0-9_]+)=(.*)$/.exec(line);
    return match ? [[match[1], { fallback: match[2], meaning: lines[i - 1] }]] : [];
  });
  const expected = Object.entries(CONFIG_VARIABLES).map(([name, { fallback, meaning }]) => [
    name,
    { fallback: fallback ?? '', meaning: `# ${meaning}` },
  ]);
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(expected));
  expect(listed).toHaveLength(expected.length);
});

test('.env.example is itself a valid configuration once the keys are filled in', () => {
  const env = Object.fromEntries(Object.entries(CONFIG_VARIABLES).map(([name, v]) => [name, v.fallback ?? '']));
  expect(loadConfig({ ...env, ...GOOD }, [])).toEqual(loadConfig(GOOD, []));
});

test.each([
  ['OPENAI_API_KEY', '"sk-1"', 'sk-1'],
  ['DEEPGRAM_API_KEY', "'abc'", 'abc'],
  ['DEEPGRAM_MODEL', '"nova-2"', 'nova-2'],
  ['RECORDING_DIR', '" /data/calls "', '/data/calls'],
  ['PORT', '"9000"', '9000'],
])('quotation marks that docker left around %s=%s are taken off', (name, quoted, value) => {
  const text = JSON.stringify(loadConfig({ ...GOOD, [name]: quoted }, []));
  expect(text).toContain(value);
  expect(text).not.toContain(JSON.stringify(quoted).slice(1, -1));
});

test.each(['"sk-1', 'sk-1"', "'sk-1", `"sk-1'`])('a quotation mark at one end is refused: %s', (value) => {
  expect(problemsOf({ ...GOOD, OPENAI_API_KEY: value })).toEqual([
    'OPENAI_API_KEY: must not begin or end with a quotation mark',
  ]);
});

test('a value of nothing but marks counts as not set', () => {
  expect(problemsOf({ ...GOOD, OPENAI_API_KEY: '""' })).toHaveLength(1);
  expect(loadConfig({ ...GOOD, PORT: "''" }, []).port).toBe(8765);
});

test('a good configuration comes without a warning', () => {
  expect(readConfig({ ...GOOD, PATH: '/bin', HOME: '/root', HOSTNAME: 'x', SHELL: 'sh' }, []).warnings).toEqual([]);
});
