// Where the simulated voice comes from: espeak-ng for ears, or a pre-rendered tone for load tests. Either way audio
// leaves in chunks of uneven length that fit no frame, as the vendor's do.

import { type AudioEncoding, encodeAudio, SAMPLE_BYTES } from '../speech/audio_encoding.js';
import { synthesiseWithWords, type VoiceName } from '../speech/synthesise.js';
import type { AudioFormat } from './tts_request.js';

export interface SpokenWord {
  word: string;
  startMs: number;
  endMs: number;
}

/** The audio of one generation, taken chunk by chunk. */
export interface GeneratedAudio {
  words: readonly SpokenWord[];
  /** The next chunk in base64 and its length, or null at the end. */
  next(): { base64: string; ms: number } | null;
}

export interface AudioSource {
  make(text: string, format: AudioFormat): Promise<GeneratedAudio>;
}

const CHUNK_MIN_MS = 25;
const CHUNK_MAX_MS = 180;

/** A random chunk length in bytes: whole samples, and never a multiple of 160 bytes. */
function chunkBytes(encoding: AudioEncoding, rateHz: number, random: () => number): number {
  const ms = CHUNK_MIN_MS + (CHUNK_MAX_MS - CHUNK_MIN_MS) * random();
  const bytes = Math.floor((ms * rateHz) / 1000) * SAMPLE_BYTES[encoding];
  return bytes % 160 === 0 ? bytes + SAMPLE_BYTES[encoding] : bytes;
}

/** Speaks with espeak-ng (in its own thread). Encoded speech is kept for as long as it stays in the speech cache. */
export function speechSource(
  voice: VoiceName,
  random: () => number,
  onSpeech?: (text: string, audio: Uint8Array, words: readonly SpokenWord[], format: AudioFormat) => void,
): AudioSource {
  return {
    async make(text, format) {
      const { encoding, rateHz } = format;
      const { samples, words } = await synthesiseWithWords(text, { voice, rateHz });
      const bytes = encodeAudio(samples, encoding);
      onSpeech?.(text, bytes, words, format);
      const bytesPerMs = (rateHz * SAMPLE_BYTES[encoding]) / 1000;
      let at = 0;
      return {
        words,
        next() {
          if (at >= bytes.length) return null;
          const end = Math.min(bytes.length, at + chunkBytes(encoding, rateHz, random));
          const chunk = { base64: bytes.toString('base64', at, end), ms: (end - at) / bytesPerMs };
          at = end;
          return chunk;
        },
      };
    },
  };
}

/** Ready-made chunks of a humming voice; all contexts of a format share them, so a chunk costs one string reference. */
export function toneSource(random: () => number): AudioSource {
  const reels = new Map<string, { base64: string; ms: number }[]>();
  return {
    async make(text, format) {
      const key = `${format.encoding} ${format.rateHz}`;
      let reel = reels.get(key);
      if (!reel) reels.set(key, (reel = renderReel(format, random)));
      const chunks = reel;
      const words = evenWords(text);
      const totalMs = words.at(-1)?.endMs ?? 0;
      let index = Math.floor(random() * chunks.length);
      let ms = 0;
      return {
        words,
        next() {
          if (ms >= totalMs) return null;
          const chunk = chunks[index++ % chunks.length];
          ms += chunk.ms;
          return chunk;
        },
      };
    },
  };
}

const REEL_CHUNKS = 128;
/** Harmonics of a low voice, each weaker than the one before, and five syllables a second: all repeat every 200 ms. */
const PITCH_HZ = 125;
const SYLLABLE_HZ = 5;

function renderReel({ encoding, rateHz }: AudioFormat, random: () => number): { base64: string; ms: number }[] {
  const period = Int16Array.from({ length: rateHz / SYLLABLE_HZ }, (_, i) => voicedSample(i / rateHz));
  let sample = 0;
  return Array.from({ length: REEL_CHUNKS }, () => {
    const samples = new Int16Array(chunkBytes(encoding, rateHz, random) / SAMPLE_BYTES[encoding]);
    for (let i = 0; i < samples.length; i++) samples[i] = period[sample++ % period.length];
    return { base64: encodeAudio(samples, encoding).toString('base64'), ms: (samples.length * 1000) / rateHz };
  });
}

function voicedSample(seconds: number): number {
  let sum = 0;
  for (let harmonic = 1; harmonic <= 12; harmonic++)
    sum += Math.sin(2 * Math.PI * PITCH_HZ * harmonic * seconds) / harmonic;
  return 7000 * sum * (0.55 - 0.45 * Math.cos(2 * Math.PI * SYLLABLE_HZ * seconds));
}

/** About 15 characters a second, the pace of an unhurried speaker. */
const MS_PER_CHARACTER = 65;

function evenWords(text: string): SpokenWord[] {
  let atMs = 0;
  return (text.match(/\S*[\p{L}\p{N}]\S*/gu) ?? []).map((word) => {
    const startMs = atMs;
    atMs += (word.length + 1) * MS_PER_CHARACTER;
    return { word, startMs, endMs: atMs };
  });
}
