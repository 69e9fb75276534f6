// Who gets which answer: streams that come and go, late runs, runs on top of runs. The answers themselves are checked
// in vad_golden.test.ts.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dsp } from '../../../src/audio/kernels/addon.js';
import { VadBatch } from '../../../src/audio/vad/vad_batch.js';
import { EngineError } from '../../../src/errors.js';
import { ENGINES, MODEL_PATH, speechLikeSignal } from './vad_signals.js';

const SPEECH = speechLikeSignal(2);

describe.each(ENGINES)('%s', (engine) => {
  let vad: VadBatch;
  const opened: number[] = [];
  const open = () => {
    const stream = vad.open();
    opened.push(stream);
    return stream;
  };

  beforeAll(async () => {
    vad = await VadBatch.create(MODEL_PATH, engine, 4);
  });
  afterAll(() => vad.dispose());
  afterEach(async () => {
    await vad.run(() => {});
    for (const stream of opened.splice(0)) vad.close(stream);
    vad.skippedWindows = 0;
  });

  /** Pushes and runs until `windows` of SPEECH are judged; returns their probabilities. */
  async function judge(stream: number, windows: number): Promise<number[]> {
    const probabilities: number[] = [];
    for (let i = 0; i < windows; i++) {
      vad.push(stream, SPEECH, i * 256, 256);
      await vad.run((who, probability) => {
        if (who === stream) probabilities.push(probability);
      });
    }
    return probabilities;
  }

  test('a window is due when its 256 samples are there, and not before', async () => {
    const stream = open();
    vad.push(stream, SPEECH, 0, 160);
    expect(vad.dueWindows).toBe(0);
    vad.push(stream, SPEECH, 160, 95);
    expect(vad.dueWindows).toBe(0);
    vad.push(stream, SPEECH, 255, 1);
    expect(vad.dueWindows).toBe(1);
    const ends: number[] = [];
    await vad.run((_, __, endSample) => ends.push(endSample));
    expect(ends).toEqual([256]);
    expect(vad.dueWindows).toBe(0);
  });

  test('a frame in an array of its own is heard like a part of a longer one', async () => {
    const [own, part] = [open(), open()];
    for (let at = 0; at < 1600; at += 160) {
      vad.push(own, SPEECH.slice(at, at + 160), 0, 160);
      vad.push(part, SPEECH, at, 160);
    }
    const heard: Record<number, number[]> = { [own]: [], [part]: [] };
    await vad.run((stream, probability) => heard[stream].push(probability));
    expect(heard[own]).toHaveLength(6);
    expect(heard[own]).toEqual(heard[part]);
  });

  test('what a window is like comes with it for whom it was asked, late frames and our own voice included', async () => {
    const [asked, other] = [open(), open()];
    const played = vad.describe(asked);
    const mulaw = new Uint8Array(SPEECH.length);
    dsp.mulawEncode(SPEECH, 0, mulaw, 0, SPEECH.length);
    played.sent(0, mulaw, 0, mulaw.length);
    const levels: number[] = [];
    let likeness = 0;
    // 100 ms on the way to us: as much must be looked back.
    for (let at = 0; at + 800 <= SPEECH.length; at += 800) {
      for (const stream of [asked, other]) vad.push(stream, SPEECH, at, 800, (at + 800) / 8 + 100);
      await vad.run((stream, probability, _, sound) => {
        if (stream === other) return expect(sound).toBeNull();
        expect(sound!.probability).toBe(probability);
        levels.push(sound!.levelDb);
        likeness = Math.max(likeness, sound!.likeness);
      });
    }
    expect(levels).toHaveLength(62);
    levels.forEach((level, i) => {
      expect(level).toBeCloseTo(Math.max(-90, dsp.level(SPEECH, i * 256, 256)), 3);
    });
    expect(likeness).toBeGreaterThan(0.95);
  });

  test('the next caller in the stream is not described unasked', async () => {
    const first = open();
    vad.describe(first);
    vad.close(first);
    const second = open();
    expect(second).toBe(first);
    vad.push(second, SPEECH, 0, 256);
    await vad.run((_, __, ___, sound) => expect(sound).toBeNull());
  });

  test('with nothing due, a run calls nobody', async () => {
    await vad.run(() => expect.unreachable());
  });

  test('a stream that is behind gets all its windows, oldest first, beside one that is not', async () => {
    const [late, punctual] = [open(), open()];
    vad.push(late, SPEECH, 0, 1000);
    vad.push(punctual, SPEECH, 0, 256);
    expect(vad.dueWindows).toBe(4);
    const ends: Record<number, number[]> = { [late]: [], [punctual]: [] };
    await vad.run((stream, _, endSample) => ends[stream].push(endSample));
    expect(ends).toEqual({ [late]: [256, 512, 768], [punctual]: [256] });
  });

  test("a new caller in a used stream hears nothing of the last one's call", async () => {
    const first = open();
    const fresh = await judge(first, 10);
    vad.push(first, SPEECH, 0, 100);
    vad.close(first);
    const second = open();
    expect(second).toBe(first);
    expect(await judge(second, 10)).toEqual(fresh);
  });

  test('a closed stream gets no answer and takes its due windows with it', async () => {
    const [gone, staying] = [open(), open()];
    vad.push(gone, SPEECH, 0, 600);
    vad.push(staying, SPEECH, 0, 256);
    vad.close(gone);
    vad.close(gone);
    expect(vad.dueWindows).toBe(1);
    const heard: number[] = [];
    await vad.run((stream) => heard.push(stream));
    expect(heard).toEqual([staying]);
  });

  test('a stream closed and taken again while a run is under way starts silent and unanswered', async () => {
    // Answers come in the order of the streams' numbers.
    const [other, stream] = [open(), open()].sort((a, b) => a - b);
    const fresh = await judge(stream, 5);
    vad.push(stream, SPEECH, 0, 256);
    vad.push(other, SPEECH, 0, 256);
    let reopened = -1;
    const heard: number[] = [];
    const reopen = () => {
      if (reopened >= 0) return;
      vad.close(stream);
      reopened = open();
    };
    const running = vad.run((who) => {
      heard.push(who);
      // The native engine is done when run returns: there, the callback is the only place inside a run.
      if (who === other) reopen();
    });
    if (running) reopen();
    await running;
    expect(reopened).toBe(stream);
    expect(heard).toEqual([other]);
    expect(await judge(reopened, 5)).toEqual(fresh);
  });

  test('a run on top of a run starts no second one; what became due meanwhile is judged all the same', async () => {
    const stream = open();
    vad.push(stream, SPEECH, 0, 256);
    const ends: number[] = [];
    const onProbability = (_: number, __: number, endSample: number) => {
      ends.push(endSample);
      if (endSample === 256) {
        vad.push(stream, SPEECH, 256, 256);
        void vad.run(() => expect.unreachable());
      }
    };
    const first = vad.run(onProbability);
    const second = vad.run(() => expect.unreachable());
    if (first) expect(second).toBe(first);
    await first;
    expect(ends).toEqual([256, 512]);
  });

  test('a callback that throws reaches the caller of run, and the next run works', async () => {
    const stream = open();
    vad.push(stream, SPEECH, 0, 256);
    await expect(async () => {
      await vad.run(() => {
        throw new Error('mine');
      });
    }).rejects.toThrow('mine');
    vad.push(stream, SPEECH, 256, 256);
    const ends: number[] = [];
    await vad.run((_, __, endSample) => ends.push(endSample));
    expect(ends).toEqual([512]);
  });

  test('when run comes far too late the oldest windows go, are counted, and the times stay true', async () => {
    const stream = open();
    let pushed = 0;
    for (; pushed < 8000; pushed += 160) vad.push(stream, SPEECH, pushed, 160);
    const due = vad.dueWindows;
    expect(vad.skippedWindows).toBeGreaterThan(0);
    expect(due + vad.skippedWindows).toBe(Math.floor(pushed / 256));
    const ends: number[] = [];
    await vad.run((_, __, endSample) => ends.push(endSample));
    expect(ends).toHaveLength(due);
    expect(ends.at(-1)).toBe(Math.floor(pushed / 256) * 256);
    expect(vad.dueWindows).toBe(0);
  });

  test('more streams than were asked for, or samples for a closed one, are defects', () => {
    for (let i = 0; i < 4; i++) open();
    expect(() => vad.open()).toThrow('VAD streams');
    vad.close(opened[0]);
    expect(() => vad.push(opened[0], SPEECH, 0, 160)).toThrow('open VAD stream');
  });
});

test('a missing model is an error that says what to do', async () => {
  const error = await VadBatch.create('/nowhere/silero_vad.onnx', 'onnx', 1).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(EngineError);
  expect(error.code).toBe('VAD_MODEL');
  expect(error.message).toContain("can't be read");
});
