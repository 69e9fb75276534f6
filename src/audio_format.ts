// The sizes that everything agrees on. Telephone audio here is G.711 mu-law, mono, 8 kHz.

/** Telephone sample rate in Hz. */
export const RATE_HZ = 8000;
/** One frame is 20 ms, the ptime of Twilio Media Streams. */
export const FRAME_MS = 20;
/** Samples (and mu-law bytes) in a frame. */
export const FRAME_SAMPLES = 160;
/** The mu-law byte of digital silence (+0). */
export const MULAW_SILENCE = 0xff;
/** mu-law bytes per millisecond. */
export const BYTES_PER_MS = 8;

/** What a speech provider delivers. `mulaw` is 1 byte a sample, `pcm_s16le` 2. */
export interface AudioFormat {
  encoding: 'mulaw' | 'pcm_s16le';
  rateHz: number;
}
export const TELEPHONE_FORMAT: AudioFormat = { encoding: 'mulaw', rateHz: RATE_HZ };
