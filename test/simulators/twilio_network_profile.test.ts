import { describe, expect, test } from 'vitest';
import { CLEAN_NETWORK, FrameSchedule, type NetworkProfile } from '../../loadtest/simulators/twilio/network_profile.js';

function frames(profile: Partial<NetworkProfile>, count: number, seed = 7) {
  const schedule = new FrameSchedule({ ...CLEAN_NETWORK, jitterMs: 0, ...profile }, seed);
  return Array.from({ length: count }, () => {
    const { frame, dueMs, lost } = schedule;
    schedule.advance();
    return { frame, dueMs, lost };
  });
}

describe('the frames of a caller', () => {
  test('begin with ten at once and go on every 20 ms', () => {
    expect(frames({}, 13).map((frame) => frame.dueMs)).toEqual([...Array(10).fill(0), 20, 40, 60]);
  });

  test('keep the pace over half an hour', () => {
    const last = frames({ jitterMs: 5 }, 90_000).at(-1)!;
    expect(last.dueMs).toBeGreaterThanOrEqual(90_000 * 20 - 200);
    expect(last.dueMs).toBeLessThan(90_000 * 20 - 200 + 60);
  });

  test('are late by jitter, but never early and never out of order', () => {
    const all = frames({ jitterMs: 8 }, 5000);
    const lateMs = all.map((frame) => frame.dueMs - Math.max(0, (frame.frame + 1) * 20 - 200));
    expect(Math.min(...lateMs)).toBe(0);
    expect(lateMs.filter((late) => late > 3).length).toBeGreaterThan(1000);
    expect(all.findIndex((frame, i) => i > 0 && frame.dueMs < all[i - 1].dueMs)).toBe(-1);
  });

  test('held back by a pause come all at once at its end', () => {
    const all = frames({ burstMs: 0, pauses: [{ atMs: 100, durationMs: 200 }] }, 20);
    expect(all.map((frame) => frame.dueMs)).toEqual([20, 40, 60, 80, ...Array(11).fill(300), 320, 340, 360, 380, 400]);
    expect(all.some((frame) => frame.lost)).toBe(false);
  });

  test('in a pause that loses audio are lost, the others not', () => {
    const all = frames({ burstMs: 0, pauses: [{ atMs: 100, durationMs: 60, lost: true }] }, 12);
    expect(all.filter((frame) => frame.lost).map((frame) => frame.frame)).toEqual([4, 5, 6]);
  });

  test('are lost in the asked share, in bursts of the asked length', () => {
    const all = frames({ lossRatio: 0.05, lossBurstFrames: 4 }, 100_000);
    const lost = all.filter((frame) => frame.lost).length;
    const bursts = all.filter((frame, i) => frame.lost && !all[i - 1]?.lost).length;
    expect(lost / all.length).toBeCloseTo(0.05, 2);
    expect(lost / bursts).toBeGreaterThan(3.5);
    expect(lost / bursts).toBeLessThan(4.5);
  });

  test('stall now and then, and catch up', () => {
    const all = frames({ stallsPerMinute: 30, stallMs: 100 }, 6000);
    const held = all.filter((frame) => frame.dueMs - Math.max(0, (frame.frame + 1) * 20 - 200) > 70).length;
    expect(held).toBeGreaterThan(30);
    expect(all.at(-1)!.dueMs).toBeLessThanOrEqual(6000 * 20 - 200 + 120);
  });

  test('are the same for the same seed', () => {
    const profile = { jitterMs: 9, lossRatio: 0.1 };
    expect(frames(profile, 500, 3)).toEqual(frames(profile, 500, 3));
    expect(frames(profile, 500, 3)).not.toEqual(frames(profile, 500, 4));
  });
});
