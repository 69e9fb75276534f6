// Every environment variable the engine reads: name, default, meaning, and what it must look like. The single source
// of `.env.example` and of the README's table (a test holds them together). Reading and assembling is config.ts.

import { BlockList, isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { z } from 'zod';

/** One variable. `fallback` is the default as one would write it; null = there is none and the setting is absent. */
export interface ConfigVariable<S extends z.ZodType, F extends string | null> {
  fallback: F;
  /** One line for people. */
  meaning: string;
  /** From the raw text to the checked value. Its message never repeats the text: it may be a secret. */
  schema: S;
}

function variable<S extends z.ZodType, F extends string | null>(
  fallback: F,
  meaning: string,
  schema: S,
): ConfigVariable<S, F> {
  return { fallback, meaning, schema };
}

function integer(min: number, max: number) {
  const problem = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d{1,12}$/, problem)
    .transform(Number)
    .refine((n) => n >= min && n <= max, problem);
}

function decimal(min: number, max: number) {
  const problem = `must be a number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/, problem)
    .transform(Number)
    .refine((n) => n >= min && n <= max, problem);
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
const onOff = z.string().transform((text, context) => {
  const value = SWITCH[text.toLowerCase()];
  if (value === undefined) context.addIssue({ code: 'custom', message: 'must be on or off' });
  return value as boolean;
});

function oneOf<const V extends string>(...values: V[]) {
  return z.enum(values, `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`);
}

const text = z.string().min(1);
/** Keys and tokens: whatever the vendor makes up, but no blanks or line ends that would break a header. */
const secret = z.string().regex(/^[\x21-\x7e]+$/, 'must be printable ASCII characters without blanks');
const accountSid = z.string().regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC and 32 hexadecimal digits');
const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be an E.164 number such as +15551234567');

function url(...schemes: string[]) {
  const problem = `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return z.string().transform((raw, context) => {
    const parsed = URL.canParse(raw) ? new URL(raw) : null;
    if (parsed === null || !schemes.includes(parsed.protocol.slice(0, -1)) || parsed.search || parsed.hash) {
      context.addIssue({ code: 'custom', message: problem });
    }
    return raw.replace(/\/+$/, '');
  });
}

function list(check: (item: string) => boolean, problem: string) {
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

function isAddressBlock(item: string): boolean {
  const [address, bits, ...more] = item.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (bits === undefined) return true;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) return false;
  new BlockList().addSubnet(address, Number(bits), version === 4 ? 'ipv4' : 'ipv6');
  return true;
}

function isOrigin(item: string): boolean {
  return item === '*' || (URL.canParse(item) && new URL(item).origin === item);
}

const workers = z.union(
  [z.literal('auto').transform(() => Math.max(1, availableParallelism() - 1)), integer(1, 256)],
  'must be auto or a whole number from 1 to 256',
);

