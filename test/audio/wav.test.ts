// WAV headers as another program reads them.

import { describe, expect, test } from 'vitest';
import wavefile from 'wavefile';
import { wavHeader } from '../../src/audio/wav.js';

describe('wavHeader', () => {
  test.each([
    [8000, 1, 320],
    [8000, 2, 32000],
    [48000, 2, 0],
  ])('%i Hz, %i channels, %i bytes', (rateHz, channels, dataBytes) => {
    const data = new Uint8Array(dataBytes).map((_, i) => i * 7);
    const wav = new wavefile.WaveFile(Buffer.concat([wavHeader(rateHz, channels, dataBytes), data]));
    expect(wav.fmt).toMatchObject({
      audioFormat: 1,
      numChannels: channels,
      sampleRate: rateHz,
      byteRate: rateHz * channels * 2,
      blockAlign: channels * 2,
      bitsPerSample: 16,
    });
    expect(wav.chunkSize).toBe(36 + dataBytes);
    expect(Buffer.compare(Buffer.from((wav.data as { samples: Uint8Array }).samples), data)).toBe(0);
  });

  test('a length beyond 32 bits is said as large as it can be', () => {
    const header = Buffer.from(wavHeader(8000, 2, 2 ** 33));
    expect(header.readUInt32LE(40)).toBe(0xffffffff - 44);
    expect(header.readUInt32LE(4)).toBe(0xffffffff - 8);
  });
});
