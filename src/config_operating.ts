// The settings of those who operate the server: how much may be asked, who did what, what of a call is not kept, and what
// calls cost. A part of config_variables.ts, in a file of its own because no conversation knows any of them.

import { z } from 'zod';
import { REDACTED_KINDS, type RedactedKind } from './redact.js';
import { anyText, decimal, integer, list, optional, secret, setting, text, url } from './setting.js';

const price = (variable: string, meaning: string) => setting(variable, '0', meaning, decimal(0, 1_000_000));

/** Requests a second. */
const rate = (variable: string, fallback: string, meaning: string) =>
  setting(variable, fallback, meaning, integer(0, 1_000_000));

const connections = z.union(
  [z.literal('auto').transform(() => null), integer(16, 100_000)],
  'must be auto or a whole number from 16 to 100000',
);

/** A list, so that one can be replaced: the first seals. */
export const sealKeyList = z.string().transform((raw, context) => {
  const keys = raw.split(',').map((each) => each.trim());
  const isKey = (each: string) => /^[0-9a-fA-F]{64}$|^[A-Za-z0-9+/_-]{43}=?$/.test(each);
  if (!keys.every(isKey)) context.addIssue({ code: 'custom', message: 'must be 32 bytes, in hexadecimal or base64' });
  return keys;
});

const redactedKinds = list(
  (item) => REDACTED_KINDS.includes(item as RedactedKind),
  `must be some of ${REDACTED_KINDS.join(', ')}, separated by commas, or none`,
).transform((kinds) => kinds as RedactedKind[]);

/** `name=value,name=value`, values in percent encoding: as OpenTelemetry's specification has it. */
export const exporterHeaders = z.string().transform((raw, context) => {
  const pairs = raw.split(',').map((pair) => /^\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*([\x21-\x7e]*)\s*$/.exec(pair));
  const isGood = pairs.every((pair) => pair !== null && isPercentEncoded(pair[2]));
  if (!isGood)
    context.addIssue({ code: 'custom', message: 'must be name=value,name=value, values in percent encoding' });
  return isGood ? Object.fromEntries(pairs.map((pair) => [pair![1], decodeURIComponent(pair![2])])) : z.NEVER;
});

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

export const OPERATING_SECTIONS = {
  privacy: {
    redact: setting(
      'REDACT',
      'none',
      'what is struck out of transcripts in records, events and logs: card, phone, email, digits, separated by commas, or none',
      redactedKinds,
    ),
    digitsMin: setting('REDACT_DIGITS_MIN', '5', 'the fewest digits that REDACT=digits strikes out', integer(1, 100)),
  },
  /** What the vendors' accounts allow, by what vendor_use.ts calls it. */
  vendorLimits: {
    streams: setting(
      'DEEPGRAM_STREAMS_MAX',
      '0',
      'streams at once that the project allows, all instances together: no more calls than that; 0 = no limit is known',
      integer(0, 100_000),
    ),
    contexts: setting(
      'CARTESIA_CONTEXTS_MAX',
      '0',
      'utterances at once that the plan allows, all instances together: no new calls shortly before; 0 = no limit is known',
      integer(0, 100_000),
    ),
    requests: setting(
      'OPENAI_REQUESTS_PER_MINUTE',
      '0',
      'what the account allows, all instances together: no new calls shortly before; 0 = no limit is known',
      integer(0, 10_000_000),
    ),
    tokens: setting('OPENAI_TOKENS_PER_MINUTE', '0', 'likewise, of prompts and answers', integer(0, 1_000_000_000)),
  },
  sealing: {
    keys: optional(
      'RECORDING_KEY',
      'seals recordings and records when a call is over (AES-256-GCM): 32 bytes, in hexadecimal or base64; more after commas open what they sealed before',
      sealKeyList,
    ),
  },
  retention: {
    recordsDays: optional(
      'RETENTION_RECORDS_DAYS',
      'records of calls (the .json files, with transcripts) older than this are deleted; 0 = kept; empty = as RECORDING_RETENTION_DAYS',
      integer(0, 36500),
    ),
  },
  s3: {
    bucket: optional(
      'S3_BUCKET',
      'recordings and records of calls that are over are also sent to this bucket; empty = nowhere',
      z.string().regex(/^[a-z0-9][a-z0-9.-]{1,62}$/, 'must be the name of a bucket'),
    ),
    prefix: setting(
      'S3_PREFIX',
      'ringline/',
      'begins the key of each file there: PREFIX CALL_SID/NAME',
      z.string().regex(/^[\w./=-]{1,200}$/, 'must be up to 200 letters, digits and _./=-'),
    ),
    region: setting('S3_REGION', 'us-east-1', 'region of the bucket', anyText),
    endpoint: optional('S3_ENDPOINT', "an S3-compatible server; empty = Amazon's own", url('https', 'http')),
    accessKeyId: optional(
      'S3_ACCESS_KEY_ID',
      'key for it; empty = as the AWS client finds one: environment, shared files, role of the machine',
      anyText,
    ),
    secretAccessKey: text('S3_SECRET_ACCESS_KEY', 'goes with it', secret),
  },
  limits: {
    key: rate('RATE_LIMIT_KEY', '200', 'requests a second of one API key, on average of ten seconds; 0 = no limit'),
    peer: rate('RATE_LIMIT_PEER', '50', 'likewise of one address without a key'),
    webhook: rate('RATE_LIMIT_WEBHOOK', '1000', "likewise to Twilio's webhooks, before any signature is checked"),
  },
  connections: {
    max: setting(
      'CONNECTIONS_MAX',
      'auto',
      'connections at once beside the media sockets of calls; when full, the one idle longest is closed; auto = what the limit of open files leaves, at most 4096',
      connections,
    ),
    perPeer: setting(
      'CONNECTIONS_PER_PEER',
      '200',
      'likewise of one address that is no trusted proxy; 0 = no limit of its own',
      integer(0, 100_000),
    ),
  },
  audit: {
    dir: setting(
      'AUDIT_LOG',
      'auto',
      'folder for the files that tell who did what; auto = LOG_DIR, or among the log lines without one; off = none',
      anyText,
    ),
    dirMb: setting('AUDIT_LOG_MB', '1000', 'megabytes of them; beyond, the oldest go', integer(1, 1_000_000)),
  },
  tracing: {
    endpoint: optional(
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'an OpenTelemetry collector that takes OTLP over HTTP, such as http://localhost:4318: each call is sent there as a trace; empty = none',
      url('https', 'http'),
    ),
    headers: optional('OTEL_EXPORTER_OTLP_HEADERS', 'headers for it: name=value,name=value', exporterHeaders),
    serviceName: setting('OTEL_SERVICE_NAME', 'ringline', 'what the traces say they are of', anyText),
    sampleRatio: setting('OTEL_TRACES_SAMPLER_ARG', '1', 'share of the calls that are traced', decimal(0, 1)),
  },
  prices: {
    llmInput: price('PRICE_LLM_INPUT', 'of a million prompt tokens, in your currency, for ringline_agent_cost_total'),
    llmOutput: price('PRICE_LLM_OUTPUT', 'of a million completion tokens'),
    stt: price('PRICE_STT', 'of a minute of recognised speech'),
    tts: price('PRICE_TTS', 'of a million characters spoken'),
    line: price('PRICE_LINE', 'of a minute on the telephone'),
  },
};
