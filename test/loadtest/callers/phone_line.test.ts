import { describe, expect, test } from 'vitest';
import type { Utterance } from '../../../loadtest/callers/person.js';
import { PhoneLine } from '../../../loadtest/callers/phone_line.js';
import { mulawToSample } from '../../../loadtest/simulators/twilio/mulaw_codec.js';

/** A kilohertz, inside the telephone's band. */
function beep(ms: number, level = 0.3): Utterance {
  const pcm = Float32Array.from({ length: ms * 8 }, (_, i) => level * Math.sin((2 * Math.PI * 1000 * i) / 8000));
  return { text: 'Beep.', pcm, words: [{ text: 'Beep.', startMs: 0, endMs: ms }] };
}

function frames(line: PhoneLine, count: number, fromMs = 0): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, i) =>
      Buffer.from(Buffer.from(line.next(fromMs + i * 20)).toString('latin1'), 'base64'),
    ),
  );
}

function rmsDb(mulaw: Uint8Array): number {
  const sum = mulaw.reduce((total, code) => total + (mulawToSample(code) / 32_768) ** 2, 0);
  return 10 * Math.log10(sum / mulaw.length);
}

describe('what leaves the telephone', () => {
  test('is 20 ms of mu-law a frame, a faint hiss where nothing sounds', () => {
    const line = new PhoneLine({ seed: 1 });
    const audio = frames(line, 50);
    expect(audio.length).toBe(50 * 160);
    expect(rmsDb(audio)).toBeLessThan(-60);
    expect(line.sentMs).toBe(1000);
  });

  test('is the sound, at its level, from the next frame on', () => {
    const line = new PhoneLine({ seed: 1 });
    frames(line, 10);
    const playing = line.play(beep(200));
    expect(playing.startMs).toBeNull();
    const audio = frames(line, 10, 200);
    expect(playing.startMs).toBe(200);
    // A sine of 0.3 has -13.5 dBFS.
    expect(rmsDb(audio.subarray(400))).toBeCloseTo(-13.5, 0);
    expect(rmsDb(frames(line, 10).subarray(800))).toBeLessThan(-50);
  });

  test('is the same for the same seed, and another for another', () => {
    const [a, b, c] = [1, 1, 2].map((seed) => frames(new PhoneLine({ seed, noiseDbfs: -40 }), 20));
    expect(a.equals(b)).toBe(true);
    expect(a.equals(c)).toBe(false);
  });

  test('has steady noise at the level asked for, within its drift', () => {
    const audio = frames(new PhoneLine({ seed: 3, noiseDbfs: -40 }), 550);
    expect(rmsDb(audio)).toBeGreaterThan(-42);
    expect(rmsDb(audio)).toBeLessThan(-37);
  });

  test('is nothing at all when muted', () => {
    const line = new PhoneLine({ seed: 1 });
    line.muted = true;
    line.play(beep(200));
    expect(frames(line, 5).every((code) => code === 0xff)).toBe(true);
  });
});

describe('what a recogniser finds in it', () => {
  test('the words, where they lie in the audio that was sent', () => {
    const line = new PhoneLine({ seed: 1 });
    frames(line, 10);
    line.play(beep(200));
    frames(line, 1, 200);
    expect(line.words).toEqual([{ text: 'Beep.', startMs: 200, endMs: 400 }]);
  });

  test('words that are not its own, and none after a hush', () => {
    const line = new PhoneLine({ seed: 1 });
    line.play(beep(400), [
      { text: 'Deep.', startMs: 0, endMs: 100 },
      { text: 'Sea.', startMs: 100, endMs: 400 },
    ]);
    frames(line, 10);
    line.hush();
    expect(line.words.map(({ text }) => text)).toEqual(['Deep.']);
    expect(line.isSounding).toBe(false);
  });

  test.each([
    ['in order', 4000, 4000],
    ['after a gap', 9600, 4000],
    ['sent a second time', 1600, 12_000],
  ])('the place of received audio, %s', (_, place, expected) => {
    const line = new PhoneLine({ seed: 5 });
    const audio = frames(line, 100);
    expect(line.locate(audio.subarray(place, place + 480), expected)).toBe(place);
  });

  test('a piece whose end was filled in is found by its beginning; what is found nowhere is where it was expected', () => {
    const line = new PhoneLine({ seed: 5 });
    const audio = frames(line, 100);
    const filled = Buffer.concat([audio.subarray(4800, 5120), Buffer.alloc(160, 0x55)]);
    expect(line.locate(filled, 0)).toBe(4800);
    expect(line.locate(Buffer.alloc(480, 0x55), 777)).toBe(777);
    expect(line.locate(Buffer.alloc(480, 0xff), 777)).toBe(777);
  });
});
