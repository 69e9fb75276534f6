// Reads TypeScript source as far as tidy_rules.ts needs it: without its comments, and what it imports. Not a parser: it
// knows strings, templates, comments and the usual places of regular expressions.

export interface Import {
  /** As written: `./spsc_ring.js`, `node:net`, `twilio/lib/twiml/VoiceResponse.js`. */
  from: string;
  /** Only types come in; nothing is loaded at run time. */
  isType: boolean;
}

/** Characters after which a slash begins a regular expression, not a division. */
const BEFORE_REGEX = /[(,=:[!&|?{};+\n]\s*$|\b(return|case|typeof)\s*$|^\s*$/;

/** The source with each comment replaced by a space. Strings and templates stay as they are. */
export function withoutComments(source: string): string {
  let out = '';
  let at = 0;
  while (at < source.length) {
    const two = source.slice(at, at + 2);
    const one = source[at];
    let end: number;
    if (two === '//') {
      end = endOf(source, '\n', at) - 1;
      out += ' ';
    } else if (two === '/*') {
      end = endOf(source, '*/', at + 2);
      out += ' ';
    } else {
      end = at + 1;
      if (one === '"' || one === "'" || one === '`') end = endOfQuoted(source, at, one);
      else if (one === '/' && BEFORE_REGEX.test(out.slice(-20))) end = endOfRegex(source, at);
      out += source.slice(at, end);
    }
    at = end;
  }
  return out;
}

/** Everything a source imports or re-exports, statically, dynamically or with require. Takes it without comments. */
export function importsOf(code: string): Import[] {
  const found: Import[] = [];
  const statements = /(?:^|[;\n}])\s*(?:import|export)\s+(type\s+)?([\w*$\s{},]*?)\s*\bfrom\s*['"]([^'"]+)['"]/g;
  for (const [, type, clause, from] of code.matchAll(statements)) {
    const names = /^\{([^}]*)\}$/.exec(clause.trim())?.[1].split(',');
    const onlyTypes = names?.every((name) => name.trim() === '' || /^type\s/.test(name.trim())) ?? false;
    found.push({ from, isType: type !== undefined || onlyTypes });
  }
  for (const pattern of [/(?:^|[;\n])\s*import\s*['"]([^'"]+)['"]/g, /\b(?:import|require)\s*\(\s*['"]([^'"]+)['"]/g])
    for (const [, from] of code.matchAll(pattern)) found.push({ from, isType: false });
  return found;
}

function endOf(source: string, what: string, from: number): number {
  const at = source.indexOf(what, from);
  return at < 0 ? source.length + 1 : at + what.length;
}

function endOfQuoted(source: string, start: number, quote: string): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === quote) return at + 1;
    else if (quote === '`' && source.startsWith('${', at)) at = endOfSubstitution(source, at + 2) - 1;
  }
  return source.length;
}

function endOfSubstitution(source: string, start: number): number {
  let depth = 1;
  let at = start;
  while (at < source.length && depth > 0) {
    const one = source[at];
    if (one === '{') depth++;
    if (one === '}') depth--;
    at = one === '"' || one === "'" || one === '`' ? endOfQuoted(source, at, one) : at + 1;
  }
  return at;
}

function endOfRegex(source: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const one = source[at];
    if (one === '\\') at++;
    else if (one === '[') inClass = true;
    else if (one === ']') inClass = false;
    else if (one === '\n') return start + 1;
    else if (one === '/' && !inClass) return at + 1;
  }
  return start + 1;
}
