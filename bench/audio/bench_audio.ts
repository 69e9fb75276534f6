// The sound that the audio benches work on: computed, so that hashes are the same everywhere.

import { fallbackDsp } from '../../src/audio/kernels/addon.js';
import { checkSignal } from '../../src/audio/vad/silero_check.js';
import { RATE_HZ } from '../../src/audio_format.js';

/**
 * A second of voice at 8 kHz. All samples are odd: `alawmulaw` puts 127 of the 65,536 samples into the neighbouring code
 * (negative ones on the edge between two, all of them even), where ITU-T G.711 has them in one's complement, as we do.
 */
export const VOICE: Int16Array = checkSignal(RATE_HZ).map((sample) => sample | 1);

/** The same as mu-law. */
export const VOICE_MULAW: Uint8Array = new Uint8Array(RATE_HZ);
fallbackDsp.mulawEncode(VOICE, 0, VOICE_MULAW, 0, RATE_HZ);
