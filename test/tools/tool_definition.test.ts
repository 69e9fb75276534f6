import { describe, expect, test } from 'vitest';
import { secretsIn, toolDefinitions } from '../../src/tools/tool_definition.js';

const ORDER = {
  name: 'order_state',
  description: 'Tells how far an order is.',
  parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
  url: 'https://shop.test/orders/{{order}}',
};

function problems(...tools: unknown[]): string[] {
  const result = toolDefinitions.safeParse(tools);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('ready-made ones by name, others in full with defaults', () => {
  expect(problems('end_call', 'look_up', ORDER)).toEqual([]);
  const [made] = toolDefinitions.parse([ORDER]);
  expect(made).toMatchObject({
    method: 'GET',
    timeoutMs: 5000,
    allowPrivate: false,
    secretArguments: [],
    filler: null,
  });
});

describe('a file is told what is wrong', () => {
  test.each<[string, unknown[], RegExp]>([
    ['a name nobody knows', ['fly'], /expected one of collect, end_call, look_up, or/],
    ['two of one name', ['end_call', { ...ORDER, name: 'end_call' }], /a second tool named end_call/],
    ['a name that no model can call', [{ ...ORDER, name: 'order state' }], /^0\.name: letters, digits/],
    [
      'a placeholder that is nothing',
      [{ ...ORDER, url: 'https://shop.test/{{nummer}}' }],
      /{{nummer}} is neither an argument/,
    ],
    [
      'a placeholder in the host',
      [{ ...ORDER, url: 'https://{{order}}.test/' }],
      /url: expected http.*without a placeholder in the host/,
    ],
    [
      'a secret in the address',
      [{ ...ORDER, url: 'https://shop.test/{{order}}?key={{secret.SHOP}}' }],
      /secrets go into headers only/,
    ],
    [
      'a schema that is none',
      [{ ...ORDER, parameters: { type: 'object', properties: { order: { type: 'x' } } } }],
      /parameters: /,
    ],
    [
      'a schema of no object',
      [{ ...ORDER, parameters: { type: 'string' } }],
      /parameters: must be a JSON Schema of type object/,
    ],
    ['a kind of field nobody knows', [{ name: 'f', description: 'f', collect: 'mood' }], /collect: .*card_number/],
    ['a field nobody knows', [{ ...ORDER, metod: 'GET' }], /metod/],
  ])('%s', (_, tools, line) => {
    const found = problems(...tools);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).toMatch(line);
  });
});

test('the secrets that are asked for', () => {
  const headers = { Authorization: 'Bearer {{secret.SHOP}}', 'X-Key': '{{secret.OTHER}}{{secret.SHOP}}' };
  expect(secretsIn(toolDefinitions.parse(['end_call', { ...ORDER, headers }]))).toEqual(['SHOP', 'OTHER']);
});
