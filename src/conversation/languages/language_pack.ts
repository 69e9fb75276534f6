// What the engine knows of one language, a section per use. Data only: who uses a section says what it means. A file
// per language (en.ts, ...) fills it in; languages.ts finds the one for a call.

import type { ClosingWords } from './closing_words.js';
import type { ConsentWords } from './consent_words.js';
import type { EndOfTurnWords } from './end_of_turn_words.js';
import type { ListenerWords } from './listener_words.js';
import type { SymbolWords } from './symbol_words.js';
import type { VoicemailWords } from './voicemail_words.js';

export interface LanguagePack {
  /** ISO 639-1: the first two letters of the BCP 47 tags it serves. */
  readonly code: string;
  /** What a listener says without wanting the turn, and what asks for it: turns/backchannel.ts. */
  readonly listener: ListenerWords;
  /** How a call is closed: turns/farewell.ts. */
  readonly closing: ClosingWords;
  /** For telling whether the caller is done: turns/turn_reading.ts, turns/expected_answer.ts. */
  readonly endOfTurn: EndOfTurnWords;
  /** How a caller says that the call may be recorded: turns/consent.ts. */
  readonly consent: ConsentWords;
  /** What a mailbox says: voicemail/answerer.ts. */
  readonly voicemail: VoicemailWords;
  /** How written signs are said: text/spoken_text.ts. null: signs are left for the voice to read. */
  readonly symbols: SymbolWords | null;
}
