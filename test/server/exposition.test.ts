import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { Exposition } from '../../src/server/exposition.js';
import type { Reply } from '../../src/server/http/reply.js';

/** A registry whose exposition is the number of times it was written. */
function counting() {
  let written = 0;
  const metrics = async () => String(++written);
  const exposition = new Exposition({ metrics, contentType: new Registry().contentType });
  const text = async (reply: Promise<Reply>) => String((await reply).body);
  return { exposition, read: () => text(exposition.answer()), written: () => written };
}

test('however many ask at once, it is written once', async () => {
  const { read, written } = counting();
  const texts = await Promise.all(Array.from({ length: 100 }, read));
  expect([new Set(texts), written()]).toEqual([new Set(['1']), 1]);
});

test('nobody gets values from before the request', async () => {
  const { read } = counting();
  for (const expected of ['1', '2', '3']) expect(await read()).toBe(expected);
});

test('who asks without a pause waits: the thread that pumps media is never kept busy with it', async () => {
  const { read, written } = counting();
  const endsMs = performance.now() + 400;
  let answers = 0;
  const client = async () => {
    while (performance.now() < endsMs) {
      await read();
      answers++;
    }
  };
  await Promise.all(Array.from({ length: 20 }, client));
  expect(answers).toBeGreaterThanOrEqual(20);
  // One at once, then one every 50 ms; a late timer can only make it fewer.
  expect(written()).toBeLessThanOrEqual(11);
});

test('a failure to write is told, and the next request tries anew', async () => {
  let fails = true;
  const metrics = async () => {
    if (fails) throw new Error('a collector broke');
    return 'fine';
  };
  const exposition = new Exposition({ metrics, contentType: new Registry().contentType });
  await expect(exposition.answer()).rejects.toThrow('a collector broke');
  fails = false;
  expect(String((await exposition.answer()).body)).toBe('fine');
});
