// What the engine asks of a streaming speech-to-text provider. One session per call, for as long as the call lasts: a
// session never gives up by itself, it tells that it can't hear.

import type { EngineError } from '../errors.js';

/** One result. A final result freezes its span; an interim one may still change. */
export interface SttTranscript {
  /** Text of this span only (not the whole utterance). May be empty. */
  text: string;
  isFinal: boolean;
  /** The provider's own endpointer saw the end of speech. */
  speechFinal: boolean;
  /** This result answers `finalize()`. */
  fromFinalize: boolean;
  /** Span in milliseconds of audio sent in this session, counted over reconnects. */
  startMs: number;
  endMs: number;
  /** 0..1, or 0 when the provider gave none. */
  confidence: number;
  /** How sure the provider is that the turn is over, 0..1; absent = it does not judge that. */
  endOfTurn?: number | undefined;
  /** What most of its words are in, BCP 47, where the language may change; absent = not told. */
  language?: string | undefined;
}

export interface SttHandlers {
  onTranscript(transcript: SttTranscript): void;
  /** The socket is open (again). `connectMs` since the attempt began. */
  onOpen(connectMs: number): void;
  /** The socket is lost, or could not be opened. Told once for each outage: the session goes on trying until closed. */
  onError(error: EngineError): void;
  /** The outage lasts: nothing of what the caller says now is heard. `error` = the latest reason. */
  onDeaf(error: EngineError): void;
  /** Only after `onDeaf`: it hears again. What the replay still held of the caller's words comes as transcripts. */
  onHearing(): void;
}

export interface SttSession {
  /** Sends mu-law 8 kHz bytes. The buffer may be reused by the caller after return. Before the socket opens, a bounded
   *  amount is kept and sent at open; beyond it the oldest goes (counted). */
  sendAudio(mulaw: Uint8Array): void;
  /** Asks for the final text of everything sent so far, now. While no socket is open it is remembered and sent after the
   *  audio it belongs to. An answer is not certain: wait for one with a limit. */
  finalize(): void;
  /** Ends the session. Safe twice. No handler is called afterwards. */
  close(): void;
}

export interface SttSessionOptions {
  /** Shown to the provider as a tag for its usage reports; also what ties a log line to a call. */
  callSid: string;
  language: string;
  /** Words to favour: names, products. */
  keyterms: readonly string[];
  /** Absent = the configured one. */
  model?: string | undefined;
}

export interface SttProvider {
  open(options: SttSessionOptions, handlers: SttHandlers): SttSession;
  /** Closes everything this provider holds. Safe twice. */
  close(): void;
}
