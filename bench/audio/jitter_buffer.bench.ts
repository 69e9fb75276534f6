// One frame of a caller through the jitter buffer, in and out as mu-law and samples; and what a gap costs more. What is
// compared is the two kinds of kernels below it. Varies: a steady stream, or every tenth message lost.

import { AudioFrame, JitterBuffer } from '../../src/audio/jitter_buffer.js';
import type { Dsp } from '../../src/audio/kernels/addon.js';
import { FRAME_MS, FRAME_SAMPLES } from '../../src/audio_format.js';
import type { BenchOptions, BenchResult } from '../bench_result.js';
import { VOICE_MULAW } from './bench_audio.js';
import { bytesOf, contest, ourContenders } from './kernel_contest.js';

/** Ten seconds of a call. */
const FRAMES = 500;
const SECOND = VOICE_MULAW.length / FRAME_SAMPLES;

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  return [
    ...(await benchStream(options, 'jitter buffer, one frame', () => false)),
    ...(await benchStream(options, 'jitter buffer, one frame, every tenth lost', (i) => i % 10 === 9)),
  ];
}

function benchStream(options: BenchOptions, name: string, isLost: (i: number) => boolean): Promise<BenchResult[]> {
  const messages = Array.from({ length: SECOND }, (_, i) =>
    VOICE_MULAW.slice(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES),
  );
  const make = (dsp: Dsp) => {
    const frame = new AudioFrame();
    const message = new Uint8Array(FRAME_SAMPLES);
    let buffer = new JitterBuffer({ dsp });
    const heard = new Int16Array(FRAMES * FRAME_SAMPLES);
    let keep = true;
    const run = () => {
      // Each run is a call of its own: the result must not depend on how often it is measured.
      buffer = new JitterBuffer({ dsp });
      let at = 0;
      for (let i = 0; i < FRAMES; i++) {
        const nowMs = i * FRAME_MS;
        if (!isLost(i)) {
          message.set(messages[i % SECOND]);
          buffer.push(nowMs, message, FRAME_SAMPLES, nowMs);
        }
        while (buffer.pull(nowMs, frame)) {
          if (keep && at < heard.length) heard.set(frame.pcm, at);
          at += FRAME_SAMPLES;
        }
      }
      keep = false;
    };
    return { run, result: () => bytesOf(heard) };
  };
  return contest(options, name, FRAMES, ourContenders(make));
}
