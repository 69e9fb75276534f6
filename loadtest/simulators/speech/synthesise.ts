// A voice for the simulators and the demo: text in, telephone-level speech out, kept so that nothing is made twice.

import { type EspeakVoice, espeak } from './espeak_thread.js';
import { resample } from './resample.js';

/** Voices that are easy to tell apart by ear. */
export const VOICES = {
  us_woman: { name: 'en-us+f3', wordsPerMinute: 170, pitch: 55 },
  us_man: { name: 'en-us+m3', wordsPerMinute: 165, pitch: 40 },
  gb_woman: { name: 'en+f2', wordsPerMinute: 170, pitch: 60 },
  gb_man: { name: 'en+m1', wordsPerMinute: 165, pitch: 35 },
} as const satisfies Record<string, EspeakVoice>;
export type VoiceName = keyof typeof VOICES;

export interface SynthesisOptions {
  /** Default us_woman. */
  voice?: VoiceName | EspeakVoice;
  /** Sample rate of the result in Hz. */
  rateHz: number;
}

export interface Speech {
  samples: Int16Array;
  /** Words as they stand in the text, with times from the first sample. */
  words: { word: string; startMs: number; endMs: number }[];
}

/** -6 dBFS: loud telephone speech, with room for a codec; the level at which any voice detector must fire. */
const PEAK = 16_384;
const CACHE_SAMPLES_MAX = 16_000_000;

const cache = new Map<string, Promise<Speech>>();
let cachedSamples = 0;

/** Speaks `text` as 16 bit mono PCM at `rateHz`, peak -6 dBFS. Empty or unspeakable text gives no samples. */
export async function synthesise(text: string, options: SynthesisOptions): Promise<Int16Array> {
  return (await synthesiseWithWords(text, options)).samples;
}

/** The same with word times. The result is shared: do not write into it. */
export function synthesiseWithWords(text: string, options: SynthesisOptions): Promise<Speech> {
  const voice = options.voice ?? 'us_woman';
  const key = `${JSON.stringify(voice)} ${options.rateHz} ${text}`;
  const known = cache.get(key);
  if (known) return known;
  const speech = make(text, voice, options.rateHz);
  cache.set(key, speech);
  speech.then(
    ({ samples }) => keepWithinLimit(samples.length),
    () => cache.delete(key),
  );
  return speech;
}

async function make(text: string, voice: VoiceName | EspeakVoice, rateHz: number): Promise<Speech> {
  if (!/[\p{L}\p{N}]/u.test(text)) return { samples: new Int16Array(0), words: [] };
  const raw = await espeak(text, typeof voice === 'string' ? VOICES[voice] : voice);
  const samples = resample(raw.samples, raw.rateHz, rateHz);
  normalise(samples);
  return { samples, words: wordTimes(text, raw.words, (samples.length * 1000) / rateHz) };
}

function normalise(samples: Int16Array): void {
  let peak = 1;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  for (let i = 0; i < samples.length; i++) samples[i] = Math.round((samples[i] * PEAK) / peak);
}

/** Blank-separated words of the text, each from its first spoken part to the start of the next word. */
function wordTimes(text: string, spoken: { position: number; startMs: number }[], totalMs: number): Speech['words'] {
  const words: Speech['words'] = [];
  let next = 0;
  for (const match of text.matchAll(/\S+/g)) {
    while (next < spoken.length && spoken[next].position < match.index) next++;
    const inWord = spoken[next];
    if (!inWord || inWord.position >= match.index + match[0].length) continue;
    const previous = words.at(-1);
    if (previous) previous.endMs = inWord.startMs;
    words.push({ word: match[0], startMs: inWord.startMs, endMs: totalMs });
  }
  return words;
}

/** The oldest go first. Recently used ones may go too: making them again costs milliseconds. */
function keepWithinLimit(added: number): void {
  cachedSamples += added;
  for (const [key, speech] of cache) {
    if (cachedSamples <= CACHE_SAMPLES_MAX) return;
    cache.delete(key);
    void speech.then(({ samples }) => {
      cachedSamples -= samples.length;
    });
  }
}
