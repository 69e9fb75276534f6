import { expect, test } from 'vitest';
import { Rehearsal } from '../../src/worker/rehearsal.js';

test('what was made waits, and comes once, words first, as it was when it came', () => {
  const rehearsal = new Rehearsal();
  const buffer = new Uint8Array([1, 2]);
  const told: string[] = [];
  const ear = {
    onWords: (words: readonly string[], startMs: readonly number[]) => told.push(`${words.join(' ')} at ${startMs[0]}`),
    onAudio: (bytes: Uint8Array) => told.push([...bytes].join(' ')),
  };
  rehearsal.audio(buffer);
  buffer.fill(9);
  rehearsal.words(['I', 'see.'], [0, 200], [200, 400]);
  rehearsal.audio(new Uint8Array([3]));
  rehearsal.perform(ear);
  rehearsal.perform(ear);
  expect(told).toEqual(['I see. at 0', '1 2', '3']);
});
