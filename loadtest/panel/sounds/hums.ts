// Nods and fillers of a listener, made by a voice's source and the nose's or mouth's resonances: "mm-hmm", "uh-huh", "um".

import { bandPass, glottis, joined, mixed, type Random, shaped, silence } from './shapes.js';

const NOSE = [250, 1000, 2200];
const UH = [620, 1200, 2500];
const AH = [730, 1090, 2440];

/** One syllable: pitch from and to, resonances in Hz, level rising and falling as in a mouth. */
function syllable(ms: number, fromHz: number, toHz: number, formants: readonly number[], random: Random): Float32Array {
  const source = glottis(ms, fromHz, toHz, random);
  return shaped(mixed(...formants.map((hz, i) => bandPass(source, hz, 5 - i).map((sample) => sample / (1 + i)))), [
    [0, 0],
    [35, 1],
    [ms * 0.6, 0.8],
    [ms, 0],
  ]);
}

function pitchOf(random: Random): number {
  return 95 + random() * 120;
}

export function mmHmm(random: Random): Float32Array {
  const hz = pitchOf(random);
  return joined(
    syllable(150 + random() * 60, hz, hz * 0.95, NOSE, random),
    silence(30 + random() * 30),
    syllable(190 + random() * 90, hz * 1.1, hz * 1.3, NOSE, random),
  );
}

export function uhHuh(random: Random): Float32Array {
  const hz = pitchOf(random);
  return joined(
    syllable(120 + random() * 50, hz, hz * 0.95, UH, random),
    silence(40 + random() * 30),
    syllable(160 + random() * 80, hz * 1.1, hz * 1.25, UH, random),
  );
}

export function um(random: Random): Float32Array {
  const hz = pitchOf(random);
  return joined(
    syllable(140 + random() * 80, hz, hz * 0.97, UH, random),
    syllable(120 + random() * 120, hz * 0.97, hz * 0.9, NOSE, random),
  );
}

export function ah(random: Random): Float32Array {
  const hz = pitchOf(random);
  return syllable(250 + random() * 150, hz * 1.15, hz * 0.9, AH, random);
}
