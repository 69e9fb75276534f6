// Tool calls as they arrive in fragments, and as they go back into the next request.

import { describe, expect, test } from 'vitest';
import type { ChatMessage } from '../../../src/providers/llm.js';
import { ToolCallCollector, wireMessages, wireTools } from '../../../src/providers/openai/openai_tools.js';

/** What the fragments become. */
function collected(...chunks: unknown[]) {
  const collector = new ToolCallCollector();
  for (const chunk of chunks) collector.add(chunk);
  return collector.calls;
}

describe('fragments', () => {
  test('id and name come once, arguments piece by piece', () => {
    expect(
      collected(
        [{ index: 0, id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '' } }],
        [{ index: 0, function: { arguments: '{"order":' } }],
        [{ index: 0, function: { arguments: '12}' } }],
      ),
    ).toEqual([{ id: 'call_1', name: 'look_up', arguments: '{"order":12}' }]);
  });

  test('parallel calls may interleave', () => {
    expect(
      collected(
        [
          { index: 0, id: 'a', function: { name: 'one', arguments: '{' } },
          { index: 1, id: 'b', function: { name: 'two', arguments: '{' } },
        ],
        [{ index: 1, function: { arguments: '"b":2}' } }],
        [{ index: 0, function: { arguments: '"a":1}' } }],
      ),
    ).toEqual([
      { id: 'a', name: 'one', arguments: '{"a":1}' },
      { id: 'b', name: 'two', arguments: '{"b":2}' },
    ]);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'end_call'],
    ['an empty list', []],
    ['a hole', [null]],
    ['a negative index', [{ index: -1, id: 'x', function: { name: 'f' } }]],
    ['an index of a million', [{ index: 1e6, id: 'x', function: { name: 'f' } }]],
    ['no function', [{ index: 0, id: 'x' }]],
    ['a name that is a number', [{ index: 0, id: 'x', function: { name: 7 } }]],
  ])('%s is no call', (_, chunk) => {
    expect(collected(chunk)).toEqual([]);
  });

  test('a server that leaves the index out has one call', () => {
    expect(collected([{ id: 'x', function: { name: 'f', arguments: '{}' } }])).toEqual([
      { id: 'x', name: 'f', arguments: '{}' },
    ]);
  });

  test('arguments without end are cut off', () => {
    const piece = 'x'.repeat(9000);
    const fragment = [{ index: 0, function: { arguments: piece } }];
    const [call] = collected(
      [{ index: 0, id: 'x', function: { name: 'f', arguments: '' } }],
      fragment,
      fragment,
      fragment,
    );
    expect(call.arguments).toHaveLength(18_000);
  });
});

test('a conversation without tools goes out as it is', () => {
  const messages: ChatMessage[] = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hello.' },
    { role: 'assistant', content: 'Hi.' },
  ];
  const wire = wireMessages(messages);
  expect(wire).toEqual(messages);
  for (const [i, message] of wire.entries()) expect(message).toBe(messages[i]);
});

test('calls and their results as the vendor wants them', () => {
  expect(
    wireMessages([
      { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'look_up', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'a', content: 'not found' },
    ]),
  ).toEqual([
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'look_up', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'a', content: 'not found' },
  ]);
  expect(wireTools([{ name: 'f', description: 'does f', parameters: { type: 'object' } }])).toEqual([
    { type: 'function', function: { name: 'f', description: 'does f', parameters: { type: 'object' } } },
  ]);
});
