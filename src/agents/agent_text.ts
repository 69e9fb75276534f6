// The text of an agent's file, YAML or JSON, as data, and the line on which anything in it stands. What the data must look
// like is agent_definition.ts.

import { type Document, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { FileProblem } from './file_problem.js';

export interface AgentText {
  data: unknown;
  /** The line of what a path leads to, or of the nearest thing around it that is there; from 1. */
  lineOf(path: FileProblem['path']): number;
}

/** JSON is YAML, too. Never throws: what is no YAML is one problem for each place, with its line. */
export function readAgentText(text: string): AgentText | { problems: { line: number; what: string }[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), what: message.split('\n')[0] })),
    };
  }
  keepPlus(document);
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    return { data, lineOf: (path) => lineAt(offsetOf(document, path)) };
  } catch (thrown) {
    return { problems: [{ line: 1, what: (thrown as Error).message.split('\n')[0] }] };
  }
}

/** `+15551234567` without quotation marks is a number to YAML, and would lose its plus. */
function keepPlus(document: Document): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'number' && node.source?.startsWith('+')) node.value = node.source;
    },
  });
}

function offsetOf(document: Document, path: FileProblem['path']): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [i, part] of path.entries()) {
    const pair = isMap(node) ? node.items.find(({ key }) => (isScalar(key) ? key.value : key) === part) : undefined;
    const next = pair === undefined ? document.getIn(path.slice(0, i + 1), true) : pair.value;
    const at = isScalar(pair?.key) ? pair.key.range : rangeOf(next);
    if (at === undefined || at === null) break;
    offset = at[0];
    node = next;
  }
  return offset;
}

function rangeOf(node: unknown): readonly number[] | null | undefined {
  return typeof node === 'object' && node !== null && 'range' in node ? (node.range as number[] | null) : undefined;
}
