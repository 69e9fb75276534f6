import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSileroFile } from '../../../src/audio/vad/silero_file.js';
import { MODEL_PATH } from './vad_signals.js';

const dir = mkdtempSync(join(tmpdir(), 'ringline-model-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('the model that is in the repository is the one that belongs there', () => {
  expect(readSileroFile(MODEL_PATH).length).toBe(2_327_524);
});

test.each([
  ['one bit is wrong', (bytes: Buffer) => bytes.fill(bytes[1_000_000] ^ 1, 1_000_000, 1_000_001)],
  ['the end is missing', (bytes: Buffer) => bytes.subarray(0, -1)],
  ['it is empty', () => Buffer.alloc(0)],
])('when %s, it is refused and the error names both sums', (_name, spoil) => {
  const path = join(dir, 'silero_vad.onnx');
  writeFileSync(path, spoil(readFileSync(MODEL_PATH)));
  expect(() => readSileroFile(path)).toThrow(/sha256 [0-9a-f]{64}, expected [0-9a-f]{64}/);
});

test('a file that is not there is named', () => {
  expect(() => readSileroFile('/nowhere/silero_vad.onnx')).toThrow("/nowhere/silero_vad.onnx can't be read");
});
