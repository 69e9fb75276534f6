// A caller's frames on their way to recording, recognition and judgement, with stand-ins for all three.

import { beforeEach, describe, expect, test } from 'vitest';
import type { SoundFeatures } from '../../src/audio/sound/sound_batch.js';
import type { VadBatch } from '../../src/audio/vad/vad_batch.js';
import type { SttSession } from '../../src/providers/stt.js';
import { CallerAudio } from '../../src/worker/caller_audio.js';
import type { Recorder } from '../../src/worker/recorder.js';

const OPTIONS = { startThreshold: 0.5, endThreshold: 0.35, minSpeechMs: 64, minSilenceMs: 96, engine: 'auto' as const };
const ORIGIN_MS = 10_000;
const frame = new Uint8Array(160).fill(1);
const pcm = new Int16Array(160);

let sent: number[];
let heard: number[];
let judgedPcm: number[];
let recorded: number[];
let edges: [string, number][];
let pauses: [audioMs: number, nowMs: number][];
let resumes: number[];
let endAudioMs: number[];
let audio: CallerAudio;
let samples: number;
beforeEach(() => {
  sent = [];
  heard = [];
  judgedPcm = [];
  recorded = [];
  edges = [];
  pauses = [];
  resumes = [];
  endAudioMs = [];
  samples = 0;
  const vad = {
    push(_stream: number, pushed: Int16Array, _at: number, count: number) {
      samples += count;
      judgedPcm.push(pushed[0]);
    },
  };
  audio = new CallerAudio(vad as unknown as VadBatch, 0, OPTIONS as never, {
    onSpeechStart: (startMs) => edges.push(['start', startMs]),
    onSpeechPause: (audioMs, nowMs) => pauses.push([audioMs, nowMs]),
    onSpeechResume: (nowMs) => resumes.push(nowMs),
    onSpeechEnd: (endMs, audioMs) => {
      edges.push(['end', endMs]);
      endAudioMs.push(audioMs);
    },
  });
  audio.stt = {
    sendAudio: (bytes: Uint8Array) => {
      sent.push(bytes.length);
      heard.push(...bytes);
    },
  } as unknown as SttSession;
  audio.recorder = { caller: (callMs: number) => recorded.push(callMs) } as unknown as Recorder;
});

/** Frames from `callMs` on; `nowMs` of a window is the end of the last frame unless `lateMs` says else. */
let judged = 0;
function hear(callMs: number, frames: number, probability: number, lateMs = 0): void {
  for (let i = 0; i < frames; i++) {
    audio.frame(frame, pcm, callMs + i * 20);
    const nowMs = ORIGIN_MS + callMs + i * 20 + 20 + lateMs;
    for (; judged + 256 <= samples; judged += 256) audio.probability(probability, judged + 256, ORIGIN_MS, nowMs);
  }
}
beforeEach(() => {
  judged = 0;
});

test('in silence recognition gets 240 ms at a time, in speech 60 ms, and before Finalize what is left', () => {
  hear(0, 24, 0);
  expect(sent).toEqual([1920, 1920]);
  hear(480, 20, 1);
  expect(new Set(sent.slice(3))).toEqual(new Set([480]));
  audio.flushStt();
  audio.flushStt();
  expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBe(44 * 160);
  expect(audio.sttSeconds).toBeCloseTo(0.88);
  expect(recorded).toEqual(Array.from({ length: 44 }, (_, i) => i * 20));
});

test('while we only listen, words come in larger pieces, and whole before Finalize', () => {
  audio.wordsMayWait = true;
  hear(0, 40, 1);
  expect(new Set(sent.slice(3))).toEqual(new Set([800]));
  audio.flushStt();
  expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBe(40 * 160);
  sent.length = 0;
  audio.wordsMayWait = false;
  hear(800, 9, 1);
  expect(sent).toEqual([480, 480, 480]);
});

test('speech has its times on the engine’s clock, to a window', () => {
  hear(0, 50, 0);
  hear(1000, 50, 1);
  hear(2000, 50, 0);
  expect(edges.map(([edge]) => edge)).toEqual(['start', 'end']);
  expect(Math.abs(edges[0][1] - (ORIGIN_MS + 1000 - 30))).toBeLessThanOrEqual(32);
  expect(Math.abs(edges[1][1] - (ORIGIN_MS + 2000))).toBeLessThanOrEqual(32);
});

test('the end of speech on the recogniser’s clock: audio it was given, not time', () => {
  audio.stt = null;
  hear(0, 25, 0);
  audio.flushStt();
  audio.stt = { sendAudio: (bytes: Uint8Array) => sent.push(bytes.length) } as unknown as SttSession;
  hear(500, 50, 1);
  hear(1500, 50, 0);
  expect(endAudioMs).toHaveLength(1);
  expect(Math.abs(endAudioMs[0] - 1000)).toBeLessThanOrEqual(52);
});

