// The v1 server messages as JSON text, key for key as the vendor sends them.

import type { HeardWord } from './hearing.js';

export interface StreamIdentity {
  requestId: string;
  model: string;
}

export interface ResultFlags {
  isFinal: boolean;
  speechFinal: boolean;
  fromFinalize: boolean;
}

const MODEL_UUID = '1dbdfb4d-85b2-4659-9831-16b3c76229aa';

/** A Results message for the span. Times leave in seconds of audio, hundredths at most, as numbers. */
export function resultsMessage(
  identity: StreamIdentity,
  words: readonly HeardWord[],
  span: { startMs: number; endMs: number },
  flags: Partial<ResultFlags>,
  punctuate: boolean,
): string {
  const written = words.map((word) => (punctuate ? word.text : bare(word.text)));
  return JSON.stringify({
    type: 'Results',
    channel_index: [0, 1],
    duration: seconds(span.endMs - span.startMs),
    start: seconds(span.startMs),
    is_final: flags.isFinal ?? false,
    speech_final: flags.speechFinal ?? false,
    channel: {
      alternatives: [
        {
          transcript: written.join(' '),
          confidence: words.length > 0 ? 0.98 : 0,
          words: words.map((word) => ({
            word: bare(word.text),
            start: seconds(word.startMs),
            end: seconds(word.endMs),
            confidence: 0.97,
            ...(punctuate ? { punctuated_word: word.text } : {}),
          })),
        },
      ],
    },
    metadata: {
      request_id: identity.requestId,
      model_info: { name: `general-${identity.model}`, version: '2025-04-17.21547', arch: identity.model },
      model_uuid: MODEL_UUID,
    },
    from_finalize: flags.fromFinalize ?? false,
  });
}

/** The Metadata message that follows CloseStream. */
export function metadataMessage(identity: StreamIdentity, audioMs: number): string {
  return JSON.stringify({
    type: 'Metadata',
    transaction_key: 'deprecated',
    request_id: identity.requestId,
    sha256: '0'.repeat(64),
    created: new Date().toISOString(),
    duration: seconds(audioMs),
    channels: 1,
  });
}

/** Without `punctuate` the vendor writes lower case and no punctuation, apostrophes excepted. */
function bare(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}'-]/gu, '');
}

function seconds(ms: number): number {
  return Math.round(ms / 10) / 100;
}
