import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { Exposition } from '../../src/server/exposition.js';
import { addressSet } from '../../src/server/http/peers.js';
import type { Reply } from '../../src/server/http/reply.js';

const from = (peer: string, headers: Record<string, string> = { host: 'localhost:8765' }) => ({
  peer,
  header: (name: string) => headers[name] ?? '',
});
const LOCAL = from('127.0.0.1');

/** A registry whose exposition is the number of times it was written. */
function counting() {
  let written = 0;
  const metrics = async () => String(++written);
  const exposition = new Exposition({ metrics, contentType: new Registry().contentType }, addressSet(['10.0.0.0/8']));
  const text = async (reply: Promise<Reply>) => String((await reply).body);
  return { exposition, read: () => text(exposition.answer(LOCAL)), written: () => written };
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
  const exposition = new Exposition({ metrics, contentType: new Registry().contentType }, addressSet([]));
  await expect(exposition.answer(LOCAL)).rejects.toThrow('a collector broke');
  fails = false;
  expect(String((await exposition.answer(LOCAL)).body)).toBe('fine');
});

test.each([
  ['127.0.0.1', { host: '127.0.0.1:8765' }, true],
  ['10.1.2.3', { host: 'voice.example.com' }, true],
  ['203.0.113.9', { host: 'localhost' }, false],
  ['127.0.0.1', { host: 'voice.example.com' }, false],
  ['10.1.2.3', { host: 'voice.example.com', 'x-forwarded-for': '203.0.113.9' }, false],
])('%s with %j may read it: %s', async (peer, headers, allowed) => {
  const { exposition } = counting();
  const ask = () => exposition.answer(from(peer, headers as unknown as Record<string, string>));
  if (allowed) expect((await ask()).status).toBe(200);
  else expect(ask).toThrow(expect.objectContaining({ status: 403 }));
});
