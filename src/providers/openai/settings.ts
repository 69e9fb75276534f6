// The settings of OpenAI (or a server that speaks its chat completions), the language model. No SDK here: the main thread
// reads them too.

import { anyText, decimal, integer, oneOf, optional, secret, setting, text, url } from '../../setting.js';
import { REASONING_EFFORTS, VERBOSITIES } from './openai_models.js';

export const OPENAI_SETTINGS = {
  apiKey: text('OPENAI_API_KEY', 'OpenAI key; required', secret, true),
  baseUrl: optional(
    'OPENAI_BASE_URL',
    "an OpenAI-compatible server, with /v1; empty = OpenAI's own",
    url('https', 'http'),
  ),
  model: setting('OPENAI_MODEL', 'gpt-6-luna', 'chat model', anyText),
  reasoningEffort: setting(
    'OPENAI_REASONING_EFFORT',
    'auto',
    'thinking before the answer: auto (as little as the model knows), none, minimal, low, medium, high, xhigh or max',
    oneOf('auto', ...REASONING_EFFORTS),
  ),
  verbosity: optional('OPENAI_VERBOSITY', "low, medium or high; empty = the model's own", oneOf(...VERBOSITIES)),
  temperature: setting(
    'OPENAI_TEMPERATURE',
    '0.4',
    '0 = always the likeliest words; not sent to a model that thinks first',
    decimal(0, 2),
  ),
  maxTokens: setting('OPENAI_MAX_TOKENS', '220', 'longest reply, in tokens', integer(16, 4096)),
  firstTokenTimeoutMs: setting('OPENAI_FIRST_TOKEN_TIMEOUT_MS', '5000', 'request to first token', integer(200, 60000)),
  stallTimeoutMs: setting('OPENAI_STALL_TIMEOUT_MS', '4000', 'between two tokens', integer(200, 60000)),
  retries: setting('OPENAI_RETRIES', '2', 'attempts after the first, while nothing was spoken yet', integer(0, 5)),
};
