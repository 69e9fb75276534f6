// Different people: voices of the synthesiser with their own pitch, pace and loudness, and utterances with the words' times.

import { allWords } from '../ear/voice_book.js';
import type { EspeakVoice } from '../simulators/speech/espeak_thread.js';
import { synthesiseWithWords } from '../simulators/speech/synthesise.js';

export const RATE_HZ = 8000;
const SAMPLES_PER_MS = RATE_HZ / 1000;

export interface Person {
  voice: EspeakVoice;
  /** Against a peak of -6 dBFS. */
  loudnessDb: number;
}

/** Something that sounds, with the words in it. Samples at 8 kHz, full scale 1. */
export interface Utterance {
  text: string;
  pcm: Float32Array;
  /** ms within the utterance, without the silence around each word. */
  words: readonly { text: string; startMs: number; endMs: number; lateMs?: number }[];
}

const NAMES = ['en-us+f3', 'en-us+m3', 'en+f2', 'en+m1', 'en-us+m7', 'en+f4', 'en-us+f5', 'en+m5'];

export function somebody(random: () => number): Person {
  const name = NAMES[Math.floor(random() * NAMES.length)];
  return {
    voice: {
      name,
      wordsPerMinute: Math.round(145 + random() * 50),
      pitch: Math.round((name.includes('+f') ? 50 : 28) + random() * 22),
    },
    loudnessDb: -9 + random() * 6,
  };
}

/** `text` in a person's voice, `gapMs` of silence where it has " ... ". */
export async function say(text: string, { voice, loudnessDb }: Person, gapMs = 700): Promise<Utterance> {
  const parts = text.split(/\s*\.\.\.\s*/).filter((part) => part !== '');
  const pieces = await Promise.all(parts.map((part) => synthesiseWithWords(part, { voice, rateHz: RATE_HZ })));
  return joined(
    pieces.map(({ samples, words }, i) => {
      const gain = 10 ** (loudnessDb / 20) / 32_768;
      const pcm = Float32Array.from(samples, (sample) => sample * gain);
      return {
        utterance: trimmed({ text: parts[i], pcm, words: allWords(parts[i], words).map(asWord) }),
        gapMs: i === 0 ? 0 : gapMs,
      };
    }),
  );
}

function asWord({
  word,
  startMs,
  endMs,
}: {
  word: string;
  startMs: number;
  endMs: number;
}): Utterance['words'][number] {
  return { text: word, startMs, endMs };
}

/** One after another, each after its silence. */
export function joined(parts: readonly { utterance: Utterance; gapMs: number }[]): Utterance {
  const length = parts.reduce((sum, { utterance, gapMs }) => sum + utterance.pcm.length + samplesOf(gapMs), 0);
  const pcm = new Float32Array(length);
  const words: Utterance['words'][number][] = [];
  let at = 0;
  for (const { utterance, gapMs } of parts) {
    at += samplesOf(gapMs);
    pcm.set(utterance.pcm, at);
    const fromMs = at / SAMPLES_PER_MS;
    for (const { text, startMs, endMs } of utterance.words)
      words.push({ text, startMs: fromMs + startMs, endMs: fromMs + endMs });
    at += utterance.pcm.length;
  }
  return { text: parts.map(({ utterance }) => utterance.text).join(' '), pcm, words };
}

/** Without silence at both ends, and each word's end where its sound ends: the synthesiser counts pauses to the word before. */
export function trimmed({ text, pcm, words }: Utterance): Utterance {
  const first = pcm.findIndex((sample) => Math.abs(sample) > QUIET);
  const last = pcm.findLastIndex((sample) => Math.abs(sample) > QUIET) + 1;
  if (first < 0) return { text, pcm: new Float32Array(0), words: [] };
  const shiftMs = first / SAMPLES_PER_MS;
  const lengthMs = (last - first) / SAMPLES_PER_MS;
  const cut = pcm.slice(first, last);
  return {
    text,
    pcm: cut,
    words: words.map((word) => {
      const startMs = Math.min(lengthMs, Math.max(0, word.startMs - shiftMs));
      const endMs = Math.min(lengthMs, Math.max(startMs, word.endMs - shiftMs));
      const sound = cut
        .subarray(samplesOf(startMs), samplesOf(endMs))
        .findLastIndex((sample) => Math.abs(sample) > QUIET);
      return { text: word.text, startMs, endMs: sound < 0 ? endMs : startMs + (sound + 1) / SAMPLES_PER_MS };
    }),
  };
}

/** About -46 dBFS. */
const QUIET = 0.005;

export function samplesOf(ms: number): number {
  return Math.round(ms * SAMPLES_PER_MS);
}

export function lengthMs({ pcm }: Utterance): number {
  return pcm.length / SAMPLES_PER_MS;
}
