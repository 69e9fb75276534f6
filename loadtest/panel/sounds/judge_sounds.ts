// node dist/loadtest/panel/sounds/judge_sounds.js [--seeds N] [--audio DIR] [--plain] [--noise]: what the floor makes of each sound while the
// agent speaks, with the real voice detector: the verdict, how often it yields, how long the ear stays dry. Recordings in
// DIR (any WAV; folder names say what they are) are judged besides; nothing of them is kept.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { VadBatch } from '../../../src/audio/vad/vad_batch.js';
import { Floor } from '../../../src/conversation/turns/floor.js';
import { emptyWindow, type SoundWindow, WINDOW_MS } from '../../../src/conversation/turns/sound_window.js';
import { seededRandom } from '../../simulators/latency.js';
import { resample } from '../../simulators/speech/resample.js';
import { readWav } from '../../wav_reader.js';
import { atLevel, lowPass, RATE_HZ, telephone, whiteNoise } from './shapes.js';
import { CALLER_DB, CALLER_STRETCH_DB, inSilence, ourVoice, SOUNDS } from './sound_list.js';
import { levelsOf, SoundMeter, WINDOW_SAMPLES } from './sound_meter.js';

const MODEL = 'models/silero_vad.onnx';
/** A recogniser's words are there so long after the sound. */
const WORDS_MS = 350;
const LEAD_MS = 400;
/** Silence before each sound. */
const BEFORE_MS = 300;
/** The noise of a street under a call. */
const NOISE_BELOW_DB = 15;

export interface Judged {
  verdict: string;
  /** The floor gave the reply up. */
  yielded: boolean;
  /** From the sound's onset, ms; null = it did not. */
  yieldMs: number | null;
  /** Longest time in which the ear got nothing from us, ms. */
  dryMs: number;
  voicedMs: number;
  probability: number;
  features: Record<'likeness' | 'voicing' | 'unvoicedMs' | 'change' | 'levelSpreadDb' | 'tilt' | 'levelDb', number>;
}

/**
 * Feeds `pcm` to a floor that is speaking; `words` come late, as a recogniser's do. `features` false: probabilities only.
 * `ours`: level of what we play in each window, dB.
 */
export async function judgeSound(
  vad: VadBatch,
  pcm: Int16Array,
  words: string,
  features = true,
  ours: readonly number[] = [],
): Promise<Judged> {
  const windows = await windowsOf(vad, pcm);
  const meter = new SoundMeter();
  const floor = new Floor({ leadMs: LEAD_MS });
  floor.caller.learn(CALLER_STRETCH_DB, 60);
  floor.agent('speaking', 0);
  const window: SoundWindow = emptyWindow();
  const ends = windows.length * WINDOW_MS;
  // From when on the ear gets nothing: a hold lets the lead play, a pause is silent at once.
  let dryFrom = Number.NaN;
  let [dryMs, yieldMs, onset, told] = [0, null as number | null, Number.NaN, false];
  let lastStretch = floor.stretch;
  for (let i = 0; i < windows.length; i++) {
    const nowMs = (i + 1) * WINDOW_MS;
    window.probability = windows[i];
    if (features) meter.measure(pcm, i * WINDOW_SAMPLES, ours[i] ?? -90, window);
    note(floor.window(window, nowMs).do, nowMs);
    const stretch = floor.stretch;
    if (stretch !== null && !told && words !== '' && nowMs >= stretch.lastSpeechMs + WORDS_MS) {
      told = true;
      note(floor.words(words, stretch.onsetMs, stretch.lastSpeechMs, true, nowMs).do, nowMs);
    }
    if (stretch !== null && stretch.voicedMs >= (lastStretch?.voicedMs ?? 0)) lastStretch = stretch;
  }
  if (!Number.isNaN(dryFrom)) dryMs = Math.max(dryMs, ends - dryFrom);
  const { likeness, voicing, unvoicedMs, change, levelSpreadDb, tilt, levelDb, probability, voicedMs, verdict } =
    lastStretch ?? {
      likeness: 0,
      voicing: 0,
      unvoicedMs: 0,
      change: 0,
      levelSpreadDb: 0,
      tilt: 0,
      levelDb: 0,
      probability: 0,
      voicedMs: 0,
      verdict: 'unheard',
    };
  const numbers = { likeness, voicing, unvoicedMs, change, levelSpreadDb, tilt, levelDb };
  return {
    verdict,
    yielded: yieldMs !== null,
    yieldMs,
    dryMs: Math.max(0, dryMs),
    voicedMs,
    probability,
    features: numbers,
  };

  function note(what: string, nowMs: number): void {
    if (what === 'hold' || what === 'pause') {
      const fromMs = what === 'hold' ? nowMs + LEAD_MS : nowMs;
      dryFrom = Number.isNaN(dryFrom) ? fromMs : Math.min(dryFrom, fromMs);
      if (Number.isNaN(onset)) onset = nowMs;
    } else if (what === 'resume') {
      dryMs = Math.max(dryMs, nowMs - dryFrom);
      dryFrom = Number.NaN;
    } else if (what === 'yield') {
      yieldMs ??= nowMs - onset;
      dryFrom = Number.NaN;
    }
  }
}

