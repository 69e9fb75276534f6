// One context: text in pieces, audio out in order, faster than real time. Knows the vendor's rules about buffering,
// flushing, cancelling and expiry; the sink knows whether the messages leave by WebSocket or SSE.

import { nowMs } from '../../../src/clock.js';
import type { ArmedFailure } from '../failures.js';
import { drawMs, type Latency } from '../latency.js';
import type { AudioSource, GeneratedAudio, SpokenWord } from './audio_source.js';
import type { CartesiaFailureMode } from './failure_modes.js';
import { type GenerationRequest, problem, type TtsProblem } from './tts_request.js';

export interface CartesiaLatency {
  /** Handshake answer. */
  connect: Latency;
  /** From the text to the first chunk of a context. */
  firstByte: Latency;
  /** To make one second of audio: 200 is five times real time. */
  perAudioSecond: Latency;
}
export const CARTESIA_LATENCY = {
  connect: { kind: 'uniform', min: 5, max: 20 },
  firstByte: { kind: 'lognormal', p50: 90, p99: 220 },
  perAudioSecond: { kind: 'lognormal', p50: 200, p99: 320 },
} as const satisfies CartesiaLatency;

export type ContextEnd = 'done' | 'expired' | 'cancelled' | 'failed' | 'abandoned';

export interface ContextSink {
  /** Messages of one moment, in order. */
  send(messages: string[]): void;
  sendProblem(problem: TtsProblem): void;
  /** Failures that take the whole connection with them. */
  cut(how: 'cut' | 'cut_mid_chunk'): void;
  firstChunk(context: TtsContext): void;
  ended(context: TtsContext, how: ContextEnd): void;
}

export interface ContextHost {
  source: AudioSource;
  latency: CartesiaLatency;
  random: () => number;
  /** A context ends this long after its last audio went out. */
  expiryMs: number;
}

type Job = { text: string; receivedMs: number } | { flushId: number };

/** Later generations of a context start on a warm model. */
const CONTINUED_FIRST_BYTE_SHARE = 0.3;
/** Buffered text is spoken as soon as it holds a sentence at least this long. */
const SENTENCE_MIN_CHARS = 20;
const TIMESTAMP_WORDS = 4;

export class TtsContext {
  /** Everything it was asked to say, verbatim. */
  transcript = '';
  /** The first piece of it, and all that it had to wait for. */
  firstText = '';
  chunks = 0;
  audioMs = 0;
  /** Chunks that had gone out when it was cancelled; null = it was not. */
  cancelledAtChunk: number | null = null;
  /** When the first text came. */
  readonly startMs = nowMs();
  #buffer = '';
  #bufferTimer: NodeJS.Timeout | null = null;
  #jobs: Job[] = [];
  #busy = false;
  #inputClosed = false;
  #flushId = 1;
  #timer: NodeJS.Timeout | null = null;
  #ended = false;

  constructor(
    readonly id: string,
    readonly request: GenerationRequest,
    readonly host: ContextHost,
    readonly sink: ContextSink,
    readonly failure: ArmedFailure<CartesiaFailureMode> | null,
  ) {}

  /** Adds text. The pieces are joined exactly as they came: a missing blank makes one word of two. */
  push(request: GenerationRequest): void {
    this.#stopTimer();
    if (this.transcript === '') this.firstText = request.transcript;
    this.transcript += request.transcript;
    this.#buffer += request.transcript;
    if (!request.continues) this.#inputClosed = true;
    if (!request.continues || request.flush || request.bufferDelayMs === 0) this.#speakBuffer(this.#buffer.length);
    else this.#bufferSome(request.bufferDelayMs);
    if (request.flush) this.#jobs.push({ flushId: this.#flushId });
    this.#next();
  }

