// Judges a Configure message on /v1/listen (the vendor's pages of October 2026): new key terms and formatting for a
// stream that goes on. Every one is answered by exactly one ConfigureSuccess or ConfigureFailure; most refusals say why
// in an Error message before it. Too many key terms are answered by nothing: the stream goes deaf. Pure.

import { KEYTERM_TOKENS_MAX, keytermTokens, takesKeyterms } from './models.js';

const FEATURES = ['dictation', 'numerals', 'profanity_filter', 'punctuate', 'smart_format'];

export interface ConfigureVerdict {
  /** Messages to send, as JSON. */
  replies: string[];
  /** Nothing is transcribed from here on, and the stream ends with NET-0000. */
  deaf: boolean;
  /** null = as before. */
  punctuate: boolean | null;
}

export function judgeConfigure(message: Record<string, unknown>, model: string, requestId: string): ConfigureVerdict {
  const keyterms = message['keyterms'] ?? null;
  const features = message['features'] ?? null;
  const refuse = (code: string, description: string): ConfigureVerdict => ({
    replies: [
      JSON.stringify({ type: 'Error', code, description }),
      JSON.stringify({ type: 'ConfigureFailure', request_id: requestId }),
    ],
    deaf: false,
    punctuate: null,
  });
  if (keyterms !== null && !isTexts(keyterms)) return refuse('InvalidConfigure', 'keyterms must be a list of strings');
  if (features !== null && !isFeatures(features)) return refuse('InvalidConfigure', 'features: unknown, or no boolean');
  if (keyterms && !takesKeyterms(model))
    return refuse('KeytermsNotSupported', 'keyterms are not supported by this model');
  if (keyterms && keytermTokens(keyterms) > KEYTERM_TOKENS_MAX) return { replies: [], deaf: true, punctuate: null };
  const success = {
    type: 'ConfigureSuccess',
    request_id: requestId,
    ...(keyterms ? { keyterms } : {}),
    ...(features ? { features } : {}),
  };
  const punctuate = features?.['smart_format'] ?? features?.['punctuate'] ?? null;
  return { replies: [JSON.stringify(success)], deaf: false, punctuate };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((term) => typeof term === 'string' && term !== '');
}

function isFeatures(value: unknown): value is Record<string, boolean> {
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  return Object.entries(value as object).every(([name, on]) => FEATURES.includes(name) && typeof on === 'boolean');
}
