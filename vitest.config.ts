import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

/** The HTTP engines of this machine. What serves HTTP is tested on each of them. */
function enginesHere(): string[] {
  try {
    createRequire(import.meta.url)('uWebSockets.js');
    return ['uws', 'node'];
  } catch {
    return ['node'];
  }
}

const ON_EACH_ENGINE = 'test/server/**/*.test.ts';

export default defineConfig({
  test: {
    // Native addons and uWebSockets.js want real processes, not threads.
    pool: 'forks',
    // Of two cores vitest would leave one idle; most tests wait for something rather than compute.
    maxWorkers: 2,
    // Calls run in real time; on a CI machine that others use too, one of them may meet a stall of seconds.
    retry: process.env['CI'] ? 1 : 0,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'all', include: ['test/**/*.test.ts'], exclude: [ON_EACH_ENGINE] } },
      ...enginesHere().map((engine) => ({
        extends: true as const,
        test: { name: engine, include: [ON_EACH_ENGINE], env: { RINGLINE_TEST_ENGINE: engine } },
      })),
    ],
  },
});
