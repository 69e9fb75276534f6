// What a test of a provider client holds on to: handlers that remember everything, hooks that count, and a way to wait
// for an event instead of a time.

import { pino } from 'pino';
import type { EngineError } from '../../src/errors.js';
import type { LlmHandlers } from '../../src/providers/llm.js';
import type { ProviderCounter, ProviderHooks } from '../../src/providers/shared/provider_hooks.js';
import type { SttHandlers, SttTranscript } from '../../src/providers/stt.js';
import type { TtsHandlers } from '../../src/providers/tts.js';

/** Fine enough for timeouts of a few hundred milliseconds. */
export const TEST_SWEEP_MS = 10;
const WAIT_MS = 8000;

/** Something that changes, and can be waited for. */
export class Watched {
  readonly #waiters = new Set<() => void>();

  changed(): void {
    for (const waiter of this.#waiters) waiter();
  }

  /** Resolves as soon as `check` holds after a change (or at once); rejects with `what` after a few seconds. */
  until(check: () => boolean, what: string): Promise<void> {
    if (check()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`never happened: ${what}`));
      }, WAIT_MS);
      const waiter = () => {
        if (!check()) return;
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve();
      };
      this.#waiters.add(waiter);
    });
  }
}

export class TestHooks extends Watched {
  readonly counts: Partial<Record<ProviderCounter, number>> = {};
  readonly results: { ok: boolean; code: string | null }[] = [];
  /** Everything logged, as text: to look for what must not be there. */
  logText = '';
  readonly hooks: ProviderHooks = {
    log: pino(
      { level: 'trace' },
      {
        write: (line: string) => {
          this.logText += line;
          this.changed();
        },
      },
    ),
    onResult: (error) => {
      this.results.push({ ok: error === null, code: error?.code ?? null });
      this.changed();
    },
    metrics: {
      count: (counter, n) => {
        this.counts[counter] = (this.counts[counter] ?? 0) + n;
        this.changed();
      },
    },
  };
}

export class SttProbe extends Watched implements SttHandlers {
  readonly transcripts: SttTranscript[] = [];
  readonly errors: EngineError[] = [];
  /** `deaf` and `hearing`, in order. */
  readonly ears: string[] = [];
  deafError: EngineError | null = null;
  opens = 0;

  onTranscript(transcript: SttTranscript): void {
    this.transcripts.push(transcript);
    this.changed();
  }

  onOpen(): void {
    this.opens++;
    this.changed();
  }

  onError(error: EngineError): void {
    this.errors.push(error);
    this.changed();
  }

  onDeaf(error: EngineError): void {
    this.deafError = error;
    this.ears.push('deaf');
    this.changed();
  }

  onHearing(): void {
    this.ears.push('hearing');
    this.changed();
  }

  /** The words of all final results. */
  get finalText(): string {
    return this.transcripts
      .filter((transcript) => transcript.isFinal)
      .map((transcript) => transcript.text)
      .filter((text) => text !== '')
      .join(' ');
  }
}

type LlmResult = Parameters<LlmHandlers['onDone']>[0];

export class LlmProbe extends Watched implements LlmHandlers {
  text = '';
  pieces = 0;
  done: LlmResult | null = null;
  error: EngineError | null = null;
  /** Handler calls after the run's end: must stay 0. */
  late = 0;
  /** Set by a test that has cancelled. */
  over = false;

  onText(text: string): void {
    if (this.over) this.late++;
    this.text += text;
    this.pieces++;
    this.changed();
  }

  onDone(result: LlmResult): void {
    if (this.over) this.late++;
    this.over = true;
    this.done = result;
    this.changed();
  }

  onError(error: EngineError): void {
    if (this.over) this.late++;
    this.over = true;
    this.error = error;
    this.changed();
  }

  ended(): Promise<void> {
    return this.until(() => this.over, 'the run ended');
  }
}

export class TtsProbe extends Watched implements TtsHandlers {
  bytes = 0;
  chunks = 0;
  readonly words: { word: string; startMs: number; endMs: number }[] = [];
  done = false;
  error: EngineError | null = null;
  late = 0;
  over = false;

  onAudio(bytes: Uint8Array): void {
    if (this.over) this.late++;
    this.bytes += bytes.length;
    this.chunks++;
    this.changed();
  }

  onWords(words: readonly string[], startMs: readonly number[], endMs: readonly number[]): void {
    if (this.over) this.late++;
    for (const [i, word] of words.entries()) this.words.push({ word, startMs: startMs[i], endMs: endMs[i] });
    this.changed();
  }

  onDone(): void {
    if (this.over) this.late++;
    this.over = this.done = true;
    this.changed();
  }

  onError(error: EngineError): void {
    if (this.over) this.late++;
    this.over = true;
    this.error = error;
    this.changed();
  }

  ended(): Promise<void> {
    return this.until(() => this.over, 'the utterance ended');
  }
}

/** Fails the test run on an unhandled rejection or a stray exception, as a worker thread would die of it. */
export function watchStrayErrors(): { seen: unknown[]; stop(): void } {
  const seen: unknown[] = [];
  const note = (thrown: unknown) => seen.push(thrown);
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  return {
    seen,
    stop: () => {
      process.off('unhandledRejection', note);
      process.off('uncaughtException', note);
    },
  };
}
