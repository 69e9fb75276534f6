// The network's answers: equal to those of the official model run one stream at a time, whatever the engine and
// whatever the batching.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { VadBatch } from '../../../src/audio/vad/vad_batch.js';
import { FRAME_SAMPLES } from '../../../src/audio_format.js';
import { ENGINES, goldenRecordings, MODEL_PATH, randomNumbers, speechLikeSignal } from './vad_signals.js';

const TOLERANCE = 1e-4;
const NO_RECORDINGS = '../shared/audio does not lie beside this repository';
const vector = JSON.parse(readFileSync(join(import.meta.dirname, '../../vectors/vad_speech_like.json'), 'utf8')) as {
  seconds: number;
  probabilities: Record<string, number[]>;
};

interface Source {
  name: string;
  pcm: Int16Array;
  probabilities: number[];
}
const computed: Source[] = Object.entries(vector.probabilities).map(([seed, probabilities]) => ({
  name: `computed signal ${seed}`,
  pcm: speechLikeSignal(vector.seconds, Number(seed)),
  probabilities,
}));

/** Plays all sources at once, each on its own stream, in pieces that `pieceOf` chooses; returns the largest error. */
async function largestError(vad: VadBatch, sources: Source[], pieceOf: () => number): Promise<number> {
  const streams = sources.map(() => vad.open());
  const sent = sources.map(() => 0);
  let largest = 0;
  let windows = 0;
  const check = (stream: number, probability: number, endSample: number) => {
    const expected = sources[streams.indexOf(stream)].probabilities[endSample / 256 - 1];
    largest = Math.max(largest, Math.abs(probability - expected));
    windows++;
  };
  for (let busy = true; busy; ) {
    busy = false;
    for (const [i, { pcm }] of sources.entries()) {
      const count = Math.min(pieceOf(), pcm.length - sent[i]);
      vad.push(streams[i], pcm, sent[i], count);
      sent[i] += count;
      if (count > 0) busy = true;
    }
    await vad.run(check);
  }
  for (const stream of streams) vad.close(stream);
  expect(windows).toBe(sources.reduce((sum, source) => sum + source.probabilities.length, 0));
  return largest;
}

describe.each(ENGINES)('%s', (engine) => {
  const sets: [string, Source[]][] = [
    ['computed signals', computed],
    ['real recordings', goldenRecordings()],
  ];

  test.for(sets)('%s: one stream alone gets the known answers', async ([, sources], { skip }) => {
    skip(sources.length === 0, NO_RECORDINGS);
    const vad = await VadBatch.create(MODEL_PATH, engine, 1);
    for (const source of sources) {
      expect(await largestError(vad, [source], () => FRAME_SAMPLES), source.name).toBeLessThan(TOLERANCE);
    }
    await vad.dispose();
  });

  test.for(sets)('%s: the same answers in a batch, in step and out of step', async ([, sources], { skip }) => {
    skip(sources.length === 0, NO_RECORDINGS);
    const vad = await VadBatch.create(MODEL_PATH, engine, 2 * sources.length);
    const random = randomNumbers(7);
    expect(await largestError(vad, sources, () => FRAME_SAMPLES)).toBeLessThan(TOLERANCE);
    expect(await largestError(vad, [...sources, ...sources], () => Math.floor(random() * 900))).toBeLessThan(TOLERANCE);
    await vad.dispose();
  });
});
