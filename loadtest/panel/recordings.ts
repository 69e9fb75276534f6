// Recordings of people as turns: WAV files of any rate, with the words in NAME.txt beside NAME.wav or else in the name. Long ones
// are cut at their silences.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { RATE_HZ, samplesOf, trimmed, type Utterance } from '../callers/person.js';
import { soundSpans } from '../ear/spans.js';
import { resample } from '../simulators/speech/resample.js';
import { readWav } from '../wav_reader.js';

const TURN_MS = { min: 500, max: 12_000 };
/** In a long recording this much silence parts two turns. */
const APART_MS = 700;
/** Rate of words in a recording whose words are not known. */
const WORD_MS = 380;
const PEAK = 0.4;

/** The turns by voice: the files of a folder are one person's. Throws when there is no usable file. */
export function readRecordings(folder: string): Utterance[][] {
  const byFolder = new Map<string, Utterance[]>();
  for (const file of wavFiles(folder)) {
    const turns = turnsOf(file);
    if (turns.length > 0) byFolder.set(path.dirname(file), [...(byFolder.get(path.dirname(file)) ?? []), ...turns]);
  }
  const voices = [...byFolder.values()];
  if (voices.length === 0) throw new Error(`${folder}: no WAV file with ${TURN_MS.min} ms of speech in it`);
  return voices;
}

function wavFiles(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const file = path.join(folder, name);
      if (statSync(file).isDirectory()) return wavFiles(file);
      return name.toLowerCase().endsWith('.wav') ? [file] : [];
    });
}

function turnsOf(file: string): Utterance[] {
  const { rateHz, channels } = readWav(readFileSync(file));
  const samples = resample(channels[0], rateHz, RATE_HZ);
  const pcm = Float32Array.from(samples, (sample) => sample / 32_768);
  const peak = pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0.001);
  for (let i = 0; i < pcm.length; i++) pcm[i] *= PEAK / peak;
  const isLong = pcm.length > samplesOf(TURN_MS.max);
  const scaled = Int16Array.from(pcm, (sample) => sample * 32_767);
  const spans = isLong ? soundSpans(scaled, APART_MS, -40) : [{ startMs: 0, endMs: pcm.length / 8 }];
  return spans
    .filter(({ startMs, endMs }) => endMs - startMs >= TURN_MS.min && endMs - startMs <= TURN_MS.max)
    .map(({ startMs, endMs }) => {
      const cut = trimmed({ text: '', pcm: pcm.slice(samplesOf(startMs), samplesOf(endMs)), words: [] });
      const text = isLong ? unknownWords(cut.pcm.length / 8) : wordsOf(file);
      return { ...cut, text, words: spreadWords(text, cut.pcm) };
    })
    .filter(({ pcm: sound }) => sound.length >= samplesOf(TURN_MS.min));
}

function wordsOf(file: string): string {
  const stem = file.slice(0, -4);
  try {
    return readFileSync(`${stem}.txt`, 'utf8').trim().replace(/\s+/g, ' ');
  } catch {
    const words = path
      .basename(stem)
      .replace(/[^A-Za-z0-9]+/g, ' ')
      .trim();
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
  }
}

function unknownWords(ms: number): string {
  const some = 'well I wanted to ask about the thing we spoke of the other day and how it goes on from there'.split(
    ' ',
  );
  const count = Math.max(1, Math.round(ms / WORD_MS));
  return `${Array.from({ length: count }, (_, i) => some[i % some.length]).join(' ')}.`;
}

/** Words lie where there is sound, each as long as its letters. */
function spreadWords(text: string, pcm: Float32Array): Utterance['words'] {
  const sounds = soundSpans(
    Int16Array.from(pcm, (sample) => sample * 32_767),
    120,
    -42,
  );
  const totalMs = sounds.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  const words = text.split(' ').filter((word) => word !== '');
  const letters = words.reduce((sum, word) => sum + word.length + 1, 0);
  const timeOf = (share: number): number => {
    let left = share * totalMs;
    for (const { startMs, endMs } of sounds) {
      if (left <= endMs - startMs) return startMs + left;
      left -= endMs - startMs;
    }
    return pcm.length / 8;
  };
  let soFar = 0;
  return words.map((word) => {
    const startMs = timeOf(soFar / letters + 1e-6);
    soFar += word.length + 1;
    return { text: word, startMs, endMs: timeOf(soFar / letters) };
  });
}
