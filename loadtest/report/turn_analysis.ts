// What the server itself added to each answer, seen from outside. Pure: rows of callers and providers in, figures out.
//
// The caller notes when the last voiced frame left (voice end) and when the first voiced frame of the answer came in. The
// providers note, for the same utterance (its turn word, fleet/turn_words.ts):
//
//   voice end ──hold──> deciding frame left ──e0──> Finalize at STT ──stt──> final left ──e1──> LLM request
//       ──llm──> text of the first piece left ──e2──> that text at TTS ──tts──> first audio left ──e3──> first voiced
//       frame at the caller
//
//   engine added = e0 + e1 + e2 + e3 = response time - hold - stt - llm - tts
//
// `stt`, `llm` and `tts` are the simulators' own times: from Finalize until the last final with words had left (nothing,
// when that had left by itself before), from the request until the model had sent all characters that the voice got
// first, from those until the first audio.
//
// `hold` is the endpointing hold: the silence that the server's voice detector asks for before it believes that the caller
// has finished. It is audio, not time: the server sends what it has heard to STT before it says Finalize, so the audio
// STT has by then tells which of the caller's frames decided, and hence when that frame had left. Whatever passed after
// that is e0, the detector's own work included. A server collects frames for STT and sends what it has with the Finalize:
// the newest of those decided. When several messages came in one burst with the Finalize, the server had been stuck, and
// any frame from the end of the first of them on may have decided: that one counts. A stall too short for that hides here;
// it meets e1, e2 and e3 as often.
// When frames were due is taken from the caller's grid, so frames that the generator sent late count against the server,
// and so do frames that the server lost. Frames that it made up are found by audio that seems to arrive before it left.
//
// e1 counts from the final, or, when the model was asked before the final was there, from the interim that had come by
// then, else from Finalize (then no words were waited for, and `stt` is nothing). A server that lets a finished final wait for more silence (TURN_SILENCE_MS_MIN) has
// that wait in e1, or in e2 when it asked the model at once but held the reply back: choose providers slower than the hold,
// as the default profile is, or read the figure as an upper bound.
//
// A server may say Finalize before its detector is sure (ours after 32 ms of silence, and is sure after 192). Words that
// are there before then wait for more silence, not for the server: until SURE_AFTER_MS behind Finalize that wait is hold.
//
// No part is less than nothing. Answers that lack a part (an apology, an answer to an earlier utterance) are counted as
// not attributed, not guessed.

import type { CompletionRow, FinalRow, ProviderRows, TurnRow, VoiceRow } from '../fleet/fleet_messages.js';

const FRAME_MS = 20;
/** A caller's grid is known from a few of its frames, each as late as the generator was. */
const GRID_ERROR_MS = 3;
/** VAD_MIN_SILENCE_MS less the pause after which Finalize goes out (src/audio/vad/speech_detector.ts). */
const SURE_AFTER_MS = 160;
/** To which both moments are known: a beat of the server's. */
const BEAT_MS = 10;

/** One answered turn taken apart, ms. */
export interface TurnParts {
  callSid: string;
  voiceEndMs: number;
  answerMs: number;
  responseMs: number;
  holdMs: number;
  sttMs: number;
  llmMs: number;
  ttsMs: number;
  e0: number;
  e1: number;
  e2: number;
  e3: number;
  engineAddedMs: number;
}

export interface TurnAnalysis {
  parts: TurnParts[];
  /** Answered turns whose provider rows were not all found. */
  unattributed: number;
}

/**
 * @param turns those to take apart
 * @param allTurns every turn of the run: the callers' grids are the better known
 */
export function analyseTurns(
  turns: readonly TurnRow[],
  allTurns: readonly TurnRow[],
  rows: ProviderRows,
): TurnAnalysis {
  const index = new RowIndex(rows);
  const grids = gridsOf(allTurns);
  const parts: TurnParts[] = [];
  let unattributed = 0;
  for (const turn of turns) {
    if (turn.answerMs === null || turn.early) continue;
    const row = takeApart(turn, turn.answerMs, grids.get(turn.callSid)!, index);
    if (row) parts.push(row);
    else unattributed++;
  }
  return { parts, unattributed };
}

/** When frame 0 of each call was due, by its punctual frames: those that the generator sent late only look later. */
function gridsOf(turns: readonly TurnRow[]): Map<string, number> {
  const grids = new Map<string, number>();
  for (const { callSid, voiceEndMs, endFrame } of turns) {
    const gridMs = voiceEndMs - endFrame * FRAME_MS;
    grids.set(callSid, Math.min(grids.get(callSid) ?? gridMs, gridMs));
  }
  return grids;
}

