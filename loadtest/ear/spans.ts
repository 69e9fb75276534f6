// Stretches of sound on a call's time line, and the 200 ms ticks that the interaction panel counts in. Pure.

/** Milliseconds on the call's time line; the end is not part of it. */
export interface Span {
  startMs: number;
  endMs: number;
}

/** A tick "contains speech" or it doesn't: the panel's grain. */
export const TICK_MS = 200;
/** So much sound makes a tick one with speech; less is the edge of a neighbour. */
const TICK_SOUND_MS = 20;
const WINDOW_MS = 10;
const SAMPLES_PER_MS = 8;
/** Mean level from which a window is sound: far below a quiet voice, above what a line hisses (-55 dBFS and below). */
const SOUND_DBFS = -45;

/** Stretches of sound in `pcm` (8 kHz); holes shorter than `holeMs` are none. */
export function soundSpans(pcm: Int16Array, holeMs = 40, dbfs = SOUND_DBFS): Span[] {
  const size = WINDOW_MS * SAMPLES_PER_MS;
  const threshold = 32_768 * 10 ** (dbfs / 20);
  const spans: Span[] = [];
  for (let at = 0; at + size <= pcm.length; at += size) {
    let sum = 0;
    for (let i = at; i < at + size; i++) sum += Math.abs(pcm[i]);
    if (sum / size < threshold) continue;
    const startMs = at / SAMPLES_PER_MS;
    const last = spans.at(-1);
    if (last && startMs - last.endMs < holeMs) last.endMs = startMs + WINDOW_MS;
    else spans.push({ startMs, endMs: startMs + WINDOW_MS });
  }
  return spans;
}

/** Spans closer than `gapMs` become one. `spans` by start, not overlapping. */
export function merged(spans: readonly Span[], gapMs: number): Span[] {
  const out: Span[] = [];
  for (const { startMs, endMs } of spans) {
    const last = out.at(-1);
    if (last && startMs - last.endMs < gapMs) last.endMs = Math.max(last.endMs, endMs);
    else out.push({ startMs, endMs });
  }
  return out;
}

/** For each tick from the call's beginning to `durationMs`: does it contain speech? */
export function ticksOf(spans: readonly Span[], durationMs: number): boolean[] {
  const soundMs = new Float64Array(Math.ceil(durationMs / TICK_MS));
  for (const { startMs, endMs } of spans) {
    for (let tick = Math.max(0, Math.floor(startMs / TICK_MS)); tick * TICK_MS < endMs && tick < soundMs.length; tick++)
      soundMs[tick] += Math.min(endMs, (tick + 1) * TICK_MS) - Math.max(startMs, tick * TICK_MS);
  }
  return Array.from(soundMs, (ms) => ms >= TICK_SOUND_MS);
}

/** How long `spans` sound inside [fromMs, toMs). */
export function soundIn(spans: readonly Span[], fromMs: number, toMs: number): number {
  let sum = 0;
  for (const { startMs, endMs } of spans) sum += Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs));
  return sum;
}

export function isSounding(spans: readonly Span[], atMs: number): boolean {
  return spans.some(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Nearest rank; null without values. */
export function quantile(values: readonly number[], q: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))];
}
