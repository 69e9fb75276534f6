import { beforeAll, describe, expect, test } from 'vitest';
import { judgeSound, main } from '../../../../loadtest/panel/sounds/judge_sounds.js';
import { inSilence, ourVoice, SOUNDS } from '../../../../loadtest/panel/sounds/sound_list.js';
import { levelsOf } from '../../../../loadtest/panel/sounds/sound_meter.js';
import { VadBatch } from '../../../../src/audio/vad/vad_batch.js';

let vad: VadBatch;
beforeAll(async () => {
  vad = await VadBatch.create('models/silero_vad.onnx', 'auto', 1);
});

describe('with the real voice detector, while we speak', () => {
  test.each(Object.keys(SOUNDS))('%s', async (name) => {
    const sound = SOUNDS[name];
    for (const seed of [3, 4, 5]) {
      const pcm = inSilence(await sound.make(seed), 300, 1500);
      const ours = await (sound.ours ?? ourVoice)(seed);
      const playing = sound.ours === undefined ? ours.subarray(seed * 900) : inSilence(ours, 300, 1500);
      const { yielded, dryMs } = await judgeSound(vad, pcm, sound.words, true, levelsOf(playing));
      expect(yielded).toBe(sound.kind === 'speech');
      // A nod near the phone may silence us until its words, which come 350 ms behind it, say that it is none; noise does
      // for no more than a tick of 200 ms. A laugh, and the first echo of a call, may do worse.
      if (sound.kind === 'nod') expect(dryMs).toBeLessThan(500);
      if (sound.kind === 'noise' && name !== 'laugh') expect(dryMs).toBeLessThan(200);
    }
  });

  test('without sound features people are still yielded to, and coughs and nods are not', async () => {
    for (const name of ['cough', 'door', 'yeah', 'okay', 'stop', 'question']) {
      const sound = SOUNDS[name];
      const judged = await judgeSound(vad, inSilence(await sound.make(2), 300, 1500), sound.words, false);
      expect([name, judged.yielded]).toEqual([name, sound.kind === 'speech']);
    }
  });
});

test('the table has a row for each sound; a wrong option is told', async () => {
  const lines: string[] = [];
  expect(await main(['--seeds', '1'], (line) => lines.push(line))).toBe(0);
  expect(lines).toHaveLength(Object.keys(SOUNDS).length + 1);
  expect(await main(['--seeds', '0'], (line) => lines.push(line))).toBe(64);
});