function takeApart(turn: TurnRow, answerMs: number, gridMs: number, index: RowIndex): TurnParts | null {
  const word = index.wordOf(turn, answerMs);
  const voice = word === null ? undefined : index.voice(word, answerMs);
  const completion = voice && index.completion(voice);
  if (!voice || !completion) return null;
  const finalize = index.finalizeOf(turn, completion.startMs);
  const textLeftMs = leftAt(completion, voice.firstText);
  const decidedMs = finalize && decidingFrameMs(finalize, turn, gridMs);
  if (!finalize || decidedMs === null || textLeftMs === null) return null;
  const finalMs = index.finalOf(turn, completion.startMs) ?? finalize.startMs;
  const sttMs = Math.max(0, finalMs - finalize.startMs);
  const askedMs = Math.max(0, completion.startMs - finalize.startMs - sttMs);
  const sureMs = waitedToBeSure(sttMs, askedMs);
  const parts = {
    callSid: turn.callSid,
    voiceEndMs: turn.voiceEndMs,
    answerMs,
    responseMs: answerMs - turn.voiceEndMs,
    holdMs: decidedMs - turn.voiceEndMs + sureMs,
    sttMs,
    llmMs: textLeftMs - completion.startMs,
    ttsMs: voice.endMs - voice.startMs,
    e0: Math.max(0, finalize.startMs - decidedMs),
    e1: askedMs - sureMs,
    e2: Math.max(0, voice.startMs - textLeftMs),
    e3: Math.max(0, answerMs - voice.endMs),
  };
  return { ...parts, engineAddedMs: parts.e0 + parts.e1 + parts.e2 + parts.e3 };
}

/** Of the time from the words to the request, what passed until the server's detector was sure of the end. */
function waitedToBeSure(sttMs: number, askedMs: number): number {
  // Asked before: it was not silence that decided.
  if (sttMs > 0 && sttMs + askedMs < SURE_AFTER_MS - BEAT_MS) return 0;
  return Math.min(askedMs, Math.max(0, SURE_AFTER_MS - sttMs));
}

/** When the frame that made the server say Finalize was due; null when its audio can't be that of this stream. */
function decidingFrameMs({ startMs, audio }: FinalRow, { voiceEndMs }: TurnRow, gridMs: number): number | null {
  if (!audio) return null;
  // Made-up frames of a jitter buffer count here and not on the caller's side: then audio would come before it left.
  const aheadMs = gridMs - FRAME_MS - audio.lagMs;
  const madeUp = Math.max(0, Math.ceil((aheadMs - GRID_ERROR_MS) / FRAME_MS));
  const decidingFrame = Math.round(audio.burstFirstMs / FRAME_MS) - 1 - madeUp;
  const dueMs = gridMs + decidingFrame * FRAME_MS;
  // After a reconnect the count begins anew; a frame can't have been heard before it left.
  return dueMs > startMs || dueMs < voiceEndMs - FRAME_MS ? null : dueMs;
}

/**
 * When `text` (the reply's beginning, as the voice got it, with the blank behind it) had left the model; null when that
 * is not known.
 */
export function leftAt({ reply, chars, atMs }: CompletionRow, text: string): number | null {
  // The server may have changed blanks or marks at the end of the piece: it ends at its last letter.
  const letters = text.replace(/[^\p{L}\p{N}]+$/u, '');
  const at = reply.toLowerCase().indexOf(letters.toLowerCase());
  const needed = at < 0 ? text.length : at + text.length;
  const i = chars.findIndex((count) => count >= needed);
  return i < 0 ? null : atMs[i];
}

/** The providers' rows by what they are looked up by. */
export class RowIndex {
  readonly #lines = new Map<string, { word: string; atMs: number }[]>();
  readonly #finals = new Map<string, FinalRow[]>();
  readonly #voices = new Map<string, VoiceRow[]>();
  readonly #completions = new Map<string, CompletionRow[]>();

  constructor(rows: ProviderRows) {
    for (const line of rows.lines) push(this.#lines, line.callSid, line);
    for (const final of rows.finals) push(this.#finals, final.callSid, final);
    for (const voice of rows.voices) push(this.#voices, voice.word, voice);
    for (const completion of rows.completions) push(this.#completions, completion.word, completion);
  }

  /** The word of what speech recognition began to hear last, in this utterance. */
  wordOf({ callSid, voiceStartMs }: TurnRow, answerMs: number): string | null {
    const heard = this.#lines.get(callSid)?.filter(({ atMs }) => atMs >= voiceStartMs && atMs < answerMs);
    return heard?.at(-1)?.word ?? null;
  }

  /** The last Finalize after the voice's end and before `untilMs`. */
  finalizeOf({ callSid, voiceEndMs }: TurnRow, untilMs: number): FinalRow | null {
    const known = this.#finals
      .get(callSid)
      ?.findLast(
        ({ kind, startMs }) =>
          kind !== 'endpointed' && kind !== 'interim' && startMs >= voiceEndMs && startMs <= untilMs,
      );
    return known ?? null;
  }

  /** When the last words, final or not, had left before `untilMs`. */
  finalOf(turn: TurnRow, untilMs: number): number | null {
    return this.lastFinal(turn, untilMs)?.endMs ?? null;
  }

  /** The last words that left after the voice's end and before `untilMs`. */
  lastFinal({ callSid, voiceEndMs }: TurnRow, untilMs: number): FinalRow | null {
    const known = this.#finals
      .get(callSid)
      ?.findLast(({ kind, endMs }) => kind !== 'unanswered' && endMs >= voiceEndMs && endMs <= untilMs);
    return known ?? null;
  }

  voice(word: string, answerMs: number): VoiceRow | undefined {
    return this.#voices.get(word)?.findLast(({ endMs }) => endMs <= answerMs);
  }

  /** The completion whose text the voice got: the last one asked for before that. */
  completion({ word, startMs }: VoiceRow): CompletionRow | undefined {
    return this.#completions.get(word)?.findLast((completion) => completion.startMs < startMs);
  }
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
