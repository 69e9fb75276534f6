import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Native addons and uWebSockets.js want real processes, not threads.
    pool: 'forks',
    // Calls run in real time; on a CI machine that others use too, one of them may meet a stall of seconds.
    retry: process.env['CI'] ? 1 : 0,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
