// Answers in the language that the caller speaks, where the agent listens to several: another voice than the agent's lines
// have, which stay as they are written. Which language that is, is decided in conversation/turns/caller_language.ts.

import type { CallPlan } from '../agents/call_plan.js';
import { SentenceSplitter } from '../conversation/text/sentence_splitter.js';
import { CallerLanguage } from '../conversation/turns/caller_language.js';
import type { SttTranscript } from '../providers/stt.js';
import type { ReplyServices } from './reply_parts.js';
import type { Speaker } from './speaker.js';

export class AnswerLanguage {
  readonly #language: CallerLanguage;
  readonly #services: ReplyServices;
  readonly #speaker: Pick<Speaker, 'use'>;

  constructor(services: ReplyServices, speaker: Pick<Speaker, 'use'>) {
    this.#language = new CallerLanguage(services.ttsOptions.language);
    this.#services = services;
    this.#speaker = speaker;
  }

  /** Null where only one language is understood: nothing of this exists then. */
  static of({ listen }: CallPlan, services: ReplyServices, speaker: Pick<Speaker, 'use'>): AnswerLanguage | null {
    return listen.language === 'multi' ? new AnswerLanguage(services, speaker) : null;
  }

  heard(transcript: SttTranscript): void {
    const before = this.#language.current;
    this.#language.heard(transcript);
    const language = this.#language.current;
    if (language === before) return;
    const newSplitter = () => new SentenceSplitter({ language });
    const ttsOptions = { ...this.#services.ttsOptions, language };
    this.#speaker.use(this.#services, { ...this.#services, ttsOptions, newSplitter });
  }

  /** The caller's turn is over. */
  endTurn(): void {
    this.#language.endTurn();
  }
}
