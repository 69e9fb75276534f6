// The settings of those who operate the server and of nobody else: what calls cost. A part of config_variables.ts, in a
// file of its own because no call knows any of them.

import { decimal, setting } from './setting.js';

const price = (variable: string, meaning: string) => setting(variable, '0', meaning, decimal(0, 1_000_000));

export const OPERATING_SECTIONS = {
  prices: {
    llmInput: price('PRICE_LLM_INPUT', 'of a million prompt tokens, in your currency, for ringline_agent_cost_total'),
    llmOutput: price('PRICE_LLM_OUTPUT', 'of a million completion tokens'),
    stt: price('PRICE_STT', 'of a minute of recognised speech'),
    tts: price('PRICE_TTS', 'of a million characters spoken'),
    line: price('PRICE_LINE', 'of a minute on the telephone'),
  },
};
