import { describe, expect, test } from 'vitest';
import { dsp } from '../../src/audio/kernels/addon.js';
import { type AudioFormat, TELEPHONE_FORMAT } from '../../src/audio_format.js';
import type { TtsHandlers, TtsProvider } from '../../src/providers/tts.js';
import { phoneVoice } from '../../src/worker/phone_voice.js';

/** A voice of a format, and the handlers its utterance was given. */
function voice(format: AudioFormat) {
  const given: TtsHandlers[] = [];
  const calls: string[] = [];
  const provider: TtsProvider = {
    format,
    warm: () => calls.push('warm'),
    close: () => calls.push('close'),
    open(_options, handlers) {
      given.push(handlers);
      return { push: (text) => calls.push(`push ${text}`), cancel: () => calls.push('cancel') };
    },
  };
  return { provider, given, calls };
}

/** A second of a 440 Hz tone. */
function tone(rateHz: number): Int16Array {
  return Int16Array.from({ length: rateHz }, (_, i) => Math.round(12_000 * Math.sin((2 * Math.PI * 440 * i) / rateHz)));
}
/** Changes of sign; what is nearly silent has none. */
function crossings(samples: Int16Array): number {
  const loud = samples.filter((sample) => Math.abs(sample) > 1000);
  return loud.filter((sample, i) => i > 0 && sample < 0 !== loud[i - 1] < 0).length;
}

test('a voice that speaks the line’s format is left as it is', () => {
  const { provider } = voice(TELEPHONE_FORMAT);
  expect(phoneVoice(provider, dsp)).toBe(provider);
});

describe.each([8000, 16_000, 24_000, 44_100, 48_000])('16-bit samples at %i Hz', (rateHz) => {
  test.each([1, 333, 4096, 100_000])('in chunks of %i bytes: as long and as high on the line', (chunkBytes) => {
    const { provider, given } = voice({ encoding: 'pcm_s16le', rateHz });
    const phone = phoneVoice(provider, dsp);
    expect(phone.format).toEqual(TELEPHONE_FORMAT);
    const mulaw: number[] = [];
    let isDone = false;
    phone.open(
      { voiceId: 'v', language: 'en' },
      {
        onAudio: (bytes) => void mulaw.push(...bytes),
        onWords: () => {},
        onDone: () => {
          isDone = true;
        },
        onError: () => {},
      },
    );
    const bytes = Buffer.from(tone(rateHz).buffer);
    const part = chunkBytes === 1 ? bytes.subarray(0, 4000) : bytes;
    for (let at = 0; at < part.length; at += chunkBytes) given[0].onAudio(part.subarray(at, at + chunkBytes));
    given[0].onDone();
    expect(isDone).toBe(true);
    const seconds = part.length / 2 / rateHz;
    expect(Math.abs(mulaw.length - seconds * 8000)).toBeLessThan(80);
    const samples = new Int16Array(mulaw.length);
    dsp.mulawDecode(Uint8Array.from(mulaw), 0, samples, 0, mulaw.length);
    expect(Math.abs(crossings(samples) - 880 * seconds)).toBeLessThan(6);
  });
});

test('everything else passes through', () => {
  const { provider, given, calls } = voice({ encoding: 'pcm_s16le', rateHz: 24_000 });
  const phone = phoneVoice(provider, dsp);
  const told: string[] = [];
  phone.warm();
  const utterance = phone.open(
    { voiceId: 'v', language: 'en' },
    {
      onAudio: () => told.push('audio'),
      onWords: (words, startMs) => told.push(`${words} ${startMs}`),
      onDone: () => told.push('done'),
      onError: ({ code }) => told.push(code),
    },
  );
  utterance.push('Hello.', true);
  given[0].onWords(['Hello.'], [3], [9]);
  utterance.cancel();
  phone.close();
  expect(calls).toEqual(['warm', 'push Hello.', 'cancel', 'close']);
  expect(told).toEqual(['Hello. 3']);
});
