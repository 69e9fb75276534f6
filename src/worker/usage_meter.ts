// Counts what a call uses of model and voice, and what of it was thrown away: answers of which nothing was heard because the
// caller went on. Says when that has been too much. The seconds of recognition are caller_audio.ts's.

import type { CallPlan } from '../agents/call_plan.js';
import type { UsageReport } from '../call/report_parts.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import type { LlmUsage } from '../providers/llm.js';
import type { Spent } from './reply_parts.js';

export class UsageMeter {
  readonly #usage: UsageReport;
  readonly #limits: CallPlan['drafts'];
  readonly #metrics: ThreadMetrics;

  /** @param usage of the call's report; it is counted up */
  constructor(usage: UsageReport, limits: CallPlan['drafts'], metrics: ThreadMetrics) {
    this.#usage = usage;
    this.#limits = limits;
    this.#metrics = metrics;
  }

  /** An answer may be begun before the turn is surely over. */
  get mayDraft(): boolean {
    return this.#usage.discardedTokens < this.#limits.tokensMax;
  }

  /** Its first clause may be voiced, too. */
  get mayVoice(): boolean {
    return this.#usage.discardedCharacters < this.#limits.charactersMax;
  }

  model({ promptTokens, completionTokens }: LlmUsage): void {
    this.#usage.promptTokens += promptTokens;
    this.#usage.completionTokens += completionTokens;
    this.#metrics.add('prompt_tokens', promptTokens);
    this.#metrics.add('completion_tokens', completionTokens);
  }

  voice(characters: number): void {
    this.#usage.ttsCharacters += characters;
  }

  /** `undefined`: nothing was. */
  discarded(spent: Spent | undefined): void {
    if (spent === undefined) return;
    const { tokens, characters } = spent;
    this.#usage.discardedTokens += tokens;
    this.#usage.discardedCharacters += characters;
    this.#metrics.add('discarded_tokens', tokens);
    this.#metrics.add('discarded_characters', characters);
  }
}
