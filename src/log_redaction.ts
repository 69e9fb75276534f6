// What may not get into a log, in what form an error gets there, and how fields are spelled. Works on the fields of a log call; the fixed
// message is the programmer's. How lines are made and where they go is log.ts.
//
// A walk over the fields instead of pino's `redact` paths: those need a path for each field and depth, and 40 of them
// cost 16 us a line on the development machine; this costs 0.3 us and has no depth it forgets.

import { EngineError } from './errors.js';
import { type Redact, redactAll } from './redact.js';
import { snakeCase } from './snake_case.js';

const CENSORED = '[redacted]';
const DEPTH_MAX = 8;
const CAUSES_MAX = 4;

/** Fields that carry what people said, or their numbers. Shown only with LOG_PII=on. In lower case. */
const PERSONAL = new Set([
  ...['text', 'caller', 'agent', 'heard', 'transcript', 'content', 'messages', 'variables'],
  ...['digit', 'digits', 'ournumber', 'theirnumber', 'our_number', 'their_number'],
  ...['from', 'from_', 'to', 'number', 'from_number', 'to_number', 'fromnumber', 'tonumber', 'phonenumber'],
]);

/** Of these, the fields of what was said. */
const SPEECH = new Set(['text', 'caller', 'agent', 'heard', 'transcript', 'content', 'digits']);

/** Fields that open doors. Never shown. In lower case. */
const SECRET = new Set([
  ...['apikey', 'api_key', 'apikeys', 'api_keys', 'x-api-key', 'authtoken', 'auth_token', 'authorization'],
  ...['token', 'accesstoken', 'access_token', 'password', 'secret', 'cookie', 'x-twilio-signature'],
]);

/** Keys as they turn up inside vendors' error texts and in URLs. */
const SECRET_TEXT = [
  /\b(?:sk|rk|pk|dg|rl)[-_][\w*-]{6,}/g,
  /\b(?<=(?:bearer|token|basic)\s+)[\w.~+/*=-]{8,}/gi,
  /(?<=\b(?:api_?key|token|access_token|password)=)[^&\s"']+/gi,
];
/** Phone numbers inside other text, a vendor's error or a URL: with a plus, or ten digits and more in one piece. */
const NUMBER_TEXT = /(?:\+|%2B)\d{7,15}\b|\b\d{10,15}\b/gi;
const NUMBER_CHARS_MIN = 8;

export interface RedactionOptions {
  /** Let speech and phone numbers through. */
  pii: boolean;
  /** What is struck out of speech that is let through; null = nothing. */
  speech?: Redact | null;
  /** Every error with its stack; otherwise only defects of ours have one. */
  fullErrors: boolean;
}

/** Returns a function that copies a log call's fields with everything private censored, at any depth. */
export function createRedaction(
  options: RedactionOptions,
): (fields: Record<string, unknown>) => Record<string, unknown> {
  const scrub = (text: string): string => {
    const clean = scrubSecrets(text);
    return options.pii ? clean : clean.replace(NUMBER_TEXT, CENSORED);
  };

  const copyFields = (fields: object, depth: number): Record<string, unknown> => {
    const copy: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(fields)) {
      const name = key.toLowerCase();
      const hidden = SECRET.has(name) || (!options.pii && PERSONAL.has(name));
      // Whether there was anything is worth knowing, and tells nothing.
      copy[snakeCase(key)] =
        hidden && value !== null && value !== undefined && value !== ''
          ? CENSORED
          : copyValue(options.speech && SPEECH.has(name) ? redactAll(value, options.speech) : value, depth);
    }
    return copy;
  };

  const copyValue = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return value.length < NUMBER_CHARS_MIN ? value : scrub(value);
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Error) return copyError(value, 0);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (depth >= DEPTH_MAX) return '[too deep]';
    if ('toJSON' in value && typeof value.toJSON === 'function') return copyValue(value.toJSON(), depth + 1);
    if (Array.isArray(value)) return value.map((element) => copyValue(element, depth + 1));
    return copyFields(value, depth + 1);
  };

  // Named properties only: vendors hang whole requests, with their headers, onto their errors.
  const copyError = (error: Error, causes: number): Record<string, unknown> => {
    const { code, status, statusCode } = error as { code?: unknown; status?: unknown; statusCode?: unknown };
    const copy: Record<string, unknown> = { type: error.name, message: scrub(error.message) };
    if (typeof code === 'string' || typeof code === 'number') copy['code'] = code;
    if (typeof (status ?? statusCode) === 'number') copy['status'] = status ?? statusCode;
    if (error instanceof EngineError) {
      if (error.provider) copy['provider'] = error.provider;
      copy['retryable'] = error.retryable;
    }
    const isDefect = causes === 0 && (!(error instanceof EngineError) || error.code === 'INTERNAL');
    if ((options.fullErrors || isDefect) && error.stack) copy['stack'] = scrub(error.stack);
    if (error.cause instanceof Error && causes < CAUSES_MAX) copy['cause'] = copyError(error.cause, causes + 1);
    return copy;
  };

  return (fields) => copyFields(fields, 0);
}

function scrubSecrets(text: string): string {
  let clean = text;
  for (const pattern of SECRET_TEXT) clean = clean.replace(pattern, CENSORED);
  return clean;
}
