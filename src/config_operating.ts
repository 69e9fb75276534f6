// The settings of those who operate the server and of nobody else: what calls cost, who did what. A part of config_variables.ts, in a
// file of its own because no call knows any of them.

import { anyText, decimal, integer, setting } from './setting.js';

const price = (variable: string, meaning: string) => setting(variable, '0', meaning, decimal(0, 1_000_000));

export const OPERATING_SECTIONS = {
  audit: {
    dir: setting(
      'AUDIT_LOG',
      'auto',
      'folder for the files that tell who did what; auto = LOG_DIR, or among the log lines without one; off = none',
      anyText,
    ),
    dirMb: setting('AUDIT_LOG_MB', '1000', 'megabytes of them; beyond, the oldest go', integer(1, 1_000_000)),
  },
  prices: {
    llmInput: price('PRICE_LLM_INPUT', 'of a million prompt tokens, in your currency, for ringline_agent_cost_total'),
    llmOutput: price('PRICE_LLM_OUTPUT', 'of a million completion tokens'),
    stt: price('PRICE_STT', 'of a minute of recognised speech'),
    tts: price('PRICE_TTS', 'of a million characters spoken'),
    line: price('PRICE_LINE', 'of a minute on the telephone'),
  },
};
