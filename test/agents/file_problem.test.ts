import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemLine, problemsOf } from '../../src/agents/file_problem.js';

const AGENT = z.strictObject({
  name: z.string().min(1).max(5),
  weight: z.number().max(10).optional(),
  tries: z.int().min(2).optional(),
  isDefault: z.boolean().optional(),
  keypad: z.enum(['ignore', 'words', 'interrupt']).optional(),
  numbers: z.array(z.string().regex(/^\+/, 'a number is expected here')).min(1).max(2).optional(),
  greeting: z.strictObject({ inbound: z.string().optional() }).optional(),
  variables: z.record(z.string(), z.string()).optional(),
});
/** What would be told of a file with these fields beside a good name. */
function told(fields: object): string[] {
  const { error } = AGENT.safeParse({ name: 'Ada', ...fields });
  return (error?.issues ?? []).flatMap(problemsOf).map(problemLine);
}

test.each<[object, string]>([
  [{ name: undefined }, 'name: is missing: a text is expected'],
  [{ name: 5 }, 'name: a text is expected'],
  [{ name: '' }, 'name: is empty'],
  [{ name: 'Adalbert' }, 'name: at most 5 characters are expected'],
  [{ weight: 'much' }, 'weight: a number is expected'],
  [{ weight: 11 }, 'weight: at most 10 is expected'],
  [{ tries: 1.5 }, 'tries: a whole number is expected'],
  [{ tries: 1 }, 'tries: at least 2 is expected'],
  [{ isDefault: 'yes' }, 'isDefault: true or false is expected'],
  [{ keypad: 'shout' }, 'keypad: ignore, words or interrupt is expected'],
  [{ numbers: '+1' }, 'numbers: a list is expected'],
  [{ numbers: [] }, 'numbers: at least 1 entries are expected'],
  [{ numbers: ['+1', '+2', '+3'] }, 'numbers: at most 2 entries are expected'],
  [{ numbers: ['+1', '2'] }, 'numbers.1: a number is expected here'],
  [{ greeting: 'Hello' }, 'greeting: fields are expected'],
  [{ greeting: { inbound: 1 } }, 'greeting.inbound: a text is expected'],
  [{ variables: 'none' }, 'variables: names with values are expected'],
])('%j: %s', (fields, line) => expect(told(fields)).toEqual([line]));

describe('fields that are none', () => {
  test('each has a line of its own, where it stands', () => {
    expect(told({ nmae: 'Ada', greeting: { inbuond: 'Hello' }, colour: 'red' })).toEqual([
      'greeting.inbuond: is no field of an agent',
      'nmae: is no field of an agent',
      'colour: is no field of an agent',
    ]);
  });

  test('a file that is no agent at all', () => {
    const { error } = AGENT.safeParse('hello');
    expect(error!.issues.flatMap(problemsOf).map(problemLine)).toEqual(['the file: fields are expected']);
  });
});
