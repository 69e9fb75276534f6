// The chat models the vendor serves, what each family takes, and when it is shut down: its models and deprecations
// pages as of November 2026. Data; chat_request.ts judges requests by it.

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** What one family of models takes in a chat completion. */
export interface Family {
  /** `reasoning_effort`; empty = the family does not reason and refuses the field. */
  efforts: readonly Effort[];
  /** When the request names none. */
  effortDefault: Effort;
  /** `temperature`, `top_p` and the like other than their defaults: always, or only while nothing is reasoned. */
  sampling: 'always' | 'without_reasoning' | 'never';
  /** The old name of the limit; the others want `max_completion_tokens`. */
  maxTokens: boolean;
  verbosity: readonly string[];
  /** Functions to call only while nothing is reasoned (the vendor points to its other API). */
  toolsOnlyWithoutReasoning: boolean;
  completionTokensMax: number;
}

const CHAT: Family = {
  efforts: [],
  effortDefault: 'none',
  sampling: 'always',
  maxTokens: true,
  verbosity: ['medium'],
  toolsOnlyWithoutReasoning: false,
  completionTokensMax: 16_384,
};
const O_SERIES: Family = {
  ...CHAT,
  efforts: ['low', 'medium', 'high'],
  effortDefault: 'medium',
  sampling: 'never',
  maxTokens: false,
  completionTokensMax: 100_000,
};
const GPT_5: Family = {
  ...O_SERIES,
  efforts: ['minimal', 'low', 'medium', 'high'],
  verbosity: ['low', 'medium', 'high'],
  completionTokensMax: 128_000,
};
const GPT_5_1: Family = {
  ...GPT_5,
  efforts: ['none', 'low', 'medium', 'high'],
  effortDefault: 'none',
  sampling: 'without_reasoning',
};
const GPT_5_2: Family = { ...GPT_5_1, efforts: [...GPT_5_1.efforts, 'xhigh'] };
const GPT_5_5: Family = { ...GPT_5_2, effortDefault: 'medium' };
const GPT_5_6: Family = { ...GPT_5_5, efforts: [...GPT_5_5.efforts, 'max'] };
const GPT_6: Family = { ...GPT_5_6, toolsOnlyWithoutReasoning: true };

export interface Model {
  id: string;
  family: Family;
  /** First served, `2024-07-18`. */
  since: string;
  /** Refused from this day on; null = not announced. */
  shutdownDate: string | null;
}

const model = (id: string, family: Family, since: string, shutdownDate: string | null = null): Model[] => [
  { id, family, since, shutdownDate },
  // The snapshot behind the name, as far as there is one of that day.
  ...(SNAPSHOTS.has(id) ? [{ id: `${id}-${since}`, family, since, shutdownDate }] : []),
];
const SNAPSHOTS: ReadonlySet<string> = new Set(
  `gpt-4o gpt-4o-mini gpt-4.1 gpt-4.1-mini o3 gpt-5 gpt-5-mini gpt-5-nano gpt-5.1 gpt-5.2 gpt-5.4-mini gpt-5.4-nano
   gpt-5.5`.split(/\s+/),
);

export const MODELS: readonly Model[] = [
  ...model('gpt-4o', CHAT, '2024-08-06', '2027-01-14'),
  ...model('gpt-4o-2024-11-20', CHAT, '2024-11-20', '2027-01-14'),
  ...model('gpt-4o-mini', CHAT, '2024-07-18', '2027-01-14'),
  ...model('gpt-4.1', { ...CHAT, completionTokensMax: 32_768 }, '2025-04-14', '2027-01-14'),
  ...model('gpt-4.1-mini', { ...CHAT, completionTokensMax: 32_768 }, '2025-04-14', '2027-01-14'),
  ...model('o3', O_SERIES, '2025-04-16', '2026-12-11'),
  ...model('gpt-5', GPT_5, '2025-08-07', '2026-12-11'),
  ...model('gpt-5-mini', GPT_5, '2025-08-07', '2026-12-11'),
  ...model('gpt-5-nano', GPT_5, '2025-08-07', '2026-12-11'),
  ...model('gpt-5.1', GPT_5_1, '2025-11-13', '2027-04-01'),
  ...model('gpt-5.2', GPT_5_2, '2025-12-11'),
  ...model('gpt-5.4', GPT_5_2, '2026-03-05'),
  ...model('gpt-5.4-mini', GPT_5_2, '2026-03-17'),
  ...model('gpt-5.4-nano', GPT_5_2, '2026-03-17'),
  ...model('gpt-5.5', GPT_5_5, '2026-04-23'),
  ...model('gpt-5.6-sol', GPT_5_6, '2026-07-09'),
  ...model('gpt-5.6-terra', GPT_5_6, '2026-07-09'),
  ...model('gpt-5.6-luna', GPT_5_6, '2026-07-09'),
  ...model('gpt-6-sol', GPT_6, '2026-09-22'),
  ...model('gpt-6-luna', GPT_6, '2026-09-22'),
  ...model('gpt-6-astra', GPT_6, '2026-09-22'),
  ...model('gpt-6.1-sol', GPT_6, '2026-11-10'),
  ...model('gpt-6.1-terra', GPT_6, '2026-11-10'),
];

/** Shut down; the vendor says so instead of "does not exist". */
const GONE: readonly RegExp[] = [
  /^gpt-3\.5-turbo/,
  /^gpt-4(-\d.*|-turbo.*|-vision.*|-32k.*)?$/,
  /^gpt-4o-2024-05-13$/,
  /^gpt-4\.1-nano/,
  /^gpt-4\.5/,
  /^o1(-|$)/,
  /^o3-mini/,
  /^o4-mini/,
  /^chatgpt-4o-latest$/,
];

export function isGone(id: string): boolean {
  return GONE.some((pattern) => pattern.test(id));
}

/** The vendor's model object. */
export function modelResource({ id, since, shutdownDate }: Model): Record<string, unknown> {
  return {
    id,
    object: 'model',
    created: Date.parse(since) / 1000,
    owned_by: 'system',
    shutdown_date: shutdownDate,
  };
}

/** Tokens that are thought and not said, before the first word: rough, but of the right order. */
export const REASONING_TOKENS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 0,
  low: 128,
  medium: 448,
  high: 1500,
  xhigh: 4000,
  max: 8000,
};
/** Thinking is faster than speaking: what a reasoning token adds to the wait for the first word. */
export const MS_PER_REASONING_TOKEN = 3;
