import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { recordedConversation, spokenConversation, wavFilesIn } from '../../../loadtest/demo/conversations.js';

const dir = mkdtempSync(join(tmpdir(), 'ringline-demo-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** A second of 8 kHz noise as a WAV file. */
function writeNoise(name: string): void {
  const data = Buffer.from(Array.from({ length: 16_000 }, (_, i) => (i * 7919) & 0xff));
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(data.length, 40);
  writeFileSync(join(dir, name), Buffer.concat([head, data]));
}

test('a recording is heard as the words in the text file beside it, else as its name', () => {
  for (const name of ['b_soup-was_cold.wav', 'a.wav', 'c.WAV']) writeNoise(name);
  writeFileSync(join(dir, 'a.txt'), 'I had lunch today.\n');
  expect(wavFilesIn(dir)).toEqual(['a.wav', 'b_soup-was_cold.wav', 'c.WAV']);
  const { heardAs, agentEnds } = recordedConversation(dir, 0, 4, false);
  expect(heardAs.map(({ text }) => text)).toEqual([
    'I had lunch today.',
    'B soup was cold.',
    'C.',
    'I had lunch today.',
  ]);
  expect(agentEnds).toBe(false);
});

test('a folder that is not there holds no recordings', () => {
  expect(wavFilesIn(join(dir, 'nowhere'))).toEqual([]);
});

test('typed words are said in their order, then the caller hangs up', async () => {
  const { script, heardAs, agentEnds } = await spokenConversation('inbound', ['The soup was cold.', 'Goodbye.']);
  expect(heardAs.map(({ text }) => text)).toEqual(['The soup was cold.', 'Goodbye.']);
  expect([script.at(-1), agentEnds]).toEqual([{ hangup: true }, false]);
}, 30_000);
