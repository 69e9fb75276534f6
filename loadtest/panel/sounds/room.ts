// Voices that are not the caller's: somebody else in the room, a television, people talking. Made of speech that is given,
// since a room has no voice of its own.

import { lowPass, mixed, type Random, samplesOf, silence } from './shapes.js';

/** A voice some steps from the telephone: weaker, duller, with the room's echoes. `db` below the voice itself. */
export function fromAcrossTheRoom(voice: Float32Array, db: number, random: Random): Float32Array {
  const gain = 10 ** (-db / 20);
  const dull = lowPass(voice, 1800);
  const echoes = [17, 31, 53, 89].map((ms) => {
    const late = silence((ms * (0.8 + 0.4 * random())) | 0);
    const out = new Float32Array(late.length + dull.length);
    out.set(
      dull.map((sample) => sample * 0.4 ** (ms / 40)),
      late.length,
    );
    return out;
  });
  return mixed(dull, ...echoes).map((sample) => sample * gain);
}

/** People talking: the voices over one another, each begun at another place, for `ms`. */
export function babble(voices: readonly Float32Array[], ms: number, random: Random): Float32Array {
  const length = samplesOf(ms);
  const layers = voices.map((voice) => {
    const from = Math.floor(random() * voice.length);
    return Float32Array.from({ length }, (_, i) => voice[(from + i) % voice.length]);
  });
  return mixed(...layers).map((sample) => sample / Math.sqrt(Math.max(1, voices.length)));
}

/** What the loudspeaker plays of us comes back into the microphone: later, weaker, through a small speaker. */
export function echoOf(ours: Float32Array, delayMs: number, db: number): Float32Array {
  const late = silence(delayMs);
  const out = new Float32Array(late.length + ours.length);
  const gain = 10 ** (-db / 20);
  out.set(
    lowPass(ours, 2600).map((sample) => Math.tanh(sample * gain * 2) / 2),
    late.length,
  );
  return out;
}
