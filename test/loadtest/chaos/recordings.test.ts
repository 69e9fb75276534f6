import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import wavefile from 'wavefile';
import { faultOfRecording } from '../../../loadtest/chaos/recordings.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringline-recordings-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(ms: number, record = '{}', cutBytes = 0): void {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, 8000, '16', new Int16Array(ms * 8));
  const bytes = wav.toBuffer();
  writeFileSync(path.join(dir, 'day_CA1.wav'), bytes.subarray(0, bytes.length - cutBytes));
  writeFileSync(path.join(dir, 'day_CA1.json'), record);
}
const fault = (streamsMs: number, anyLength = false) => faultOfRecording(dir, { callSid: 'CA1', streamsMs }, anyLength);

test('whole: as long as the streams, with a record', () => {
  write(2000);
  expect(fault(2000)).toBeNull();
});

test('too short is a fault, unless any length will do', () => {
  write(1000);
  expect(fault(2000)).toBe('1000 of 2000 ms');
  expect(fault(2000, true)).toBeNull();
});

test('a record that can not be read is a fault at any length', () => {
  write(2000, '{"turns":');
  expect(fault(2000, true)).toMatch(/JSON/);
});

test('nothing there', () => {
  expect(fault(2000)).toBe('no recording');
  expect(fault(2000, true)).toBeNull();
});
