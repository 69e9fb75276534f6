// What the server itself added to each answer, seen from outside. Pure: rows of callers and providers in, figures out.
//
// The caller notes when the last voiced frame left (voice end) and when the first voiced frame of the answer came in. The
// providers note, for the same utterance (its turn word, fleet/turn_words.ts):
//
//   voice end ──hearing──> Finalize at STT ──stt──> final left ──e1──> LLM request ──llm──> text of the first piece left
//             ──e2──> that text at TTS ──tts──> first audio left ──e3──> first voiced frame at the caller
//
// `stt`, `llm` and `tts` are the simulators' own times: from Finalize until the last final with words had left (nothing,
// when that had left by itself before), from the request until the model had sent all characters that the voice got
// first, from those until the first audio.
//
// `hearing` is the endpointing hold: silence that the voice detector asks for before it believes in an end. It depends on
// the recording and on where its frames fall on the detector's grid, not on load. So each (clip, grid position) has a
// baseline, the shortest hearing seen in the run:
//
//   e0 = hearing - baseline(clip, grid position)
//   engine added = e0 + e1 + e2 + e3 = response time - baseline - stt - llm - tts
//
// e1 counts from the final, or from Finalize when the model was asked before the final was there (then the final was not
// waited for, and `stt` is nothing). A server that lets a finished final wait for more silence (TURN_SILENCE_MS_MIN) has
// that wait in e1, or in e2 when it asked the model at once but held the reply back: choose providers slower than the hold,
// as the default profile is, or read the figure as an upper bound.
//
// No part is less than nothing. Answers that lack a part (an apology, an answer to an earlier utterance) are counted as
// not attributed, not guessed.

import type { CompletionRow, FinalRow, ProviderRows, TurnRow, VoiceRow } from '../fleet/fleet_messages.js';

/** One answered turn taken apart, ms. */
export interface TurnParts {
  callSid: string;
  voiceEndMs: number;
  answerMs: number;
  responseMs: number;
  hearingMs: number;
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
  /** Baselines: shortest hearing by clip and grid position, ms. */
  baselines: { clip: number; phase: number; turns: number; hearingMs: number }[];
}

/** Turns of one kind with less company than this have no baseline of their own. */
const BASELINE_TURNS_MIN = 3;

interface Found extends TurnParts {
  clip: number;
  phase: number;
}

/**
 * @param turns those to take apart
 * @param allTurns every turn of the run: baselines are the better the more there are
 */
export function analyseTurns(
  turns: readonly TurnRow[],
  allTurns: readonly TurnRow[],
  rows: ProviderRows,
): TurnAnalysis {
  const index = new RowIndex(rows);
  const wanted = new Set(turns);
  const found: Found[] = [];
  const parts: Found[] = [];
  let unattributed = 0;
  for (const turn of allTurns) {
    if (turn.answerMs === null || turn.early) continue;
    const row = takeApart(turn, turn.answerMs, index);
    if (row) {
      found.push(row);
      if (wanted.has(turn)) parts.push(row);
    } else if (wanted.has(turn)) unattributed++;
  }
  const baselines = baselinesOf(found);
  const byClip = new Map<number, number>();
  for (const { clip, hearingMs } of baselines.values())
    byClip.set(clip, Math.min(byClip.get(clip) ?? Number.POSITIVE_INFINITY, hearingMs));
  for (const part of parts) {
    const own = baselines.get(`${part.clip} ${part.phase}`);
    const baselineMs = own && own.turns >= BASELINE_TURNS_MIN ? own.hearingMs : (byClip.get(part.clip) ?? 0);
    part.e0 = Math.max(0, part.hearingMs - baselineMs);
    part.engineAddedMs = part.e0 + part.e1 + part.e2 + part.e3;
  }
  return { parts, unattributed, baselines: [...baselines.values()] };
}

function takeApart(turn: TurnRow, answerMs: number, index: RowIndex): Found | null {
  const word = index.wordOf(turn, answerMs);
  const voice = word === null ? undefined : index.voice(word, answerMs);
  const completion = voice && index.completion(voice);
  if (!voice || !completion) return null;
  const finalizeMs = index.finalizeOf(turn, completion.startMs);
  const textLeftMs = leftAt(completion, voice.firstText);
  if (finalizeMs === null || textLeftMs === null) return null;
  const finalMs = index.finalOf(turn, completion.startMs) ?? finalizeMs;
  const sttMs = Math.max(0, finalMs - finalizeMs);
  const e1 = completion.startMs - finalizeMs - sttMs;
  const e2 = voice.startMs - textLeftMs;
  const e3 = answerMs - voice.endMs;
  return {
    callSid: turn.callSid,
    clip: turn.clip,
    phase: turn.phase,
    voiceEndMs: turn.voiceEndMs,
    answerMs,
    responseMs: answerMs - turn.voiceEndMs,
    hearingMs: finalizeMs - turn.voiceEndMs,
    sttMs,
    llmMs: textLeftMs - completion.startMs,
    ttsMs: voice.endMs - voice.startMs,
    e0: 0,
    e1: Math.max(0, e1),
    e2: Math.max(0, e2),
    e3: Math.max(0, e3),
    engineAddedMs: 0,
  };
}

function baselinesOf(found: readonly Found[]) {
  const baselines = new Map<string, TurnAnalysis['baselines'][number]>();
  for (const { clip, phase, hearingMs } of found) {
    const key = `${clip} ${phase}`;
    const known = baselines.get(key);
    if (!known) baselines.set(key, { clip, phase, turns: 1, hearingMs });
    else {
      known.turns++;
      known.hearingMs = Math.min(known.hearingMs, hearingMs);
    }
  }
  return baselines;
}

/**
 * When `text` (the reply's beginning, as the voice got it, with the blank behind it) had left the model; null when that
 * is not known.
 */
function leftAt({ reply, chars, atMs }: CompletionRow, text: string): number | null {
  // The server may have changed blanks or marks at the end of the piece: it ends at its last letter.
  const letters = text.replace(/[^\p{L}\p{N}]+$/u, '');
  const at = reply.toLowerCase().indexOf(letters.toLowerCase());
  const needed = at < 0 ? text.length : at + text.length;
  const i = chars.findIndex((count) => count >= needed);
  return i < 0 ? null : atMs[i];
}

/** The providers' rows by what they are looked up by. */
class RowIndex {
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
  finalizeOf({ callSid, voiceEndMs }: TurnRow, untilMs: number): number | null {
    const known = this.#finals
      .get(callSid)
      ?.findLast(({ kind, startMs }) => kind !== 'endpointed' && startMs >= voiceEndMs && startMs <= untilMs);
    return known?.startMs ?? null;
  }

  /** When the last final with words had left before `untilMs`. */
  finalOf({ callSid, voiceEndMs }: TurnRow, untilMs: number): number | null {
    const known = this.#finals
      .get(callSid)
      ?.findLast(({ kind, endMs }) => kind !== 'unanswered' && endMs >= voiceEndMs && endMs <= untilMs);
    return known?.endMs ?? null;
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
