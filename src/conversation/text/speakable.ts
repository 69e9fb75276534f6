// One word (or the few around a number that belong together) made speakable: without markdown, emoji and brackets, its
// signs said or left to the voice. Where words end and what belongs together is spoken_text.ts.

import type { SymbolWords } from '../languages/symbol_words.js';
import type { SpokenSigns } from './spoken_signs.js';
import { sayAddress } from './web_address.js';

/**
 * What spoken text consists of, for the languages whose pack has words for signs: letters, digits and punctuation, a
 * slash inside a date or fraction, and rare signs of mathematics and money that have no word and are left to the voice.
 */
export const SPOKEN_PATTERN =
  /^(?:(?![<>|~=+^$€£])[\p{L}\p{M}\p{N}\p{Sc}\p{Sm} .,?!;:'\-¿¡。！？、，；：،؛؟।־׳״་۔·ー・\p{Join_Control}′″]|(?<=\p{N})\/(?=\p{N}))*$/u;

/** Most words of most replies: nothing to do. */
const PLAIN_WORD = /^[A-Za-z]+(?:'[A-Za-z]+)*[.,?!;:]?$/;
/** Digits are no part of a smiley: "8/3" and "8)" are numbers. */
const SMILEY = /^(?:[:;=]['’]?-?[)(\][DPpOo|\\/*]+|\^_+\^|¯\\\S*)$/;
/** Arrows, stars, "(c)" and the like are signs of text. */
const EMOJI =
  /(?![\u2190-\u21ff\u2605\u2606\u00a9\u00ae\u203c\u2049\u2122])\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\ufe0e\ufe0f\u20e3]|[\u{e0020}-\u{e007f}]/gu;
/** A joiner between letters is spelling (Sinhala, Persian, Hindi); elsewhere it glues emoji. */
const STRAY_JOINER = /(?<![\p{L}\p{M}])\p{Join_Control}|\p{Join_Control}(?![\p{L}\p{M}])/gu;
const INVISIBLE = /(?!\p{Join_Control})[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;
const TAG = /<\/?[a-z][^<>]*>/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: ' ',
  quot: '"',
  '#39': "'",
  apos: "'",
};

/** `text` as it is spoken; '' when nothing of it is. `signs` null: the language has no words for signs. */
export function speakable(text: string, words: SymbolWords | null, signs: SpokenSigns | null): string {
  if (PLAIN_WORD.test(text)) return text;
  if (SMILEY.test(text)) return '';
  let rest = text
    .replace(/&(amp|lt|gt|nbsp|quot|#39|apos);/g, (_, name: string) => ENTITIES[name])
    .replace(/\]\([^)]*\)?/g, '')
    .replace(TAG, parted)
    .replace(STRAY_JOINER, unseen)
    .replace(EMOJI, parted)
    .replace(INVISIBLE, unseen)
    .replace(/[‘’ʼ]/g, "'")
    .replace(/…/g, '...');
  if (words === null || signs === null) return tidy(withoutDecoration(sayAddress(rest, null) ?? rest));
  rest = unified(rest).replace(/(?<=(\d)?\s?)(?:★+☆*|☆+)/g, (stars, number?: string) => starred(stars, number, words));
  const [, head, marks] = /^(.*?)([.,?!;:]*)$/s.exec(rest) ?? ['', rest, ''];
  if (Object.hasOwn(words.short, head.toLowerCase())) return words.short[head.toLowerCase()] + marks;
  const address = sayAddress(rest, words);
  if (address !== null) return tidy(address);
  return tidy(
    signs
      .say(rest.replace(EMPHASIS, '$2'))
      .replace(UNSPOKEN, ' ')
      .replace(/(?<!\p{N})\/|\/(?!\p{N})/gu, ' '),
  );
}

const UNSPOKEN =
  /(?![<>|~=+^$€£])[^\p{L}\p{M}\p{N}\p{Sc}\p{Sm} .,?!;:'\-/¿¡。！？、，；：،؛؟।־׳״་۔·ー・\p{Join_Control}′″]|[<>|~=+^$€£]/gu;

/** An emoji parts words; what can't be seen parts numbers only ("soft\u00adhyphen" is one word). */
function parted(_: string, offset: number, whole: string): string {
  return /[\p{L}\p{M}\p{N}]/u.test(whole[offset - 1] ?? '') ? ' ' : '';
}
function unseen(_: string, offset: number, whole: string): string {
  return /\p{N}/u.test(whole[offset - 1] ?? '') ? ' ' : '';
}

/** "4.5★" is 4.5 stars, "★★★☆☆" 3 stars. */
function starred(stars: string, number: string | undefined, words: SymbolWords): string {
  if (number !== undefined) return ` ${words.stars[1]} `;
  const count = stars.match(/★/g)?.length ?? 0;
  return ` ${count} ${words.stars[count === 1 ? 0 : 1]} `;
}

/** One sign for its variants: full-width forms, the several minus signs and hyphens. Letters stay. */
function unified(text: string): string {
  return text
    .replace(/[\uff01-\uff20\uff3b-\uff40\uff5b-\uff5e]/g, (sign) =>
      /[！，：；？～]/.test(sign) ? sign : String.fromCharCode(sign.charCodeAt(0) - 0xfee0),
    )
    .replace(/[﹪٪]/g, '%')
    .replace(/[￥]/g, '¥')
    .replace(/[￡]/g, '£')
    .replace(/℃/g, '°C')
    .replace(/℉/g, '°F')
    .replace(/[№]/g, '#')
    .replace(/(?<!\p{L})[nN]\.?[°º]\s?(?=\d)/gu, '#')
    .replace(/[‐‑⁃﹣]/g, '-')
    .replace(/[‒]/g, '–')
    .replace(/[―]|--(?![->])/g, '—')
    .replace(/[✕✖⨯]/g, '×')
    .replace(/(?<=\d)\s?[⋅·∙](?=\s?\d)/g, '×')
    .replace(/[∗＊]/g, '*')
    .replace(/[≅≃∼]/g, '≈')
    .replace(/[⩽≦]/g, '≤')
    .replace(/[⩾≧]/g, '≥')
    .replace(/[∕⁄]/g, '/');
}

const EMPHASIS = /(?<![\p{L}\p{N}])(\*{1,3}|_{1,2}|~~|`)(?=\S)([^*_~`]+)\1(?![\p{L}\p{N}])/gu;
const DECORATION = /(?:["“”„«»‹›「」『』【】()[\]{}`\\|_•●▪◦‣]|\*{2,}|\*(?=\p{L})|(?<=\p{L}[.,!?]?)\*|~{2,})+/gu;

/** Markdown, brackets and quotes go; signs that carry meaning stay for the voice. */
function withoutDecoration(text: string): string {
  return text
    .replace(EMPHASIS, '$2')
    .replace(/-+>/g, '→')
    .replace(DECORATION, (marks: string, offset: number, whole: string) => {
      const [before, after] = [whole.slice(0, offset), whole.slice(offset + marks.length)];
      if (marks === '"' && /\p{Script=Hebrew}$/u.test(before) && /^\p{Script=Hebrew}/u.test(after)) return '״';
      return /[\p{L}\p{N}]$/u.test(before) && /^[\p{L}\p{N}]/u.test(after) ? ' ' : '';
    });
}

function tidy(text: string): string {
  return text
    .replace(/(?<![\p{L}\p{M}\p{N}])['-]+(?!\d)|(?<![\p{L}\p{M}\p{N}])'+|-+(?![\p{L}\p{N}])/gu, '')
    .replace(/[.,?!;:]{2,}/g, strongest)
    .replace(/\s+(?=[.,?!;:](?!\d))/g, '')
    .replace(/\s{2,}/g, ' ')
    .trim();
}

/** "?!" is a question, "!!!" one exclamation; "..." stays, it is a pause of its own. */
function strongest(marks: string): string {
  if (/^\.{3,}$/.test(marks)) return '...';
  for (const mark of '?!.;:') if (marks.includes(mark)) return mark;
  return ',';
}
