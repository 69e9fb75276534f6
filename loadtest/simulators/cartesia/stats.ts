// Counters of the Cartesia simulator, as plain fields so that they go out as JSON as they are.

import type { ContextEnd, TtsContext } from './tts_context.js';

/** What became of one context: the oracle for tests of cancelling and text splitting. */
export interface ContextRecord {
  id: string;
  transcript: string;
  chunks: number;
  audioMs: number;
  cancelledAtChunk: number | null;
  how: ContextEnd;
}
const RECORDS_MAX = 500;

export class CartesiaStats {
  sockets = 0;
  socketsPeak = 0;
  socketsOpened = 0;
  /** Sockets ended, by close code as the server saw it. */
  closes: Record<string, number> = {};
  /** Handshakes and requests refused, by status. */
  refusals: Record<string, number> = {};
  messages = 0;
  cancels = 0;
  errorEvents = 0;
  contextsActive = 0;
  contextsPeak = 0;
  contextsStarted = 0;
  ends: Record<ContextEnd, number> = { done: 0, expired: 0, cancelled: 0, failed: 0, abandoned: 0 };
  characters = 0;
  chunks = 0;
  audioMs = 0;
  /** Pieces of text that ran together for want of a blank. */
  gluedWords = 0;
  /** Text for contexts that were over already. */
  sentAfterEnd = 0;
  /** The newest contexts that ended. */
  records: ContextRecord[] = [];

  socketOpened(): void {
    this.socketsOpened++;
    this.socketsPeak = Math.max(this.socketsPeak, ++this.sockets);
  }

  socketClosed(code: number): void {
    this.sockets--;
    this.closes[code] = (this.closes[code] ?? 0) + 1;
  }

  contextStarted(): void {
    this.contextsStarted++;
    this.contextsPeak = Math.max(this.contextsPeak, ++this.contextsActive);
  }

  contextEnded({ id, transcript, chunks, audioMs, cancelledAtChunk }: TtsContext, how: ContextEnd): void {
    this.contextsActive--;
    this.ends[how]++;
    this.chunks += chunks;
    this.audioMs += audioMs;
    this.records.push({ id, transcript, chunks, audioMs, cancelledAtChunk, how });
    if (this.records.length > RECORDS_MAX) this.records.shift();
  }

  refused(status: string): void {
    this.refusals[status] = (this.refusals[status] ?? 0) + 1;
  }
}
