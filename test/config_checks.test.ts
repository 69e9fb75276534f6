import { expect, test } from 'vitest';
import { type ConfigError, readConfig } from '../src/config.js';
import { nearMisses } from '../src/config_checks.js';
import { CONFIG_VARIABLES } from '../src/config_variables.js';

const GOOD = {
  TWILIO_ACCOUNT_SID: `AC${'0123456789abcdef'.repeat(2)}`,
  TWILIO_AUTH_TOKEN: 'twilio-token',
  OPENAI_API_KEY: 'openai-key',
  DEEPGRAM_API_KEY: 'deepgram-key',
  CARTESIA_API_KEY: 'cartesia-key',
};
const ELSEWHERE = {
  TWILIO_BASE_URL: 'http://127.0.0.1:1',
  DEEPGRAM_BASE_URL: 'http://127.0.0.1:2',
  CARTESIA_BASE_URL: 'http://127.0.0.1:3',
};

/** What is said about `env`: `refused: NAME` and `warned: NAME`. */
function said(env: Record<string, string>): string[] {
  const names = (lines: readonly string[]) => lines.map((line) => line.split(':')[0]);
  try {
    return names(readConfig({ ...GOOD, ...env }, []).warnings).map((name) => `warned: ${name}`);
  } catch (thrown) {
    return names((thrown as ConfigError).problems).map((name) => `refused: ${name}`);
  }
}

test.each<[Record<string, string>, string[]]>([
  [{ DEEPGRAM_MODEL: 'flux-general-en' }, []],
  [{ DEEPGRAM_MODEL: 'flux-general-multi', DEEPGRAM_LANGUAGE: 'es-MX' }, []],
  [{ DEEPGRAM_MODEL: 'flux-general-multi', DEEPGRAM_LANGUAGE: 'multi' }, []],
  [{ DEEPGRAM_MODEL: 'flux-general-multi', DEEPGRAM_LANGUAGE: 'pl' }, ['refused: DEEPGRAM_LANGUAGE']],
  [{ DEEPGRAM_MODEL: 'flux-general-en', DEEPGRAM_LANGUAGE: 'de' }, ['refused: DEEPGRAM_LANGUAGE']],
  [{ DEEPGRAM_MODEL: 'flux-2' }, ['refused: DEEPGRAM_MODEL']],
  [{ DEEPGRAM_EOT_THRESHOLD: '0.5', DEEPGRAM_EAGER_EOT_THRESHOLD: '0.6' }, ['refused: DEEPGRAM_EAGER_EOT_THRESHOLD']],
  [{ ...ELSEWHERE, DEEPGRAM_MODEL: 'Flux-general-multi' }, ['refused: DEEPGRAM_MODEL']],
  [{ DEEPGRAM_MODEL: 'nova-9' }, ['warned: DEEPGRAM_MODEL']],
  [{ DEEPGRAM_MODEL: 'nova-2-phonecall' }, []],
  [{ DEEPGRAM_MODEL: 'nova-3-medical' }, []],
  [{ DEEPGRAM_MODEL: '1a2b3c4d-0000-4000-8000-123456789abc' }, []],
  [{ DEEPGRAM_LANGUAGE: 'multi' }, []],
  [{ DEEPGRAM_LANGUAGE: 'es-419' }, []],
  [{ DEEPGRAM_LANGUAGE: 'xx' }, ['warned: DEEPGRAM_LANGUAGE']],
  [{ DEEPGRAM_LANGUAGE: 'Klingon' }, ['refused: DEEPGRAM_LANGUAGE']],
  [{ CARTESIA_MODEL: 'sonic-2' }, ['refused: CARTESIA_MODEL']],
  [{ CARTESIA_MODEL: 'sonic-turbo-2025-03-07' }, ['refused: CARTESIA_MODEL']],
  [{ ...ELSEWHERE, CARTESIA_MODEL: 'sonic-2' }, ['warned: CARTESIA_MODEL']],
  [{ CARTESIA_MODEL: 'sonic-3.5' }, []],
  [{ CARTESIA_MODEL: 'sonic-3-2026-01-12' }, []],
  [{ CARTESIA_MODEL: 'aura-2' }, ['warned: CARTESIA_MODEL']],
  [{ CARTESIA_VOICE_ID: 'bob' }, ['warned: CARTESIA_VOICE_ID']],
  [{ CARTESIA_LANGUAGE: 'pt-BR' }, []],
  [{ CARTESIA_LANGUAGE: 'xx' }, ['warned: CARTESIA_LANGUAGE']],
  [{ PUBLIC_URL: 'http://voice.example.com' }, ['refused: PUBLIC_URL']],
  [{ ...ELSEWHERE, PUBLIC_URL: 'http://voice.example.com' }, ['warned: PUBLIC_URL']],
  [{ PUBLIC_URL: 'http://127.0.0.1:8765' }, ['warned: PUBLIC_URL']],
  [{ PUBLIC_URL: 'https://my_voice.example.com' }, ['refused: PUBLIC_URL']],
  [{ PUBLIC_URL: 'https://voice.example.com' }, []],
  [{ OPENAI_BASE_URL: 'https://llm.example.com' }, ['warned: OPENAI_BASE_URL']],
  [{ OPENAI_BASE_URL: 'https://llm.example.com/v1' }, []],
  [{ OPENAI_MODEL: 'gpt-5-mini', OPENAI_REASONING_EFFORT: 'none' }, ['warned: OPENAI_REASONING_EFFORT']],
  [{ OPENAI_MODEL: 'gpt-4o', OPENAI_REASONING_EFFORT: 'low' }, ['warned: OPENAI_REASONING_EFFORT']],
  [{ OPENAI_MODEL: 'qwen-3', OPENAI_REASONING_EFFORT: 'low' }, []],
  [{ PROT: '99' }, ['warned: PROT']],
])('%j: %j', (env, expected) => {
  expect(said(env)).toEqual(expected);
});

test.each([
  ['PROT', 'PORT'],
  ['POTR', 'PORT'],
  ['port', 'PORT'],
  ['PASS', null],
  ['SORT', 'PORT'],
  ['OPENAI_MODLE', 'OPENAI_MODEL'],
  ['OPENAI_APIKEY', 'OPENAI_API_KEY'],
  ['DEEPGRAM-API-KEY', 'DEEPGRAM_API_KEY'],
  ['RECORDINGS_DIR', 'RECORDING_DIR'],
  ['Log_Level', 'LOG_LEVEL'],
  ['CALL_MAX', 'CALLS_MAX'],
])('%s is a slip for %s', (name, meant) => {
  expect(nearMisses([name], Object.keys(CONFIG_VARIABLES))).toEqual(meant === null ? [] : [[name, meant]]);
});

test('what other programs leave in an environment is no slip', () => {
  const theirs =
    'PATH HOME HOSTNAME SHELL PWD TERM LANG USER SHLVL LOGNAME EDITOR PS1 TZ _ NODE_ENV npm_config_loglevel HTTP_PROXY ' +
    'OPENAI_ORG_ID OPENAI_PROJECT_ID TWILIO_EDGE TWILIO_REGION TWILIO_API_KEY DEEPGRAM_ACCESS_TOKEN CARTESIA_LOG CI DEBUG';
  expect(nearMisses(theirs.split(' '), Object.keys(CONFIG_VARIABLES))).toEqual([]);
});
