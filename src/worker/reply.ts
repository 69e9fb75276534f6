// One reply of the agent: language model -> speakable pieces -> voice -> audio bytes. It may be drafted before the turn
// is decided: then its text waits until `release()`. An answer that ends with nothing to say is asked for again here, for
// only the cleaned text tells; a model that breaks off is asked to go on from what it said, a voice is mended by
// reply_voice.ts. Tools that the model asks for are run between two requests
// of the same reply (tool_rounds.ts). After `cancel()` nothing of it reaches the handlers any more, which is what makes
// late chunks of a cancelled reply harmless. When it is heard, and what of it, is not known here.

import { nowMs } from '../clock.js';
import { askToGoOn, Continuation } from '../conversation/text/continuation.js';
import type { SentenceSplitter } from '../conversation/text/sentence_splitter.js';
import { wholeSentences } from '../conversation/text/whole_sentences.js';
import { EngineError } from '../errors.js';
import type { LlmRequest, LlmRun, LlmUsage, ToolCall } from '../providers/llm.js';
import { PhraseMaker } from './phrase_cache.js';
import type { ReplyHandlers, ReplyServices, ReplyTimes, Spent } from './reply_parts.js';
import { ReplyVoice } from './reply_voice.js';
import { ToolRounds } from './tool_rounds.js';

/** Requests for one answer, as long as they bring nothing that can be spoken. */
const ASKS_MAX = 2;
/** An answer this late is not asked for again: the caller has waited long enough for an apology. */
const ASK_AGAIN_MS_MAX = 3000;
/** How often a broken model is asked to go on. */
const MENDS_MAX = 2;
const NO_CALLS: readonly ToolCall[] = [];
/** About, in European languages. */
const CHARACTERS_PER_TOKEN = 4;
/** Something the voice can make a sound of. */
const SPEAKABLE = /[\p{L}\p{N}]/u;
/** What our reader calls a stream that just ends. */
const BROKEN_OFF = 'truncated';
/** Finish reasons that mean "cut off here", as OpenAI and servers like it name them. */
const CUT_OFF = /^(length|max_tokens|content_filter)$/i;

export class Reply {
  /** Everything the model wrote for the caller so far, speakable or not yet spoken; of an answer that was cut off, what is spoken. */
  text = '';
  readonly times: ReplyTimes = {
    requestMs: null,
    firstTokenMs: null,
    writtenMs: null,
    releasedMs: null,
    firstPieceMs: null,
    firstAudioMs: null,
  };
  readonly #services: ReplyServices;
  readonly #handlers: ReplyHandlers;
  #run: LlmRun | null = null;
  readonly #voice: ReplyVoice;
  #splitter: SentenceSplitter | null = null;
  #asks = 0;
  #goneOn = 0;
  #rounds: ToolRounds | null = null;
  /** Tools that the model asked for before the turn was decided. */
  #toolsDue: (() => void) | null = null;
  /** Where in `#pieces` the words of the request under way begin. */
  #askedFrom = 0;
  /** Holds back what a model that was asked to go on says once more. */
  #continuation: Continuation | null = null;
  /** The answer ends before its end: told when the voice has said what there is. */
  #early: EngineError | null = null;
  /** Pieces for the voice so far, joined, and those of them that wait for `release()`. */
  #pieces = '';
  #held: string[] = [];
  /** Marks before the first word: no text to begin with, the voice would refuse it. */
  #lead = '';
  #over = false;
  #isVoiced = false;
  /** Tokens that the model told of; characters that it read and wrote since. */
  #tokens = 0;
  #asked = 0;
  #unpaid = 0;
  /** Characters that the voice was given. */
  #characters = 0;
  /** Set while a fixed line is spoken for the first time: what the voice makes of it goes into the phrase cache. */
  #keep: PhraseMaker | null = null;

