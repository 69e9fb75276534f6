// Sounds of a person that are no words: coughs, sneezes, sniffs, a throat cleared, breath.

import {
  bandPass,
  decaying,
  glottis,
  joined,
  lowPass,
  mixed,
  type Random,
  shaped,
  silence,
  whiteNoise,
} from './shapes.js';

/** One to three bursts: an explosion of air, a noisy middle, a voiced end of up to `voiced` times the air's strength. */
export function cough(random: Random, voiced = 0.25): Float32Array {
  const parts: Float32Array[] = [];
  const bursts = 1 + Math.floor(random() * 3);
  for (let i = 0; i < bursts; i++) {
    const ms = 130 + random() * 130;
    const air = whiteNoise(ms, random);
    const throat = mixed(
      bandPass(air, 500 + random() * 300, 1),
      bandPass(air, 1500 + random() * 500, 1),
      bandPass(air, 2700, 1),
    );
    const voice = shaped(glottis(ms, 170 + random() * 80, 110, random), [
      [0, 0],
      [ms * 0.55, 0],
      [ms * 0.75, voiced * random()],
      [ms, 0],
    ]);
    parts.push(
      mixed(
        shaped(throat, [
          [0, 0],
          [8, 1],
          [45, 0.55],
          [ms * 0.7, 0.35],
          [ms, 0],
        ]),
        bandPass(voice, 600, 1),
      ),
      silence(60 + random() * 120),
    );
  }
  return joined(...parts);
}

/** A drawn breath, then a burst with much above 2 kHz. */
export function sneeze(random: Random): Float32Array {
  const inMs = 200 + random() * 200;
  const breath = bandPass(whiteNoise(inMs, random), 1200, 0.7);
  const outMs = 220 + random() * 160;
  const burst = mixed(bandPass(whiteNoise(outMs, random), 2600, 0.8), bandPass(whiteNoise(outMs, random), 1100, 0.8));
  return joined(
    shaped(breath, [
      [0, 0],
      [inMs, 0.25],
    ]),
    silence(40),
    shaped(burst, [
      [0, 0],
      [12, 1],
      [outMs * 0.4, 0.6],
      [outMs, 0],
    ]),
  );
}

export function sniff(random: Random): Float32Array {
  const ms = 180 + random() * 200;
  return shaped(bandPass(whiteNoise(ms, random), 1800 + random() * 600, 0.9), [
    [0, 0],
    [ms * 0.6, 1],
    [ms, 0],
  ]);
}

/** "Ahem": rough pulses, half noise. */
export function throatClearing(random: Random): Float32Array {
  const one = (ms: number): Float32Array => {
    const rough = glottis(ms, 90 + random() * 20, 70, random).map((sample) => sample * (0.4 + 1.2 * random()));
    return shaped(
      mixed(bandPass(rough, 500, 1), bandPass(rough, 1300, 1), bandPass(whiteNoise(ms, random), 900, 0.7)),
      [
        [0, 0],
        [20, 1],
        [ms * 0.7, 0.7],
        [ms, 0],
      ],
    );
  };
  return joined(one(180 + random() * 80), silence(50), one(220 + random() * 120));
}

export function breath(random: Random): Float32Array {
  const ms = 400 + random() * 500;
  return shaped(lowPass(whiteNoise(ms, random), 1500), [
    [0, 0],
    [ms * 0.4, 1],
    [ms, 0],
  ]);
}

/** Air blown over the microphone. */
export function blow(random: Random): Float32Array {
  return decaying(lowPass(whiteNoise(300 + random() * 300, random), 500), 200);
}

/** "Ha ha ha": voiced, in even steps, breath between. */
export function laugh(random: Random): Float32Array {
  const hz = 140 + random() * 120;
  const count = 3 + Math.floor(random() * 3);
  const ha = (at: number): Float32Array => {
    const source = glottis(110, hz * (1 - at * 0.06), hz * (0.9 - at * 0.06), random);
    const vowel = mixed(
      bandPass(source, 730, 4),
      bandPass(source, 1150, 4),
      bandPass(source, 2400, 3).map((sample) => sample / 3),
    );
    return shaped(vowel, [
      [0, 0],
      [25, 1],
      [70, 0.8],
      [110, 0],
    ]);
  };
  const h = (): Float32Array =>
    bandPass(whiteNoise(70 + random() * 30, random), 1400, 0.7).map((sample) => sample * 0.15);
  return joined(...Array.from({ length: count }, (_, i) => joined(h(), ha(i))));
}
