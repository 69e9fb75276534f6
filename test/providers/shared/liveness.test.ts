import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Sweep } from '../../../src/providers/shared/liveness.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('sweeps while there is something to sweep, and not longer', () => {
  const sweep = new Sweep(() => {}, 50);
  const item = { sweep: vi.fn() };
  sweep.add(item);
  vi.advanceTimersByTime(100);
  expect(item.sweep).toHaveBeenCalledTimes(2);
  sweep.delete(item);
  sweep.delete(item);
  expect(vi.getTimerCount()).toBe(0);
});

test('one that throws does not keep the others from being looked at', () => {
  const faults: unknown[] = [];
  const sweep = new Sweep((thrown) => faults.push(thrown), 50);
  const other = { sweep: vi.fn() };
  const fault = new Error('ours');
  sweep.add({
    sweep: () => {
      throw fault;
    },
  });
  sweep.add(other);
  vi.advanceTimersByTime(50);
  expect(faults).toEqual([fault]);
  expect(other.sweep).toHaveBeenCalledTimes(1);
});

test('after this thread was stalled nobody is judged until its sockets were read', () => {
  const sweep = new Sweep(() => {}, 50);
  const item = { sweep: vi.fn() };
  sweep.add(item);
  vi.advanceTimersByTime(50);
  expect(item.sweep).toHaveBeenCalledTimes(1);
  // The clock runs on, no timer fires: a stall. The fake `performance` moves with the fake clock.
  vi.setSystemTime(Date.now() + 2000);
  const now = performance.now();
  const spy = vi.spyOn(performance, 'now').mockReturnValue(now + 2000);
  vi.advanceTimersByTime(50);
  expect(item.sweep).toHaveBeenCalledTimes(1);
  spy.mockReturnValue(now + 2050);
  vi.advanceTimersByTime(50);
  expect(item.sweep).toHaveBeenCalledTimes(2);
  spy.mockRestore();
});
