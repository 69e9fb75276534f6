// WAV files: the header of the ones we write, and a reader for anything a person may hand us. How a recording grows on
// disk is worker/recording_file.ts.

import wavefile from 'wavefile';

const HEADER_BYTES = 44;

/**
 * The 44-byte RIFF header of a PCM 16-bit file whose data is `dataBytes` long (RIFF/WAVE, Microsoft/IBM 1991). Its
 * fields have 32 bits: a longer file (37 hours of stereo at 8 kHz) keeps the largest length they can say.
 */
export function wavHeader(rateHz: number, channels: number, dataBytes: number): Uint8Array {
  const sayableBytes = Math.min(dataBytes, 0xffffffff - HEADER_BYTES);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + sayableBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(sayableBytes, 40);
  return header;
}

/** Reads any WAV (PCM of any depth, float, A-law, mu-law) as 16-bit channels. Throws on what is not a WAV file. */
export function readWav(bytes: Uint8Array): { rateHz: number; channels: Int16Array[] } {
  const wav = new wavefile.WaveFile(bytes);
  // Read before converting: a conversion makes the object anew.
  const { sampleRate, audioFormat } = wav.fmt as { sampleRate: number; audioFormat: number };
  if (audioFormat === 7) wav.fromMuLaw('16');
  else if (audioFormat === 6) wav.fromALaw('16');
  else wav.toBitDepth('16');
  const samples = wav.getSamples(false, Int16Array as never) as unknown as Int16Array | Int16Array[];
  return { rateHz: sampleRate, channels: Array.isArray(samples) ? samples : [samples] };
}
