// Reads and judges the query of a listen URL, as strictly as the vendor documents it, so that a wrong setting of the
// engine shows up as the 400 it would get for real. Pure; server.ts turns the verdict into a handshake answer.

import {
  hasV1,
  KEYTERM_TOKENS_MAX,
  keytermTokens,
  LANGUAGE_DEFAULT,
  V1_MODEL_DEFAULT,
  V2_HINTS,
  V2_MODELS,
} from './models.js';

/** What a v1 (Nova) stream was asked for. */
export interface V1Options {
  version: 1;
  model: string;
  tag: string;
  bytesPerSecond: number;
  encoding: AudioEncoding;
  interimResults: boolean;
  /** Silence that makes a result speech_final; null = never. Vendor default 10. */
  endpointingMs: number | null;
  utteranceEndMs: number | null;
  vadEvents: boolean;
  punctuate: boolean;
}

/** What a v2 (Flux) stream was asked for. */
export interface V2Options {
  version: 2;
  model: string;
  tag: string;
  bytesPerSecond: number;
  encoding: AudioEncoding;
  eotThreshold: number;
  /** null = no eager events. */
  eagerEotThreshold: number | null;
  eotTimeoutMs: number;
}

/** `unheard`: the vendor takes it (a codec, a file), this simulator hears nothing in it. */
export type AudioEncoding = 'mulaw' | 'alaw' | 'linear16' | 'unheard';

/** Answer of a refused handshake: the HTTP status, and `err_code`/`err_msg` for body and `dg-error` header. */
export interface Refusal {
  status: number;
  errCode: string;
  errMsg: string;
}

const FLAGS = `dictation detect_entities diarize filler_words interim_results mip_opt_out multichannel no_delay numerals
  profanity_filter punctuate smart_format vad_events`.split(/\s+/);
const V1_CHOICES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(FLAGS.map((name) => [name, ['true', 'false']])),
  redact: ['true', 'false', 'pci', 'numbers', 'aggressive_numbers', 'ssn'],
  diarize_model: ['latest', 'v1'],
  callback_method: ['POST', 'GET', 'PUT', 'DELETE'],
};
const V2_CHOICES: Readonly<Record<string, readonly string[]>> = {
  mip_opt_out: ['true', 'false'],
  numerals: ['true', 'false'],
  profanity_filter: ['true', 'false'],
  redact: ['numbers', 'aggressive_numbers'],
};
const V1_ENCODINGS = 'linear16 linear32 flac alaw mulaw amr-nb amr-wb opus ogg-opus speex g729'.split(' ');
const V2_ENCODINGS = 'linear16 linear32 mulaw alaw opus ogg-opus'.split(' ');
/** v1 ignores what it does not know (a typo passes; `npm run conformance` finds it), v2 does not. */
const V2_NAMES = [
  ...Object.keys(V2_CHOICES),
  ...'model encoding sample_rate keyterm tag eager_eot_threshold eot_threshold eot_timeout_ms language_hint'.split(' '),
];
/** No stated encoding: the bytes are a file of some kind, at a rate that matters to nobody here. */
const FILE_RATE_HZ = 8000;

class BadParameter extends Error {}

/** Either the options or why the vendor would refuse them. */
export function readListenQuery(version: 1 | 2, query: URLSearchParams): V1Options | V2Options | Refusal {
  try {
    return version === 1 ? readV1(query) : readV2(query);
  } catch (error) {
    if (!(error instanceof BadParameter)) throw error;
    return { status: 400, errCode: 'INVALID_QUERY_PARAMETER', errMsg: `Bad Request: ${error.message}` };
  }
}

function readV1(query: URLSearchParams): V1Options {
  const model = query.get('model') ?? V1_MODEL_DEFAULT;
  if (V2_MODELS.includes(model)) throw new BadParameter('model: Flux models are served at /v2/listen');
  if (!hasV1(model, query.get('language') ?? LANGUAGE_DEFAULT))
    throw new BadParameter('No such model/language/tier combination found.');
  if (model.startsWith('nova-3') && query.has('keywords')) throw new BadParameter('keywords: use keyterm with nova-3');
  checkChoices(query, V1_CHOICES);
  checkKeyterms(query.getAll('keyterm'));
  const interimResults = query.get('interim_results') === 'true';
  const utteranceEndMs = readNumber(query, 'utterance_end_ms', null, 1000, 5000);
  if (utteranceEndMs !== null && !interimResults) throw new BadParameter('utterance_end_ms needs interim_results=true');
  const channels = readNumber(query, 'channels', 1, 1, 8);
  const endpointing = query.get('endpointing');
  const isSwitch = endpointing === 'true' || endpointing === 'false';
  const endpointingMs = isSwitch ? ENDPOINTING_MS : readNumber(query, 'endpointing', ENDPOINTING_MS, 0, 60_000);
  return {
    version: 1,
    model,
    tag: query.get('tag') ?? '',
    ...readAudio(query, V1_ENCODINGS, channels),
    interimResults,
    endpointingMs: endpointing === 'false' ? null : endpointingMs,
    utteranceEndMs,
    vadEvents: query.get('vad_events') === 'true',
    punctuate: query.get('punctuate') === 'true' || query.get('smart_format') === 'true',
  };
}
const ENDPOINTING_MS = 10;