  /** What is not yet being made is dropped; what is, goes on to its end. Then done. */
  cancel(): void {
    if (this.cancelledAtChunk !== null) return;
    this.cancelledAtChunk = this.chunks;
    this.#inputClosed = true;
    this.#buffer = '';
    this.#jobs = [];
    if (this.#bufferTimer) clearTimeout(this.#bufferTimer);
    this.#next();
  }

  /** The client is gone. Nothing is sent any more. */
  abandon(): void {
    this.#end('abandoned');
  }

  #bufferSome(delayMs: number): void {
    const sentences = /^[\s\S]*[.!?](?=\s)/.exec(this.#buffer)?.[0].length ?? 0;
    if (sentences >= SENTENCE_MIN_CHARS) this.#speakBuffer(sentences);
    if (this.#buffer.trim() === '' || this.#bufferTimer) return;
    this.#bufferTimer = setTimeout(() => {
      this.#speakBuffer(this.#buffer.length);
      this.#next();
    }, delayMs);
  }

  #speakBuffer(length: number): void {
    if (this.#bufferTimer) clearTimeout(this.#bufferTimer);
    this.#bufferTimer = null;
    const text = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.slice(length);
    if (text.trim() !== '') this.#jobs.push({ text, receivedMs: nowMs() });
  }

