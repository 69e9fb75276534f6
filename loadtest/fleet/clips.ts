// The callers' voices as ready-made frames: synthesised once, or read from a folder of WAV files; trimmed to the voice, so
// that the first frame of a clip begins it and the last one ends it.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { dsp } from '../../src/audio/kernels/addon.js';
import { synthesise, VOICES, type VoiceName } from '../simulators/speech/synthesise.js';
import { AudioClip, FRAME_MS } from '../simulators/twilio/audio_clip.js';
import { readWav } from '../wav_reader.js';
import { CALLER_LINES } from './lines.js';

const RATE_HZ = 8000;
const VOICE_NAMES = Object.keys(VOICES) as VoiceName[];

/** The built-in lines, spoken by the four voices in turn. About a second of work for all of them. */
export function spokenClips(): Promise<AudioClip[]> {
  return Promise.all(
    CALLER_LINES.map(async (line, i) => {
      const voice = VOICE_NAMES[i % VOICE_NAMES.length];
      return trimmed(await synthesise(line.replace('{}', 'sample'), { voice, rateHz: RATE_HZ }), line);
    }),
  );
}

/** All WAV files of a folder, any rate; the first channel. Throws when there is none. */
export function recordedClips(folder: string): AudioClip[] {
  const names = readdirSync(folder)
    .filter((name) => name.toLowerCase().endsWith('.wav'))
    .sort();
  if (names.length === 0) throw new Error(`no .wav files in ${folder}`);
  return names.map((name) => trimmed(telephoneSamples(path.join(folder, name)), name));
}

/** Without the silence at both ends. */
function trimmed(samples: Int16Array, text: string): AudioClip {
  const whole = AudioClip.from(samples, text);
  const clip = new AudioClip(whole.mulaw.subarray(whole.voiceStartMs * 8, whole.voiceEndMs * 8), text);
  if (clip.durationMs < 10 * FRAME_MS) throw new Error(`no voice in "${text}"`);
  return clip;
}

function telephoneSamples(file: string): Int16Array {
  const { rateHz, channels } = readWav(readFileSync(file));
  const mono = channels[0];
  const resampler = dsp.createResampler(rateHz, RATE_HZ);
  const out = new Int16Array(Math.ceil((mono.length * RATE_HZ) / rateHz) + 1024);
  let count = resampler.process(mono, 0, mono.length, out, 0);
  // Half a second of silence pushes the filter's last samples out.
  const tail = new Int16Array(Math.ceil(rateHz / 20));
  count += resampler.process(tail, 0, tail.length, out, count);
  return out.slice(0, count);
}
