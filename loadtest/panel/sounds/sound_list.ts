// Every sound the panel's callers make that is no turn, by name: what it is, and how it is made from a seed.

import { seededRandom } from '../../simulators/latency.js';
import { synthesise, type VoiceName } from '../../simulators/speech/synthesise.js';
import { blow, breath, cough, laugh, sneeze, sniff, throatClearing } from './bodily.js';
import { ah, mmHmm, uhHuh, um } from './hums.js';
import { bark, dishes, door, engine, hiss, horn, hum, knocks, ringing, siren, typing } from './objects.js';
import { babble, echoOf, fromAcrossTheRoom } from './room.js';
import { atLevel, RATE_HZ, type Random, silence, telephone } from './shapes.js';

/** `noise`: no voice. `nod`: "go on". `room`: a voice that is not for us. `speech`: to be yielded to. */
export type SoundKind = 'noise' | 'nod' | 'room' | 'speech';

export interface Sound {
  kind: SoundKind;
  /** At the caller's telephone, 8 kHz through the band and mu-law. The same seed gives the same sound. */
  make(seed: number): Promise<Int16Array>;
  /** What a recogniser would write of it; '' = nothing. */
  words: string;
  /** What we play meanwhile, beginning with the sound; absent: nothing that could come back. */
  ours?(seed: number): Promise<Int16Array>;
}

/** The caller's own voice, dB of its loud half; everything else is set against it. */
export const CALLER_DB = -24;
/** The same voice as a stretch's mean power has it, pauses of 32 ms and soft sounds included. */
export const CALLER_STRETCH_DB = -29;

const VOICES: readonly VoiceName[] = ['us_woman', 'us_man', 'gb_woman', 'gb_man'];
const OUR_TEXT =
  'We are open from nine to five on weekdays, and on Saturdays until noon. Shall I book a table for you?';
const ROOM_TEXT =
  'Did you see where I put the keys this morning? I think they were next to the door, but now they are gone.';

function made(make: (random: Random) => Float32Array, db: number): Sound {
  return {
    kind: 'noise',
    words: '',
    make: async (seed) => {
      const random = seededRandom(seed);
      const sound = make(random);
      return telephone(atLevel(sound, db - 6 + 12 * random()));
    },
  };
}

function nod(make: (random: Random) => Float32Array, words: string): Sound {
  return { ...made(make, CALLER_DB - 3), kind: 'nod', words };
}

function spoken(kind: SoundKind, text: string): Sound {
  return { kind, words: text, make: async (seed) => telephone(atLevel(await voice(text, seed), CALLER_DB)) };
}

async function voice(text: string, seed: number): Promise<Float32Array> {
  const pcm = await synthesise(text, { voice: VOICES[seed % VOICES.length], rateHz: RATE_HZ });
  return Float32Array.from(pcm, (sample) => sample / 32_768);
}

/** What we say meanwhile. */
export async function ourVoice(seed: number): Promise<Int16Array> {
  return telephone(atLevel(await voice(OUR_TEXT, seed), CALLER_DB));
}

export const SOUNDS: Readonly<Record<string, Sound>> = {
  cough: made(cough, CALLER_DB),
  'cough (voiced)': made((random) => cough(random, 1.5), CALLER_DB),
  laugh: made(laugh, CALLER_DB - 3),
  sneeze: made(sneeze, CALLER_DB),
  sniff: made(sniff, CALLER_DB - 8),
  throat: made(throatClearing, CALLER_DB - 3),
  breath: made(breath, CALLER_DB - 10),
  blow: made(blow, CALLER_DB),
  door: made(door, CALLER_DB),
  knocks: made(knocks, CALLER_DB - 3),
  dishes: made(dishes, CALLER_DB - 3),
  typing: made(typing, CALLER_DB - 8),
  hum: made(hum, CALLER_DB - 6),
  ringing: made(ringing, CALLER_DB - 3),
  siren: made(siren, CALLER_DB - 3),
  horn: made(horn, CALLER_DB),
  engine: made(engine, CALLER_DB - 6),
  bark: made(bark, CALLER_DB),
  hiss: made(hiss, CALLER_DB - 12),
  'mm-hmm (hummed)': nod(mmHmm, 'mm-hmm'),
  'uh-huh (hummed)': nod(uhHuh, 'uh-huh'),
  'um (hummed)': nod(um, 'um'),
  'ah (hummed)': nod(ah, 'ah'),
  yeah: spoken('nod', 'yeah'),
  okay: spoken('nod', 'okay'),
  right: spoken('nod', 'right'),
  'I see': spoken('nod', 'I see'),
  'somebody in the room': {
    kind: 'room',
    words: ROOM_TEXT,
    make: async (seed) => {
      const random = seededRandom(seed);
      const far = fromAcrossTheRoom(atLevel(await voice(ROOM_TEXT, seed), CALLER_DB), 15 + 5 * random(), random);
      return telephone(far);
    },
  },
  'people talking': {
    kind: 'room',
    words: '',
    make: async (seed) => {
      const random = seededRandom(seed);
      const voices = await Promise.all([0, 1, 2, 3].map((i) => voice(ROOM_TEXT, seed + i)));
      return telephone(atLevel(babble(voices, 2500, random), CALLER_DB - 16));
    },
  },
  'our own voice': {
    kind: 'room',
    words: '',
    make: async (seed) => telephone(echoOf(atLevel(await voice(OUR_TEXT, seed), CALLER_DB), 120 + (seed % 5) * 60, 9)),
    ours: ourVoice,
  },
  stop: spoken('speech', 'Stop.'),
  wait: spoken('speech', 'Wait.'),
  no: spoken('speech', 'No.'),
  question: spoken('speech', 'Can you tell me the price again?'),
  correction: spoken('speech', 'No, I meant the second one.'),
};

/** `sound` at the end of some silence and before more, as it comes in a call. */
export function inSilence(sound: Int16Array, beforeMs: number, afterMs: number): Int16Array {
  const [before, after] = [silence(beforeMs).length, silence(afterMs).length];
  const pcm = new Int16Array(before + sound.length + after);
  pcm.set(sound, before);
  return pcm;
}