  #next(): void {
    if (this.#busy || this.#ended) return;
    const job = this.#jobs.shift();
    if (job && 'text' in job) void this.#generate(job.text, job.receivedMs);
    else if (job) {
      this.#flushId = job.flushId + 1;
      this.#send(`"type":"flush_done","done":false,"flush_done":true,"flush_id":${job.flushId},"status_code":206`);
      this.#next();
    } else if (this.#inputClosed) this.#finish(this.cancelledAtChunk === null ? 'done' : 'cancelled');
    else if (this.chunks > 0 && this.#buffer.trim() === '')
      this.#timer = setTimeout(() => this.#finish('expired'), this.host.expiryMs);
  }

  async #generate(text: string, receivedMs: number): Promise<void> {
    const { failure, host } = this;
    this.#busy = true;
    if (failure?.mode === 'done_without_audio') {
      this.#finish('done');
      return;
    }
    const share = this.chunks === 0 ? 1 : CONTINUED_FIRST_BYTE_SHARE;
    const extraMs = this.chunks === 0 && failure?.mode === 'slow_first_byte' ? (failure.delayMs ?? 1500) : 0;
    const dueMs = receivedMs + drawMs(host.latency.firstByte, host.random) * share + extraMs;
    let audio: GeneratedAudio;
    try {
      audio = await host.source.make(text, this.request.format);
    } catch (error) {
      this.#fail(problem(500, 'Internal error', String(error), 'internal_error', this.id));
      return;
    }
    if (this.#ended) return;
    const msPerAudioMs = drawMs(host.latency.perAudioSecond, host.random) / 1000;
    this.#stream(audio, { dueMs: Math.max(dueMs, nowMs()), msPerAudioMs, offsetMs: this.audioMs, wordsSent: 0 });
  }

  /** Sends what is due and waits for the next chunk, until the generation is over. */
  #stream(
    audio: GeneratedAudio,
    pace: { dueMs: number; msPerAudioMs: number; offsetMs: number; wordsSent: number },
  ): void {
    const waitMs = pace.dueMs - nowMs();
    if (waitMs >= 0.5) {
      this.#timer = setTimeout(() => this.#stream(audio, pace), Math.ceil(waitMs));
      return;
    }
    const messages: string[] = [];
    while (pace.dueMs - nowMs() < 0.5) {
      if (this.failure && this.chunks >= this.failure.after && this.#strike(this.failure, messages)) return;
      const chunk = audio.next();
      if (!chunk) {
        this.#timestamps(messages, audio.words, pace, Number.POSITIVE_INFINITY);
        this.sink.send(messages);
        this.#busy = false;
        this.#next();
        return;
      }
      if (this.chunks++ === 0) this.sink.firstChunk(this);
      this.audioMs += chunk.ms;
      pace.dueMs += chunk.ms * pace.msPerAudioMs;
      messages.push(
        this.#message(
          `"type":"chunk","data":"${chunk.base64}","done":false,"status_code":206,"step_time":${(chunk.ms * pace.msPerAudioMs).toFixed(1)},"flush_id":${this.#flushId}`,
        ),
      );
      this.#timestamps(messages, audio.words, pace, TIMESTAMP_WORDS);
    }
    this.sink.send(messages);
    this.#timer = setTimeout(() => this.#stream(audio, pace), Math.max(0, Math.ceil(pace.dueMs - nowMs())));
  }

  /** Words whose audio has gone out, `groupMax` or more at a time; Infinity = all the rest. */
  #timestamps(
    messages: string[],
    words: readonly SpokenWord[],
    pace: { offsetMs: number; wordsSent: number },
    group: number,
  ): void {
    if (!this.request.wantsTimestamps) return;
    const spokenMs = this.audioMs - pace.offsetMs;
    let end = pace.wordsSent;
    while (end < words.length && (group === Number.POSITIVE_INFINITY || words[end].startMs < spokenMs)) end++;
    if (end === pace.wordsSent || (end - pace.wordsSent < group && group !== Number.POSITIVE_INFINITY)) return;
    const spoken = words.slice(pace.wordsSent, end);
    pace.wordsSent = end;
    const seconds = (ms: number): number => Math.round(pace.offsetMs + ms) / 1000;
    const word_timestamps = {
      words: spoken.map(({ word }) => word),
      start: spoken.map(({ startMs }) => seconds(startMs)),
      end: spoken.map(({ endMs }) => seconds(endMs)),
    };
    messages.push(
      this.#message(
        `"type":"timestamps","done":false,"status_code":206,"word_timestamps":${JSON.stringify(word_timestamps)}`,
      ),
    );
  }

  /** Carries out the failure planned for this context; true = it goes no further. */
  #strike(failure: ArmedFailure<CartesiaFailureMode>, messages: string[]): boolean {
    this.sink.send(messages.splice(0));
    switch (failure.mode) {
      case 'error_429':
        this.#fail(
          problem(429, 'Too many requests', 'the concurrency limit is reached', 'concurrency_limited', this.id),
        );
        return true;
      case 'error_500':
        this.#fail(problem(500, 'Internal error', 'a simulated failure', 'internal_error', this.id));
        return true;
      case 'error_no_context':
        this.#fail(problem(500, 'Internal error', 'a simulated failure', 'internal_error'));
        return true;
      case 'stall':
        return true;
      case 'cut':
      case 'cut_mid_chunk':
        this.sink.cut(failure.mode);
        return true;
      case 'malformed_json':
        if (this.chunks === failure.after) messages.push('{"type":"chunk","context_id":"');
        return false;
      case 'unknown_context':
        if (this.chunks === failure.after)
          messages.push(
            '{"type":"chunk","context_id":"nobody-opened-this","data":"//////////8=","done":false,"status_code":206,"step_time":1}',
          );
        return false;
      default:
        return false;
    }
  }

  #finish(how: 'done' | 'expired' | 'cancelled'): void {
    if (this.#ended) return;
    this.#send('"type":"done","done":true,"status_code":200');
    this.#end(how);
  }

  #fail(problem: TtsProblem): void {
    this.sink.sendProblem(problem);
    this.#end('failed');
  }

  #end(how: ContextEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopTimer();
    if (this.#bufferTimer) clearTimeout(this.#bufferTimer);
    this.sink.ended(this, how);
  }

  /** The expiry timer only runs while nothing is being made, so one timer serves both. */
  #stopTimer(): void {
    if (this.#timer && (!this.#busy || this.#ended)) clearTimeout(this.#timer);
  }

  #send(fields: string): void {
    this.sink.send([this.#message(fields)]);
  }

  #message(fields: string): string {
    return `{"context_id":${JSON.stringify(this.id)},${fields}}`;
  }
}
