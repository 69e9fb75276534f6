// One WebSocket: its contexts, the vendor's rules about them, and the error events when a client breaks one.

import { randomUUID } from 'node:crypto';
import { nowMs } from '../../../src/clock.js';
import type { FailurePlan } from '../failures.js';
import type { StageTimings } from '../stage_timings.js';
import { type CartesiaFailureMode, CONTEXT_MODES } from './failure_modes.js';
import type { CartesiaStats } from './stats.js';
import { type ContextEnd, type ContextHost, type ContextSink, TtsContext } from './tts_context.js';
import { type GenerationRequest, problem, readTtsRequest, type TtsProblem } from './tts_request.js';

/** The part of a server's socket that is used here. */
export interface TtsWire {
  send(text: string): number;
  end(code?: number, reason?: string): void;
  close(): void;
  cork(send: () => void): unknown;
}

/** What all sockets of a simulator share. */
export interface TtsHost extends ContextHost {
  stats: CartesiaStats;
  timings: StageTimings;
  failures: FailurePlan<CartesiaFailureMode>;
  contextsMax: number;
  /** Ids of the voices there are. */
  voices: ReadonlySet<string>;
}

const IDLE_REASON = 'connection idle timeout';
/** Ids of contexts that are over, to notice text that comes too late. */
const FINISHED_MAX = 1000;
/** Larger than the kernel's buffers for a loopback connection, so that closing cuts it. */
const HALF_MESSAGE_BYTES = 16 * 1024 * 1024;

export class TtsSocket implements ContextSink {
  readonly #contexts = new Map<string, TtsContext>();
  readonly #finished = new Set<string>();
  #wire: TtsWire | null = null;
  /** About to be cut. */
  #muted = false;
  #lastUsedMs = nowMs();

  /** `version`: what the handshake named. */
  constructor(
    readonly host: TtsHost,
    readonly version: string,
  ) {}

  opened(wire: TtsWire): void {
    this.#wire = wire;
    this.host.stats.socketOpened();
  }

  received(text: string, isBinary: boolean): void {
    this.#lastUsedMs = nowMs();
    this.host.stats.messages++;
    const { version, host } = this;
    const request = isBinary
      ? problem(400, 'Invalid request', 'messages must be text', 'invalid_json')
      : readTtsRequest(text, { version, transport: 'socket', voices: host.voices });
    switch (request.kind) {
      case 'problem':
        this.sendProblem(request);
        break;
      case 'cancel':
        this.host.stats.cancels++;
        this.#contexts.get(request.contextId)?.cancel();
        break;
      case 'generate':
        this.#generate(request.contextId ? request : { ...request, contextId: randomUUID(), continues: false });
        break;
    }
  }

  socketClosed(): void {
    this.#wire = null;
    for (const context of [...this.#contexts.values()]) context.abandon();
  }

  /** Closes the socket when nothing was asked of it and nothing was said on it for `idleMs`. */
  checkIdle(idleMs: number): void {
    if (this.#contexts.size === 0 && nowMs() - this.#lastUsedMs >= idleMs) this.#wire?.end(1000, IDLE_REASON);
  }

  cut(how: 'cut' | 'cut_mid_chunk' = 'cut'): void {
    if (how === 'cut_mid_chunk') {
      this.#wire?.send(`{"type":"chunk","data":"${'/'.repeat(HALF_MESSAGE_BYTES)}"}`);
      this.#wire?.close();
      return;
    }
    // Not at once: what was sent within a message handler leaves only when the handler returns.
    this.#muted = true;
    setImmediate(() => this.#wire?.close());
  }

  send(messages: string[]): void {
    const wire = this.#wire;
    if (!wire || this.#muted || messages.length === 0) return;
    this.#lastUsedMs = nowMs();
    wire.cork(() => {
      for (const message of messages) wire.send(message);
    });
  }

  sendProblem({ statusCode, title, message, errorCode, contextId }: TtsProblem): void {
    this.host.stats.errorEvents++;
    this.send([
      JSON.stringify({
        type: 'error',
        done: true,
        title,
        message,
        status_code: statusCode,
        error_code: errorCode,
        request_id: randomUUID(),
        doc_url: 'https://docs.cartesia.ai',
        ...(contextId === undefined ? {} : { context_id: contextId }),
      }),
    ]);
  }

  firstChunk(context: TtsContext): void {
    this.host.timings.add('tts_first_byte', context.id, context.startMs, nowMs(), { text: context.firstText });
  }

  ended(context: TtsContext, how: ContextEnd): void {
    const { stats, failures } = this.host;
    this.#contexts.delete(context.id);
    this.#finished.add(context.id);
    if (this.#finished.size > FINISHED_MAX) this.#finished.delete(this.#finished.values().next().value as string);
    stats.contextEnded(context, how);
    if (how === 'abandoned') return;
    if (how === 'cancelled') this.#lateChunks(context);
    if (this.#contexts.size === 0 && failures.take(['idle_close'], keyOf(context.id, context.firstText)))
      this.#wire?.end(1000, IDLE_REASON);
  }

  #generate(request: GenerationRequest): void {
    const { host } = this;
    const { contextId } = request;
    const known = this.#contexts.get(contextId);
    if (known && known.request.settings !== request.settings) {
      this.sendProblem(
        problem(
          400,
          'Invalid request',
          'all inputs of a context must have the same fields',
          'context_mismatch',
          contextId,
        ),
      );
      return;
    }
    if (!known && this.#finished.has(contextId)) {
      host.stats.sentAfterEnd++;
      this.sendProblem(problem(400, 'Context closed', 'the context has ended', 'context_closed', contextId));
      return;
    }
    if (!known && host.stats.contextsActive >= host.contextsMax) {
      this.sendProblem(
        problem(
          429,
          'Too many requests',
          'the concurrency limit of the plan is reached',
          'concurrency_limited',
          contextId,
        ),
      );
      return;
    }
    const context = known ?? this.#open(request);
    if (isGlued(context.transcript, request.transcript)) host.stats.gluedWords++;
    host.stats.characters += request.transcript.length;
    context.push(request);
  }

  #open(request: GenerationRequest): TtsContext {
    const failure = this.host.failures.take(CONTEXT_MODES, keyOf(request.contextId, request.transcript));
    const context = new TtsContext(request.contextId, request, this.host, this, failure);
    this.#contexts.set(context.id, context);
    this.host.stats.contextStarted();
    return context;
  }

  #lateChunks({ id: contextId, firstText }: TtsContext): void {
    const failure = this.host.failures.take(['late_chunks'], keyOf(contextId, firstText));
    if (!failure) return;
    const chunk = `{"type":"chunk","context_id":${JSON.stringify(contextId)},"data":"${'f'.repeat(400)}","done":false,"status_code":206,"step_time":1}`;
    setTimeout(() => this.send([chunk, chunk]), failure.delayMs ?? 300).unref();
  }
}

/** Two pieces that run together: the client forgot the blank between them. */
function isGlued(before: string, after: string): boolean {
  return /[\p{L}\p{N}.,!?]$/u.test(before) && /^[\p{L}\p{N}]/u.test(after);
}

/** What failures are matched against: clients name their contexts as they like, and the words say more. */
function keyOf(contextId: string, firstText: string): string {
  return `${contextId} ${firstText}`;
}
