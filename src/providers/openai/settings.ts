// The settings of OpenAI (or a server that speaks its chat completions), the language model. No SDK here: the main thread
// reads them too.

import {
  anyText,
  decimal,
  type Findings,
  integer,
  oneOf,
  optional,
  type SectionValues,
  secret,
  setting,
  text,
  url,
} from '../../setting.js';
import { modelTraits, REASONING_EFFORTS, VERBOSITIES } from './openai_models.js';
import { probeOpenai } from './probe.js';

export const OPENAI_SETTINGS = {
  apiKey: text('OPENAI_API_KEY', 'OpenAI key; required', secret),
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
  stallTimeoutMs: setting('OPENAI_STALL_TIMEOUT_MS', '2500', 'between two tokens', integer(200, 60000)),
  retries: setting('OPENAI_RETRIES', '2', 'attempts after the first, while nothing was spoken yet', integer(0, 5)),
};

function check(values: SectionValues<typeof OPENAI_SETTINGS>, findings: Findings): void {
  const { model, baseUrl, reasoningEffort } = values;
  if (baseUrl !== null && URL.canParse(baseUrl) && new URL(baseUrl).pathname === '/') {
    findings.warning('OPENAI_BASE_URL', 'has no path; that of OpenAI and of most servers like it ends in /v1');
  }
  if (model === null || reasoningEffort === null || reasoningEffort === 'auto') return;
  const { isOpenai, efforts } = modelTraits(model);
  if (isOpenai && !efforts.includes(reasoningEffort)) {
    const known = efforts.length > 0 ? `knows ${efforts.join(', ')}` : 'knows none';
    findings.warning('OPENAI_REASONING_EFFORT', `may be refused: this family of models ${known}`);
  }
}

export const OPENAI = { role: 'llm', settings: OPENAI_SETTINGS, check, probe: probeOpenai } as const;
