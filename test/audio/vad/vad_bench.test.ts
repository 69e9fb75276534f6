import { expect, test } from 'vitest';
import { gainOverOneStream, measureVad, VAD_BENCH_SMALL } from '../../../bench/audio/vad.bench.js';
import { ENGINES, MODEL_PATH } from './vad_signals.js';

test('the bench measures the same work for every engine and batch size', async () => {
  const rows = await measureVad({ modelPath: MODEL_PATH, ...VAD_BENCH_SMALL });
  expect(rows).toHaveLength(ENGINES.length * VAD_BENCH_SMALL.batches.length);
  expect(new Set(rows.map((row) => row.hash)).size).toBe(1);
  expect(Number(rows[0].hash)).toBeGreaterThan(0.1);
  for (const row of rows) {
    expect(row.usPushPerWindow).toBeGreaterThan(0);
    expect(row.usPerWindow).toBeGreaterThan(row.usPushPerWindow);
  }
  expect(gainOverOneStream(rows, 'onnx', 32)).toBeGreaterThan(0);
  expect(gainOverOneStream(rows, 'onnx', 7)).toBeNaN();
});