async function windowsOf(vad: VadBatch, pcm: Int16Array): Promise<number[]> {
  const probabilities: number[] = [];
  const stream = vad.open();
  for (let at = 0; at + WINDOW_SAMPLES <= pcm.length; at += WINDOW_SAMPLES) {
    vad.push(stream, pcm, at, WINDOW_SAMPLES);
    await vad.run((_, probability) => void probabilities.push(probability));
  }
  vad.close(stream);
  return probabilities;
}

export async function main(args: readonly string[], say: (line: string) => void): Promise<number> {
  let values: { seeds?: string; audio?: string; plain?: boolean; noise?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string', default: '12' },
        audio: { type: 'string' },
        plain: { type: 'boolean', default: false },
        noise: { type: 'boolean', default: false },
      },
    }));
    if (!/^[1-9]\d{0,2}$/.test(values.seeds ?? '')) throw new Error('--seeds: 1 to 999');
  } catch (error) {
    say(
      `${error instanceof Error ? error.message : error}\nusage: judge_sounds [--seeds N] [--audio DIR] [--plain] [--noise]`,
    );
    return 64;
  }
  const vad = await VadBatch.create(MODEL, 'auto', 1);
  const features = values.plain !== true;
  const noiseDb = values.noise === true ? CALLER_DB - NOISE_BELOW_DB : null;
  say(
    'sound                    kind    yields   yield ms  dry ms max  voiced  prob  like voicing unvoiced change spread tilt level  verdicts',
  );
  for (const [name, sound] of Object.entries(SOUNDS)) {
    const judged: Judged[] = [];
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      const pcm = withNoise(inSilence(await sound.make(seed), BEFORE_MS, 1500), noiseDb, seed);
      // We are always speaking; only an echo is of that.
      const ours = await (sound.ours ?? ourVoice)(seed);
      const playing = sound.ours === undefined ? ours.subarray((seed * 1237) % 8000) : inSilence(ours, BEFORE_MS, 1500);
      judged.push(await judgeSound(vad, pcm, sound.words, features, levelsOf(playing)));
    }
    say(row(name, sound.kind, judged));
  }
  if (values.audio !== undefined) {
    const groups = new Map<string, Judged[]>();
    for (const file of wavFiles(values.audio)) {
      const { rateHz, channels } = readWav(readFileSync(file));
      const pcm = resample(channels[0], rateHz, RATE_HZ).subarray(0, 3 * RATE_HZ);
      const sound = telephone(
        atLevel(
          Float32Array.from(pcm, (sample) => sample / 32_768),
          CALLER_DB,
        ),
      );
      const judged = await judgeSound(vad, inSilence(sound, BEFORE_MS, 1500), '', features);
      const folder = path.basename(path.dirname(file));
      const key = folder === 'noise' ? path.basename(file, '.wav') : folder;
      groups.set(key, [...(groups.get(key) ?? []), judged]);
    }
    for (const [name, judged] of groups) say(row(name, 'file', judged));
  }
  return 0;
}

function withNoise(pcm: Int16Array, db: number | null, seed: number): Int16Array {
  if (db === null) return pcm;
  const noise = telephone(atLevel(lowPass(whiteNoise((pcm.length * 1000) / RATE_HZ, seededRandom(seed)), 1500), db));
  return pcm.map((sample, i) => Math.max(-32_768, Math.min(32_767, sample + (noise[i] ?? 0))));
}

function row(name: string, kind: string, judged: readonly Judged[]): string {
  const mean = (of: (each: Judged) => number): string => {
    const known = judged.map(of).filter((each) => !Number.isNaN(each));
    return known.length === 0
      ? '-'
      : (known.reduce((sum, each) => sum + each, 0) / known.length).toFixed(2).slice(0, 6);
  };
  const counts = new Map<string, number>();
  for (const { verdict } of judged) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const yields = judged.filter((each) => each.yielded).length;
  const f = (pick: keyof Judged['features']): string => mean(({ features }) => features[pick]).padStart(7);
  return [
    name.padEnd(24),
    kind.padEnd(7),
    `${yields}/${judged.length}`.padStart(6),
    mean((each) => each.yieldMs ?? Number.NaN).padStart(9),
    String(Math.max(...judged.map((each) => each.dryMs))).padStart(9),
    mean((each) => each.voicedMs).padStart(9),
    mean((each) => each.probability).padStart(6),
    f('likeness') + f('voicing') + f('unvoicedMs') + f('change') + f('levelSpreadDb') + f('tilt') + f('levelDb'),
    [...counts].map(([verdict, count]) => `${verdict} ${count}`).join(', '),
  ].join(' ');
}

function wavFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.wav'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

if (import.meta.url === `file://${process.argv[1]}`) process.exitCode = await main(process.argv.slice(2), console.log);
