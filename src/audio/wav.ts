// The header of the WAV files we write. How a recording grows on disk is worker/recording_file.ts.

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
