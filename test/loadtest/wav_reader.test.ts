// Files of other programs as we read them.

import { describe, expect, test } from 'vitest';
import wavefile from 'wavefile';
import { readWav } from '../../loadtest/wav_reader.js';
import { fallbackDsp } from '../../src/audio/kernels/addon.js';
import { wavHeader } from '../../src/audio/wav.js';

const TONE = Int16Array.from({ length: 400 }, (_, i) => Math.round(9000 * Math.sin(i / 5)));
const OTHER = Int16Array.from({ length: 400 }, (_, i) => i * 3 - 600);

/** A file as another program writes it. */
function written(
  bitDepth: string,
  change: (wav: InstanceType<typeof wavefile.WaveFile>) => void = () => {},
): Uint8Array {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(2, 16000, '16', [TONE, OTHER] as never);
  if (bitDepth !== '16') wav.toBitDepth(bitDepth);
  change(wav);
  return wav.toBuffer();
}

function largestDifference(a: Int16Array, b: Int16Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, sample, i) => Math.max(largest, Math.abs(sample - b[i])), 0);
}

describe('readWav', () => {
  test.each([
    ['8', 258],
    ['16', 0],
    ['24', 1],
    ['32', 1],
    ['32f', 1],
    ['64', 1],
  ])('%s bits', (bitDepth, tolerance) => {
    const { rateHz, channels } = readWav(written(bitDepth));
    expect(rateHz).toBe(16000);
    expect(channels).toHaveLength(2);
    expect(channels[0]).toBeInstanceOf(Int16Array);
    expect(largestDifference(channels[0], TONE)).toBeLessThanOrEqual(tolerance);
    expect(largestDifference(channels[1], OTHER)).toBeLessThanOrEqual(tolerance);
  });

  test.each([
    ['mu-law', fallbackDsp.mulawEncode, fallbackDsp.mulawDecode, 7],
    ['A-law', fallbackDsp.alawEncode, fallbackDsp.alawDecode, 6],
  ] as const)('%s', (_name, encode, decode, format) => {
    const codes = new Uint8Array(TONE.length);
    encode(TONE, 0, codes, 0, TONE.length);
    const expected = new Int16Array(TONE.length);
    decode(codes, 0, expected, 0, TONE.length);
    const header = Buffer.from(wavHeader(8000, 1, codes.length));
    header.writeUInt16LE(format, 20);
    header.writeUInt32LE(8000, 28);
    header.writeUInt16LE(1, 32);
    header.writeUInt16LE(8, 34);
    const { rateHz, channels } = readWav(Buffer.concat([header, codes]));
    expect(rateHz).toBe(8000);
    expect(channels).toHaveLength(1);
    expect(largestDifference(channels[0], expected)).toBe(0);
  });

  test('mono, with a chunk before and after the sound', () => {
    const wav = new wavefile.WaveFile();
    wav.fromScratch(1, 8000, '16', TONE as never);
    wav.setTag('INAM', 'a name');
    const { rateHz, channels } = readWav(wav.toBuffer());
    expect([rateHz, channels.length]).toEqual([8000, 1]);
    expect(largestDifference(channels[0], TONE)).toBe(0);
  });

  test('a recording cut off in the middle gives what is there', () => {
    const data = Buffer.from(TONE.buffer);
    const file = Buffer.concat([wavHeader(8000, 1, data.length + 5000), data]);
    expect(largestDifference(readWav(file).channels[0], TONE)).toBe(0);
  });

  test('more data than the header says is left out', () => {
    const data = Buffer.from(TONE.buffer);
    const file = Buffer.concat([wavHeader(8000, 1, 200), data]);
    expect(largestDifference(readWav(file).channels[0], TONE.subarray(0, 100))).toBe(0);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not a sound, but long enough for a header of forty-four bytes')],
    ['a header alone, cut off', Buffer.from(wavHeader(8000, 1, 0)).subarray(0, 20)],
  ])('%s is refused', (_what, bytes) => expect(() => readWav(bytes)).toThrow());
});
