// PCM to the encodings that Cartesia sells. Own G.711 tables, apart from the engine's: see resample.ts.

export type AudioEncoding = 'pcm_mulaw' | 'pcm_alaw' | 'pcm_s16le' | 'pcm_f32le';

export const SAMPLE_BYTES = { pcm_mulaw: 1, pcm_alaw: 1, pcm_s16le: 2, pcm_f32le: 4 } as const;

/** `samples` in the given encoding, little endian. */
export function encodeAudio(samples: Int16Array, encoding: AudioEncoding): Buffer {
  const bytes = Buffer.alloc(samples.length * SAMPLE_BYTES[encoding]);
  for (let i = 0; i < samples.length; i++) {
    switch (encoding) {
      case 'pcm_mulaw':
        bytes[i] = encodeMulaw(samples[i]);
        break;
      case 'pcm_alaw':
        bytes[i] = encodeAlaw(samples[i]);
        break;
      case 'pcm_s16le':
        bytes.writeInt16LE(samples[i], i * 2);
        break;
      case 'pcm_f32le':
        bytes.writeFloatLE(samples[i] / 32768, i * 4);
        break;
    }
  }
  return bytes;
}

/** ITU-T G.711 mu-law: sign, segment of the biased magnitude, four bits within it, all inverted. */
function encodeMulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(32635, Math.abs(sample)) + 132;
  const segment = 24 - Math.clz32(magnitude);
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff;
}

/** ITU-T G.711 A-law, even bits inverted. */
function encodeAlaw(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80;
  const magnitude = Math.min(32767, sample < 0 ? -sample - 1 : sample) >> 4;
  const segment = Math.max(0, 28 - Math.clz32(magnitude));
  const bits = segment === 0 ? magnitude : (segment << 4) | ((magnitude >> (segment - 1)) & 0x0f);
  return (sign | bits) ^ 0x55;
}
