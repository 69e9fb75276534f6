import { expect, test } from 'vitest';
import { ToolShelf } from '../../src/tools/tool_book.js';
import { toolDefinitions } from '../../src/tools/tool_definition.js';

test('the tools of a file, in its order', () => {
  const definitions = toolDefinitions.parse([
    { name: 'order_state', description: 'Tells how far an order is.', url: 'https://shop.test/' },
    'end_call',
  ]);
  const send = async () => ({ status: 200, contentType: '', text: '' });
  const shelf = new ToolShelf({ http: { send }, secretOf: () => undefined });
  const tools = shelf.of(definitions);
  expect(shelf.of(definitions)).toBe(tools);
  expect(tools.map(({ spec }) => spec.name)).toEqual(['order_state', 'end_call']);
});
