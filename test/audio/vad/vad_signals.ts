// Signals for the voice activity tests: one that is computed (so the tests bite on any machine) and, where a folder of
// real recordings lies beside the repository, those with known answers.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NativeSileroNet } from '../../../src/audio/kernels/addon.js';
import { RATE_HZ } from '../../../src/audio_format.js';

const REPO = join(import.meta.dirname, '..', '..', '..');
export const MODEL_PATH = join(REPO, 'models', 'silero_vad.onnx');
const RECORDINGS = join(REPO, '..', 'shared', 'audio');
const GOLDEN = join(RECORDINGS, 'vad', 'golden.json');

/** The engines that can run here: the native one only where the addon is. */
export const ENGINES: readonly ('onnx' | 'native')[] = NativeSileroNet ? ['onnx', 'native'] : ['onnx'];

/** `seconds` of 8 kHz audio: four syllables of vowel-like pulses through formants, noise, silence, a tone; repeating. */
export function speechLikeSignal(seconds: number, seed = 1): Int16Array {
  const pcm = new Int16Array(seconds * RATE_HZ);
  const random = randomNumbers(seed);
  const formants = [700, 1220, 2600].map((hz) => new Resonator(hz, 80));
  let phase = 0;
  for (let i = 0; i < pcm.length; i++) {
    const atS = i / RATE_HZ;
    const part = atS % 2;
    const pitchHz = 110 + 25 * Math.sin(2 * Math.PI * 1.3 * atS) + 8 * (seed % 5);
    phase += pitchHz / RATE_HZ;
    const pulse = phase >= 1 ? 1 : 0;
    phase -= pulse;
    const noise = random() - 0.5;
    let sample = 0.002 * noise;
    if (part < 1) {
      const syllable = Math.sin(Math.PI * ((part * 4) % 1)) ** 2;
      let voice = pulse + 0.02 * noise;
      for (const formant of formants) voice = formant.next(voice);
      sample += 0.9 * syllable * voice;
    } else if (part < 1.25) sample += 0.2 * noise;
    else if (part > 1.75) sample += 0.3 * Math.sin(2 * Math.PI * 440 * atS);
    pcm[i] = Math.max(-32768, Math.min(32767, Math.round(sample * 20000)));
  }
  return pcm;
}

/** A two-pole resonance with unit peak gain, roughly what a mouth cavity does to a voice. */
class Resonator {
  readonly #a1: number;
  readonly #a2: number;
  #y1 = 0;
  #y2 = 0;
  constructor(hz: number, bandwidthHz: number) {
    const r = Math.exp((-Math.PI * bandwidthHz) / RATE_HZ);
    this.#a1 = 2 * r * Math.cos((2 * Math.PI * hz) / RATE_HZ);
    this.#a2 = -r * r;
  }
  next(x: number): number {
    const y = x + this.#a1 * this.#y1 + this.#a2 * this.#y2;
    this.#y2 = this.#y1;
    this.#y1 = y;
    return y;
  }
}

/** Numbers in [0, 1) from a seed (mulberry32): the same on every machine. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface GoldenRecording {
  name: string;
  pcm: Int16Array;
  probabilities: number[];
}

/** The 8 kHz recordings whose probabilities are known; empty where the folder is absent. */
export function goldenRecordings(): GoldenRecording[] {
  if (!existsSync(GOLDEN)) return [];
  const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as {
    files: Record<string, { sample_rate: number; samples: number; probabilities: number[] }>;
  };
  return Object.entries(golden.files)
    .filter(([, file]) => file.sample_rate === RATE_HZ)
    .map(([name, { probabilities }]) => {
      const path = ['prompts', 'digits'].map((folder) => join(RECORDINGS, folder, name)).find(existsSync);
      return { name, pcm: wavSamples(readFileSync(path!)), probabilities };
    });
}

/** The samples of a mono PCM16 file. */
function wavSamples(file: Buffer): Int16Array {
  let at = 12;
  while (file.toString('latin1', at, at + 4) !== 'data') at += 8 + file.readUInt32LE(at + 4);
  const bytes = file.readUInt32LE(at + 4);
  return new Int16Array(file.buffer.slice(file.byteOffset + at + 8, file.byteOffset + at + 8 + bytes));
}
