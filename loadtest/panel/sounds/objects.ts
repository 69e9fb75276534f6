// Sounds of things near a telephone: doors, dishes, keys, machines, bells, engines, a dog.

import {
  bandPass,
  decaying,
  joined,
  lowPass,
  mixed,
  RATE_HZ,
  type Random,
  samplesOf,
  shaped,
  silence,
  whiteNoise,
} from './shapes.js';

function tone(ms: number, hz: (ms: number) => number): Float32Array {
  let phase = 0;
  return Float32Array.from({ length: samplesOf(ms) }, (_, i) => {
    phase += (2 * Math.PI * hz((i * 1000) / RATE_HZ)) / RATE_HZ;
    return Math.sin(phase);
  });
}

export function door(random: Random): Float32Array {
  const ms = 350 + random() * 200;
  const thud = mixed(
    decaying(bandPass(whiteNoise(ms, random), 340, 2), 60),
    decaying(lowPass(whiteNoise(ms, random), 900), 35),
  );
  const rattle = decaying(bandPass(whiteNoise(ms, random), 1800, 2), 25);
  return mixed(thud, rattle);
}

export function knocks(random: Random): Float32Array {
  const count = 2 + Math.floor(random() * 3);
  const knock = (): Float32Array => decaying(bandPass(whiteNoise(120, random), 450 + random() * 200, 3), 18);
  return joined(...Array.from({ length: count }, () => joined(knock(), silence(60 + random() * 60))));
}

export function dishes(random: Random): Float32Array {
  const clink = (): Float32Array => {
    const hz = 1800 + random() * 1300;
    return mixed(
      decaying(
        tone(160, () => hz),
        40,
      ),
      decaying(
        tone(160, () => Math.min(3900, hz * 1.37)),
        25,
      ),
      decaying(whiteNoise(160, random), 6),
    );
  };
  return joined(
    ...Array.from({ length: 2 + Math.floor(random() * 3) }, () => joined(clink(), silence(random() * 120))),
  );
}

export function typing(random: Random): Float32Array {
  const key = (): Float32Array => decaying(bandPass(whiteNoise(60, random), 2000 + random() * 1000, 1), 8);
  return joined(
    ...Array.from({ length: 5 + Math.floor(random() * 5) }, () => joined(key(), silence(50 + random() * 120))),
  );
}

/** Mains hum, a fan, a refrigerator: steady. */
export function hum(random: Random): Float32Array {
  const ms = 1200 + random() * 800;
  const base = 100 + random() * 60;
  const parts = [1, 2, 3, 4, 5, 6].map((n) => tone(ms, () => base * n).map((sample) => sample / n));
  return mixed(
    ...parts,
    lowPass(whiteNoise(ms, random), 800).map((sample) => sample * 0.05),
  );
}

export function ringing(random: Random): Float32Array {
  const [a, b] = [1200 + random() * 300, 1700 + random() * 300];
  return joined(
    ...[0, 1].map(() =>
      joined(
        tone(400, (ms) => (ms % 50 < 25 ? a : b)),
        silence(200),
      ),
    ),
  );
}

export function siren(random: Random): Float32Array {
  const speed = 300 + random() * 300;
  return tone(1500, (ms) => 900 + 450 * Math.sin((2 * Math.PI * ms) / (speed * 2)));
}

export function horn(random: Random): Float32Array {
  const hz = 380 + random() * 60;
  const ms = 400 + random() * 400;
  const part = (n: number, of: number): Float32Array => tone(ms, () => of * n).map((sample) => sample / n);
  return mixed(...[1, 2, 3, 4, 5].flatMap((n) => [part(n, hz), part(n, hz * 1.26)]));
}

export function engine(random: Random): Float32Array {
  const ms = 1200 + random() * 600;
  const hz = 28 + random() * 12;
  const firing = Float32Array.from({ length: samplesOf(ms) }, (_, i) =>
    ((i * hz) / RATE_HZ) % 1 < 0.2 ? random() * 2 - 0.4 : 0,
  );
  return mixed(
    bandPass(firing, 350, 1),
    bandPass(firing, 800, 1),
    lowPass(whiteNoise(ms, random), 1200).map((sample) => sample * 0.1),
  );
}

/** Short, voiced, with a fast fall of pitch: the nearest to a voice among them. */
export function bark(random: Random): Float32Array {
  const one = (): Float32Array => {
    const from = 500 + random() * 300;
    const ms = 130 + random() * 80;
    const source = mixed(
      ...[1, 2, 3, 4].map((n) => tone(ms, (at) => (from - (from * 0.45 * at) / ms) * n).map((s) => s / n)),
      whiteNoise(ms, random).map((s) => s * 0.5),
    );
    return shaped(mixed(bandPass(source, 900, 1), bandPass(source, 1800, 1)), [
      [0, 0],
      [15, 1],
      [ms, 0],
    ]);
  };
  return joined(
    ...Array.from({ length: 1 + Math.floor(random() * 3) }, () => joined(one(), silence(150 + random() * 200))),
  );
}

/** Steady noise of a street or a crackling line. */
export function hiss(random: Random): Float32Array {
  return whiteNoise(1000 + random() * 1000, random);
}
