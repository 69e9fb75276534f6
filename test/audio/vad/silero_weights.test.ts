import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSileroWeights } from '../../../src/audio/vad/silero_weights.js';
import { MODEL_PATH } from './vad_signals.js';

const file = readFileSync(MODEL_PATH);
const codeOf = (bytes: Uint8Array) => {
  try {
    readSileroWeights(bytes);
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test('the 8 kHz weights, not the 16 kHz ones: the Fourier basis is a Hann window of 128 times cosines', () => {
  const weights = readSileroWeights(file);
  expect(weights).toHaveLength(235649);
  for (const [frequency, n] of [
    [0, 64],
    [1, 10],
    [30, 77],
  ]) {
    const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / 128);
    expect(weights[frequency * 128 + n]).toBeCloseTo(hann * Math.cos((2 * Math.PI * frequency * n) / 128), 6);
  }
  // The last two: end of the decoder's weights, its bias.
  expect([...weights.subarray(-1)]).toEqual([Math.fround(-0.5900867)]);
});

test.each([
  ['an empty file', new Uint8Array()],
  ['something else', Buffer.from('<html>not found</html>')],
  ['the first half of the file', file.subarray(0, file.length / 2)],
])('%s is refused with a code', (_, bytes) => {
  expect(codeOf(bytes)).toBe('VAD_MODEL');
});
