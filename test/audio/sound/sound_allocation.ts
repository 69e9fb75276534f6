// A process that tells what we play and describes a caller's window a hundred thousand times and prints, as JSON, how many
// bytes of heap each time left behind. In a process of its own, because a test runner allocates too.

import { SoundBatch } from '../../../src/audio/sound/sound_batch.js';

const collectGarbage = globalThis.gc;
if (!collectGarbage) throw new Error('needs --expose-gc');

// The native kernel is not found from here, and its twin is not held to this.
const sounds = new SoundBatch(1, () => {});
const played = sounds.open(0);
const mulaw = new Uint8Array(160).fill(0x33);
const samples = new Int16Array(256);

const ROUNDS: Record<string, (i: number) => void> = {
  'a frame of ours': (i) => {
    played.sent(i * 20, mulaw, 0, 160);
  },
  'a window of the caller': (i) => {
    sounds.pushed(0, i * 32);
    sounds.take(0, 0, 0);
    sounds.run(samples);
    if (sounds.windowOf(0, 0.5)!.levelDb > 0) throw new Error('louder than possible');
  },
  'for comparison, one object of 32 bytes': (i) => {
    kept[i & 1023] = { i, next: i + 1 };
  },
};
const kept: object[] = [];

const bytesByRound: Record<string, number> = {};
let round = 0;
for (const [name, work] of Object.entries(ROUNDS)) {
  const run = (times: number) => {
    for (let i = 0; i < times; i++) work(round++);
  };
  // Long enough for the compiler, which works beside us.
  run(200_000);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  run(100_000);
  bytesByRound[name] = (process.memoryUsage().heapUsed - before) / 100_000;
}
process.stdout.write(JSON.stringify(bytesByRound));
