// Changing the sample rate of a stream, 20 ms at a time: native kernel, twin, libsamplerate and Speex with several of
// their qualities. A faster resampler that sounds worse proves nothing, so each row carries the quality of both, measured
// by the same sweep (resampler_quality.ts). Varies: rates, implementation.

import { type Dsp, fallbackDsp, nativeDsp, type Resampler } from '../../src/audio/kernels/addon.js';
import type { BenchOptions, BenchResult } from '../bench_result.js';
import { type Contender, contest, ourContenders } from './kernel_contest.js';
import { behindSilence, LIBSAMPLERATE, type ResamplerPeer, SPEEX } from './resampler_peers.js';
import { measureResampler, type ResamplerQuality } from './resampler_quality.js';

/** TTS audio to the line; the line to an STT that wants wideband; an audio file to the line. */
const RATES = [
  [24000, 8000],
  [8000, 16000],
  [44100, 8000],
] as const;
const RATES_SMALL = [[24000, 8000]] as const;
/** Of 20 ms, in one run. */
const CHUNKS = 10;

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const [inputHz, outputHz] of options.small ? RATES_SMALL : RATES) {
    results.push(...(await benchRates(options, inputHz, outputHz)));
  }
  return results;
}

async function benchRates(options: BenchOptions, inputHz: number, outputHz: number): Promise<BenchResult[]> {
  const ours = (dsp: Dsp) => streamWork(dsp.createResampler(inputHz, outputHz), inputHz, outputHz);
  const contenders: Contender[] = ourContenders(ours);
  const quality = new Map<string, ResamplerQuality>();
  for (const peer of [...LIBSAMPLERATE, ...SPEEX]) {
    contenders.push({ name: peer.name, ...streamWork(await peer.create(inputHz, outputHz), inputHz, outputHz) });
    quality.set(peer.name, await sweepPeer(peer, inputHz, outputHz));
  }
  const results = await contest(options, `resampler, ${inputHz} to ${outputHz} Hz`, CHUNKS, contenders);
  const ourQuality = measureResampler((nativeDsp ?? fallbackDsp).createResampler, inputHz, outputHz);
  return results.map((result) => {
    const theirs = quality.get(result.peer ?? '');
    return theirs ? { ...result, more: compareQuality(ourQuality, theirs) } : result;
  });
}

/** A stream of two low tones, which every resampler lets through as they are, so that levels must agree. */
function streamWork(resampler: Resampler, inputHz: number, outputHz: number): Omit<Contender, 'name'> {
  const chunk = inputHz / 50;
  const input = new Int16Array(chunk * CHUNKS);
  for (let i = 0; i < input.length; i++) {
    const turns = (2 * Math.PI * i) / inputHz;
    input[i] = Math.round(9000 * Math.sin(100 * turns) + 7000 * Math.sin(200 * turns));
  }
  // Room for what a library held back before.
  const output = new Int16Array(2 * CHUNKS * (outputHz / 50));
  let written = 0;
  const run = () => {
    written = 0;
    for (let at = 0; at < input.length; at += chunk) {
      written += resampler.process(input, at, chunk, output, written);
    }
  };
  const result = () => {
    // The newest tenth of a second: whole periods, and long after the silence that a stream begins with.
    const newest = output.subarray(written - outputHz / 10, written);
    return Buffer.from(fallbackDsp.level(newest, 0, newest.length).toFixed(1));
  };
  return { run, result };
}

/** The tone that delay is measured with repeats after this: a longer delay comes out too short by it. */
const DELAY_TONE_MS = 20;

async function sweepPeer(peer: ResamplerPeer, inputHz: number, outputHz: number): Promise<ResamplerQuality> {
  const resampler = await peer.create(inputHz, outputHz);
  const createAnew = () => {
    const anew = behindSilence(resampler, Math.round(peer.holdsBackS * outputHz));
    anew.reset();
    return anew;
  };
  const quality = measureResampler(createAnew, inputHz, outputHz);
  const isFolded = quality.delaySamples < -1;
  return { ...quality, delaySamples: quality.delaySamples + (isFolded ? (DELAY_TONE_MS * outputHz) / 1000 : 0) };
}

/** Smaller differences come from rounding to 16 bits, which all of them end in. */
const ROUNDING = { rippleDb: 0.01, snrDb: 2, aliasDb: -95 } as const;

function compareQuality(ours: ResamplerQuality, theirs: ResamplerQuality): Record<string, string> {
  const isWorse =
    ours.rippleDb > Math.max(theirs.rippleDb, ROUNDING.rippleDb) ||
    ours.snrDb < theirs.snrDb - ROUNDING.snrDb ||
    ours.aliasDb > Math.max(theirs.aliasDb, ROUNDING.aliasDb);
  const delayMs = ({ delaySamples, outputHz }: ResamplerQuality) => ((delaySamples / outputHz) * 1000).toFixed(1);
  return {
    'our quality': isWorse ? 'worse' : 'equal or better',
    'ripple dB': `${ours.rippleDb.toFixed(3)} / ${theirs.rippleDb.toFixed(3)}`,
    'SNR dB': `${ours.snrDb.toFixed(1)} / ${theirs.snrDb.toFixed(1)}`,
    'alias dB': `${aliasText(ours.aliasDb)} / ${aliasText(theirs.aliasDb)}`,
    'delay ms': `${delayMs(ours)} / ${delayMs(theirs)}`,
  };
}

function aliasText(aliasDb: number): string {
  if (Number.isNaN(aliasDb)) return '-';
  // Nothing but zeros came out: less than half a step of the 16-bit scale.
  return aliasDb === Number.NEGATIVE_INFINITY ? 'none' : aliasDb.toFixed(1);
}
