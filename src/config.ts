// The one reader of the environment. Everything else gets a frozen, checked `EngineConfig`. What the variables are
// called, what they mean and what they default to is the table in config_variables.ts.

import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { CONFIG_VARIABLES, type ConfigValues } from './config_variables.js';

/** All settings of the engine. Structured-clone safe: worker threads get a copy. */
export interface EngineConfig {
  host: string;
  port: number;
  /** `auto`: uWebSockets.js where it loads, else node:http and ws. */
  httpEngine: 'auto' | 'uws' | 'node';
  /** `https://voice.example.com`, no trailing slash; null = derive from each request. */
  publicUrl: string | null;
  /** Addresses or CIDR blocks whose X-Forwarded-* headers count. */
  trustedProxies: string[];
  corsOrigins: string[];
  /** Addresses or CIDR blocks that may read /metrics and the details of /health, beside this machine. */
  metricsAllow: string[];
  /** `--test`: more logging, longer TTS deadlines, full errors in the log. */
  testMode: boolean;
  twilio: { accountSid: string; authToken: string; phoneNumber: string; baseUrl: string | null; validate: boolean };
  deepgram: {
    apiKey: string;
    baseUrl: string | null;
    model: string;
    /** null = the agent's. */
    language: string | null;
    /** Silence after which Deepgram itself ends an utterance; our own Finalize normally comes first. */
    endpointingMs: number;
    connectTimeoutMs: number;
    /** Audio goes in but no message came for this long: the socket is replaced. */
    stallTimeoutMs: number;
  };
  openai: {
    apiKey: string;
    /** Includes `/v1`; null = the vendor's. */
    baseUrl: string | null;
    model: string;
    temperature: number;
    maxTokens: number;
    /** How much the model may think before it speaks; `auto` = as little as it knows. */
    reasoningEffort: 'auto' | 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';
    /** null = the model's own. */
    verbosity: 'low' | 'medium' | 'high' | null;
    firstTokenTimeoutMs: number;
    stallTimeoutMs: number;
    /** Attempts after the first, only while nothing was spoken yet. */
    retries: number;
  };
  cartesia: {
    apiKey: string;
    baseUrl: string | null;
    voiceId: string;
    model: string;
    /** null = the agent's. */
    language: string | null;
    connectTimeoutMs: number;
    firstAudioTimeoutMs: number;
    stallTimeoutMs: number;
    /** Utterances under way on one socket before another is opened. */
    contextsPerSocket: number;
  };
  vad: {
    /** `auto`: the native kernel when it is there and agrees with onnxruntime, else onnxruntime. */
    engine: 'auto' | 'onnx' | 'native';
    /** Probability at which speech begins, and below which it may end. */
    startThreshold: number;
    endThreshold: number;
    /** Speech must last this long to count, silence this long to end it. */
    minSpeechMs: number;
    minSilenceMs: number;
  };
  turn: {
    /** Silence that ends a turn whose transcript reads as finished / unfinished. Counted from the end of speech. */
    silenceMsMin: number;
    silenceMsMax: number;
    /** How long to wait for the final transcript after Finalize. */
    sttFinalTimeoutMs: number;
    /** Speech of the caller shorter than this does not interrupt. */
    bargeInMinSpeechMs: number;
    /** The first part of the greeting that can't be interrupted. */
    greetingProtectMs: number;
    /** Nobody says anything: ask once after this, end the call after twice this. */
    idlePromptMs: number;
    /** Speech recognition is down: the call is ended, with an apology, after this long. */
    deafPatienceMs: number;
  };
  pacing: {
    /** How far ahead of real time audio is handed to Twilio: 160-200 ms. */
    leadMs: number;
    /** Audio in one outbound media message; a multiple of 20. */
    messageMs: number;
  };
  recording: { enabled: boolean; dir: string; retentionDays: number };
  calls: {
    /** Calls at once on this process. */
    max: number;
    workers: number;
    maxDurationS: number;
    /** From webhook to `start` on the media socket. */
    startTimeoutMs: number;
    /** How long a stopping server lets running calls go on before it hangs them up. */
    drainTimeoutMs: number;
  };
  log: { level: string; dir: string | null; pii: boolean };
  agent: {
    /** JSON file with a persona; null = the one that ships. */
    file: string | null;
  };
}