export const CONFIG_VARIABLES = {
  TWILIO_ACCOUNT_SID: variable(null, 'Twilio account; required unless TWILIO_VALIDATE=off', accountSid),
  TWILIO_AUTH_TOKEN: variable(
    null,
    "the account's auth token: REST requests and webhook signatures; required likewise",
    secret,
  ),
  TWILIO_PHONE_NUMBER: variable(
    null,
    'our number, E.164: the caller of POST /outbound when it names no from_number',
    e164,
  ),
  OPENAI_API_KEY: variable(null, 'OpenAI key; required', secret),
  DEEPGRAM_API_KEY: variable(null, 'Deepgram key; required', secret),
  CARTESIA_API_KEY: variable(null, 'Cartesia key; required', secret),
  CARTESIA_VOICE_ID: variable('71a7ad14-091c-4e8e-a314-022ece01c121', 'the voice of the agent', text),

  PORT: variable('8765', 'TCP port; 0 = any free one', integer(0, 65535)),
  HOST: variable('0.0.0.0', 'address to listen on', text),
  HTTP_ENGINE: variable(
    'auto',
    'uws = uWebSockets.js, node = node:http and ws; auto = uWebSockets.js where it loads',
    z.enum(['auto', 'uws', 'node'], 'must be auto, uws or node'),
  ),
  PUBLIC_URL: variable(
    null,
    'how Twilio reaches us, https://voice.example.com; empty = taken from each request',
    url('https', 'http'),
  ),
  TRUSTED_PROXIES: variable(
    '127.0.0.0/8,::1/128',
    'addresses or CIDR blocks whose X-Forwarded-* headers count, or none',
    list(isAddressBlock, 'must be IP addresses or CIDR blocks, separated by commas, or none'),
  ),
  CORS_ORIGINS: variable(
    'none',
    'browser origins that may call the API, separated by commas, or none',
    list(isOrigin, 'must be origins such as https://app.example.com, separated by commas, or none'),
  ),
  METRICS_ALLOW: variable(
    'none',
    'addresses or CIDR blocks that may read /metrics and the details of /health, beside this machine, or none',
    list(isAddressBlock, 'must be IP addresses or CIDR blocks, separated by commas, or none'),
  ),
  TWILIO_VALIDATE: variable('on', 'off = signatures are not checked; for development only', onOff),
  TWILIO_BASE_URL: variable(null, "a Twilio-compatible REST server; empty = Twilio's own", url('https', 'http')),

  CALLS_MAX: variable('200', 'calls at once; one more is refused politely', integer(1, 10000)),
  WORKERS: variable('auto', 'worker threads; auto = processor cores minus one, at least one', workers),
  CALL_MAX_DURATION_S: variable('3600', 'a call is ended after this long', integer(10, 14400)),
  CALL_START_TIMEOUT_MS: variable('10000', 'from the webhook to a started media stream', integer(500, 120000)),
  DRAIN_TIMEOUT_MS: variable('30000', 'how long a stopping server lets running calls go on', integer(0, 3600000)),

  DEEPGRAM_BASE_URL: variable(
    null,
    "a Deepgram-compatible server; empty = Deepgram's own",
    url('https', 'http', 'wss', 'ws'),
  ),
  DEEPGRAM_MODEL: variable('nova-3', 'speech-to-text model', text),
  DEEPGRAM_LANGUAGE: variable(null, "language the caller speaks, such as es or multi; empty = the agent's", text),
  DEEPGRAM_ENDPOINTING_MS: variable('300', 'silence after which Deepgram itself ends an utterance', integer(10, 10000)),
  DEEPGRAM_CONNECT_TIMEOUT_MS: variable('3000', 'opening a socket may take this long', integer(100, 60000)),
  DEEPGRAM_STALL_TIMEOUT_MS: variable(
    '10000',
    'audio goes in and nothing comes out for this long: the socket is replaced',
    integer(500, 120000),
  ),

  OPENAI_BASE_URL: variable(null, "an OpenAI-compatible server, with /v1; empty = OpenAI's own", url('https', 'http')),
  OPENAI_MODEL: variable('gpt-6-luna', 'chat model', text),
  OPENAI_REASONING_EFFORT: variable(
    'auto',
    'thinking before the answer: auto (as little as the model knows), none, minimal, low, medium, high, xhigh or max',
    oneOf('auto', 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
  ),
  OPENAI_VERBOSITY: variable(null, "low, medium or high; empty = the model's own", oneOf('low', 'medium', 'high')),
  OPENAI_TEMPERATURE: variable(
    '0.4',
    '0 = always the likeliest words; not sent to a model that thinks first',
    decimal(0, 2),
  ),
  OPENAI_MAX_TOKENS: variable('220', 'longest reply, in tokens', integer(16, 4096)),
  OPENAI_FIRST_TOKEN_TIMEOUT_MS: variable('5000', 'request to first token', integer(200, 60000)),
  OPENAI_STALL_TIMEOUT_MS: variable('4000', 'between two tokens', integer(200, 60000)),
  OPENAI_RETRIES: variable('2', 'attempts after the first, while nothing was spoken yet', integer(0, 5)),

  CARTESIA_BASE_URL: variable(
    null,
    "a Cartesia-compatible server; empty = Cartesia's own",
    url('https', 'http', 'wss', 'ws'),
  ),
  CARTESIA_MODEL: variable('sonic-3', 'text-to-speech model', text),
  CARTESIA_LANGUAGE: variable(null, "language of the voice; empty = the agent's", text),
  CARTESIA_CONNECT_TIMEOUT_MS: variable('3000', 'opening a socket may take this long', integer(100, 60000)),
  CARTESIA_FIRST_AUDIO_TIMEOUT_MS: variable(
    '4000',
    'text sent to first audio; three times as long with --test',
    integer(200, 60000),
  ),
  CARTESIA_STALL_TIMEOUT_MS: variable(
    '3000',
    'between two chunks of audio; three times as long with --test',
    integer(200, 60000),
  ),
  CARTESIA_CONTEXTS_PER_SOCKET: variable(
    '8',
    'utterances at once on one socket before another is opened',
    integer(1, 100),
  ),

  VAD_ENGINE: variable('auto', 'voice activity detection: auto, onnx or native', oneOf('auto', 'onnx', 'native')),
  VAD_START_THRESHOLD: variable('0.5', 'probability at which speech begins', decimal(0, 1)),
  VAD_END_THRESHOLD: variable('0.35', 'probability below which it may end', decimal(0, 1)),
  VAD_MIN_SPEECH_MS: variable('96', 'shorter speech does not count', integer(0, 5000)),
  VAD_MIN_SILENCE_MS: variable('192', 'shorter silence does not end speech', integer(0, 5000)),

  TURN_SILENCE_MS_MIN: variable('300', 'silence that ends a turn that reads as finished', integer(0, 10000)),
  TURN_SILENCE_MS_MAX: variable('1200', 'silence that ends any turn', integer(0, 20000)),
  TURN_STT_FINAL_TIMEOUT_MS: variable('800', 'how long to wait for the final transcript of a turn', integer(50, 10000)),
  BARGE_IN_MIN_SPEECH_MS: variable('200', 'shorter speech of the caller does not interrupt', integer(0, 5000)),
  GREETING_PROTECT_MS: variable('1000', 'the first part of the greeting that cannot be interrupted', integer(0, 20000)),
  IDLE_PROMPT_MS: variable(
    '12000',
    'silence of the caller until the agent asks; twice that ends the call',
    integer(1000, 600000),
  ),

  DEAF_PATIENCE_MS: variable(
    '25000',
    'how long a call goes on whose caller cannot be heard because speech recognition is down',
    integer(0, 600000),
  ),

  PACING_LEAD_MS: variable('200', 'how far ahead of real time audio is handed to Twilio', integer(40, 2000)),
  PACING_MESSAGE_MS: variable(
    '40',
    'audio in one outbound message, a multiple of 20',
    integer(20, 200).refine((ms) => ms % 20 === 0, 'must be a multiple of 20'),
  ),

  RECORDING: variable('on', 'off = calls are not recorded', onOff),
  RECORDING_DIR: variable('recordings', 'folder of the recordings', text),
  RECORDING_RETENTION_DAYS: variable('0', 'recordings older than this are deleted; 0 = kept', integer(0, 36500)),

  LOG_LEVEL: variable(
    'info',
    'fatal, error, warn, info, debug, trace or silent',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  ),
  LOG_DIR: variable(null, 'folder for daily log files, kept 30 days; empty = standard output only', text),
  LOG_PII: variable('off', 'on = speech and phone numbers are not redacted in logs', onOff),

  AGENT_FILE: variable(null, 'JSON file with another persona; empty = the one that ships', text),
} as const;

type Variables = typeof CONFIG_VARIABLES;
/** The checked values by variable name; null where there is no default and nothing was set. */
export type ConfigValues = {
  [K in keyof Variables]: z.output<Variables[K]['schema']> | (Variables[K]['fallback'] extends null ? null : never);
};
