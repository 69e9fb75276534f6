// Decides when the caller's turn is over. Pure: time comes in as an argument and decisions go out as values, so each
// rule is a row in endpointing.test.ts. Whether words read as finished is utterance_completeness.ts; the beat that
// calls this is worker/frame_clock.ts, the state around it turn_manager.ts.

import { completeness } from './utterance_completeness.js';

export interface EndpointingOptions {
  /** Silence that ends a turn whose words read as finished. */
  silenceMsMin: number;
  /** Silence that ends a turn whatever was said; longer feels like a dead line. */
  silenceMsMax: number;
  /** How long to wait for the final transcript after Finalize before the interim is taken. */
  sttFinalTimeoutMs: number;
  /** BCP 47. */
  language?: string;
}

export interface EndpointInput {
  nowMs: number;
  /** VAD: the caller speaks now. */
  speaking: boolean;
  /** When the last speech really ended (VAD's silence counted back). */
  speechEndMs: number;
  /** Everything said in this turn, finals and interim. */
  text: string;
  /** A part of `text` may still change. */
  pendingInterim: boolean;
  /** Finalize was sent for this pause; null = not (yet). */
  finalizeSentAtMs: number | null;
  /** A final came that answers it (from_finalize or speech_final); null = not yet. */
  finalAnsweredAtMs: number | null;
  /** When the newest final with words came; absent or null = none in this turn. */
  lastFinalAtMs?: number | null;
}

export interface EndpointDecision {
  /** `ignore`: there was sound but no words (a cough, a door); nobody is to be answered. */
  decision: 'wait' | 'end' | 'ignore';
  /** When to ask again if nothing happens before; Infinity while the caller speaks. */
  checkAtMs: number;
  /** The words look finished though the hold is not over: drafting a reply now will rarely be in vain. */
  eager: boolean;
}

/** From here on a draft is worth its tokens: most such turns are answered as they stand. */
const EAGER_COMPLETENESS = 0.7;

/**
 * A final that comes this long after the end of speech has heard all of it: transcribers run 200 to 300 ms behind. When
 * one came by itself, Finalize has nothing left to flush and may go unanswered.
 */
const FINAL_LAG_MS = 300;

/** The rule. O(text); a few times per pause. */
export function decideEndpoint(input: EndpointInput, options: EndpointingOptions): EndpointDecision {
  if (input.speaking) return { decision: 'wait', checkAtMs: Number.POSITIVE_INFINITY, eager: false };
  const { nowMs, speechEndMs } = input;
  const answered = input.finalAnsweredAtMs !== null;
  // Finalize is usually answered, not always: there is a time after which what we have must do.
  const sttDeadlineMs = (input.finalizeSentAtMs ?? speechEndMs) + options.sttFinalTimeoutMs;

  if (input.text.trim() === '') {
    // The transcriber may answer "nothing" within milliseconds, before it has heard the tail: silenceMsMin at least.
    const untilMs = answered && !input.pendingInterim ? speechEndMs + options.silenceMsMin : sttDeadlineMs;
    return nowMs >= untilMs ? done('ignore') : wait(untilMs, false);
  }

  const finished = completeness(input.text, options.language);
  const holdMs = options.silenceMsMax - (options.silenceMsMax - options.silenceMsMin) * finished;
  const finalCame = answered || (input.lastFinalAtMs ?? Number.NEGATIVE_INFINITY) >= speechEndMs + FINAL_LAG_MS;
  const settled = finalCame && !input.pendingInterim;
  const untilMs = Math.max(speechEndMs + holdMs, settled ? 0 : sttDeadlineMs);
  if (nowMs >= untilMs) return done('end');
  return wait(untilMs, finished >= EAGER_COMPLETENESS);
}

function done(decision: 'end' | 'ignore'): EndpointDecision {
  return { decision, checkAtMs: Number.POSITIVE_INFINITY, eager: false };
}

function wait(checkAtMs: number, eager: boolean): EndpointDecision {
  return { decision: 'wait', checkAtMs, eager };
}
