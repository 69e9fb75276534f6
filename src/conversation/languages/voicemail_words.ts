// The shape of a language's voicemail words: what a mailbox says and a person does not. What they amount to is
// voicemail/answerer.ts.

import { whole } from './closing_words.js';

/** What a language file gives: alternatives of regular expressions for words in small letters, without punctuation. */
export interface VoicemailSource {
  /** Said by mailboxes only. */
  mailbox: string;
  /** Said by mailboxes and by people: several of them together tell. */
  hint: string;
  /** It takes no message. */
  full: string;
  /** A person, or a program that will fetch one, though the words are like a mailbox's: "would you like to leave a message?" */
  someone: string;
  /** A telephone menu. */
  menu: string;
}

export interface VoicemailWords {
  readonly mailbox: RegExp;
  readonly hint: RegExp;
  readonly full: RegExp;
  readonly someone: RegExp;
  readonly menu: RegExp;
}

const NEVER = /(?!)/;

export const NO_VOICEMAIL_WORDS: VoicemailWords = {
  mailbox: NEVER,
  hint: /(?!)/g,
  full: NEVER,
  someone: NEVER,
  menu: NEVER,
};

export function voicemailWords(source: VoicemailSource): VoicemailWords {
  return {
    mailbox: whole(source.mailbox),
    // All of them are counted.
    hint: new RegExp(whole(source.hint).source, 'giu'),
    full: whole(source.full),
    someone: whole(source.someone),
    menu: whole(source.menu),
  };
}
