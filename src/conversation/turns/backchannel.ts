// Recognises the small sounds of a listener: "mm-hm", "yeah", "okay", and the "hello" that greets a greeting. While the
// agent speaks they mean "go on", and cutting off or answering them is what people complain about most. The words of a
// language are languages/*.ts; whether they count at a given moment is stretch_verdict.ts.

import { languagePack } from '../languages/languages.js';

/** Several backchannels under one reply add up; more words than this are an utterance. */
const WORDS_MAX = 10;

/** Nothing but backchannel words, and few of them. Blank text is not one: nothing is known then. */
export function isBackchannel(text: string, language = 'en'): boolean {
  const { words: known, phrases } = languagePack(language).listener;
  let rest = plain(text);
  if (rest === '' || rest.split(' ').length > WORDS_MAX) return false;
  for (const phrase of phrases) {
    rest = ` ${rest} `.replaceAll(` ${phrase} `, ' ').trim();
  }
  return rest === '' || rest.split(' ').every((word) => known.has(word) || known.has(word.replaceAll('-', '')));
}

/**
 * Words that may yet become a backchannel, with the next one or when the last is heard to its end: "no", "no proble". A comma
 * behind them says that they are whole.
 */
export function mayBecomeBackchannel(text: string, language = 'en'): boolean {
  if (/[,;]\s*$/.test(text)) return false;
  const said = plain(text);
  return (
    said !== '' && languagePack(language).listener.phrases.some((phrase) => phrase !== said && phrase.startsWith(said))
  );
}

/** A word that asks for the floor is in it. */
export function asksToStop(text: string, language = 'en'): boolean {
  return languagePack(language).listener.stops.test(plain(text));
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/’/g, "'")
    .replace(/[^\p{L}\p{M}\p{N}' -]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
