import { expect, test } from 'vitest';
import { PatientCaller } from '../../../loadtest/chaos/patient_caller.js';
import { AudioClip } from '../../../loadtest/simulators/twilio/audio_clip.js';
import { Playout } from '../../../loadtest/simulators/twilio/playout.js';

const CLIP_MS = 1000;
const clip = new AudioClip(new Uint8Array(CLIP_MS * 8).fill(0x10));

/** A caller on a line; time is what `run` makes of it. */
function telephone(staysMs: number | null = null) {
  let now = 0;
  let speaksUntilMs = 0;
  let hungUp = false;
  let ear = new Playout({ keepAudio: false });
  const caller = new PatientCaller({ clip: () => clip, thinkMs: () => 500, staysMs });
  const line = {
    say: () => {
      speaksUntilMs = now + CLIP_MS;
    },
    get isSpeaking() {
      return now < speaksUntilMs;
    },
    dtmf: () => {},
    hangUp: () => {
      hungUp = true;
    },
    cut: () => {},
  };
  caller.attach(line, ear);
  return {
    caller,
    hears: (ms: number) => ear.push(new Uint8Array(ms * 8).fill(0x10), 0, ms * 8, now),
    newStream: () => {
      ear = new Playout({ keepAudio: false });
      caller.attach(line, ear);
    },
    run: (untilMs: number) => {
      for (; now < untilMs && !hungUp; now += 10) caller.tick(now);
    },
    hasHungUp: () => hungUp,
  };
}

test('hears the greeting out, asks, notes the answer, asks again', () => {
  const { caller, hears, run } = telephone();
  run(1000);
  hears(2000);
  run(3000 + 450 + 500 + CLIP_MS + 300);
  expect(caller.questions).toHaveLength(1);
  expect(caller.questions[0].answerMs).toBeNull();
  hears(1000);
  run(9000);
  expect(caller.questions).toHaveLength(2);
  const [{ endMs, answerMs }] = caller.questions;
  expect(Math.abs(answerMs! - endMs - 300)).toBeLessThan(50);
});

test('asks again when nothing is answered, and what was not answered stays so', () => {
  const { caller, hears, run } = telephone();
  hears(500);
  run(20_000);
  expect(caller.questions).toHaveLength(2);
  expect(caller.questions[0].answerMs).toBeNull();
});

test('a question asked on a stream that broke may be answered on the next one', () => {
  const { caller, hears, run, newStream } = telephone();
  hears(500);
  run(500 + 450 + 500 + CLIP_MS + 200);
  newStream();
  run(4000);
  hears(800);
  run(4500);
  expect(caller.questions).toHaveLength(1);
  expect(Math.abs(caller.questions[0].answerMs! - 4000)).toBeLessThan(50);
});

test('hangs up when its time is over', () => {
  const { run, hasHungUp } = telephone(3000);
  run(2990);
  expect(hasHungUp()).toBe(false);
  run(3100);
  expect(hasHungUp()).toBe(true);
});
