import { expect, test } from 'vitest';
import { Timeline } from '../../src/worker/timeline.js';

test('before the media stream there is no call time', () => {
  const timeline = new Timeline();
  expect(timeline.reported(1000)).toBeNull();
  expect(timeline.reported(null)).toBeNull();
});

test('the two clocks differ by the origin, both ways', () => {
  const timeline = new Timeline();
  timeline.originMs = 5000.25;
  expect(timeline.toCallMs(5100.5)).toBe(100.25);
  expect(timeline.toEngineMs(timeline.toCallMs(1234.5))).toBe(1234.5);
  expect(timeline.reported(5100.9)).toBe(101);
  expect(timeline.reported(null)).toBeNull();
});
