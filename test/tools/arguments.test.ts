import { describe, expect, test } from 'vitest';
import { argumentCheck, schemaProblem } from '../../src/tools/arguments.js';

const PARAMETERS = {
  type: 'object',
  properties: { order: { type: 'integer', minimum: 1 }, kind: { enum: ['soup', 'salad'] } },
  required: ['order'],
  additionalProperties: false,
};

describe('arguments', () => {
  const check = argumentCheck({ parameters: PARAMETERS });
  test.each<[Record<string, unknown>, string | RegExp | null]>([
    [{ order: 3 }, null],
    [{ order: 3, kind: 'soup' }, null],
    [{}, /order/],
    [{ order: '3' }, 'order must be integer'],
    [{ order: 3, kind: 'cake' }, /kind .*"soup","salad"/],
    [{ order: 3, more: 1 }, /more/],
  ])('%j', (args, problem) => {
    if (problem instanceof RegExp) expect(check(args)).toMatch(problem);
    else expect(check(args)).toBe(problem);
  });
});

test('a schema that is none is told in a line', () => {
  expect(schemaProblem(PARAMETERS)).toBeNull();
  expect(schemaProblem({ type: 'string' })).toBe('must be a JSON Schema of type object');
  expect(schemaProblem({ type: 'object', properties: { a: { type: 'nonsense' } } })).not.toContain('\n');
  expect(schemaProblem({ type: 'object', properties: { a: { type: 'nonsense' } } })).not.toBeNull();
});
