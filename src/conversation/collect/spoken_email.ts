// An e-mail address as people say it ("john dot smith at example dot com") or as a recogniser writes it, put together.

import type { EndOfTurnWords } from '../languages/end_of_turn_words.js';
import type { SymbolWords } from '../languages/symbol_words.js';
import { spokenWords } from '../turns/spoken_words.js';

const WHOLE = /^[a-z0-9](?:[\w.+-]*[a-z0-9])?@(?:[a-z0-9-]+\.)+[a-z]{2,}$/;

/** The address in a text; null = none that is whole. */
export function emailIn(text: string, language: EndOfTurnWords, symbols: SymbolWords | null): string | null {
  const parts = spokenWords(text, language).words.map((word) => signOf(word, language, symbols));
  const written = parts.find((part) => WHOLE.test(plain(part)));
  if (written !== undefined) return plain(written);
  const at = parts.findIndex((part) => part.includes('@'));
  if (at < 0) return null;
  let from = at;
  while (from > 0 && joins(parts[from - 1], parts[from], from === at)) from--;
  let to = at + 1;
  // "co dot uk" goes on behind its first ending.
  while (to < parts.length && (parts[to] === '.' || !endsDomain(parts.slice(at, to), language))) to++;
  const address = plain(parts.slice(from, to).join(''));
  return WHOLE.test(address) ? address : null;
}

function signOf(word: string, language: EndOfTurnWords, symbols: SymbolWords | null): string {
  if (language.at.has(word)) return '@';
  if (language.dot.has(word)) return '.';
  if (word === symbols?.underscore || word === 'underscore') return '_';
  if (word === symbols?.dash || word === 'dash' || word === 'hyphen') return '-';
  if (word === symbols?.plus) return '+';
  // A letter is a letter, though "o" may stand for zero elsewhere.
  return word.length > 1 ? (language.digits.get(word) ?? word) : word;
}

/** The words before the sign belong to the address as far as signs or single letters hang them together. */
function joins(before: string, after: string, isFirst: boolean): boolean {
  if (isFirst) return /[\p{L}\p{N}]$/u.test(before);
  const isPiece = (part: string) => part.length === 1 || /^\d+$/.test(part);
  return isSign(before) || isSign(after) || (isPiece(before) && isPiece(after)) || /^\d+$/.test(after);
}

function isSign(part: string): boolean {
  return /^[._+-]$/.test(part);
}

function endsDomain(parts: readonly string[], language: EndOfTurnWords): boolean {
  const last = parts[parts.length - 1];
  const ending = last.split('.').pop() ?? '';
  return language.domainEnds.has(ending) && (parts.length > 2 || last.includes('.'));
}

/** Addresses have no accents and no capitals, whatever the recogniser wrote. */
function plain(address: string): string {
  return address.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
