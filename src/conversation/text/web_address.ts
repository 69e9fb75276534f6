// Says web and mail addresses: "a_b@compass.com" -> "a underscore b at compass dot com".

import type { SymbolWords } from '../languages/symbol_words.js';

const URL_WORD = /^([(<["']*)https?:\/\/([^\s)>\]"']*)(.*)$/i;
const EMAIL = /^([(<["']*)(?:mailto:)?([\p{L}\p{N}_.+-]+)@([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)(.*)$/u;
/** Without "https://": what begins with www, or ends in a domain that is no word of a language. */
const HOST =
  /^(?:www\.(?:[a-z0-9-]+\.)+[a-z]{2,}|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|org|net|edu|gov|io|ai|app|dev|co|info|biz|tv|uk|de|fr|es|eu|ca|au|ch|nl|be|jp|mx|br|pt|shop|store|online|health))(?::\d+)?(?:\/[^\s)>\]"']*)?$/i;
const END = /^(.*?)([.,?!;:)\]}"'”»]*)$/;

/** A written address in words; null when `word` is none. `words` null: only what no voice should read is left out. */
export function sayAddress(word: string, words: SymbolWords | null): string | null {
  const url = URL_WORD.exec(word);
  if (url !== null) return say(url[2], words) + marks(url[3]);
  const email = EMAIL.exec(word);
  if (email !== null) {
    const [, , name, host, rest] = email;
    if (words === null) return `${name}@${host}${marks(rest)}`;
    return `${say(name, words)} ${words.at} ${say(host, words)}${marks(rest)}`;
  }
  const [, host, rest] = END.exec(word.replace(/^[(<["']+/, '')) ?? ['', word, ''];
  return HOST.test(host) ? say(host, words) + marks(rest) : null;
}

function marks(rest: string): string {
  return rest.replace(/[^.,?!;:]/g, '');
}

/** Query and fragment are left out: nobody writes them down on the phone. */
function say(address: string, words: SymbolWords | null): string {
  const [, path, tail] = /^(.*?)([.,?!;:]*)$/.exec(address.replace(/[?#&].*?(?=[.,!;:]*$)/, '')) ?? ['', address, ''];
  const plain = path.replace(/\/+$/, '');
  if (words === null) return plain + tail;
  const said = plain
    .replace(/\./g, ` ${words.dot} `)
    .replace(/\/+/g, ` ${words.slash} `)
    .replace(/-/g, ` ${words.dash} `)
    .replace(/_/g, ` ${words.underscore} `)
    .replace(/\+/g, ` ${words.plus} `)
    .replace(/[^\p{L}\p{M}\p{N} ]+/gu, ' ');
  return said.replace(/ {2,}/g, ' ').trim() + tail;
}
