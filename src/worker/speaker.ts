// The agent's mouth in one call: the reply being made or spoken, the draft that may become it, the paced way out, and
// the ledger of what was heard. It is told what to say and reports when that is audible, over, cut or impossible;
// whose turn it is, it does not know.

import { nowMs } from '../clock.js';
import { PlayoutLedger, type ReplyId } from '../conversation/playout/playout_ledger.js';
import type { ReplyKind } from '../conversation/turns/turn_manager.js';
import type { EngineError } from '../errors.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import type { LlmRequest, LlmUsage } from '../providers/llm.js';
import type { MediaEgress } from './media_egress.js';
import type { Recorder } from './recorder.js';
import { Reply, type ReplyServices } from './reply.js';

/** A reply that is (about to be) spoken. */
export interface Spoken {
  kind: ReplyKind;
  turn: number;
  reply: Reply;
  ledgerId: ReplyId;
  /** Engine clock of the first frame handed over; null = nothing yet. */
  audibleMs: number | null;
  complete: boolean;
}

/** How much of a reply the caller heard, and on the engine clock when. */
export interface Heard {
  text: string;
  complete: boolean;
  startMs: number | null;
  endMs: number | null;
}

export interface SpeakerHandlers {
  /** The first frame of `spoken` is on its way. */
  onAudible(spoken: Spoken, nowMs: number): void;
  /** All of it was heard. */
  onPlayed(spoken: Spoken, heard: Heard, nowMs: number): void;
  onFailed(spoken: Spoken, heard: Heard, error: EngineError): void;
  onUsage(usage: LlmUsage): void;
  onCharacters(count: number): void;
}

/** Nearer than this to running dry, audio does not wait for the next beat. */
const URGENT_MS = 20;

interface Draft {
  text: string;
  reply: Reply;
  /** Set when the draft becomes the reply that is spoken. */
  spoken: Spoken | null;
  /** The draft failed before it was wanted. */
  error: EngineError | null;
}

export class Speaker {
  readonly ledger = new PlayoutLedger();
  recorder: Recorder | null = null;
  /** Engine time of call time zero, for the recorder. */
  originMs = 0;
  current: Spoken | null = null;
  private draft: Draft | null = null;

  constructor(
    private readonly services: ReplyServices,
    private readonly metrics: ThreadMetrics,
    private readonly egress: MediaEgress,
    private readonly handlers: SpeakerHandlers,
  ) {}

  /** Begins to think about an answer to `text`; replaces an earlier draft. */
  prepare(text: string, request: LlmRequest): void {
    this.dropDraft();
    const draft: Draft = { text, reply: null as never, spoken: null, error: null };
    draft.reply = this.newReply(
      () => draft.spoken,
      (error) => {
        draft.error = error;
      },
    );
    this.draft = draft;
    draft.reply.draft(request);
  }

  dropDraft(): void {
    this.draft?.reply.cancel();
    this.draft = null;
  }

  /** Answers `text`, from the draft when it was made for just that. */
  answer(turn: number, text: string, request: () => LlmRequest): Spoken {
    // A draft that failed meanwhile is made again: the reason may have passed.
    if (this.draft?.text !== text || this.draft.error) this.prepare(text, request());
    const draft = this.draft!;
    this.draft = null;
    const spoken = this.take('answer', turn, draft.reply);
    draft.spoken = spoken;
    draft.reply.release();
    if (draft.error) this.fail(spoken, draft.error);
    return spoken;
  }

  /** Speaks a fixed line, behind whatever is still playing. */
  say(kind: ReplyKind, turn: number, line: string): Spoken {
    let spoken: Spoken | null = null;
    const reply = this.newReply(
      () => spoken,
      () => {},
    );
    spoken = this.take(kind, turn, reply);
    reply.say(line);
    return spoken;
  }

  /** Stops talking at once. Returns what was heard of the reply; null when none was under way. */
  interrupt(now: number): { spoken: Spoken; heard: Heard; cleared: boolean } | null {
    this.dropDraft();
    const spoken = this.current;
    this.current = null;
    spoken?.reply.cancel();
    const cleared = this.egress.clear(now, this.ledger.unplayedMs(now) > 0);
    const { cutAtMs } = this.ledger.cleared(now);
    if (cutAtMs !== null) this.recorder?.cleared(cutAtMs - this.originMs);
    return spoken ? { spoken, heard: this.heard(spoken, now), cleared } : null;
  }

