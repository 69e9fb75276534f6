// Finds the language pack of a call.

import { NO_CLOSING_WORDS } from './closing_words.js';
import { NO_CONSENT_WORDS } from './consent_words.js';
import { de } from './de.js';
import { en } from './en.js';
import { endOfTurnWords } from './end_of_turn_words.js';
import { es } from './es.js';
import { fr } from './fr.js';
import { it } from './it.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';
import { nl } from './nl.js';
import { pt } from './pt.js';
import { NO_VOICEMAIL_WORDS } from './voicemail_words.js';

const NO_LANGUAGE: LanguagePack = {
  code: '',
  listener: listenerWords({}),
  closing: NO_CLOSING_WORDS,
  endOfTurn: endOfTurnWords({}),
  consent: NO_CONSENT_WORDS,
  voicemail: NO_VOICEMAIL_WORDS,
  symbols: null,
};

const PACKS = new Map<string, LanguagePack>([en, es, fr, de, it, pt, nl].map((pack) => [pack.code, pack]));

/** The pack for a BCP 47 tag ("en-GB"), by its language alone. Never throws: an unknown language has empty lists. */
export function languagePack(tag: string): LanguagePack {
  return PACKS.get(tag.slice(0, 2).toLowerCase()) ?? NO_LANGUAGE;
}

/** All packs there are. */
export function languagePacks(): Iterable<LanguagePack> {
  return PACKS.values();
}
