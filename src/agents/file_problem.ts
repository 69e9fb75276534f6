// What is wrong with an agent's file, in plain words and with the place: zod's findings and our own, one line each.

import type { z } from 'zod';

/** `path`: keys and list places from the top of the file. */
export interface FileProblem {
  path: readonly (string | number)[];
  what: string;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text is expected',
  number: 'a number is expected',
  int: 'a whole number is expected',
  boolean: 'true or false is expected',
  array: 'a list is expected',
  object: 'fields are expected',
  record: 'names with values are expected',
};

/** `greeting.inbound: a text is expected`. */
export function problemLine({ path, what }: FileProblem): string {
  return `${path.join('.') || 'the file'}: ${what}`;
}

/** One for each thing that zod found. */
export function problemsOf(issue: z.core.$ZodIssue): FileProblem[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], what: 'is no field of an agent' }));
    case 'invalid_type': {
      const expected = KINDS[issue.expected] ?? issue.message;
      const isMissing = issue.message.endsWith('received undefined');
      return [{ path, what: isMissing ? `is missing: ${expected}` : expected }];
    }
    case 'invalid_value':
      return [
        {
          path,
          what: `${issue.values
            .map(String)
            .join(', ')
            .replace(/, ([^,]*)$/, ' or $1')} is expected`,
        },
      ];
    case 'too_big':
      return [{ path, what: `at most ${issue.maximum}${unitOf(issue.origin)} expected` }];
    case 'too_small': {
      const isEmpty = issue.origin === 'string' && issue.minimum === 1;
      return [{ path, what: isEmpty ? 'is empty' : `at least ${issue.minimum}${unitOf(issue.origin)} expected` }];
    }
    default:
      return [{ path, what: issue.message }];
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters are';
  return origin === 'array' ? ' entries are' : ' is';
}
