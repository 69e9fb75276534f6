import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AudioReplay } from '../../../src/providers/shared/audio_replay.js';

test('whatever is pushed, the newest bytes are there at their positions', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.array(fc.uint8Array({ maxLength: 150 })), (capacity, pushes) => {
      const replay = new AudioReplay(capacity);
      const all: number[] = [];
      for (const bytes of pushes) {
        replay.push(bytes);
        all.push(...bytes);
      }
      expect(replay.endByte).toBe(all.length);
      expect(replay.startByte).toBe(Math.max(0, all.length - capacity));
      const read: number[] = [];
      for (let at = replay.startByte; at < replay.endByte; ) {
        const view = replay.view(at, 7);
        expect(view.length).toBeGreaterThan(0);
        read.push(...view);
        at += view.length;
      }
      expect(read).toEqual(all.slice(replay.startByte));
    }),
  );
});