/** What is wrong with the settings: one line for each problem, ready to be printed. No secret is ever repeated. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Exit code for a configuration that can't be used: EX_CONFIG of sysexits.h. */
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
  const values = readValues(env, problems);
  checkTogether(values, env, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(assemble(values, env, argv.includes('--test')));
}

function readValues(env: Record<string, string | undefined>, problems: string[]): ConfigValues {
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(CONFIG_VARIABLES)) {
    const given = env[name]?.trim();
    const raw = given ? given : variable.fallback;
    values[name] = null;
    if (raw === null) continue;
    const result = variable.schema.safeParse(raw);
    if (result.success) values[name] = result.data;
    else problems.push(`${name}: ${result.error.issues[0].message}`);
  }
  return values as ConfigValues;
}

/** What no single variable can tell. A malformed value is null here, and its problem is already noted. */
function checkTogether(v: ConfigValues, env: Record<string, string | undefined>, problems: string[]): void {
  const isSet = (name: string) => Boolean(env[name]?.trim());
  const required = ['OPENAI_API_KEY', 'DEEPGRAM_API_KEY', 'CARTESIA_API_KEY'];
  // Without Twilio's token no signature can be checked; development with the checks off does without an account.
  if (v.TWILIO_VALIDATE !== false) required.unshift('TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN');
  for (const name of required) {
    if (!isSet(name)) problems.push(`${name}: ${env[name] === undefined ? 'is missing' : 'is empty'}`);
  }
  if (v.TWILIO_VALIDATE === false && isSet('TWILIO_ACCOUNT_SID') !== isSet('TWILIO_AUTH_TOKEN')) {
    problems.push('TWILIO_ACCOUNT_SID: goes together with TWILIO_AUTH_TOKEN, set both or neither');
  }
  // In JavaScript a comparison with null can be true; only two good values can contradict each other.
  const isAbove = (a: number | null, b: number | null) => a !== null && b !== null && a > b;
  if (isAbove(v.VAD_END_THRESHOLD, v.VAD_START_THRESHOLD)) {
    problems.push('VAD_END_THRESHOLD: must not be above VAD_START_THRESHOLD');
  }
  if (isAbove(v.TURN_SILENCE_MS_MIN, v.TURN_SILENCE_MS_MAX)) {
    problems.push('TURN_SILENCE_MS_MIN: must not be above TURN_SILENCE_MS_MAX');
  }
  if (isAbove(v.PACING_MESSAGE_MS, v.PACING_LEAD_MS)) {
    problems.push('PACING_MESSAGE_MS: must not be above PACING_LEAD_MS');
  }
  if (v.AGENT_FILE !== null) checkAgentFile(v.AGENT_FILE, problems);
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

/** `--test`: nobody waits for a slow provider in anger, and everything is logged. */
const TEST_MODE_TTS_FACTOR = 3;

function assemble(v: ConfigValues, env: Record<string, string | undefined>, testMode: boolean): EngineConfig {
  const ttsFactor = testMode ? TEST_MODE_TTS_FACTOR : 1;
  return {
    host: v.HOST,
    port: v.PORT,
    publicUrl: v.PUBLIC_URL,
    trustedProxies: v.TRUSTED_PROXIES,
    corsOrigins: v.CORS_ORIGINS,
    metricsAllow: v.METRICS_ALLOW,
    httpEngine: v.HTTP_ENGINE,
    testMode,
    twilio: {
      accountSid: v.TWILIO_ACCOUNT_SID ?? '',
      authToken: v.TWILIO_AUTH_TOKEN ?? '',
      phoneNumber: v.TWILIO_PHONE_NUMBER ?? '',
      baseUrl: v.TWILIO_BASE_URL,
      validate: v.TWILIO_VALIDATE,
    },
    deepgram: {
      apiKey: v.DEEPGRAM_API_KEY ?? '',
      baseUrl: v.DEEPGRAM_BASE_URL,
      model: v.DEEPGRAM_MODEL,
      language: v.DEEPGRAM_LANGUAGE,
      endpointingMs: v.DEEPGRAM_ENDPOINTING_MS,
      connectTimeoutMs: v.DEEPGRAM_CONNECT_TIMEOUT_MS,
      stallTimeoutMs: v.DEEPGRAM_STALL_TIMEOUT_MS,
    },
    openai: {
      apiKey: v.OPENAI_API_KEY ?? '',
      baseUrl: v.OPENAI_BASE_URL,
      model: v.OPENAI_MODEL,
      temperature: v.OPENAI_TEMPERATURE,
      maxTokens: v.OPENAI_MAX_TOKENS,
      reasoningEffort: v.OPENAI_REASONING_EFFORT,
      verbosity: v.OPENAI_VERBOSITY,
      firstTokenTimeoutMs: v.OPENAI_FIRST_TOKEN_TIMEOUT_MS,
      stallTimeoutMs: v.OPENAI_STALL_TIMEOUT_MS,
      retries: v.OPENAI_RETRIES,
    },
    cartesia: {
      apiKey: v.CARTESIA_API_KEY ?? '',
      baseUrl: v.CARTESIA_BASE_URL,
      voiceId: v.CARTESIA_VOICE_ID,
      model: v.CARTESIA_MODEL,
      language: v.CARTESIA_LANGUAGE,
      connectTimeoutMs: v.CARTESIA_CONNECT_TIMEOUT_MS,
      firstAudioTimeoutMs: v.CARTESIA_FIRST_AUDIO_TIMEOUT_MS * ttsFactor,
      stallTimeoutMs: v.CARTESIA_STALL_TIMEOUT_MS * ttsFactor,
      contextsPerSocket: v.CARTESIA_CONTEXTS_PER_SOCKET,
    },
    vad: {
      engine: v.VAD_ENGINE,
      startThreshold: v.VAD_START_THRESHOLD,
      endThreshold: v.VAD_END_THRESHOLD,
      minSpeechMs: v.VAD_MIN_SPEECH_MS,
      minSilenceMs: v.VAD_MIN_SILENCE_MS,
    },
    turn: {
      silenceMsMin: v.TURN_SILENCE_MS_MIN,
      silenceMsMax: v.TURN_SILENCE_MS_MAX,
      sttFinalTimeoutMs: v.TURN_STT_FINAL_TIMEOUT_MS,
      bargeInMinSpeechMs: v.BARGE_IN_MIN_SPEECH_MS,
      greetingProtectMs: v.GREETING_PROTECT_MS,
      idlePromptMs: v.IDLE_PROMPT_MS,
      deafPatienceMs: v.DEAF_PATIENCE_MS,
    },
    pacing: { leadMs: v.PACING_LEAD_MS, messageMs: v.PACING_MESSAGE_MS },
    recording: { enabled: v.RECORDING, dir: v.RECORDING_DIR, retentionDays: v.RECORDING_RETENTION_DAYS },
    calls: {
      max: v.CALLS_MAX,
      workers: v.WORKERS,
      maxDurationS: v.CALL_MAX_DURATION_S,
      startTimeoutMs: v.CALL_START_TIMEOUT_MS,
      drainTimeoutMs: v.DRAIN_TIMEOUT_MS,
    },
    log: { level: testMode && !env.LOG_LEVEL?.trim() ? 'debug' : v.LOG_LEVEL, dir: v.LOG_DIR, pii: v.LOG_PII },
    agent: { file: v.AGENT_FILE },
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
