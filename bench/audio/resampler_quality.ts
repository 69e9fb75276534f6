// Measures what a resampler does to sound: sine sweeps through any implementation, ours or another's. The bench prints
// the table, test/audio/resampler.test.ts holds it to the promised limits. How fast a resampler is, is measured elsewhere.

import { RESAMPLER_RATES, type Resampler } from '../../src/audio/kernels/addon.js';

export interface ResamplerQuality {
  inputHz: number;
  outputHz: number;
  /** Largest deviation of the gain from 1 between 100 Hz and the edge of the passband. */
  rippleDb: number;
  /** Edge of the passband: 0.425 of the lower rate, 3.4 kHz at 8 kHz. */
  passbandHz: number;
  /** Worst ratio of a tone in the passband to everything else in the output: noise, distortion, images. */
  snrDb: number;
  /** Loudest output for a tone above half the output rate, relative to that tone; NaN when there are no such tones. */
  aliasDb: number;
  /** Delay of a tone of DELAY_HZ in output samples. */
  delaySamples: number;
}

type Create = (inputHz: number, outputHz: number) => Resampler;

/** All pairs of supported rates. */
export const RATE_PAIRS: readonly (readonly [number, number])[] = RESAMPLER_RATES.flatMap((inputHz) =>
  RESAMPLER_RATES.filter((outputHz) => outputHz !== inputHz).map((outputHz) => [inputHz, outputHz] as const),
);

const AMPLITUDE = 30000;
/** Output is analysed over this long: a whole number of periods of every tone, so that tones do not leak. */
const WINDOW_S = 0.1;
const TONE_STEP_HZ = 10;
/** Longer than any filter here. */
const SETTLE_S = 0.05;
const TONES = 24;
/** Low enough that half a period is longer than any delay here. */
const DELAY_HZ = 50;

/** Sweeps one pair of rates: about 50 tones of 150 ms. */
export function measureResampler(create: Create, inputHz: number, outputHz: number): ResamplerQuality {
  const lowerHz = Math.min(inputHz, outputHz);
  const passbandHz = Math.floor((lowerHz * 0.425) / TONE_STEP_HZ) * TONE_STEP_HZ;
  let rippleDb = 0;
  let snrDb = Number.POSITIVE_INFINITY;
  for (const hz of tones(100, passbandHz)) {
    const tone = analyse(playTone(create, inputHz, outputHz, hz), outputHz, hz);
    rippleDb = Math.max(rippleDb, Math.abs(decibels(tone.power / fullTonePower())));
    snrDb = Math.min(snrDb, decibels(tone.power / tone.rest));
  }
  let aliasDb = Number.NaN;
  if (inputHz > outputHz) {
    aliasDb = Number.NEGATIVE_INFINITY;
    for (const hz of tones(outputHz / 2, inputHz / 2 - TONE_STEP_HZ)) {
      const output = playTone(create, inputHz, outputHz, hz);
      let power = 0;
      for (const sample of output) power += (sample * sample) / output.length;
      aliasDb = Math.max(aliasDb, decibels(power / fullTonePower()));
    }
  }
  const { phase } = analyse(playTone(create, inputHz, outputHz, DELAY_HZ), outputHz, DELAY_HZ);
  return {
    inputHz,
    outputHz,
    rippleDb,
    passbandHz,
    snrDb,
    aliasDb,
    delaySamples: (-phase / (2 * Math.PI * DELAY_HZ)) * outputHz,
  };
}

/** The measurements as a Markdown table. */
export function formatQualityTable(rows: readonly ResamplerQuality[]): string {
  const lines = rows.map((row) => {
    // Nothing but zeros came out: less than half a step of the 16-bit scale.
    const silent = row.aliasDb === Number.NEGATIVE_INFINITY;
    const alias = Number.isNaN(row.aliasDb) ? '-' : silent ? 'below 16 bits' : row.aliasDb.toFixed(1);
    const delayMs = (row.delaySamples / row.outputHz) * 1000;
    return `| ${row.inputHz} | ${row.outputHz} | ${row.passbandHz} | ${row.rippleDb.toFixed(4)} | ${row.snrDb.toFixed(1)} | ${alias} | ${delayMs.toFixed(2)} |`;
  });
  return [
    '| from Hz | to Hz | flat to Hz | ripple dB | SNR dB | worst alias dB | delay ms |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function fullTonePower(): number {
  return (AMPLITUDE * AMPLITUDE) / 2;
}

function tones(fromHz: number, toHz: number): number[] {
  const hz = Array.from({ length: TONES + 1 }, (_, i) => fromHz + ((toHz - fromHz) * i) / TONES);
  return [...new Set(hz.map((value) => Math.round(value / TONE_STEP_HZ) * TONE_STEP_HZ))];
}

/** One tone through a new resampler, in chunks of 20 ms; the last WINDOW_S of the output. */
function playTone(create: Create, inputHz: number, outputHz: number, hz: number): Int16Array {
  const resampler = create(inputHz, outputHz);
  const inputCount = Math.round((SETTLE_S + WINDOW_S) * inputHz);
  const chunk = Math.round(inputHz / 50);
  const input = new Int16Array(chunk);
  const output = new Int16Array(Math.ceil((inputCount / inputHz) * outputHz) + 2 * outputHz);
  let written = 0;
  for (let done = 0; done < inputCount; done += chunk) {
    const count = Math.min(chunk, inputCount - done);
    for (let i = 0; i < count; i++) {
      input[i] = Math.round(AMPLITUDE * Math.sin((2 * Math.PI * hz * (done + i)) / inputHz));
    }
    written += resampler.process(input, 0, count, output, written);
  }
  // By output index, so that the phase of the window is known whatever the rounding of `written`.
  const start = Math.round(SETTLE_S * outputHz);
  return output.subarray(start, Math.min(start + Math.round(WINDOW_S * outputHz), written));
}

/** Splits the window into the tone at `hz` and the rest (without DC); `phase` relative to the input's sine. */
function analyse(output: Int16Array, outputHz: number, hz: number): { power: number; rest: number; phase: number } {
  const count = output.length;
  const start = Math.round(SETTLE_S * outputHz);
  let sine = 0;
  let cosine = 0;
  let mean = 0;
  for (let i = 0; i < count; i++) {
    const angle = (2 * Math.PI * hz * (start + i)) / outputHz;
    sine += (output[i] * Math.sin(angle) * 2) / count;
    cosine += (output[i] * Math.cos(angle) * 2) / count;
    mean += output[i] / count;
  }
  let rest = 0;
  for (let i = 0; i < count; i++) {
    const angle = (2 * Math.PI * hz * (start + i)) / outputHz;
    rest += (output[i] - mean - sine * Math.sin(angle) - cosine * Math.cos(angle)) ** 2 / count;
  }
  return { power: (sine * sine + cosine * cosine) / 2, rest, phase: Math.atan2(cosine, sine) };
}

function decibels(ratio: number): number {
  return 10 * Math.log10(ratio);
}
