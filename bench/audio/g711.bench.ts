// G.711 both ways: native kernel, twin, and the packages people use. Varies: law, direction, a second of audio at once or
// one 20 ms frame a call, where the crossing into native code (about 0.1 us) weighs as much as the work.

import alawmulaw from 'alawmulaw';
import wavefile from 'wavefile';
import { type Dsp, fallbackDsp } from '../../src/audio/kernels/addon.js';
import { FRAME_SAMPLES, RATE_HZ } from '../../src/audio_format.js';
import type { BenchOptions, BenchResult } from '../bench_result.js';
import { VOICE } from './bench_audio.js';
import { bytesOf, type Contender, contest, ourContenders } from './kernel_contest.js';

interface Law {
  name: string;
  decode: 'mulawDecode' | 'alawDecode';
  encode: 'mulawEncode' | 'alawEncode';
  /** The law in `alawmulaw`, which `wavefile` has a copy of. */
  codec: typeof alawmulaw.mulaw;
  toWav(wav: wavefile.WaveFile): void;
  fromWav(wav: wavefile.WaveFile): void;
  /** The law as `wavefile` spells it. */
  wavDepth: string;
}

const LAWS: readonly Law[] = [
  {
    name: 'mu-law',
    decode: 'mulawDecode',
    encode: 'mulawEncode',
    codec: alawmulaw.mulaw,
    toWav: (wav) => wav.toMuLaw(),
    fromWav: (wav) => wav.fromMuLaw('16'),
    wavDepth: '8m',
  },
  {
    name: 'A-law',
    decode: 'alawDecode',
    encode: 'alawEncode',
    codec: alawmulaw.alaw,
    toWav: (wav) => wav.toALaw(),
    fromWav: (wav) => wav.fromALaw('16'),
    wavDepth: '8a',
  },
];

const FILE_NOTE = 'with the object of a WAV file made around it: the package does not do less';

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const [size, samples] of [['one second', RATE_HZ] as const, ['one frame', FRAME_SAMPLES] as const]) {
    for (const law of LAWS) {
      for (const benchWay of [benchDecode, benchEncode]) results.push(...(await benchWay(options, law, size, samples)));
    }
  }
  return results;
}

/** The second in pieces of `samples`; a run works through all of them, several times when there is but one. */
function pieces<T extends Uint8Array | Int16Array>(second: T, samples: number): T[] {
  const count = RATE_HZ / samples;
  const all = Array.from({ length: count }, (_, i) => second.slice(i * samples, (i + 1) * samples) as T);
  return count > 1 ? all : Array.from({ length: 8 }, () => all[0]);
}

async function benchDecode(options: BenchOptions, law: Law, size: string, samples: number): Promise<BenchResult[]> {
  const coded = new Uint8Array(RATE_HZ);
  fallbackDsp[law.encode](VOICE, 0, coded, 0, RATE_HZ);
  const inputs = pieces(coded, samples);
  const ours = (dsp: Dsp) => {
    const pcm = new Int16Array(RATE_HZ);
    const run = () => {
      for (let i = 0; i < inputs.length; i++) dsp[law.decode](inputs[i], 0, pcm, (i * samples) % RATE_HZ, samples);
    };
    return { run, result: () => bytesOf(pcm) };
  };
  let outputs: Int16Array[] = [];
  const contenders: Contender[] = [
    ...ourContenders(ours),
    {
      name: 'alawmulaw',
      run: () => {
        outputs = inputs.map(law.codec.decode);
      },
      result: () => joined(outputs.map(bytesOf), RATE_HZ * 2),
    },
  ];
  if (samples === RATE_HZ) {
    let wav = new wavefile.WaveFile();
    const run = () => {
      for (const input of inputs) {
        wav = new wavefile.WaveFile();
        wav.fromScratch(1, RATE_HZ, law.wavDepth, input);
        law.fromWav(wav);
      }
    };
    contenders.push({ name: 'wavefile', run, result: () => samplesOf(wav), note: FILE_NOTE });
  }
  return contest(options, `${law.name} decode, ${size}`, inputs.length, contenders);
}

async function benchEncode(options: BenchOptions, law: Law, size: string, samples: number): Promise<BenchResult[]> {
  const inputs = pieces(VOICE, samples);
  const ours = (dsp: Dsp) => {
    const coded = new Uint8Array(RATE_HZ);
    const run = () => {
      for (let i = 0; i < inputs.length; i++) dsp[law.encode](inputs[i], 0, coded, (i * samples) % RATE_HZ, samples);
    };
    return { run, result: () => coded };
  };
  let outputs: Uint8Array[] = [];
  const contenders: Contender[] = [
    ...ourContenders(ours),
    {
      name: 'alawmulaw',
      run: () => {
        outputs = inputs.map(law.codec.encode);
      },
      result: () => joined(outputs, RATE_HZ),
    },
  ];
  if (samples === RATE_HZ) {
    let wav = new wavefile.WaveFile();
    const run = () => {
      for (const input of inputs) {
        wav = new wavefile.WaveFile();
        wav.fromScratch(1, RATE_HZ, '16', input);
        law.toWav(wav);
      }
    };
    contenders.push({ name: 'wavefile', run, result: () => samplesOf(wav), note: FILE_NOTE });
  }
  return contest(options, `${law.name} encode, ${size}`, inputs.length, contenders);
}

/** The first `length` bytes of all parts. */
function joined(parts: Uint8Array[], length: number): Uint8Array {
  return Buffer.concat(parts).subarray(0, length);
}

function samplesOf(wav: wavefile.WaveFile): Uint8Array {
  return (wav.data as { samples: Uint8Array }).samples;
}
