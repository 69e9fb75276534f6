import { expect, test } from 'vitest';
import { snakeCase, snakeCased } from '../src/snake_case.js';

test.each([
  ['callSid', 'call_sid'],
  ['llmTtftMs', 'llm_ttft_ms'],
  ['already_there', 'already_there'],
  ['x', 'x'],
  ['g711', 'g711'],
  ['publicURL', 'public_url'],
])('%s is %s', (name, expected) => {
  expect(snakeCase(name)).toBe(expected);
  expect(snakeCase(name)).toBe(expected);
});

test('data keeps its values, its order and its lists', () => {
  const data = { endReason: 'silence', turns: [{ firstAudioMs: null, caller: 'aB' }], usage: { sttSeconds: 1.5 } };
  expect(JSON.stringify(snakeCased(data))).toBe(
    '{"end_reason":"silence","turns":[{"first_audio_ms":null,"caller":"aB"}],"usage":{"stt_seconds":1.5}}',
  );
});
