// The agent's mouth in one call: the reply being made or spoken, the draft that may become it, and a word in between while
// an answer takes long. It is told what to say
// and reports when that is audible, over, cut or impossible; whose turn it is, it does not know. What the caller hears of
// it, and when, is playout.ts.

import { nowMs } from '../clock.js';
import type { ReplyId } from '../conversation/playout/playout_ledger.js';
import { sameWords } from '../conversation/turns/transcript.js';
import type { Filler, ReplyKind } from '../conversation/turns/turn_events.js';
import type { EngineError } from '../errors.js';
import type { LlmRequest, LlmUsage } from '../providers/llm.js';
import type { Heard, Playout } from './playout.js';
import { Reply } from './reply.js';
import type { ReplyServices, Spent } from './reply_parts.js';

/** A reply that is (about to be) spoken. */
export interface Spoken {
  kind: ReplyKind;
  turn: number;
  reply: Reply;
  id: ReplyId;
  /** Engine clock of the first frame handed over; null = nothing yet. */
  audibleMs: number | null;
  /** Nothing more of it will come: it is made, or it failed. */
  complete: boolean;
  /** Why it ends early; what was made before is heard to its end. */
  error: EngineError | null;
}

export interface SpeakerHandlers {
  /** The first frame of `spoken` is on its way. */
  onAudible(spoken: Spoken, nowMs: number): void;
  /** Text that goes to the voice now. */
  onPiece(spoken: Spoken, text: string): void;
  /** All of it was heard; of one that failed, all that was made. */
  onOver(spoken: Spoken, heard: Heard, nowMs: number): void;
  /** A line said before an answer is over: heard to its end, or cut. */
  onAside(spoken: Spoken, heard: Heard): void;
  /** It can't be made (to its end). `onOver` follows when what there is of it was heard. */
  onError(spoken: Spoken, error: EngineError): void;
  onUsage(usage: LlmUsage): void;
  /** Characters of text given to the voice. */
  onCharacters(count: number): void;
  /** A draft was thrown away. */
  onDiscarded(spent: Spent): void;
}

interface Draft {
  text: string;
  reply: Reply;
  /** Set when the draft becomes the reply that is spoken. */
  spoken: Spoken | null;
  /** The draft failed before it was wanted. */
  error: EngineError | null;
}

export class Speaker {
  current: Spoken | null = null;
  /** A line that is heard before an answer that takes long: both are under way. */
  #aside: Spoken | null = null;
  #services: ReplyServices;
  /** What answers are made with: another voice than lines, where the caller speaks another language. */
  #answering: ReplyServices;
  readonly #playout: Playout;
  readonly #handlers: SpeakerHandlers;
  #draft: Draft | null = null;

  constructor(services: ReplyServices, playout: Playout, handlers: SpeakerHandlers) {
    this.#services = this.#answering = services;
    this.#playout = playout;
    this.#handlers = handlers;
  }

  /** From now on replies are made with these; what is under way stays as it is. */
  use(services: ReplyServices, answering: ReplyServices = services): void {
    this.#services = services;
    this.#answering = answering;
  }