function readV2(query: URLSearchParams): V2Options {
  for (const name of query.keys()) if (!V2_NAMES.includes(name)) throw new BadParameter(`unknown parameter ${name}`);
  const model = query.get('model') ?? '';
  if (!V2_MODELS.includes(model)) throw new BadParameter('model: no such Flux model');
  checkChoices(query, V2_CHOICES);
  const keyterms = query.getAll('keyterm');
  // The weights of the older `keywords`; here they would be taken for a part of the word.
  if (keyterms.some((term) => /:-?[\d.]+$/.test(term))) throw new BadParameter('keyterm: no weights here');
  checkKeyterms(keyterms);
  checkHints(model, query.getAll('language_hint'));
  const eotThreshold = readNumber(query, 'eot_threshold', 0.7, 0.5, 1);
  const eagerEotThreshold = readNumber(query, 'eager_eot_threshold', null, 0.3, 0.9);
  if (eagerEotThreshold !== null && eagerEotThreshold > eotThreshold)
    throw new BadParameter('eager_eot_threshold must not exceed eot_threshold');
  const eotTimeoutMs = readNumber(query, 'eot_timeout_ms', 5000, 500, 60_000);
  return {
    version: 2,
    model,
    tag: query.get('tag') ?? '',
    ...readAudio(query, V2_ENCODINGS, 1),
    eotThreshold,
    eagerEotThreshold,
    eotTimeoutMs,
  };
}

function checkChoices(query: URLSearchParams, choices: Readonly<Record<string, readonly string[]>>): void {
  for (const [name, value] of query)
    if (choices[name]?.includes(value) === false) throw new BadParameter(`${name}: ${choices[name].join(' or ')}`);
}

function checkKeyterms(terms: readonly string[]): void {
  if (terms.includes('')) throw new BadParameter('keyterm: must not be empty');
  if (keytermTokens(terms) > KEYTERM_TOKENS_MAX)
    throw new BadParameter(
      `Keyterm limit exceeded. The maximum number of tokens across all keyterms is ${KEYTERM_TOKENS_MAX}.`,
    );
}

function checkHints(model: string, hints: readonly string[]): void {
  if (hints.length > 0 && model !== 'flux-general-multi')
    throw new BadParameter('language_hint: only valid for flux-general-multi');
  if (hints.some((hint) => !V2_HINTS.includes(hint.split('-')[0])))
    throw new BadParameter(`language_hint: one of ${V2_HINTS.join(' ')}`);
}

function readAudio(
  query: URLSearchParams,
  encodings: readonly string[],
  channels: number,
): { bytesPerSecond: number; encoding: AudioEncoding } {
  const encoding = query.get('encoding');
  if (encoding === null) return { encoding: 'unheard', bytesPerSecond: FILE_RATE_HZ };
  if (!encodings.includes(encoding)) throw new BadParameter(`encoding: one of ${encodings.join(' ')}`);
  const rateHz = readNumber(query, 'sample_rate', null, 8000, 48_000);
  if (rateHz === null) throw new BadParameter('sample_rate is required with encoding');
  const isHeard = encoding === 'mulaw' || encoding === 'alaw' || encoding === 'linear16';
  return {
    encoding: isHeard ? encoding : 'unheard',
    bytesPerSecond: rateHz * channels * (encoding === 'linear16' ? 2 : 1),
  };
}

function readNumber<D extends number | null>(
  query: URLSearchParams,
  name: string,
  ifAbsent: D,
  min: number,
  max: number,
) {
  const text = query.get(name);
  if (text === null) return ifAbsent;
  const value = Number(text);
  if (text === '' || !(value >= min && value <= max)) throw new BadParameter(`${name}: ${min} to ${max}`);
  return value;
}
