import { expect, test } from 'vitest';
import { seededRandom } from '../../../loadtest/simulators/latency.js';
import { synthesise } from '../../../loadtest/simulators/speech/synthesise.js';
import { mulawToSample, sampleToMulaw } from '../../../loadtest/simulators/twilio/mulaw_codec.js';
import { BeepDetector } from '../../../src/audio/sound/beep_detector.js';

const FRAME = 160;

function tone(ms: number, hz: number, amplitude = 6000): number[] {
  return Array.from({ length: ms * 8 }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / 8000));
}
const quiet = (ms: number): number[] => new Array<number>(ms * 8).fill(0);

/** When beeps were told, over a line of mu-law with noise of this level in it. */
function heard(samples: readonly number[], noise = 8, seed = 1): { toldMs: number; endMs: number }[] {
  const random = seededRandom(seed);
  const detector = new BeepDetector();
  const found: { toldMs: number; endMs: number }[] = [];
  for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
    const pcm = Int16Array.from({ length: FRAME }, (_, i) =>
      mulawToSample(sampleToMulaw(Math.round(samples[at + i] + noise * (random() + random() + random() - 1.5) * 2))),
    );
    const nowMs = (at + FRAME) / 8;
    if (detector.push(pcm, nowMs)) found.push({ toldMs: nowMs, endMs: detector.endMs });
  }
  return found;
}

test.each([
  ['a short low one', 200, 440],
  ['the usual one', 500, 1000],
  ['a high one', 400, 1400],
  ['a long one', 1500, 850],
  ['a quarter of the rate, where one correlation is nothing', 400, 2000],
  ['above it', 400, 2400],
])('%s: %i ms of %i Hz', (_, ms, hz) => {
  const [beep, ...more] = heard([...quiet(700), ...tone(ms, hz), ...quiet(600)]);
  expect(more).toEqual([]);
  expect(beep.endMs).toBeGreaterThan(700 + ms - 45);
  expect(beep.endMs).toBeLessThanOrEqual(700 + ms + 25);
  expect(beep.toldMs - beep.endMs).toBeLessThanOrEqual(240);
});

test.each([
  ['a click', tone(60, 1000)],
  ['a dial tone', tone(6000, 425)],
  ['special information tones', [...tone(330, 985), ...tone(330, 1428), ...tone(330, 1777)]],
  [
    'a ringing tone of two frequencies',
    tone(2000, 440).map((x, i) => x + 6000 * Math.sin((2 * Math.PI * 480 * i) / 8000)),
  ],
  ['a key pressed', tone(400, 770).map((x, i) => x + 6000 * Math.sin((2 * Math.PI * 1336 * i) / 8000))],
  ['a siren', Array.from({ length: 16_000 }, (_, i) => 6000 * Math.sin(i * 0.6 + 40 * Math.sin(i / 900)))],
  ['a hum of the mains', tone(700, 150)],
  ['one too faint', tone(500, 1000, 90)],
])('no beep: %s', (_, sound) => {
  expect(heard([...quiet(300), ...sound, ...quiet(800)])).toEqual([]);
});

test('beeps of any pitch, length and level over a noisy line: 19 of 20 and more', () => {
  const random = seededRandom(7);
  let found = 0;
  for (let i = 0; i < 200; i++) {
    const hz = 400 + random() * 1900;
    const ms = 220 + random() * 1200;
    const amplitude = 1500 + random() * 9000;
    // 15 dB below the beep.
    const noise = (amplitude / Math.SQRT2) * 10 ** (-15 / 20);
    if (heard([...quiet(300), ...tone(ms, hz, amplitude), ...quiet(500)], noise, i).length === 1) found++;
  }
  expect(found).toBeGreaterThanOrEqual(190);
});

test.each(['gb_man', 'us_woman'] as const)('a voice is none, however it hums and sings out: %s', async (voice) => {
  const words =
    'Ooooh, you have reached the voicemail of Sue and Lou. We are out in the moonlight, moving to our new room. ' +
    'Please leave your name and number, and we will ring you soon. Mmmm. Eeeee. Ooooo.';
  const samples = [...(await synthesise(words, { voice, rateHz: 8000 }))];
  expect(samples.length).toBeGreaterThan(40_000);
  expect(heard([...samples, ...quiet(500)])).toEqual([]);
});