  /** Begins to think about an answer to `text`; replaces an earlier draft. `isVoiced`: its first clause is made, too. */
  prepare(text: string, request: LlmRequest, isVoiced = false): void {
    this.dropDraft();
    const draft: Draft = { text, reply: null as never, spoken: null, error: null };
    draft.reply = this.#newReply(
      this.#answering,
      () => draft.spoken,
      (error) => {
        draft.error = error;
      },
    );
    this.#draft = draft;
    draft.reply.draft(request, isVoiced);
  }

  dropDraft(): void {
    const draft = this.#draft;
    this.#draft = null;
    if (draft === null) return;
    draft.reply.cancel();
    this.#handlers.onDiscarded(draft.reply.spent);
  }

  /** Answers `text`, from the draft when it was made for the same words. */
  answer(turn: number, text: string, request: () => LlmRequest): Spoken {
    // A draft that failed meanwhile is made again: the reason may have passed.
    if (!this.#draft || this.#draft.error || !sameWords(this.#draft.text, text)) this.prepare(text, request());
    const draft = this.#draft!;
    this.#draft = null;
    const spoken = this.#take('answer', turn, draft.reply);
    draft.spoken = spoken;
    draft.reply.release();
    if (draft.error) this.#fail(spoken, draft.error);
    return spoken;
  }

  /** Speaks a line, behind whatever is still playing. `isFixed`: it will be said again, in other calls too. */
  say(kind: ReplyKind, turn: number, line: string, isFixed = true): Spoken {
    let spoken: Spoken | null = null;
    const reply = this.#newReply(
      kind === 'answer' ? this.#answering : this.#services,
      () => spoken,
      () => {},
    );
    spoken = this.#take(kind, turn, reply);
    reply.say(line, isFixed);
    return spoken;
  }

  /**
   * Says a line, from ready-made audio only, before an answer that has not begun to sound. Returns whether it does: not when
   * the sound is there, nor when the line is not.
   */
  fill(kind: Filler, line: string): boolean {
    const answer = this.current;
    if (answer === null || answer.reply.times.firstAudioMs !== null || this.#aside !== null) return false;
    if (this.#services.phrases.get(this.#services.ttsOptions, line) === null) return false;
    let aside: Spoken | null = null;
    const reply = this.#newReply(
      this.#services,
      () => aside,
      () => {},
    );
    const id = this.#playout.begin();
    aside = { kind, turn: answer.turn, reply, id, audibleMs: null, complete: false, error: null };
    this.#aside = aside;
    reply.say(line, false);
    return true;
  }

  /** The answer is not waited for any longer; what is being said beside it is said to its end. */
  giveUp(now: number): void {
    const answer = this.current;
    // Sound of it that waits behind the other line: both go.
    if (answer === null || answer.reply.times.firstAudioMs !== null) {
      this.interrupt(now);
      return;
    }
    this.dropDraft();
    this.current = null;
    answer.reply.cancel();
    this.#playout.finish(answer.id, now, false);
  }

  /** Stops talking at once. Returns what was heard of the reply; null when none was under way. */
  interrupt(now: number): { spoken: Spoken; heard: Heard } | null {
    this.dropDraft();
    const spoken = this.current;
    this.current = null;
    spoken?.reply.cancel();
    this.#playout.cut(now);
    this.#concludeAside(now);
    return spoken ? { spoken, heard: this.#playout.heard(spoken.id, now) } : null;
  }

  /** Hands over what is due, and notices when the reply was heard to its end. */
  tick(now: number): void {
    this.#playout.tick(now);
    if (this.#aside !== null && this.#playout.isOver(this.#aside.id, now)) this.#concludeAside(now);
    const spoken = this.current;
    if (spoken?.complete && this.#playout.isOver(spoken.id, now)) this.#conclude(spoken, now);
  }

  /** Ends everything without a sound. Safe twice. */
  close(): void {
    this.dropDraft();
    this.current?.reply.cancel();
    this.current = this.#aside = null;
  }

  /** For the playout: a message of audio went out. */
  readonly onSent = (): void => {
    const spoken = this.current;
    if (!spoken || spoken.audibleMs !== null || !this.#playout.hasStarted(spoken.id)) return;
    spoken.audibleMs = nowMs();
    this.#handlers.onAudible(spoken, spoken.audibleMs);
  };

  #take(kind: ReplyKind, turn: number, reply: Reply): Spoken {
    this.current?.reply.cancel();
    const id = this.#playout.begin();
    this.current = { kind, turn, reply, id, audibleMs: null, complete: false, error: null };
    return this.current;
  }

  #newReply(
    services: ReplyServices,
    spokenOf: () => Spoken | null,
    onDraftFailed: (error: EngineError) => void,
  ): Reply {
    return new Reply(services, {
      onPiece: (text) => {
        const spoken = spokenOf();
        if (!spoken) return;
        this.#playout.text(spoken.id, text);
        this.#handlers.onPiece(spoken, text);
      },
      onAudio: (bytes) => {
        const spoken = spokenOf();
        if (spoken) this.#playout.audio(spoken.id, bytes, nowMs());
      },
      onWords: (words, starts, ends) => {
        const spoken = spokenOf();
        if (spoken) this.#playout.words(spoken.id, words, starts, ends);
      },
      onComplete: () => {
        const spoken = spokenOf();
        if (spoken) this.#finish(spoken, true);
      },
      onFailed: (error) => {
        const spoken = spokenOf();
        if (spoken) this.#fail(spoken, error);
        else onDraftFailed(error);
      },
      onVoiceBroken: () => {
        const spoken = spokenOf();
        return spoken ? this.#playout.breakOff(spoken.id) : { rest: '', baseMs: 0 };
      },
      leftMs: () => {
        const spoken = spokenOf();
        const playout = this.#playout;
        return spoken === null ? 0 : Math.max(0, playout.aheadMs(nowMs())) + playout.queuedMs;
      },
      onUsage: (usage) => this.#handlers.onUsage(usage),
      onCharacters: (count) => this.#handlers.onCharacters(count),
    });
  }

  #finish(spoken: Spoken, allIn: boolean): void {
    spoken.complete = true;
    this.#playout.finish(spoken.id, nowMs(), allIn);
  }

  #fail(spoken: Spoken, error: EngineError): void {
    if (spoken !== this.current) return;
    spoken.error = error;
    this.#handlers.onError(spoken, error);
    // What is already there plays on; the text behind it is lost.
    this.#finish(spoken, false);
    const now = nowMs();
    if (!this.#playout.hasStarted(spoken.id) && this.#playout.isOver(spoken.id, now)) this.#conclude(spoken, now);
  }

  #concludeAside(now: number): void {
    const aside = this.#aside;
    this.#aside = null;
    if (aside !== null) this.#handlers.onAside(aside, this.#playout.heard(aside.id, now));
  }

  #conclude(spoken: Spoken, now: number): void {
    this.current = null;
    this.#handlers.onOver(spoken, this.#playout.heard(spoken.id, now), now);
  }
}
