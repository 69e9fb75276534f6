// Reads Deepgram's v1 messages (its live streaming API). Pure: no socket, no state. Times stay relative to the connection here;
// deepgram_session.ts turns them into session time.

export interface DeepgramResult {
  text: string;
  isFinal: boolean;
  speechFinal: boolean;
  fromFinalize: boolean;
  /** Milliseconds of audio received on this connection. */
  startMs: number;
  endMs: number;
  confidence: number;
  /** What most of the words are in; absent = not told, as with any language but `multi`. */
  language?: string | undefined;
  /** How sure the vendor is that the turn is over, 0..1; absent = it does not judge that. */
  endOfTurn?: number | undefined;
}

/** The vendor complains (`Error`, `Warning`, `ConfigureFailure`); `code` is its fixed word, '' when it gave none. */
export interface DeepgramComplaint {
  complaint: string;
  code: string;
}

const COMPLAINTS = ['Error', 'Warning', 'ConfigureFailure'];
/** Its own vocabulary. A sentence could quote key terms or speech. */
const CODE = /^[A-Za-z0-9_.-]{1,60}$/;

/** Goes to the voice's vendor. */
const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/**
 * A `Results` message as a DeepgramResult; a complaint; null for a message of another known kind (Metadata,
 * SpeechStarted, UtteranceEnd, or one with a type we don't know: additions are announced that way); 'garbage' for
 * anything unreadable.
 * The SDK hands on unparsable text as a string and binary as a Blob.
 */
export function readDeepgramMessage(message: unknown): DeepgramResult | DeepgramComplaint | null | 'garbage' {
  // (A Blob has a `type` too: the empty one.)
  if (!isObject(message) || typeof message['type'] !== 'string' || message['type'] === '') return 'garbage';
  if (COMPLAINTS.includes(message['type'])) {
    const code = [message['code'], message['err_code'], message['variant']].find(
      (word) => typeof word === 'string' && CODE.test(word),
    );
    return { complaint: message['type'], code: String(code ?? '') };
  }
  if (message['type'] !== 'Results') return null;
  const { start, duration, channel } = message;
  if (typeof start !== 'number' || typeof duration !== 'number' || !isObject(channel)) return 'garbage';
  if (!(start >= 0) || !(duration >= 0) || !Array.isArray(channel['alternatives'])) return 'garbage';
  const best: unknown = channel['alternatives'][0];
  const text = isObject(best) ? best['transcript'] : '';
  if (typeof text !== 'string') return 'garbage';
  const confidence = isObject(best) && typeof best['confidence'] === 'number' ? best['confidence'] : 0;
  // In the order of how many words are in each.
  const languages: unknown = isObject(best) ? best['languages'] : undefined;
  const first: unknown = Array.isArray(languages) ? languages[0] : undefined;
  const language = typeof first === 'string' && LANGUAGE.test(first) ? first : undefined;
  const speechFinal = message['speech_final'] === true;
  return {
    text,
    // speech_final implies is_final.
    isFinal: message['is_final'] === true || speechFinal,
    speechFinal,
    fromFinalize: message['from_finalize'] === true,
    startMs: start * 1000,
    endMs: (start + duration) * 1000,
    confidence,
    language,
  };
}