test('a pause within speech is reported before it can be an end', () => {
  audio = new CallerAudio(
    {
      push: (_stream: number, _pcm: Int16Array, _at: number, count: number) => (samples += count),
    } as unknown as VadBatch,
    0,
    { ...OPTIONS, minSilenceMs: 192 } as never,
    {
      onSpeechStart: () => {},
      onSpeechPause: (audioMs, nowMs) => pauses.push([audioMs, nowMs]),
      onSpeechResume: (nowMs) => resumes.push(nowMs),
      onSpeechEnd: (endMs) => edges.push(['end', endMs]),
    },
  );
  audio.stt = { sendAudio: () => {} } as unknown as SttSession;
  hear(0, 50, 1);
  hear(1000, 7, 0);
  expect([pauses.length, edges.length]).toEqual([1, 0]);
  const [audioMs, nowMs] = pauses[0];
  expect(Math.abs(nowMs - (ORIGIN_MS + 1032))).toBeLessThanOrEqual(52);
  expect(Math.abs(audioMs - 1000), 'on the recogniser’s clock').toBeLessThanOrEqual(52);
  hear(1140, 5, 1);
  expect([resumes.length, edges.length]).toEqual([1, 0]);
});

describe('a clock that is put right in the middle of a word', () => {
  test.each([-30_000, -5_000, -1_200, 900, 5_000, 30_000])(
    'by %i ms: one short pause does not end the turn',
    (byMs) => {
      hear(0, 50, 0);
      hear(1000, 50, 1);
      hear(2000, 3, 0); // a gap between two words
      hear(2060 + byMs, 3, 0, -byMs);
      hear(2120 + byMs, 50, 1, -byMs);
      hear(3120 + byMs, 50, 0, -byMs);
      expect(edges.map(([edge]) => edge).slice(0, 1)).toEqual(['start']);
      expect(edges.filter(([edge]) => edge === 'start').length - edges.filter(([edge]) => edge === 'end').length).toBe(
        0,
      );
      for (const [, atMs] of edges) expect(atMs).toBeLessThanOrEqual(ORIGIN_MS + 5000);
    },
  );

  test.each([60_000, 3_000])('audio held up for %i ms is judged as a second old at most', (lateMs) => {
    hear(0, 50, 1, lateMs);
    expect(edges.length).toBe(1);
    expect(edges[0][1]).toBeGreaterThanOrEqual(ORIGIN_MS + lateMs - 1000 - 32 - 30);
  });

  test('no sound is judged before it can have been heard', () => {
    hear(5000, 20, 1, -4000);
    expect(edges[0][1]).toBeLessThanOrEqual(ORIGIN_MS + 5400 - 4000);
  });
});

test('what a window is like is told before its edge, at the time the VAD goes by; without it nobody is told', () => {
  const told: [string, number, number][] = [];
  const vad = { push: () => {} };
  const ears = new CallerAudio(vad as unknown as VadBatch, 0, OPTIONS as never, {
    onWindow: (window, atMs, nowMs) => told.push([`window ${window.probability}`, atMs, nowMs]),
    onSpeechStart: (startMs, nowMs) => told.push(['start', startMs, nowMs]),
    onSpeechPause: () => {},
    onSpeechResume: () => {},
    onSpeechEnd: () => {},
  });
  const sound = { probability: 0.9 } as SoundFeatures;
  for (let i = 0; i < 4; i++) ears.frame(frame, pcm, 100 + i * 20);
  ears.probability(0.9, 256, ORIGIN_MS, 10_200, sound);
  ears.probability(0.9, 512, ORIGIN_MS, 10_200, sound);
  ears.probability(0.9, 640, ORIGIN_MS, 10_200, null);
  expect(told).toEqual([
    ['window 0.9', 10_132, 10_200],
    ['window 0.9', 10_164, 10_200],
    ['start', 10_070, 10_200],
  ]);
});

test('the VAD is told when on the call the frame ended', () => {
  const ends: number[] = [];
  const vad = { push: (...[, , , , endMs]: Parameters<VadBatch['push']>) => void ends.push(endMs ?? Number.NaN) };
  const ears = new CallerAudio(vad as unknown as VadBatch, 0, OPTIONS as never, {
    onSpeechStart: () => {},
    onSpeechPause: () => {},
    onSpeechResume: () => {},
    onSpeechEnd: () => {},
  });
  for (const callMs of [0, 20, 60]) ears.frame(frame, pcm, callMs);
  expect(ends).toEqual([20, 40, 80]);
});

test('a caller who is not to be heard: recognition and VAD get silence of the same length', () => {
  hear(0, 10, 0);
  audio.deafen(true, 200);
  expect(audio.isDeaf).toBe(true);
  pcm.fill(99);
  hear(200, 10, 0);
  audio.deafen(false, 400);
  // Of the pause, and late: still not for us.
  hear(380, 1, 0);
  hear(400, 9, 0);
  pcm.fill(0);
  audio.flushStt();
  expect(audio.isDeaf).toBe(false);
  expect(heard.length).toBe(30 * 160);
  expect(heard.slice(0, 1600).every((byte) => byte === 1)).toBe(true);
  expect(heard.slice(1600, 21 * 160).every((byte) => byte === 0xff)).toBe(true);
  expect(heard.slice(21 * 160).every((byte) => byte === 1)).toBe(true);
  expect(judgedPcm.slice(10, 21)).toEqual(new Array(11).fill(0));
  expect(judgedPcm.slice(21)).toEqual(new Array(9).fill(99));
  expect(recorded.length).toBe(30);
});
