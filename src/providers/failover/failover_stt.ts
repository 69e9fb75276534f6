// Several speech recognisers as one: when the one that listens is lost, the next is opened beside it and told what was
// said last; the first that hears again keeps the call. Each session keeps its own connection alive; here is only who
// listens. Costs a copy of the last seconds of audio a call, and only when there is more than one vendor.

import { BYTES_PER_MS } from '../../audio_format.js';
import { nowMs } from '../../clock.js';
import type { EngineError } from '../../errors.js';
import { AudioReplay } from '../shared/audio_replay.js';
import type { Swept } from '../shared/liveness.js';
import type { SttHandlers, SttProvider, SttSession, SttSessionOptions, SttTranscript } from '../stt.js';
import { type FailoverOptions, type Ranked, Ranking } from './ranking.js';

/** Older words are stale anyway, and what a session itself keeps until it is open. */
const REPLAY_MS = 5000;

export class FailoverStt implements SttProvider {
  readonly #ranking: Ranking<SttProvider>;
  readonly #options: FailoverOptions;

  /** @param vendors at least one, the preferred first */
  constructor(vendors: readonly Ranked<SttProvider>[], options: FailoverOptions) {
    this.#ranking = new Ranking(vendors, options.coolMs);
    this.#options = options;
  }

  open(options: SttSessionOptions, handlers: SttHandlers): SttSession {
    return new FailoverSession(this.#ranking, this.#options, options, handlers);
  }

  close(): void {
    for (const { provider } of this.#ranking.all) provider.close();
  }
}

interface Ear {
  vendor: Ranked<SttProvider>;
  session: SttSession | null;
  /** Where in the call's audio its own begins. */
  baseByte: number;
  isDeaf: boolean;
}

class FailoverSession implements SttSession, Swept {
  readonly #ranking: Ranking<SttProvider>;
  readonly #options: FailoverOptions;
  readonly #sessionOptions: SttSessionOptions;
  readonly #replay = new AudioReplay(REPLAY_MS * BYTES_PER_MS);
  #handlers: SttHandlers | null;
  /** Who listens, and who was asked to take over. In trouble all of them get the audio. */
  #ears: Ear[] = [];
  /** The vendor whose trouble is under way; null = all is well. */
  #lost: Ranked<SttProvider> | null = null;
  /** Asked in this trouble already. */
  readonly #asked = new Set<Ranked<SttProvider>>();
  #deadlineMs = Number.POSITIVE_INFINITY;
  #deafTold = false;
  /** Everything before this is final. */
  #finalByte = 0;

  constructor(
    ranking: Ranking<SttProvider>,
    options: FailoverOptions,
    sessionOptions: SttSessionOptions,
    handlers: SttHandlers,
  ) {
    this.#ranking = ranking;
    this.#options = options;
    this.#sessionOptions = sessionOptions;
    this.#handlers = handlers;
    options.sweeper.add(this);
    const [vendor] = ranking.order(this.#now());
    // A first connection that is slow is trouble too.
    this.#lost = vendor;
    this.#open(vendor);
  }

  sendAudio(mulaw: Uint8Array): void {
    if (this.#handlers === null || mulaw.length === 0) return;
    this.#replay.push(mulaw);
    for (let i = 0; i < this.#ears.length; i++) this.#ears[i].session?.sendAudio(mulaw);
  }

  finalize(): void {
    for (const { session } of [...this.#ears]) session?.finalize();
  }

  close(): void {
    if (this.#handlers === null) return;
    this.#handlers = null;
    this.#options.sweeper.delete(this);
    for (const { session } of this.#ears) session?.close();
    this.#ears = [];
  }

  sweep(now: number): void {
    if (now >= this.#deadlineMs) this.#askNext();
  }

  #now(): number {
    return this.#options.clock?.() ?? nowMs();
  }

  #open(vendor: Ranked<SttProvider>): void {
    this.#asked.add(vendor);
    const isMore = this.#asked.size < this.#ranking.all.length;
    this.#deadlineMs = isMore ? this.#now() + this.#options.deadlineMs : Number.POSITIVE_INFINITY;
    const baseByte = Math.max(this.#finalByte, this.#replay.startByte);
    const ear: Ear = { vendor, session: null, baseByte, isDeaf: false };
    this.#ears.push(ear);
    const session = vendor.provider.open(this.#ranking.own(vendor, this.#sessionOptions), {
      onOpen: (connectMs) => this.#onOpen(ear, connectMs),
      onTranscript: (transcript) => this.#onTranscript(ear, transcript),
      onError: (error) => this.#onError(ear, error),
      onDeaf: (error) => this.#onDeaf(ear, error),
      onHearing: () => this.#onOpen(ear, null),
    });
    ear.session = session;
    if (!this.#ears.includes(ear)) return session.close();
    for (let at = baseByte; at < this.#replay.endByte; ) {
      const piece = this.#replay.view(at, this.#replay.endByte - at);
      session.sendAudio(piece);
      at += piece.length;
    }
  }

  #askNext(): void {
    const next = this.#ranking.order(this.#now()).find((vendor) => !this.#asked.has(vendor));
    if (next === undefined) this.#deadlineMs = Number.POSITIVE_INFINITY;
    else this.#open(next);
  }

  /** Its socket is open (again): from now on it listens alone. `connectMs` null = it says that it hears again. */
  #onOpen(ear: Ear, connectMs: number | null): void {
    if (!this.#ears.includes(ear)) return;
    ear.isDeaf = false;
    if (connectMs !== null) this.#call((handlers) => handlers.onOpen(connectMs));
    if (this.#lost === null || !this.#ears.includes(ear)) return;
    const from = this.#lost;
    this.#lost = null;
    this.#asked.clear();
    this.#asked.add(ear.vendor);
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    this.#ranking.succeeded(ear.vendor);
    const others = this.#ears.filter((each) => each !== ear);
    this.#ears = [ear];
    for (const { session } of others) session?.close();
    if (from !== ear.vendor) {
      this.#ranking.failed(from, this.#now());
      this.#options.onFailover(from.name, ear.vendor.name);
    }
    if (!this.#deafTold) return;
    this.#deafTold = false;
    this.#call((handlers) => handlers.onHearing());
  }

  #onError(ear: Ear, error: EngineError): void {
    if (!this.#ears.includes(ear)) return;
    this.#ranking.failed(ear.vendor, this.#now());
    if (this.#lost === null) {
      this.#lost = ear.vendor;
      this.#asked.clear();
      this.#asked.add(ear.vendor);
    }
    this.#call((handlers) => handlers.onError(error));
    if (!this.#ears.includes(ear)) return;
    // Refused: somebody has to do something about it. Anything else may be over in a moment.
    if (!error.retryable) this.#askNext();
    else this.#deadlineMs = Math.min(this.#deadlineMs, this.#now() + this.#options.deadlineMs);
  }

  #onDeaf(ear: Ear, error: EngineError): void {
    if (!this.#ears.includes(ear)) return;
    ear.isDeaf = true;
    this.#askNext();
    if (this.#deafTold || !this.#ears.every((each) => each.isDeaf)) return;
    this.#deafTold = true;
    this.#call((handlers) => handlers.onDeaf(error));
  }

  #onTranscript(ear: Ear, transcript: SttTranscript): void {
    if (!this.#ears.includes(ear)) return;
    const baseMs = ear.baseByte / BYTES_PER_MS;
    const startMs = baseMs + transcript.startMs;
    const endMs = baseMs + transcript.endMs;
    if (transcript.isFinal) this.#finalByte = Math.max(this.#finalByte, Math.round(endMs * BYTES_PER_MS));
    this.#call((handlers) => handlers.onTranscript({ ...transcript, startMs, endMs }));
  }

  #call(deliver: (handlers: SttHandlers) => void): void {
    if (this.#handlers !== null) deliver(this.#handlers);
  }
}