  mark(name: string, now: number): void {
    if (this.ledger.markEchoed(name, now) !== 'played') this.metrics.add('stale_marks');
  }

  /** Hands over what is due, and notices when the reply was heard to its end. */
  tick(now: number): void {
    this.egress.tick(now);
    const spoken = this.current;
    if (!spoken?.complete || !this.ledger.replyPlayed(spoken.ledgerId, now)) return;
    this.current = null;
    this.handlers.onPlayed(spoken, this.heard(spoken, now), now);
  }

  /** Ends everything without a sound. Safe twice. */
  close(): void {
    this.dropDraft();
    this.current?.reply.cancel();
    this.current = null;
  }

  /** For the egress: `count` bytes were handed over. Returns nothing; tells the recorder where they are heard. */
  sent(bytes: Uint8Array, count: number): void {
    const now = nowMs();
    const playMs = this.ledger.sent(count, now);
    this.recorder?.agent(playMs - this.originMs, bytes, 0, count);
    const spoken = this.current;
    if (!spoken || spoken.audibleMs !== null) return;
    spoken.audibleMs = now;
    this.handlers.onAudible(spoken, now);
  }

  heard(spoken: Spoken, now: number): Heard {
    const heard = this.ledger.heard(spoken.ledgerId, now);
    const span = this.ledger.playSpan(spoken.ledgerId);
    return {
      text: heard?.text.trim() ?? '',
      complete: heard?.complete ?? false,
      startMs: span?.startMs ?? null,
      endMs: span?.endMs ?? null,
    };
  }

  private take(kind: ReplyKind, turn: number, reply: Reply): Spoken {
    this.current?.reply.cancel();
    const ledgerId = this.ledger.beginReply();
    const spoken: Spoken = { kind, turn, reply, ledgerId, audibleMs: null, complete: false };
    this.current = spoken;
    this.egress.begin();
    return spoken;
  }

  private newReply(spokenOf: () => Spoken | null, onDraftFailed: (error: EngineError) => void): Reply {
    return new Reply(this.services, {
      onPiece: (text) => {
        const spoken = spokenOf();
        if (spoken) this.ledger.addText(spoken.ledgerId, text);
        this.handlers.onCharacters(text.length);
      },
      onAudio: (bytes) => this.onAudio(spokenOf(), bytes),
      onWords: (words, starts, ends) => {
        const spoken = spokenOf();
        if (spoken) this.ledger.addWords(spoken.ledgerId, words, starts, ends);
      },
      onComplete: () => {
        const spoken = spokenOf();
        if (spoken) this.onComplete(spoken);
      },
      onFailed: (error) => {
        const spoken = spokenOf();
        if (spoken) this.fail(spoken, error);
        else onDraftFailed(error);
      },
      onUsage: (usage) => this.handlers.onUsage(usage),
    });
  }

  private onAudio(spoken: Spoken | null, bytes: Uint8Array): void {
    const now = nowMs();
    if (!spoken || spoken !== this.current) return this.metrics.add('stale_audio');
    if (!this.egress.append(bytes, now)) return this.metrics.add('reply_too_long');
    this.ledger.addAudio(spoken.ledgerId, bytes.length);
    // The first audio is what the caller waits for, and audio that comes when the line is about to run dry is as urgent:
    // neither waits for the beat.
    if (spoken.audibleMs === null || this.egress.aheadMs(now) < URGENT_MS) this.egress.tick(now);
  }

  private onComplete(spoken: Spoken): void {
    spoken.complete = true;
    this.ledger.replyFinished(spoken.ledgerId);
    if (spoken === this.current) {
      this.egress.finish();
      this.egress.tick(nowMs());
    }
  }

  private fail(spoken: Spoken, error: EngineError): void {
    if (spoken !== this.current) return;
    this.current = null;
    // What is already queued plays on; the text behind it is lost.
    this.ledger.replyFinished(spoken.ledgerId, false);
    this.egress.finish();
    this.handlers.onFailed(spoken, this.heard(spoken, nowMs()), error);
  }
}
