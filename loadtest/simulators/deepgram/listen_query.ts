// Reads and judges the query of a listen URL, as strictly as the vendor documents it, so that a wrong setting of the
// engine shows up as the 400 it would get for real. Pure; server.ts turns the verdict into a handshake answer.

/** What a v1 (Nova) stream was asked for. */
export interface V1Options {
  version: 1;
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
  tag: string;
  bytesPerSecond: number;
  encoding: AudioEncoding;
  eotThreshold: number;
  /** null = no eager events. */
  eagerEotThreshold: number | null;
  eotTimeoutMs: number;
}

export type AudioEncoding = 'mulaw' | 'alaw' | 'linear16';

/** Answer of a refused handshake: the HTTP status, and `err_code`/`err_msg` for body and `dg-error` header. */
export interface Refusal {
  status: string;
  errCode: string;
  errMsg: string;
}

const SHARED = ['model', 'encoding', 'sample_rate', 'keyterm', 'tag', 'mip_opt_out', 'redact', 'profanity_filter'];
const V1_ONLY =
  `callback callback_method channels detect_entities diarize diarize_model dictation endpointing extra filler_words
  interim_results keywords language multichannel no_delay numerals punctuate replace search smart_format utterance_end_ms
  vad_events version`.split(/\s+/);
const V2_ONLY = ['eager_eot_threshold', 'eot_threshold', 'eot_timeout_ms', 'language_hint', 'numerals'];

class BadParameter extends Error {}

/** Either the options or why the vendor would refuse them. Unknown parameters are refused: a typo must not pass. */
export function readListenQuery(version: 1 | 2, query: URLSearchParams): V1Options | V2Options | Refusal {
  try {
    const known = [...SHARED, ...(version === 1 ? V1_ONLY : V2_ONLY)];
    for (const name of query.keys()) if (!known.includes(name)) throw new BadParameter(`unknown parameter ${name}`);
    return version === 1 ? readV1(query) : readV2(query);
  } catch (error) {
    if (!(error instanceof BadParameter)) throw error;
    return { status: '400 Bad Request', errCode: 'INVALID_QUERY_PARAMETER', errMsg: `Bad Request: ${error.message}` };
  }
}

function readV1(query: URLSearchParams): V1Options {
  const model = query.get('model');
  if (!model) throw new BadParameter('model is required');
  if (model.startsWith('flux')) throw new BadParameter('flux models are served at /v2/listen');
  if (model.startsWith('nova-3') && query.has('keywords')) throw new BadParameter('keywords: use keyterm with nova-3');
  const interimResults = readFlag(query, 'interim_results');
  const utteranceEndMs = readNumber(query, 'utterance_end_ms', null, 1000, 5000);
  if (utteranceEndMs !== null && !interimResults) throw new BadParameter('utterance_end_ms needs interim_results=true');
  const channels = readNumber(query, 'channels', 1, 1, 8);
  const endpointing = query.get('endpointing');
  return {
    version: 1,
    tag: query.get('tag') ?? '',
    ...readAudio(query, channels),
    interimResults,
    endpointingMs: endpointing === 'false' ? null : readNumber(query, 'endpointing', 10, 0, 60_000),
    utteranceEndMs,
    vadEvents: readFlag(query, 'vad_events'),
    punctuate: readFlag(query, 'punctuate') || readFlag(query, 'smart_format'),
  };
}

function readV2(query: URLSearchParams): V2Options {
  const model = query.get('model');
  if (model !== 'flux-general-en' && model !== 'flux-general-multi')
    throw new BadParameter('model: no such Flux model');
  const eotThreshold = readNumber(query, 'eot_threshold', 0.7, 0.5, 1);
  const eagerEotThreshold = readNumber(query, 'eager_eot_threshold', null, 0.3, 0.9);
  if (eagerEotThreshold !== null && eagerEotThreshold > eotThreshold)
    throw new BadParameter('eager_eot_threshold must not exceed eot_threshold');
  const eotTimeoutMs = readNumber(query, 'eot_timeout_ms', 5000, 500, 60_000);
  return {
    version: 2,
    tag: query.get('tag') ?? '',
    ...readAudio(query, 1),
    eotThreshold,
    eagerEotThreshold,
    eotTimeoutMs,
  };
}

function readAudio(query: URLSearchParams, channels: number): { bytesPerSecond: number; encoding: AudioEncoding } {
  const encoding = query.get('encoding');
  if (encoding !== 'mulaw' && encoding !== 'alaw' && encoding !== 'linear16')
    throw new BadParameter('encoding: this simulator hears mulaw, alaw and linear16 only');
  const rateHz = readNumber(query, 'sample_rate', null, 8000, 48_000);
  if (rateHz === null) throw new BadParameter('sample_rate is required with encoding');
  return { encoding, bytesPerSecond: rateHz * channels * (encoding === 'linear16' ? 2 : 1) };
}

function readFlag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? 'false';
  if (value !== 'true' && value !== 'false') throw new BadParameter(`${name}: true or false`);
  return value === 'true';
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
