import { expect, test } from 'vitest';
import { baseModel, modelTraits } from '../../../src/providers/openai/openai_models.js';

test.each([
  ['gpt-6-luna', 'gpt-6-luna'],
  ['openai/gpt-5-mini', 'gpt-5-mini'],
  ['openrouter/openai/gpt-5-mini:free', 'gpt-5-mini'],
  ['azure/gpt-5', 'gpt-5'],
  ['ft:o4-mini-2025-04-16:my-org:custom:id', 'o4-mini-2025-04-16'],
  ['openai.gpt-oss-120b-1:0', 'gpt-oss-120b-1'],
  ['GPT-5-Nano', 'gpt-5-nano'],
])('%s is %s', (model, base) => {
  expect(baseModel(model)).toBe(base);
});

test.each([
  ['o3', true, true, 'low'],
  ['o1-mini', true, true, undefined],
  ['ft:o4-mini-2025-04-16:org::id', true, true, 'low'],
  ['gpt-5', true, true, 'minimal'],
  ['openai/gpt-5-mini', true, true, 'minimal'],
  ['gpt-5-2025-08-07', true, true, 'minimal'],
  ['gpt-5.1', true, true, 'none'],
  ['azure/gpt-5.6-luna', true, true, 'none'],
  ['gpt-6-luna', true, true, 'none'],
  ['gpt-6.1-sol', true, true, 'none'],
  ['gpt-10', true, true, 'none'],
  ['gpt-5-chat-latest', true, true, undefined],
  ['gpt-5.2-pro', true, true, 'high'],
  ['gpt-4o-mini', true, false, undefined],
  ['gpt-4.1-nano', true, false, undefined],
  ['gpt-3.5-turbo', true, false, undefined],
  ['gpt-35-turbo', true, false, undefined],
  ['chatgpt-4o-latest', true, false, undefined],
  ['gpt-oss-120b', false, false, undefined],
  ['llama-3.3-70b', false, false, undefined],
  ['olmo-2', false, false, undefined],
  ['my-deployment', false, false, undefined],
])('%s: of OpenAI %s, thinks %s, least effort %s', (model, isOpenai, reasons, least) => {
  const traits = modelTraits(model);
  expect([traits.isOpenai, traits.reasons, traits.efforts[0]]).toEqual([isOpenai, reasons, least]);
});
