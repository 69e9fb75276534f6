// Every setting of the engine but the vendors' own, in sections: name, variable, default, meaning, and what it must look
// like, spelled once. The single source of `.env.example` and of the README's table (a test holds them together). How a
// setting is written down is setting.ts, reading and checking config.ts.

import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { apiKeyList } from './api_keys.js';
import { exporterHeaders, OPERATING_SECTIONS, sealKeyList } from './config_operating.js';
import { VENDOR_SECTIONS } from './providers/vendor_settings.js';
import {
  anyText,
  decimal,
  integer,
  isAddressBlock,
  isOrigin,
  list,
  oneOf,
  onOff,
  optional,
  type Section,
  type SectionValues,
  type Setting,
  secret,
  setting,
  text,
  url,
} from './setting.js';

const accountSid = z.string().regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC and 32 hexadecimal digits');
const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be an E.164 number such as +15551234567');
const workers = z.union(
  [z.literal('auto').transform(() => Math.max(2, availableParallelism() - 1)), integer(1, 256)],
  'must be auto or a whole number from 1 to 256',
);

/** What the agents' tools send in headers: `{"SHOP": "…"}`. */
const secretsByName = z.string().transform((raw, context) => {
  const result = NAMED_SECRETS.safeParse(parsed(raw));
  if (result.success) return result.data;
  context.addIssue({ code: 'custom', message: 'must be a JSON object of texts by NAMES like SHOP or SHOP_2' });
  return z.NEVER;
});
const NAMED_SECRETS = z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string().min(1));

/** Carries a password as a rule. */
const redisUrl = url('redis', 'rediss');

