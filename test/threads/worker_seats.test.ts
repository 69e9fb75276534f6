import { expect, test } from 'vitest';
import { createHeartbeats, Heartbeat, heartbeatAgeMs } from '../../src/threads/heartbeat.js';
import { claimSeat, createSeats, releaseDeadSeats } from '../../src/threads/worker_seats.js';

test('seats are given out from the first on, and one too many is a defect', () => {
  const seats = createSeats(2);
  expect([claimSeat(seats, 7), claimSeat(seats, 9)]).toEqual([0, 1]);
  expect(() => claimSeat(seats, 11)).toThrow('seat');
});

test('a dead thread’s seat is free again, and its last beat is not held against its heir', () => {
  const seats = createSeats(3);
  const heartbeats = createHeartbeats(3);
  for (const threadId of [7, 9]) new Heartbeat(heartbeats, claimSeat(seats, threadId), 1000);
  releaseDeadSeats(seats, heartbeats, new Set([9]));
  expect([0, 1, 2].map((seat) => heartbeatAgeMs(heartbeats, seat, 6000))).toEqual([null, 5000, null]);
  expect(claimSeat(seats, 12)).toBe(0);
});
