// One reply of the agent: language model -> speakable pieces -> voice -> audio bytes. It may be drafted before the turn
// is decided: then its text waits until `release()`. After `cancel()` nothing of it reaches the handlers any more, which
// is what makes late chunks of a cancelled reply harmless. When it is heard, and what of it, is not known here.

import type { AgentProfile } from '../agents/agent.js';
import { nowMs } from '../clock.js';
import type { EngineConfig } from '../config.js';
import type { SentenceSplitter } from '../conversation/text/sentence_splitter.js';
import type { EngineError } from '../errors.js';
import type { LlmProvider, LlmRequest, LlmRun, LlmUsage } from '../providers/llm.js';
import type { TtsOptions, TtsProvider, TtsUtterance } from '../providers/tts.js';
import { type PhraseCache, PhraseMaker } from './phrase_cache.js';

export interface ReplyServices {
  llm: LlmProvider;
  tts: TtsProvider;
  ttsOptions: TtsOptions;
  phrases: PhraseCache;
  newSplitter(): SentenceSplitter;
}

/** The voice of this agent: the persona's own words win over the settings, a language set there over the persona's. */
export function ttsOptionsOf(config: EngineConfig, agent: AgentProfile): TtsOptions {
  return {
    voiceId: agent.voiceId ?? config.cartesia.voiceId,
    language: config.cartesia.language ?? agent.language,
  };
}

export interface ReplyHandlers {
  /** Text that goes to the voice now, in order. */
  onPiece(text: string): void;
  /** Mu-law audio; the view is valid only during the call. */
  onAudio(bytes: Uint8Array): void;
  onWords(words: readonly string[], startMs: readonly number[], endMs: readonly number[]): void;
  /** All text was given and all audio delivered. */
  onComplete(): void;
  onFailed(error: EngineError): void;
  onUsage(usage: LlmUsage): void;
}

/** When things happened, engine clock in ms; null = not yet. */
export interface ReplyTimes {
  requestMs: number | null;
  firstTokenMs: number | null;
  releasedMs: number | null;
  firstPieceMs: number | null;
  firstAudioMs: number | null;
}

export class Reply {
  /** Everything the model wrote so far, speakable or not yet spoken. */
  text = '';
  readonly times: ReplyTimes = {
    requestMs: null,
    firstTokenMs: null,
    releasedMs: null,
    firstPieceMs: null,
    firstAudioMs: null,
  };
  characters = 0;
  private run: LlmRun | null = null;
  private utterance: TtsUtterance | null = null;
  private splitter: SentenceSplitter | null = null;
  private held: string[] = [];
  private textDone = false;
  private over = false;
  /** Set while a fixed line is spoken for the first time: what the voice makes of it goes into the phrase cache. */
  private keep: PhraseMaker | null = null;

  constructor(
    private readonly services: ReplyServices,
    private readonly handlers: ReplyHandlers,
  ) {}

  /** True until it completed, failed or was cancelled. */
  get active(): boolean {
    return !this.over;
  }

  /** Asks the model. What it says is held back until `release()`. */
  draft(request: LlmRequest): void {
    this.splitter = this.services.newSplitter();
    this.times.requestMs = nowMs();
    this.run = this.services.llm.start(request, {
      onText: (text) => this.onText(text),
      onDone: ({ usage }) => this.onTextDone(usage),
      onError: (error) => this.fail(error),
    });
  }

  /** The turn is decided: speak what is there and what follows. Safe twice. */
  release(): void {
    if (this.over || this.times.releasedMs !== null) return;
    this.times.releasedMs = nowMs();
    const pieces = this.held;
    this.held = [];
    for (const piece of pieces) this.speakPiece(piece, false);
    if (this.textDone) this.endText();
  }

  /** Speaks a fixed line, from ready-made audio when there is some. */
  say(line: string): void {
    this.text = line;
    this.textDone = true;
    this.times.releasedMs = nowMs();
    const ready = this.services.phrases.get(this.services.ttsOptions.voiceId, line);
    if (!ready) {
      this.keep = new PhraseMaker();
      this.speakPiece(line, true);
      return;
    }
    this.handlers.onPiece(line);
    this.handlers.onWords(ready.words, ready.startMs, ready.endMs);
    this.onAudio(ready.audio);
    this.complete();
  }

  /** Ends it where it is. Safe twice and after the end. */
  cancel(): void {
    if (this.over) return;
    this.stop();
  }

  private onText(text: string): void {
    if (this.over) return;
    this.times.firstTokenMs ??= nowMs();
    this.text += text;
    for (const piece of this.splitter!.push(text)) this.speakPiece(piece, false);
  }

  private onTextDone(usage: LlmUsage | null): void {
    if (usage) this.handlers.onUsage(usage);
    if (this.over) return;
    this.run = null;
    this.textDone = true;
    const rest = this.splitter!.flush();
    if (rest) this.speakPiece(rest, false);
    if (this.times.releasedMs !== null) this.endText();
  }

  private speakPiece(piece: string, last: boolean): void {
    if (this.over) return;
    if (this.times.releasedMs === null) {
      this.held.push(piece);
      return;
    }
    this.times.firstPieceMs ??= nowMs();
    this.characters += piece.length;
    this.handlers.onPiece(piece);
    this.voice().push(piece, last);
  }

  private endText(): void {
    if (this.over) return;
    // A model that said nothing speakable: the reply is complete, and silent.
    if (this.utterance) this.utterance.push('', true);
    else this.complete();
  }

  private voice(): TtsUtterance {
    this.utterance ??= this.services.tts.open(this.services.ttsOptions, {
      onAudio: (bytes) => this.onAudio(bytes),
      onWords: (words, starts, ends) => {
        if (this.over) return;
        this.keep?.times(words, starts, ends);
        this.handlers.onWords(words, starts, ends);
      },
      onDone: () => {
        if (this.textDone) this.complete();
      },
      onError: (error) => this.fail(error),
    });
    return this.utterance;
  }

  private onAudio(bytes: Uint8Array): void {
    if (this.over) return;
    this.times.firstAudioMs ??= nowMs();
    this.keep?.audio(bytes);
    this.handlers.onAudio(bytes);
  }

  private complete(): void {
    if (this.over) return;
    if (this.keep) this.services.phrases.put(this.services.ttsOptions.voiceId, this.text, this.keep.phrase());
    this.stop();
    this.handlers.onComplete();
  }

  private fail(error: EngineError): void {
    if (this.over) return;
    this.stop();
    this.handlers.onFailed(error);
  }

  private stop(): void {
    this.over = true;
    this.run?.cancel();
    this.utterance?.cancel();
    this.run = null;
    this.utterance = null;
    this.keep = null;
    this.held = [];
  }
}
