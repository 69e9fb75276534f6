// What comments name: files, documents, code. Whatever they name must exist: a name that was true last month sends the
// reader on a search. Pure, like tidy_rules.ts.

import { withoutComments } from './tidy_source.js';

/** Text by path from the project's folder: sources of all kinds, documents at its top. */
export type Texts = ReadonlyMap<string, string>;

const FILE_NAME = /(?<![\w@/.-])[\w][\w./-]*\.(?:ts|mjs|md|cc|h|json)\b/g;
/** "STYLE 2.1", "PROTOCOLS A.4": a section of a document. */
const DOCUMENT_SECTION = /\b([A-Z]{5,}) (?:[A-H]\b|[A-H]?\.?\d+(?:\.\d+)*\b)/g;
const WORD = /[A-Za-z_$][\w$]*/g;

/** `file:line: name` for each name in a comment below src/ that is not there. */
export function namesOfNothing(texts: Texts): string[] {
  const words = wordsOfCode(texts);
  return [...texts]
    .filter(([path]) => path.startsWith('src/') && path.endsWith('.ts'))
    .flatMap(([path, source]) =>
      commentsOf(source).flatMap(({ line, text }) =>
        missingIn(text, texts, words).map((name) => `${path}:${line}: ${name}`),
      ),
    );
}

/** All words of the code itself, strings included: what a name in backticks can mean. */
function wordsOfCode(texts: Texts): Set<string> {
  const words = new Set<string>();
  for (const [path, source] of texts) {
    if (path.endsWith('.md')) continue;
    for (const word of (path.endsWith('.ts') ? withoutComments(source) : source).match(WORD) ?? []) words.add(word);
  }
  return words;
}

function commentsOf(source: string): { line: number; text: string }[] {
  const code = withoutComments(source);
  return [...source.matchAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g)]
    .filter(([text]) => !code.includes(text))
    .map((match) => ({ line: source.slice(0, match.index).split('\n').length, text: match[0] }));
}

function missingIn(comment: string, texts: Texts, words: ReadonlySet<string>): string[] {
  const prose = comment.replace(/https?:\/\/\S+/g, '');
  const paths = [...texts.keys()];
  const files = [...prose.matchAll(FILE_NAME)].map(([name]) => name);
  const documents = [...prose.matchAll(DOCUMENT_SECTION)].map(([, name]) => `${name}.md`);
  const code = [...prose.matchAll(/`([#.\w$]+(?:\([^`\n]*\))?)`/g)].flatMap(([, quoted]) => quoted.match(WORD) ?? []);
  return [
    ...files.filter((name) => !paths.some((path) => path === name || path.endsWith(`/${name}`))),
    ...documents.filter((name) => !texts.has(name)),
    ...code.filter((word) => !words.has(word)),
  ];
}
