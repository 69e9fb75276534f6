import { describe, expect, test } from 'vitest';
import { encodeAudio } from '../../loadtest/simulators/speech/audio_encoding.js';
import { resample } from '../../loadtest/simulators/speech/resample.js';
import {
  synthesise,
  synthesiseWithWords,
  VOICES,
  type VoiceName,
} from '../../loadtest/simulators/speech/synthesise.js';

const rms = (samples: Int16Array): number => Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length);
const dbfs = (level: number): number => 20 * Math.log10(level / 32768);

describe('speech', () => {
  test.each(Object.keys(VOICES) as VoiceName[])('%s speaks at telephone level', async (voice) => {
    const samples = await synthesise('I had the chicken curry at lunch, and it was cold.', { voice, rateHz: 8000 });
    expect(samples.length / 8000).toBeGreaterThan(2);
    expect(samples.length / 8000).toBeLessThan(5);
    expect(Math.max(...samples)).toBeLessThanOrEqual(16_384);
    expect(dbfs(rms(samples))).toBeGreaterThan(-27);
  });

  test('two voices saying the same differ', async () => {
    const [man, woman] = await Promise.all(
      (['gb_man', 'us_woman'] as const).map((voice) => synthesise('Good morning.', { voice, rateHz: 8000 })),
    );
    expect(Buffer.from(man.buffer).equals(Buffer.from(woman.buffer))).toBe(false);
  });

  test('every word has its time, in order and within the audio', async () => {
    const text = 'Thank you, that is very kind. The 3 <soups> & bread were good!';
    const { samples, words } = await synthesiseWithWords(text, { rateHz: 16_000 });
    expect(words.map(({ word }) => word)).toEqual(text.split(' ').filter((word) => word !== '&'));
    for (const [i, word] of words.entries()) {
      expect(word.endMs).toBeGreaterThan(word.startMs);
      if (i > 0) expect(word.startMs).toBe(words[i - 1].endMs);
    }
    expect(words.at(-1)?.endMs).toBeCloseTo((samples.length * 1000) / 16_000);
  });

  test('nothing to say makes no sound', async () => {
    expect(await synthesise(' ... ', { rateHz: 8000 })).toHaveLength(0);
  });
});

describe('resample', () => {
  const tone = (hz: number, rateHz: number): Int16Array =>
    Int16Array.from({ length: rateHz }, (_, i) => 10_000 * Math.sin((2 * Math.PI * hz * i) / rateHz));

  test.each([
    [22_050, 8000],
    [22_050, 44_100],
    [8000, 24_000],
    [24_000, 8000],
  ])('%i to %i Hz keeps a tone of the telephone band', (inputHz, outputHz) => {
    const output = resample(tone(1000, inputHz), inputHz, outputHz);
    expect(output).toHaveLength(outputHz);
    const expected = tone(1000, outputHz);
    const middle = output.subarray(200, -200).map((sample, i) => sample - expected[i + 200]);
    expect(rms(middle)).toBeLessThan(rms(expected) / 100);
  });

  test('what does not fit below the new Nyquist frequency is removed', () => {
    expect(rms(resample(tone(6000, 22_050), 22_050, 8000).subarray(200, -200))).toBeLessThan(20);
  });
});

describe('encodings', () => {
  // G.711 tables 2a and 1a: zero, full scale, and one value inside a segment, both signs.
  test.each([
    [0, 0xff, 0xd5],
    [32_767, 0x80, 0xaa],
    [-32_768, 0x00, 0x2a],
    [1000, 0xce, 0xfa],
    [-1000, 0x4e, 0x7a],
  ])('%i is mu-law %i and A-law %i', (sample, mulaw, alaw) => {
    const pcm = Int16Array.of(sample);
    expect([encodeAudio(pcm, 'pcm_mulaw')[0], encodeAudio(pcm, 'pcm_alaw')[0]]).toEqual([mulaw, alaw]);
  });

  test('PCM is little endian', () => {
    expect([...encodeAudio(Int16Array.of(0x1234), 'pcm_s16le')]).toEqual([0x34, 0x12]);
    expect(encodeAudio(Int16Array.of(-16_384), 'pcm_f32le').readFloatLE(0)).toBe(-0.5);
  });
});