  constructor(services: ReplyServices, handlers: ReplyHandlers) {
    this.#services = services;
    this.#handlers = handlers;
    this.#voice = new ReplyVoice(services, this.times, {
      onAudio: (bytes) => this.#onAudio(bytes),
      onWords: (words, starts, ends) => {
        this.#keep?.times(words, starts, ends);
        handlers.onWords(words, starts, ends);
      },
      onDone: () => this.#complete(),
      onVoiceBroken: () => handlers.onVoiceBroken(),
      onMended: () => {
        this.#keep = null;
      },
      onFailed: (error) => this.#fail(error),
      onCharacters: (count) => {
        this.#characters += count;
        handlers.onCharacters(count);
      },
    });
  }

  /** True until it completed, failed or was cancelled. */
  get active(): boolean {
    return !this.#over;
  }

  /** Asks the model. What it says is held back until `release()`; `isVoiced`: the voice makes the first piece meanwhile. */
  draft(request: LlmRequest, isVoiced = false): void {
    this.#isVoiced = isVoiced;
    this.times.requestMs = nowMs();
    this.#ask(request);
  }

  /** The turn is decided: speak what is there and what follows. Safe twice. */
  release(): void {
    if (this.#over || this.times.releasedMs !== null) return;
    this.times.releasedMs = nowMs();
    const pieces = this.#held;
    this.#held = [];
    // The words of what was made early come before its sound, as everywhere.
    if (this.#voice.isRehearsed) this.#handlers.onPiece(pieces.shift()!);
    this.#voice.release();
    for (const piece of pieces) this.#speakPiece(piece, false);
    if (this.isWritten) this.#voice.end();
    this.#toolsDue?.();
    this.#toolsDue = null;
  }

  /** No more text will come. */
  get isWritten(): boolean {
    return this.times.writtenMs !== null;
  }

  /** What the reply has cost so far: tokens as the model told them, else at four characters each. */
  get spent(): Spent {
    const tokens = this.#tokens + Math.ceil((this.#asked + this.#unpaid) / CHARACTERS_PER_TOKEN);
    return { tokens, characters: this.#characters };
  }

  /** All that was given to the voice, or waits for it, joined. */
  get pieces(): string {
    return this.#pieces;
  }

  /** Speaks a line, from ready-made audio when there is some; a `isFixed` one becomes ready-made. */
  say(line: string, isFixed: boolean): void {
    this.text = line;
    this.times.writtenMs = nowMs();
    this.times.releasedMs = nowMs();
    const ready = this.#services.phrases.get(this.#services.ttsOptions, line);
    if (!ready) {
      this.#keep = isFixed ? new PhraseMaker() : null;
      this.#speakPiece(line, true);
      return;
    }
    this.#handlers.onPiece(line);
    this.#handlers.onWords(ready.words, ready.startMs, ready.endMs);
    this.#onAudio(ready.audio);
    this.#complete();
  }

  /** Ends it where it is. Safe twice and after the end. */
  cancel(): void {
    if (this.#over) return;
    this.#stop();
  }

  #ask(request: LlmRequest): void {
    this.#asks++;
    for (const { content } of request.messages) this.#asked += content.length;
    this.#splitter = this.#services.newSplitter();
    this.#run = this.#services.llm.start(request, {
      onText: (text) => this.#onText(text),
      onDone: ({ finishReason, usage, toolCalls }) => {
        if (usage) this.#pay(usage);
        this.#onTextDone(request, finishReason, toolCalls ?? NO_CALLS);
      },
      onError: (error) => this.#onModelBroken(request, error),
    });
  }

  #pay(usage: LlmUsage): void {
    this.#handlers.onUsage(usage);
    this.#tokens += usage.promptTokens + usage.completionTokens;
    this.#asked = this.#unpaid = 0;
  }

  #onText(written: string): void {
    if (this.#over) return;
    this.#unpaid += written.length;
    this.times.firstTokenMs ??= nowMs();
    const text = this.#continuation === null ? written : this.#continuation.push(written);
    if (text !== '') this.#take(text);
  }

  #take(text: string): void {
    const splitter = this.#splitter!;
    const pieces = splitter.push(text);
    // Everything so far was the model thinking aloud. What the voice has is past taking back; a draft is not.
    if (splitter.withdrawn && this.times.releasedMs === null) {
      this.#held = [];
      this.#voice.takeBack();
      this.text = this.#lead = this.#pieces = '';
    }
    this.text += splitter.kept;
    for (const piece of pieces) this.#addPiece(piece);
  }

  #onTextDone(request: LlmRequest, finishReason: string, calls: readonly ToolCall[]): void {
    if (this.#over) return;
    this.#run = null;
    const held = this.#continuation?.flush() ?? '';
    if (held !== '') this.#take(held);
    if (finishReason === BROKEN_OFF && this.#goOn(request)) return;
    const rest = this.#splitter!.flush() ?? '';
    this.text += this.#splitter!.kept;
    const isCut = CUT_OFF.test(finishReason);
    // The model stopped in the middle of a sentence, perhaps of a word: nobody wants to hear that half.
    const ending = isCut ? wholeSentences(rest, this.#services.ttsOptions.language) : rest;
    if (ending !== '') this.#addPiece(ending);
    if (calls.length > 0 && this.#services.tools !== null) return this.#onToolCalls(request, calls);
    if (!SPEAKABLE.test(this.#saidNow)) return this.#onNothingSaid(request, finishReason);
    if (isCut) {
      this.text = this.#pieces;
      this.#services.log.warn({ finishReason, dropped: rest.length - ending.length }, 'answer cut off by the model');
    }
    this.times.writtenMs = nowMs();
    if (this.times.releasedMs !== null) this.#voice.end();
  }

  /** The answer is over and holds nothing to speak: a failed attempt like any other. */
  #onNothingSaid(request: LlmRequest, finishReason: string): void {
    const again = this.#asks < ASKS_MAX && nowMs() - (this.times.requestMs ?? 0) < ASK_AGAIN_MS_MAX;
    this.#services.log.warn({ finishReason, asked: this.#asks, again }, 'answer without anything to speak');
    if (!again) {
      const detail = `finish reason ${finishReason}`;
      return this.#fail(new EngineError('LLM_EMPTY', { retryable: true, detail }));
    }
    this.#askAnew(request);
  }

  /** What the model wrote in answer to the request under way, as far as it is for the voice. */
  get #saidNow(): string {
    return this.#pieces.slice(this.#askedFrom);
  }

  /** Tools act on the world: they are not run before the turn is decided. */
  #onToolCalls(request: LlmRequest, calls: readonly ToolCall[]): void {
    const said = this.#saidNow.trim();
    this.#rounds ??= new ToolRounds(this.#services.tools!, {
      leftMs: () => this.#handlers.leftMs(),
      onFiller: (line) => this.#addSentence(line),
      onNext: (next) => this.#onToolsDone(next),
    });
    const rounds = this.#rounds;
    if (this.times.releasedMs !== null) rounds.begin(request, calls, said);
    else this.#toolsDue = () => rounds.begin(request, calls, said);
  }

  #onToolsDone(next: LlmRequest | null): void {
    if (this.#over) return;
    if (next === null) {
      this.times.writtenMs = nowMs();
      return this.#voice.end();
    }
    this.#asks = 0;
    this.#continuation = null;
    this.#askedFrom = this.#pieces.length;
    if (this.#pieces !== '' && !/\s$/.test(this.#pieces)) this.#lead = ' ';
    this.#ask(next);
  }

  #addSentence(line: string): void {
    if (line === '' || this.#over) return;
    const sentence = `${this.#pieces === '' || /\s$/.test(this.#pieces) ? '' : ' '}${line} `;
    this.text += sentence;
    this.#addPiece(sentence);
  }

  #askAnew(request: LlmRequest): void {
    this.text = this.#pieces = this.#pieces.slice(0, this.#askedFrom);
    this.#lead = '';
    this.times.firstTokenMs = null;
    this.#continuation = null;
    this.#ask(request);
  }

  /** The model's stream failed, for good as far as its client is concerned. */
  #onModelBroken(request: LlmRequest, error: EngineError): void {
    if (this.#over) return;
    this.#run = null;
    if (error.retryable && this.#goOn(request)) return;
    const hasBegun = this.times.firstTokenMs !== null;
    // What came was too little to be spoken: as if it had not come.
    if (error.retryable && hasBegun && this.#saidNow === '' && this.#asks < ASKS_MAX) return this.#askAnew(request);
    if (!this.#voice.hasBegun || this.times.releasedMs === null) return this.#fail(error);
    // What the voice has is heard to its end.
    this.#early = error;
    this.times.writtenMs = nowMs();
    this.#voice.end();
  }

  /** Asks for the rest of an answer of which a part is spoken; false = there is no such part, or it was tried enough. */
  #goOn(request: LlmRequest): boolean {
    const said = this.#saidNow.trim();
    if (!SPEAKABLE.test(said) || this.#goneOn >= MENDS_MAX) return false;
    this.#goneOn++;
    this.#services.log.warn({ characters: said.length }, 'answer broke off: the model is asked for the rest');
    // What was written behind the last piece is asked for again; it may end in half a word.
    this.text = `${this.#pieces.trimEnd()} `;
    this.#lead = /\s$/.test(this.#pieces) ? '' : ' ';
    this.#continuation = new Continuation(said);
    this.#ask({ ...request, messages: askToGoOn(request.messages, said) });
    return true;
  }

  /** One piece of cleaned text. Marks alone wait for the word they stand before. */
  #addPiece(piece: string): void {
    if (this.#pieces === '' && !SPEAKABLE.test(piece)) {
      this.#lead += piece;
      return;
    }
    const whole = this.#lead + piece;
    this.#lead = '';
    this.#pieces += whole;
    this.#speakPiece(whole, false);
  }

  #speakPiece(piece: string, last: boolean): void {
    if (this.#over) return;
    if (this.times.releasedMs === null) {
      this.#held.push(piece);
      if (this.#isVoiced && this.#held.length === 1) this.#voice.rehearse(piece);
      return;
    }
    this.#handlers.onPiece(piece);
    this.#voice.push(piece, last);
  }

  #onAudio(bytes: Uint8Array): void {
    if (this.#over) return;
    this.times.firstAudioMs ??= nowMs();
    this.#keep?.audio(bytes);
    this.#handlers.onAudio(bytes);
  }

  #complete(): void {
    if (this.#over) return;
    if (this.#early !== null) return this.#fail(this.#early);
    if (this.#keep) this.#services.phrases.put(this.#services.ttsOptions, this.text, this.#keep.phrase());
    this.#stop();
    this.#handlers.onComplete();
  }

  #fail(error: EngineError): void {
    if (this.#over) return;
    this.#stop();
    this.#handlers.onFailed(error);
  }

  #stop(): void {
    this.#over = true;
    this.#run?.cancel();
    this.#rounds?.cancel();
    this.#voice.cancel();
    this.#run = null;
    this.#keep = null;
    this.#held = [];
  }
}
