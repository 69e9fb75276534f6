// Chooses who runs the audio kernels: the native addon when it is there, else the TypeScript twins. The only file that
// loads the addon. What the kernels do is in kernel_interface.ts.

import { createRequire } from 'node:module';
import { conceal } from '../concealment.js';
import { createResampler } from '../resampler.js';
import type { SileroNetClass } from '../vad/silero_round.js';
import { alawDecode, alawEncode } from './alaw.js';
import { base64Decode, base64Encode } from './base64.js';
import type { Dsp, Resampler } from './kernel_interface.js';
import { buildMedia, parseMedia } from './media_message.js';
import { mulawDecode, mulawEncode } from './mulaw.js';
import { interleaveStereo, level } from './pcm.js';
import { soundFeatures } from './sound_features.js';

export { CONCEAL_PAST_SAMPLES } from '../concealment.js';
export type { Dsp, Resampler } from './kernel_interface.js';
export { MEDIA_NOT_MINE, mediaMessageSize, RESAMPLER_RATES } from './kernel_interface.js';

/** The TypeScript twins: always there, same results, several times slower. */
export const fallbackDsp: Dsp = {
  kind: 'fallback',
  mulawDecode,
  mulawEncode,
  alawDecode,
  alawEncode,
  base64Encode,
  base64Decode,
  parseMedia,
  buildMedia,
  createResampler,
  interleaveStereo,
  level,
  conceal,
  soundFeatures,
};

/** What native/binding.cc exports: the Dsp functions; the resampler and the voice activity network as classes. */
type Addon = Omit<Dsp, 'kind' | 'createResampler'> & {
  Resampler: new (inputHz: number, outputHz: number) => Resampler;
  SileroNet: SileroNetClass;
};

function loadAddon(): Addon | null {
  const require = createRequire(import.meta.url);
  for (const place of addonPlaces()) {
    try {
      return require(place) as Addon;
    } catch {
      // Not there, or made for another machine: try the next.
    }
  }
  return null;
}

/** A prebuilt optional dependency, named as @napi-rs/cli names them, goes before what was built here. */
function addonPlaces(): string[] {
  const base = `@ringline/native-${process.platform}-${process.arch}`;
  // Both kinds of Linux are tried, because telling them apart costs more than the failing attempt.
  const variants = { linux: [`${base}-gnu`, `${base}-musl`], win32: [`${base}-msvc`] } as Record<string, string[]>;
  const built = 'native/build/Release/ringline_native.node';
  // The first is for src/audio/kernels, the second for dist/src/audio/kernels.
  return [...(variants[process.platform] ?? [base]), `../../../${built}`, `../../../../${built}`];
}

function wrapAddon(addon: Addon): Dsp {
  return { ...addon, kind: 'native', createResampler: (inputHz, outputHz) => new addon.Resampler(inputHz, outputHz) };
}

const addon = loadAddon();
/** The native kernels, or null when there is no addon for this machine. */
export const nativeDsp: Dsp | null = addon && wrapAddon(addon);
/** The kernels to use. */
export const dsp: Dsp = nativeDsp ?? fallbackDsp;
/** The native voice activity network for silero_native.ts; null without the addon (onnxruntime does that work then). */
export const NativeSileroNet: SileroNetClass | null = addon?.SileroNet ?? null;
