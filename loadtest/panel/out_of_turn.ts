// What callers do beside taking a turn: nods, sounds of the body, words for somebody else, and what is loud around them; each
// with what a recogniser makes of it. Seeded.

import { type Person, samplesOf, say, trimmed, type Utterance } from '../callers/person.js';
import { cough, sneeze, sniff, throatClearing } from './sounds/bodily.js';
import { mmHmm, uhHuh, um } from './sounds/hums.js';
import { bark, engine, horn, ringing, siren } from './sounds/objects.js';
import { fromAcrossTheRoom } from './sounds/room.js';
import { atLevel } from './sounds/shapes.js';

export interface OutOfTurn {
  utterance: Utterance;
  /** What a recogniser writes, with times; none = nothing. */
  heardAs: Utterance['words'];
}

type Random = () => number;
/** Level of the loud half of a voice whose peak is -6 dBFS. */
const VOICE_DB = -16;

const HUMS = { 'mm-hmm': ['Mhmm.', mmHmm], 'uh-huh': ['Uh-huh.', uhHuh] } as const;
const NODS = ['mm-hmm', 'uh-huh', 'yeah', 'okay', 'right'] as const;

/** "mm-hmm", "uh-huh", "yeah", "okay", "right": said while the other goes on; a recogniser writes them as words. */
export async function backchannel(person: Person, random: Random): Promise<OutOfTurn> {
  const text = NODS[Math.floor(random() * NODS.length)];
  if (text === 'mm-hmm' || text === 'uh-huh') {
    const [written, make] = HUMS[text];
    const utterance = sound(text, atLevel(make(random), VOICE_DB + person.loudnessDb - 3));
    return { utterance, heardAs: [{ text: written, startMs: 0, endMs: utterance.pcm.length / 8 }] };
  }
  const spoken = await say(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`, quieter(person, 3));
  return { utterance: { ...spoken, text }, heardAs: spoken.words };
}

const BODILY = { cough, sneeze, sniff, throat: throatClearing } as const;
const VOCAL = ['cough', 'cough', 'sneeze', 'sniff', 'throat', 'um', 'um'] as const;
/** A recogniser takes a cough for a word now and then. */
const COUGH_IS_WORD = 0.04;

/** Coughs, sneezes, sniffs and "um": a recogniser writes nothing, or rarely a wrong word. */
export function vocalSound(person: Person, random: Random): OutOfTurn {
  const text = VOCAL[Math.floor(random() * VOCAL.length)];
  const level = VOICE_DB + person.loudnessDb - 6 + 9 * random();
  if (text === 'um') return { utterance: sound(text, atLevel(um(random), level - 2)), heardAs: [] };
  const utterance = sound(text, atLevel(BODILY[text](random), text === 'sniff' ? level - 10 : level));
  const isWord = random() < COUGH_IS_WORD;
  return {
    utterance,
    heardAs: isWord ? [{ text: 'Oh.', startMs: 0, endMs: Math.min(300, utterance.pcm.length / 8) }] : [],
  };
}

const ASIDES = [
  'Hold on a second.',
  'Just a moment, I am on the phone.',
  'Not now, I will be there in a minute.',
  'Can you close the door please?',
  'Yes, the keys are on the table.',
];
const ROOM = [
  'Did you see where I put the keys this morning?',
  'Dinner will be ready in about ten minutes.',
  'And now we come to the weather for the weekend.',
  'Mum, can I have something to drink?',
  'He said that the train was late again.',
];

/**
 * The caller speaks to somebody in the room, away from the telephone; or somebody else does, or a television. The recogniser
 * writes most of the first and little of the second.
 */
export async function notForUs(person: Person, other: Person, random: Random): Promise<OutOfTurn> {
  const isAside = random() < 0.5;
  const text = isAside ? ASIDES[Math.floor(random() * ASIDES.length)] : ROOM[Math.floor(random() * ROOM.length)];
  const spoken = isAside
    ? await say(text, quieter(person, 2))
    : await say(text, { ...other, loudnessDb: person.loudnessDb });
  const pcm = fromAcrossTheRoom(spoken.pcm, isAside ? 6 + 3 * random() : 12 + 5 * random(), random);
  const isWritten = random() < (isAside ? 0.8 : 0.35);
  const heardAs = isWritten ? spoken.words.filter(() => random() < (isAside ? 0.95 : 0.6)) : [];
  return { utterance: { text: `${isAside ? 'aside' : 'room'}: ${text}`, pcm, words: [] }, heardAs };
}

const BURSTS = { horn, bark, siren, ringing, engine } as const;

/** A horn, a dog, a siren, a telephone or an engine, -5 to 10 dB below the voice. */
export function burst(person: Person, random: Random): OutOfTurn {
  const names = Object.keys(BURSTS) as (keyof typeof BURSTS)[];
  const text = names[Math.floor(random() * names.length)];
  const pcm = atLevel(BURSTS[text](random), VOICE_DB + person.loudnessDb + 5 - 15 * random());
  return { utterance: { text, pcm: pcm.slice(0, samplesOf(1500)), words: [] }, heardAs: [] };
}

function sound(text: string, pcm: Float32Array): Utterance {
  return trimmed({ text, pcm, words: [] });
}

function quieter(person: Person, db: number): Person {
  return { ...person, loudnessDb: person.loudnessDb - db };
}

/** A recogniser's mistakes: a share of the words lost or written as others. */
export function misheard(words: Utterance['words'], share: number, random: Random): Utterance['words'] {
  return words.flatMap((word) => {
    if (random() >= share) return [word];
    return random() < 0.4 ? [] : [{ ...word, text: word.text.replace(/[a-z]{2}(?=[.,?!]?$)/, 'en') }];
  });
}
