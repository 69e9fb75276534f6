import { describe, expect, test } from 'vitest';
import { type ChatParameterOptions, OpenaiParameters } from '../../../src/providers/openai/openai_parameters.js';

const REQUEST = { maxTokens: 220, temperature: 0.4 };
const LOCAL = 'http://127.0.0.1:1/v1';

function sent(options: Partial<ChatParameterOptions>): Record<string, unknown> {
  const { stream_options, ...rest } = new OpenaiParameters({ model: 'gpt-6-luna', baseUrl: LOCAL, ...options }).of(
    REQUEST,
  );
  expect(stream_options).toEqual({ include_usage: true });
  return rest;
}

describe('what a model is sent', () => {
  test.each<[string, Partial<ChatParameterOptions>, Record<string, unknown>]>([
    ['the default', {}, { max_completion_tokens: 220, temperature: 0.4, reasoning_effort: 'none' }],
    ['one that thinks', { model: 'gpt-5-mini' }, { max_completion_tokens: 476, reasoning_effort: 'minimal' }],
    [
      'the same by a gateway',
      { model: 'openai/gpt-5-mini' },
      { max_completion_tokens: 476, reasoning_effort: 'minimal' },
    ],
    ['o-series', { model: 'ft:o4-mini-2025-04-16:o::i' }, { max_completion_tokens: 1244, reasoning_effort: 'low' }],
    ['an older one', { model: 'gpt-4o' }, { max_completion_tokens: 220, temperature: 0.4 }],
    ['told to think', { reasoningEffort: 'medium' }, { max_completion_tokens: 4316, reasoning_effort: 'medium' }],
    [
      'an older one told to think',
      { model: 'gpt-4o', reasoningEffort: 'low' },
      { max_completion_tokens: 220, temperature: 0.4 },
    ],
    [
      'few words',
      { verbosity: 'low' },
      { max_completion_tokens: 220, temperature: 0.4, reasoning_effort: 'none', verbosity: 'low' },
    ],
    [
      'verbosity unknown to it',
      { model: 'gpt-4o', verbosity: 'low' },
      { max_completion_tokens: 220, temperature: 0.4 },
    ],
    ['another maker', { model: 'llama-3.3-70b' }, { max_tokens: 220, temperature: 0.4 }],
    [
      'a deployment of Azure',
      { model: 'front-desk', baseUrl: 'https://x.openai.azure.com/openai/v1' },
      { max_completion_tokens: 220, temperature: 0.4 },
    ],
    ['at OpenAI', { model: 'new-thing', baseUrl: null }, { max_completion_tokens: 220, temperature: 0.4 }],
  ])('%s', (_name, options, expected) => {
    expect(sent(options)).toEqual(expected);
  });
});

describe('what is learned from a refusal', () => {
  const learn = (parameters: OpenaiParameters, refusal: Parameters<OpenaiParameters['learn']>[1]) =>
    parameters.learn(parameters.of(REQUEST), refusal);

  test('a limit goes by its other name, then without one', () => {
    const parameters = new OpenaiParameters({ model: 'llama', baseUrl: LOCAL });
    expect(learn(parameters, { param: 'max_tokens', code: 'unsupported_parameter' })).toBe('max_tokens');
    expect(parameters.of(REQUEST)).toMatchObject({ max_completion_tokens: 220 });
    learn(parameters, { param: 'max_completion_tokens', code: 'unknown_parameter' });
    expect(Object.keys(parameters.of(REQUEST))).toEqual(['temperature', 'stream_options']);
  });

  test('an effort it does not know is replaced by the next one', () => {
    const parameters = new OpenaiParameters({ model: 'gpt-6-luna', baseUrl: LOCAL });
    for (const [refused, next] of [
      ['none', 'minimal'],
      ['minimal', 'low'],
    ]) {
      expect(learn(parameters, { param: 'reasoning_effort', code: 'unsupported_value' })).toBe(
        `reasoning_effort=${refused}`,
      );
      expect(parameters.of(REQUEST)['reasoning_effort']).toBe(next);
    }
    expect(parameters.of(REQUEST)).not.toHaveProperty('temperature');
    learn(parameters, { param: 'reasoning_effort', code: 'unsupported_parameter' });
    expect(parameters.of(REQUEST)).not.toHaveProperty('reasoning_effort');
  });

  test.each([
    "Unsupported parameter: 'max_completion_tokens' is not supported with this model. Use 'max_tokens' instead.",
    'Unrecognized request argument supplied: max_completion_tokens',
    'body.max_completion_tokens: extra fields not permitted',
  ])('the sentence alone does: %s', (message) => {
    const parameters = new OpenaiParameters({ model: 'gpt-6-luna', baseUrl: LOCAL });
    expect(learn(parameters, { param: null, message })).toBe('max_completion_tokens');
  });

  test.each([
    { param: 'messages', code: 'invalid_value' },
    { param: 'top_p' },
    { param: null, message: 'The temperatures outside are low.' },
    {},
  ])('%j teaches nothing', (refusal) => {
    const parameters = new OpenaiParameters({ model: 'gpt-6-luna', baseUrl: LOCAL });
    const before = parameters.of(REQUEST);
    expect(learn(parameters, refusal)).toBeNull();
    expect(parameters.of(REQUEST)).toEqual(before);
  });
});
