// The parameters of a chat request besides its messages: what the model is known to take (openai_models.ts), what the
// settings ask for, and what was learned from refusals. One object per provider, so that a refusal costs one round trip
// in a worker's life and not one a reply. Sends nothing itself.

import type { LlmRequest } from '../llm.js';
import {
  type ModelTraits,
  modelTraits,
  REASONING_EFFORTS,
  type ReasoningEffort,
  type Verbosity,
} from './openai_models.js';

export interface ChatParameterOptions {
  model: string;
  /** null = the vendor's own server. */
  baseUrl: string | null;
  /** `auto` (or absent): the least the model knows. A caller hears every second of thinking as silence. */
  reasoningEffort?: ReasoningEffort | 'auto';
  /** null (or absent) = not sent. */
  verbosity?: Verbosity | null;
}

export type ChatParameters = Record<string, unknown>;

/** Thinking counts against the limit of a reply's tokens. So much is allowed on top, or nothing is left to say. */
const THINKING_TOKENS: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 256,
  low: 1024,
  medium: 4096,
  high: 8192,
  xhigh: 16384,
  max: 32768,
};
/** Nobody said how much: OpenAI's default. */
const UNSAID_EFFORT = 'medium';
/** OpenAI itself, its regions, and Azure, where the name of a deployment says nothing about the model. */
const OPENAI_HOST = /(^|\.)(openai\.com|openai\.azure\.com|services\.ai\.azure\.com)$/i;

/** What a request may do without. `messages`, `model` and `stream` are not among them. */
const OPTIONAL = [
  'max_completion_tokens',
  'max_tokens',
  'temperature',
  'reasoning_effort',
  'verbosity',
  'stream_options',
];

export class OpenaiParameters {
  readonly #options: ChatParameterOptions;
  readonly #traits: ModelTraits;
  readonly #isOpenaiHost: boolean;
  /** Names the server refused, and efforts as `reasoning_effort=none`. */
  readonly #refused = new Set<string>();

  constructor(options: ChatParameterOptions) {
    this.#options = options;
    this.#traits = modelTraits(options.model);
    this.#isOpenaiHost = options.baseUrl === null || OPENAI_HOST.test(new URL(options.baseUrl).hostname);
  }

  /** Parameters of a request made now. */
  of(request: Pick<LlmRequest, 'maxTokens' | 'temperature'>): ChatParameters {
    const parameters: ChatParameters = {};
    const put = (name: string, value: unknown): void => {
      if (!this.#refused.has(name)) parameters[name] = value;
    };
    const effort = this.#effort();
    const { reasons } = this.#traits;
    const limit = request.maxTokens + (reasons ? THINKING_TOKENS[effort ?? UNSAID_EFFORT] : 0);
    // Deprecated by OpenAI and refused by its newer models; the only name that some compatible servers know.
    const names = ['max_completion_tokens', 'max_tokens'];
    if (!this.#isOpenaiHost && !this.#traits.isOpenai) names.reverse();
    put(names.find((name) => !this.#refused.has(name)) ?? names[0], limit);
    if (!reasons || effort === 'none') put('temperature', request.temperature);
    if (effort !== null) put('reasoning_effort', effort);
    const { verbosity } = this.#options;
    if (verbosity && (this.#traits.verbosity || !this.#traits.isOpenai)) put('verbosity', verbosity);
    put('stream_options', { include_usage: true });
    return parameters;
  }

  /**
   * A request with `sent` was refused. Returns what will be done without from now on, for the log; null when the refusal
   * is about something else and another request would be refused as well.
   */
  learn(
    sent: ChatParameters,
    refusal: { param?: string | null; code?: string | null; message?: string },
  ): string | null {
    const { param, code, message = '' } = refusal;
    // Gateways drop `param`; then the vendor's sentence names it first: "Unsupported parameter: 'max_tokens' is not …".
    const named = param ? [param] : [...message.matchAll(/[a-z_]{5,}/g)].map(([word]) => word);
    const name = named.find((word) => OPTIONAL.includes(word) && word in sent);
    if (name === undefined) return null;
    const isValue = code === 'unsupported_value' || code === 'invalid_value';
    const learned = name === 'reasoning_effort' && isValue ? `${name}=${String(sent[name])}` : name;
    this.#refused.add(learned);
    return learned;
  }

  /** null = not sent. */
  #effort(): ReasoningEffort | null {
    const { reasoningEffort = 'auto' } = this.#options;
    const { efforts, isOpenai } = this.#traits;
    if (this.#refused.has('reasoning_effort') || (isOpenai && efforts.length === 0)) return null;
    // Of a model newer than our table the least known effort may be refused: then the next one will do.
    const from = efforts.length > 0 ? REASONING_EFFORTS.indexOf(efforts[0]) : REASONING_EFFORTS.length;
    const wanted = reasoningEffort === 'auto' ? REASONING_EFFORTS.slice(from) : [reasoningEffort];
    return wanted.find((effort) => !this.#refused.has(`reasoning_effort=${effort}`)) ?? null;
  }
}
