// Takes the thoughts out of a model's stream: what reasoning models write between tags (`<think>`, `<reasoning>`,
// `[THINK]`, ...) is for nobody's ear. Tags may come split over tokens, with attributes, in any case. A "<" that begins
// no such tag is text; other tags are spoken_text.ts's.

/** Names of tags around thoughts, alone or as the last part of a longer one ("model_thinking"). */
const NAME =
  '(?:[a-z]+[-_:])*(?:think|thinking|thoughts?|reason|reasoning|reflection|rationale|deliberation|scratch_?pad|analysis|' +
  'monologue|chain[-_]of[-_]thought|cot)(?:[-_](?:process|content|steps?|block))?';
const ATTRIBUTES = '(?:\\s+[\\w:-]+=(?:"[^"<>]*"|\'[^\'<>]*\'|[^\\s"\'<>]+))*\\s*';
/** A whole tag; group 1: it closes. `<think>`, `<|begin_of_thought|>`, `[THINK]`, `◁/think▷`. */
const TAGS = [
  new RegExp(`^<\\|?(/|end_of_)?\\s?${NAME}${ATTRIBUTES}[/|]?>$`, 'i'),
  /^\[(\/)?(?:think|thinking|reasoning)\]$/i,
  /^◁(\/)?\s?think\s?▷$/,
];
/** `<think/>` holds nothing. */
const EMPTY_TAG = /\/>$/;
/** What may still become a tag: its name under way, or attributes behind a name of thoughts. */
const NAME_UNDER_WAY = /^(?:<\|?\/?\s?[a-z_:|-]*\/?|\[\/?[a-z]*|◁\/?\s?[a-z]*\s?)$/i;
const ATTRIBUTES_UNDER_WAY = new RegExp(
  `^<\\|?/?\\s?${NAME}${ATTRIBUTES}(?:(?<=\\s)[\\w:-]*(?:=(?:"[^"<>]*|'[^'<>]*|[^\\s"'<>]*))?)?[/|]?$`,
  'i',
);
/** More than this is no tag. */
const TAG_CHARS_MAX = 200;
const OPENERS = /[<[◁]/;
const CLOSERS = />|\]|▷/;

export class ThoughtFilter {
  /** The last `push` met a closing tag without an opening one: all text handed out before was thought, too. */
  withdrawn = false;
  #inside = false;
  /** A tag under way. */
  #tag = '';

  /** Adds streamed text of any size; returns what of it is no thought. The result does not depend on how it is cut. */
  push(text: string): string {
    this.withdrawn = false;
    let out = '';
    for (let i = 0; i < text.length; ) {
      if (this.#tag === '') {
        const at = text.slice(i).search(OPENERS);
        const end = at < 0 ? text.length : i + at;
        if (!this.#inside) out += text.slice(i, end);
        if (at >= 0) this.#tag = text[end];
        i = end + 1;
        continue;
      }
      const tag = this.#tag + text[i];
      const whole = CLOSERS.test(text[i]) && TAGS.map((pattern) => pattern.exec(tag)).find((match) => match !== null);
      if (whole) {
        this.#tag = '';
        i += 1;
        out = this.#onTag(whole[1] !== undefined, EMPTY_TAG.test(tag), out);
      } else if (tag.length <= TAG_CHARS_MAX && (NAME_UNDER_WAY.test(tag) || ATTRIBUTES_UNDER_WAY.test(tag))) {
        this.#tag = tag;
        i += 1;
      } else {
        // It was text; the character that showed it may begin a tag of its own.
        if (!this.#inside) out += this.#tag;
        this.#tag = '';
      }
    }
    return out;
  }

  /** The stream is over: text that was held back because it might have become a tag. Ready for another stream. */
  flush(): string {
    const rest = this.#inside || ATTRIBUTES_UNDER_WAY.test(`${this.#tag} `) ? '' : this.#tag;
    this.#inside = this.withdrawn = false;
    this.#tag = '';
    return rest;
  }

  #onTag(closes: boolean, isEmpty: boolean, out: string): string {
    if (isEmpty) return `${out} `;
    if (!closes) {
      this.#inside = true;
      return `${out} `; // what stands around a thought is not one word
    }
    if (this.#inside) {
      this.#inside = false;
      return out;
    }
    // Some servers leave out the opening tag: what came before the closing one was all thought.
    this.withdrawn = true;
    return '';
  }
}
