// Decides when the caller's turn is over, from the silence so far, how long these words are to be waited for, and how far
// the recogniser has heard. Pure: time comes in as an argument and decisions go out as values, so each rule is a row in
// endpointing.test.ts. How long to wait is end_of_turn.ts; the turn these facts belong to is caller_turn.ts.

export interface EndpointingOptions {
  /** How long to wait for the final transcript after Finalize before what is there must do. */
  sttFinalTimeoutMs: number;
}

export interface EndpointInput {
  nowMs: number;
  /** VAD: the caller speaks now. */
  speaking: boolean;
  /** VAD: within that, a silence is heard that may be its end. */
  pausing: boolean;
  /** When the last speech really ended (VAD's silence counted back). */
  speechEndMs: number;
  /** There are words. */
  hasText: boolean;
  /** Silence after which these words are the whole turn, from the end of speech. */
  holdMs: number;
  /** Silence after which sound without words is nothing. */
  silenceMsMin: number;
  /** The caller is more likely done than not. */
  likelyOver: boolean;
  /** A part of the text may still change. */
  pendingInterim: boolean;
  /** Finalize was sent for this pause; null = not (yet). */
  finalizeSentAtMs: number | null;
  /** A final came that answers it (from_finalize or speech_final), or one that reaches the end of speech. */
  finalCame: boolean;
  /** The recogniser's clock is known and its finals end before the speech did: words are missing. */
  fallsShort: boolean;
  /** What was recognised so far reaches the end of speech, as far as can be told. */
  heardAll: boolean;
  /** When a word was last new. */
  newWordAtMs: number;
  /** The recogniser's own endpointer saw the end of speech, after the last new word. */
  speechFinal: boolean;
}

export interface EndpointDecision {
  /** `ignore`: there was sound but no words (a cough, a door); nobody is to be answered. */
  decision: 'wait' | 'end' | 'ignore';
  /** When to ask again if nothing happens before; Infinity while the caller speaks. */
  checkAtMs: number;
  /** From then on drafting a reply will rarely be in vain, though the turn is not over; Infinity = not as things stand. */
  draftAtMs: number;
}

/** What a model and a voice take for a first sound: a draft begun so long before the turn is over is not waited for. */
const DRAFT_AHEAD_MS = 600;

/**
 * The VAD says "speaking", but no word comes: a television, a fan. After so long the words that are there are answered, or
 * sooner when the recogniser itself heard an end.
 */
export const STUCK_MS = 4000;
export const STUCK_SPEECH_FINAL_MS = 1500;
/** A recogniser that is known to be behind (a new connection, hearing the sound again) gets so many times the usual patience. */
const BEHIND_PATIENCE = 3;

/** The rule. O(1). */
export function decideEndpoint(input: EndpointInput, options: EndpointingOptions): EndpointDecision {
  const { nowMs, speechEndMs } = input;
  if (input.speaking) {
    if (!input.hasText) return wait(Number.POSITIVE_INFINITY);
    const stuckMs = input.speechFinal
      ? Math.max(STUCK_SPEECH_FINAL_MS, input.holdMs)
      : Math.max(STUCK_MS, input.holdMs);
    const untilMs = input.newWordAtMs + stuckMs;
    const isDone = input.pausing && input.likelyOver && input.heardAll;
    return nowMs >= untilMs ? done('end') : wait(untilMs, isDone ? nowMs : Number.POSITIVE_INFINITY);
  }
  // Finalize is usually answered, not always: there is a time after which what we have must do.
  const patienceMs = options.sttFinalTimeoutMs * (input.fallsShort ? BEHIND_PATIENCE : 1);
  const sttDeadlineMs = (input.finalizeSentAtMs ?? speechEndMs) + patienceMs;
  const settled = input.finalCame && !input.pendingInterim;

  if (!input.hasText) {
    // The transcriber may answer "nothing" within milliseconds, before it has heard the tail: silenceMsMin at least.
    const untilMs = settled ? speechEndMs + input.silenceMsMin : sttDeadlineMs;
    return nowMs >= untilMs ? done('ignore') : wait(untilMs);
  }
  const untilMs = Math.max(speechEndMs + input.holdMs, settled ? 0 : sttDeadlineMs);
  if (nowMs >= untilMs) return done('end');
  if (!input.heardAll) return wait(untilMs);
  // Who has been silent for most of a long hold rarely goes on.
  return wait(untilMs, input.likelyOver ? nowMs : untilMs - DRAFT_AHEAD_MS);
}

function done(decision: 'end' | 'ignore'): EndpointDecision {
  return { decision, checkAtMs: Number.POSITIVE_INFINITY, draftAtMs: Number.POSITIVE_INFINITY };
}

function wait(checkAtMs: number, draftAtMs = Number.POSITIVE_INFINITY): EndpointDecision {
  return { decision: 'wait', checkAtMs, draftAtMs };
}
