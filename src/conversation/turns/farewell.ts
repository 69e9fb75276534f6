// Recognises that the agent has said goodbye, so that the call ends when it was heard. Conservative: a call that stays
// open costs a few seconds of silence, one that is cut costs a customer.

import type { ClosingWords } from '../languages/closing_words.js';
import { languagePack } from '../languages/languages.js';

/** The rules of a language; `goodbyePattern` replaces its goodbye words. Unknown language: only the pattern counts. */
export function farewellRules(language: string, goodbyePattern: string | null): ClosingWords {
  const rules = languagePack(language).closing;
  return goodbyePattern === null ? rules : { ...rules, goodbye: new RegExp(goodbyePattern, 'iu') };
}

/**
 * The reply ends the call: it closes on a goodbye, or on a good wish after the caller was done; and nothing after it,
 * nor in its last two sentences, asks for an answer.
 */
export function readsAsFarewell(replyText: string, callerText: string, rules: ClosingWords): boolean {
  const sentences = replyText.match(/[^.!?。！？]+[.!?。！？]*/gu)?.map((sentence) => sentence.trim()) ?? [];
  const closing = sentences.filter((sentence) => /[\p{L}\p{N}]/u.test(sentence)).slice(-2);
  if (closing.length === 0 || closing.some((sentence) => /[?？]$/.test(sentence))) return false;
  const text = closing.join(' ');
  if (rules.mention.test(text)) return false;
  if (rules.goodbye.test(text)) return true;
  return rules.wish.test(text) && rules.callerDone.test(callerText) && !/[?？]\s*$/.test(callerText);
}
