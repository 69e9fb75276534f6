import { expect, test } from 'vitest';
import { ReplyTrack } from '../../../src/conversation/playout/reply_track.js';
import { UnsentAudio } from '../../../src/conversation/playout/unsent_audio.js';

const [first, second] = [new ReplyTrack(1), new ReplyTrack(2)];
const drained = (unsent: UnsentAudio): string[] => {
  const out: string[] = [];
  for (let reply = unsent.next; reply !== null; reply = unsent.next) out.push(`${reply.id}: ${unsent.take(100)}`);
  return out;
};

test('bytes leave in the order in which they came, whoever they belong to', () => {
  const unsent = new UnsentAudio();
  unsent.append(first, 120);
  unsent.append(first, 30);
  unsent.append(second, 40);
  expect(unsent.bytes).toBe(190);
  expect(drained(unsent)).toEqual(['1: 100', '1: 50', '2: 40']);
  expect([unsent.bytes, unsent.next]).toEqual([0, null]);
});

test('what is put back leaves first', () => {
  const unsent = new UnsentAudio();
  unsent.append(second, 40);
  unsent.putBack(first, 20);
  unsent.putBack(first, 10);
  expect(drained(unsent)).toEqual(['1: 30', '2: 40']);
});

test('the end of the newest, one reply, or all of it can be dropped', () => {
  const unsent = new UnsentAudio();
  unsent.append(first, 50);
  unsent.append(second, 40);
  unsent.dropLast(second, 15);
  expect(unsent.bytes).toBe(75);
  unsent.dropLast(second, 25);
  unsent.dropLast(second, 0);
  expect(() => unsent.dropLast(second, 1)).toThrow('newest');
  unsent.append(second, 5);
  unsent.append(first, 5);
  unsent.drop(first);
  expect(drained(unsent)).toEqual(['2: 5']);
  unsent.append(first, 5);
  unsent.clear();
  expect([unsent.bytes, unsent.next]).toEqual([0, null]);
});
