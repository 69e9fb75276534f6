// What the audio kernels offer, whoever runs them: the native addon or the TypeScript twins. Both obey these words to
// the letter; the tests beside kernels/ hold them to it. Choosing between them is addon.ts.
//
// All buffers belong to the caller and nothing is allocated per call. Source and destination must not overlap. An
// offset or count that does not fit its array throws RangeError.

export interface Dsp {
  readonly kind: 'native' | 'fallback';

  /** `count` mu-law bytes to samples (ITU-T G.711). */
  mulawDecode(src: Uint8Array, srcOffset: number, dst: Int16Array, dstOffset: number, count: number): void;
  /** `count` samples to mu-law bytes (ITU-T G.711; all 16 bits are used). */
  mulawEncode(src: Int16Array, srcOffset: number, dst: Uint8Array, dstOffset: number, count: number): void;
  alawDecode(src: Uint8Array, srcOffset: number, dst: Int16Array, dstOffset: number, count: number): void;
  alawEncode(src: Int16Array, srcOffset: number, dst: Uint8Array, dstOffset: number, count: number): void;

  /** RFC 4648 section 4 with padding. Writes ceil(count / 3) * 4 characters and returns that. */
  base64Encode(src: Uint8Array, srcOffset: number, count: number, dst: Uint8Array, dstOffset: number): number;
  /**
   * Decodes `count` characters; returns the number of bytes, or -1 when they are not base64 (padding is required, white
   * space refused, unused bits before the padding ignored); `dst` then holds a part.
   */
  base64Decode(src: Uint8Array, srcOffset: number, count: number, dst: Uint8Array, dstOffset: number): number;

  /**
   * Reads one media message of the inbound track at `bytes[offset, offset + length)`, in the layout that Twilio writes:
   * without white space, members in its order, at most nine digits in a counter, this `streamSid` (ASCII). Writes its
   * mu-law bytes to `mulaw`, their samples to `pcm`, its timestamp to `timestampMs[0]`, and returns how many samples.
   * Any other message, or one with more audio than there is room for, gives MEDIA_NOT_MINE: read it with
   * twilio/media_wire.ts. The contents of the three are then unspecified.
   */
  parseMedia(
    bytes: Uint8Array,
    offset: number,
    length: number,
    streamSid: Uint8Array,
    mulaw: Uint8Array,
    mulawOffset: number,
    pcm: Int16Array,
    pcmOffset: number,
    timestampMs: Int32Array,
  ): number;

  /**
   * Writes the complete outbound media message for `count` mu-law bytes and returns its length, which is
   * `mediaMessageSize(prefix.length, count)`. `prefix`: the bytes of `{"event":"media","streamSid":"MZ…","media":{"payload":"`.
   */
  buildMedia(
    prefix: Uint8Array,
    mulaw: Uint8Array,
    mulawOffset: number,
    count: number,
    out: Uint8Array,
    outOffset: number,
  ): number;

  /** A stream's own resampler. Rates in Hz, each one of RESAMPLER_RATES; RangeError otherwise. */
  createResampler(inputHz: number, outputHz: number): Resampler;

  /** Writes left, right, left, right, …: `2 * count` samples. */
  interleaveStereo(
    left: Int16Array,
    leftOffset: number,
    right: Int16Array,
    rightOffset: number,
    out: Int16Array,
    outOffset: number,
    count: number,
  ): void;

  /** Root mean square in dB relative to full scale (32768): 0 is the loudest, LEVEL_FLOOR_DB silence. */
  level(pcm: Int16Array, offset: number, count: number): number;

  /**
   * Makes up samples `elapsed` to `elapsed + count` of a gap: the last pitch period repeated, fading within 60 ms into
   * comfort noise. `past[pastOffset, +pastCount)`: the samples at 8 kHz right before the gap, best CONCEAL_PAST_SAMPLES
   * or more. `noiseRms`: loudness of the background in sample steps, 0 to 32767. `seed`: whole number from 0, picks the
   * noise. A gap may be made in pieces of any size.
   */
  conceal(
    past: Int16Array,
    pastOffset: number,
    pastCount: number,
    elapsed: number,
    noiseRms: number,
    seed: number,
    out: Int16Array,
    outOffset: number,
    count: number,
  ): void;

  /**
   * What windows of callers are like. Row r: SOUND_WINDOW samples at `samples[offsets[r]]`, of stream `streams[r]`, that
   * ended in bin `playedAt[r]` of what we play. Writes SOUND_FEATURES numbers a row:
   *   0 level     dB of the mean square, full scale = 0, -90 at least
   *   1 voicing   0..1, highest normalised autocorrelation over the lags of 60 to 400 Hz
   *   2 pitch     Hz, NaN below a voicing of 0.35
   *   3 change    mean difference of five octave bands from the stream's window before, each against the whole, dB
   *   4 tilt      level below 1 kHz less level above, dB
   *   5 likeness  0..1, highest correlation of the last 768 ms of level with ours, over delays of 0 to 496 ms
   *   6 echo      0..1, the same over the last 4 s in which we were heard: that this line returns our voice
   * Per stream, zero for a new one: SOUND_PAST of `past`, SOUND_MOMENTS of `moments`, which it moves on; and SOUND_PLAYED
   * of `played`: level of our bin b at b mod SOUND_PLAYED, as `playedUnits` gives it. No stream twice.
   */
  soundFeatures(
    samples: Int16Array,
    offsets: Int32Array,
    streams: Int32Array,
    playedAt: Int32Array,
    count: number,
    past: Int16Array,
    moments: Float64Array,
    played: Int16Array,
    features: Float32Array,
  ): void;
}

export interface Resampler {
  /**
   * Reads `count` samples, writes every output sample they complete and returns how many; `dst` must have room for
   * ceil(count * outputHz / inputHz). Any cutting of a stream into chunks gives the same samples.
   */
  process(src: Int16Array, srcOffset: number, count: number, dst: Int16Array, dstOffset: number): number;
  /** Forgets the history: as new. */
  reset(): void;
  /** How much later, in output samples, something appears in the output than in the input. */
  readonly delaySamples: number;
}

/** What `parseMedia` returns for a message that is not its own. */
export const MEDIA_NOT_MINE = 0;

/** Sizes of `soundFeatures`: samples of a window, numbers it writes; per stream what is remembered and what we played. */
export const SOUND_WINDOW = 256;
export const SOUND_FEATURES = 7;
export const SOUND_PAST = 128;
export const SOUND_MOMENTS = 100;
export const SOUND_PLAYED = 256;
/** A bin of what we played: 16 ms. */
export const SOUND_BIN_SAMPLES = 128;

/** What `level` gives for digital silence and for no samples at all. */
export const LEVEL_FLOOR_DB = -127;

/** Sample rates that `createResampler` knows, in Hz. */
export const RESAMPLER_RATES = [8000, 16000, 22050, 24000, 44100, 48000] as const;

/** Length of the message `buildMedia` writes. */
export function mediaMessageSize(prefixBytes: number, count: number): number {
  return prefixBytes + Math.ceil(count / 3) * 4 + 3;
}