/** Sections by their name in `EngineConfig`; those of `server` stand at its top. */
export const SECTIONS = {
  server: {
    host: setting('HOST', '0.0.0.0', 'address to listen on', anyText),
    port: setting('PORT', '8765', 'TCP port; 0 = any free one', integer(0, 65535)),
    httpEngine: setting(
      'HTTP_ENGINE',
      'auto',
      'uws = uWebSockets.js, node = node:http and ws; auto = uws where a current release of it loads',
      z.enum(['auto', 'uws', 'node'], 'must be auto, uws or node'),
    ),
    publicUrl: optional(
      'PUBLIC_URL',
      'how Twilio reaches us, https://voice.example.com; empty = taken from each request',
      url('https', 'http'),
    ),
    trustedProxies: setting(
      'TRUSTED_PROXIES',
      '127.0.0.0/8,::1/128',
      'addresses or CIDR blocks whose X-Forwarded-* headers count, or none',
      list(isAddressBlock, 'must be IP addresses or CIDR blocks, separated by commas, or none'),
    ),
    apiKeys: optional(
      'API_KEYS',
      'who may use the API: NAME:ROLE:KEY or NAME:ROLE:sha256:HASH, separated by commas (npm run keys makes one); empty = only this machine may',
      apiKeyList,
    ),
    apiKeysFile: optional(
      'API_KEYS_FILE',
      'a file with such entries, one a line, instead; it is read again when it changes and on SIGHUP',
      anyText,
    ),
    corsOrigins: setting(
      'CORS_ORIGINS',
      'none',
      'browser origins that may call the API, separated by commas, or none',
      list(isOrigin, 'must be origins such as https://app.example.com, separated by commas, or none'),
    ),
    metricsAllow: setting(
      'METRICS_ALLOW',
      'none',
      'addresses or CIDR blocks that may read /metrics and the details of /health without a key, or none',
      list(isAddressBlock, 'must be IP addresses or CIDR blocks, separated by commas, or none'),
    ),
  },
  twilio: {
    accountSid: text('TWILIO_ACCOUNT_SID', 'Twilio account; required unless TWILIO_VALIDATE=off', accountSid),
    authToken: text(
      'TWILIO_AUTH_TOKEN',
      "the account's auth token: REST requests and webhook signatures; required likewise",
      secret,
    ),
    phoneNumber: text(
      'TWILIO_PHONE_NUMBER',
      'our number, E.164: the caller of POST /outbound when it names no from_number',
      e164,
    ),
    validate: setting('TWILIO_VALIDATE', 'on', 'off = signatures are not checked; for development only', onOff),
    baseUrl: optional('TWILIO_BASE_URL', "a Twilio-compatible REST server; empty = Twilio's own", url('https', 'http')),
  },
  ...VENDOR_SECTIONS,
  calls: {
    max: setting('CALLS_MAX', '200', 'calls at once; one more is refused politely', integer(1, 10000)),
    inboundPercent: setting(
      'CALLS_INBOUND_PERCENT',
      '10',
      'of CALLS_MAX: dialling stops when no more lines are free, so that campaigns leave some for callers',
      integer(0, 100),
    ),
    lateMs: setting(
      'ADMISSION_LATE_MS',
      '200',
      'no new calls while more than 5 % of the frames are handed over later than this, for seconds; 0 = however late',
      integer(0, 1000),
    ),
    workers: setting(
      'WORKERS',
      'auto',
      'worker threads; auto = processor cores minus one, at least two: where one dies, the other goes on with its calls',
      workers,
    ),
    maxDurationS: setting('CALL_MAX_DURATION_S', '3600', 'a call is ended after this long', integer(10, 14400)),
    startTimeoutMs: setting(
      'CALL_START_TIMEOUT_MS',
      '10000',
      'from the webhook to a started media stream',
      integer(500, 120000),
    ),
    drainTimeoutMs: setting(
      'DRAIN_TIMEOUT_MS',
      '30000',
      'how long a stopping server lets running calls go on',
      integer(0, 3600000),
    ),
  },
  tools: {
    secrets: setting(
      'TOOL_SECRETS',
      '{}',
      "JSON object: what {{secret.NAME}} stands for in the headers of agents' tools",
      secretsByName,
    ),
  },
  store: {
    redisUrl: optional(
      'REDIS_URL',
      'Redis 6.2 or newer, redis://[user:password@]host[:port][/db], rediss:// for TLS: several instances share their calls by it; empty = one instance, in memory',
      redisUrl,
    ),
    keyPrefix: setting(
      'REDIS_KEY_PREFIX',
      'ringline:',
      'begins every key and channel; one for each deployment that shares a Redis',
      z.string().regex(/^[\w:.{}-]{1,64}$/, 'must be up to 64 letters, digits and :._-{}'),
    ),
    required: setting('REDIS_REQUIRED', 'off', 'on = /ready is 503 while Redis is away; calls go on either way', onOff),
    instanceName: optional(
      'INSTANCE_NAME',
      "this instance's name in /calls and logs, with a suffix of each start's own; empty = the host's name",
      z.string().regex(/^[\w.-]{1,64}$/, 'must be up to 64 letters, digits and ._-'),
    ),
  },
  vad: {
    engine: setting(
      'VAD_ENGINE',
      'auto',
      'voice activity detection: auto, onnx or native',
      oneOf('auto', 'onnx', 'native'),
    ),
    startThreshold: setting('VAD_START_THRESHOLD', '0.5', 'probability at which speech begins', decimal(0, 1)),
    endThreshold: setting('VAD_END_THRESHOLD', '0.35', 'probability below which it may end', decimal(0, 1)),
    minSpeechMs: setting('VAD_MIN_SPEECH_MS', '96', 'shorter speech does not count', integer(0, 5000)),
    minSilenceMs: setting('VAD_MIN_SILENCE_MS', '192', 'shorter silence does not end speech', integer(0, 5000)),
  },
  turn: {
    silenceMsMin: setting(
      'TURN_SILENCE_MS_MIN',
      '300',
      'silence that ends a turn that reads as finished',
      integer(0, 10000),
    ),
    silenceMsMax: setting(
      'TURN_SILENCE_MS_MAX',
      '1400',
      'silence that ends a turn that may be unfinished; up to 2.7 times as far above the minimum where a number, address or the like lacks a part',
      integer(0, 20000),
    ),
    sttFinalTimeoutMs: setting(
      'TURN_STT_FINAL_TIMEOUT_MS',
      '800',
      'how long to wait for the final transcript of a turn',
      integer(50, 10000),
    ),
    bargeInMinSpeechMs: setting(
      'BARGE_IN_MIN_SPEECH_MS',
      '1200',
      'a voice that goes on for so long interrupts before any word of it is known; words do at once',
      integer(0, 5000),
    ),
    greetingProtectMs: setting(
      'GREETING_PROTECT_MS',
      '1000',
      'the first part of the greeting that cannot be interrupted',
      integer(0, 20000),
    ),
    idlePromptMs: setting(
      'IDLE_PROMPT_MS',
      '12000',
      'silence of the caller until the agent asks; twice that ends the call',
      integer(1000, 600000),
    ),
    llmHedgeMs: setting(
      'LLM_HEDGE_MS',
      '1200',
      'a model without a first word for so long is asked a second time, and the first answer counts; 0 = never',
      integer(0, 20000),
    ),
    draftTokensMax: setting(
      'DRAFT_TOKENS_MAX',
      '40000',
      'answers are begun before the turn is surely over until a call has thrown away so many tokens by it; 0 = never',
      integer(0, 10000000),
    ),
    draftCharactersMax: setting(
      'DRAFT_CHARACTERS_MAX',
      '2000',
      'the first clause of such an answer is given to the voice until a call has thrown away so many characters; 0 = never',
      integer(0, 1000000),
    ),
    fillerMs: setting(
      'FILLER_MS',
      '2500',
      'silence after the caller until a word is said that the answer is on its way; a second one follows; 0 = none',
      integer(0, 20000),
    ),
    outagePatienceMs: setting(
      'OUTAGE_PATIENCE_MS',
      '45000',
      'answers that keep failing for so long end the call with a goodbye; before that each is apologised for',
      integer(0, 600000),
    ),
    deafPatienceMs: setting(
      'DEAF_PATIENCE_MS',
      '45000',
      'how long a call goes on whose caller cannot be heard because speech recognition is down',
      integer(0, 600000),
    ),
  },
  pacing: {
    leadMs: setting(
      'PACING_LEAD_MS',
      '400',
      'how far ahead of the ear audio is handed to Twilio: so long a sound can be judged unheard',
      integer(40, 2000),
    ),
    messageMs: setting(
      'PACING_MESSAGE_MS',
      '40',
      'audio in one outbound message, a multiple of 20',
      integer(20, 200).refine((ms) => ms % 20 === 0, 'must be a multiple of 20'),
    ),
  },
  voice: {
    cacheMb: setting(
      'VOICE_CACHE_MB',
      '4',
      'megabytes of sound a worker keeps of sentences that answers begin with often, about two minutes each; 0 = none',
      integer(0, 1000),
    ),
  },
  recording: {
    enabled: setting('RECORDING', 'on', 'off = calls are not recorded', onOff),
    dir: setting('RECORDING_DIR', 'recordings', 'folder of the recordings', anyText),
    retentionDays: setting(
      'RECORDING_RETENTION_DAYS',
      '0',
      'recordings older than this are deleted; 0 = kept',
      integer(0, 36500),
    ),
  },
  log: {
    level: setting(
      'LOG_LEVEL',
      'info',
      'fatal, error, warn, info, debug, trace or silent',
      oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
      { testFallback: 'debug' },
    ),
    dir: optional('LOG_DIR', 'folder for daily log files, kept 30 days; empty = standard output only', anyText),
    dirMb: setting(
      'LOG_DIR_MB',
      '1000',
      'megabytes in that folder; beyond, the oldest files go',
      integer(10, 1_000_000),
    ),
    pii: setting('LOG_PII', 'off', 'on = speech and phone numbers are not redacted in logs', onOff),
  },
  ...OPERATING_SECTIONS,
  agent: {
    dir: optional(
      'AGENTS_DIR',
      'folder of agents, a .yaml or .json file each (npm run agents checks them); empty = the one of AGENT_FILE',
      anyText,
    ),
    file: optional('AGENT_FILE', 'JSON file with another persona; empty = the one that ships', anyText),
  },
};

type Sections = typeof SECTIONS;
export type ConfigValues = { [Name in keyof Sections]: SectionValues<Sections[Name]> };

const SECRET_SCHEMAS: ReadonlySet<z.ZodType> = new Set<z.ZodType>([
  secret,
  apiKeyList,
  redisUrl,
  secretsByName,
  exporterHeaders,
  sealKeyList,
]);

/** Variables whose value may come by a file instead. */
export const SECRET_VARIABLES: readonly string[] = Object.values<Section>(SECTIONS)
  .flatMap((section) => Object.values(section))
  .filter(({ schema }) => SECRET_SCHEMAS.has(schema))
  .map(({ variable }) => variable);

/** All settings by variable. */
export const CONFIG_VARIABLES: Readonly<Record<string, Setting>> = Object.fromEntries(
  Object.values<Section>(SECTIONS).flatMap((section) => Object.values(section).map((each) => [each.variable, each])),
);

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
}
