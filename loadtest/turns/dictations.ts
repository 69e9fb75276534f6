// Callers who dictate, seeded: telephone and card numbers, addresses, spelled names, e-mail addresses, dates of birth, in
// groups with pauses up to 1.5 s between them. None may be answered inside. Beside them things that are plainly complete
// and must not be waited for.

import { seededRandom } from '../simulators/latency.js';
import type { CallerTurn, TimedWord } from './turns_file.js';

export const DICTATION_KINDS = ['phone', 'card', 'address', 'spelling', 'email', 'date'] as const;
export type DictationKind = (typeof DICTATION_KINDS)[number];

export interface Dictation extends CallerTurn {
  kind: DictationKind;
}

/** Longest pause between two groups. */
export const PAUSE_MS_MAX = 1500;
const PAUSE_MS_MIN = 250;

type Random = () => number;

/** `count` dictations, the kinds in turn; the same for the same seed. */
export function dictations(count: number, seed: number): Dictation[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, k) => {
    const kind = DICTATION_KINDS[k % DICTATION_KINDS.length];
    const { asked, groups } = MAKERS[kind](random);
    return { kind, ...spoken(`${kind} ${k}`, asked, groups, random) };
  });
}

/** A turn of `groups` of words, with a pause between two groups. */
function spoken(call: string, asked: string, groups: readonly string[], random: Random): CallerTurn {
  const words: TimedWord[] = [];
  const pauses: CallerTurn['pauses'] = [];
  let now = 1000;
  for (const group of groups) {
    if (words.length > 0) {
      const ms = Math.round((PAUSE_MS_MIN + random() * (PAUSE_MS_MAX - PAUSE_MS_MIN)) / 10) * 10;
      pauses.push({ at: words.length - 1, ms });
      now += ms;
    }
    const parts = group.split(' ');
    parts.forEach((text, k) => {
      const ms = 180 + 50 * Math.min(6, text.length);
      words.push({ text, startMs: now, endMs: now + ms, first: k === 0, last: k === parts.length - 1 });
      now += ms + 20;
    });
    now -= 20;
  }
  return { call, words, pauses, asked, answeredAfterMs: 5000 };
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)];
}

const DIGITS = 'zero one two three four five six seven eight nine'.split(' ');
const digit = (random: Random): string => pick(random, DIGITS);
const digits = (random: Random, count: number): string[] => Array.from({ length: count }, () => digit(random));

/** Parted into groups of the given sizes, one after the other, as often as needed. */
function grouped(words: readonly string[], sizes: readonly number[]): string[] {
  const groups: string[] = [];
  for (let at = 0, k = 0; at < words.length; k++) {
    const size = sizes[k % sizes.length];
    groups.push(words.slice(at, at + size).join(' '));
    at += size;
  }
  return groups;
}

function withLead(random: Random, leads: readonly string[], groups: string[]): string[] {
  const lead = pick(random, leads);
  if (lead === '') return groups;
  return random() < 0.5 ? [lead, ...groups] : [`${lead} ${groups[0]}`, ...groups.slice(1)];
}

interface Made {
  asked: string;
  groups: string[];
}

const NAMES = 'anna smith garcia miller johnson peter walker brown lopez martin hannah clark evans'.split(' ');
const STREETS = ['main street', 'oak avenue', 'second street', 'mill road', 'park lane', 'lake view drive'];
const TOWNS = ['springfield', 'river falls', 'new haven', 'salem', 'mount vernon', 'fairview'];
const STATES = ['ohio', 'oregon', 'new york', 'texas', 'california', 'north carolina'];
const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const DAYS = ['first', 'third', 'ninth', 'twelfth', 'fifteenth', 'twentieth', 'twenty second', 'thirtieth'];
const PAGES = ['gmail', 'yahoo', 'outlook', 'example', 'acme'];

const MAKERS: Record<DictationKind, (random: Random) => Made> = {
  phone(random) {
    const first = pick(random, DIGITS.slice(2));
    const number = [first, ...digits(random, 9)];
    const sizes = pick(random, [
      [3, 3, 4],
      [3, 3, 2, 2],
      [3, 7],
      [1, 2, 3, 4],
      [2, 3, 5],
      [6, 4],
      [3, 2, 2, 3],
    ]);
    return {
      asked: pick(random, [
        'What is your phone number?',
        'Could you give me a phone number to reach you?',
        'And your phone number, please.',
        'Which number can we call you back on? A mobile number is fine.',
      ]),
      groups: withLead(
        random,
        ['', "sure it's", 'my number is', 'um', 'yes my phone number is'],
        grouped(number, sizes),
      ),
    };
  },
  card(random) {
    const number = ['four', ...digits(random, 15)];
    return {
      asked: pick(random, [
        'Can I have your card number?',
        'What is the number on your credit card?',
        'Please read me the sixteen digit card number.',
      ]),
      groups: withLead(
        random,
        ['', "okay it's", 'yes', 'the card number is'],
        grouped(number, pick(random, [[4], [4, 4, 8], [2], [4, 6, 5, 1], [3, 5]])),
      ),
    };
  },
  address(random) {
    const unit = random() < 0.3 ? [`apartment ${digit(random)}`] : [];
    const zip = digits(random, 5);
    const zips = random() < 0.5 ? [zip.join(' ')] : grouped(zip, [3, 2]);
    return {
      asked: pick(random, [
        'What is your address?',
        'Could you tell me your mailing address?',
        'And where do you live?',
        'What address should we send it to?',
      ]),
      groups: withLead(
        random,
        ['', 'my address is', 'sure', "it's"],
        [
          digits(random, 2 + Math.floor(random() * 3)).join(' '),
          pick(random, STREETS),
          ...unit,
          pick(random, TOWNS),
          pick(random, STATES),
          ...zips,
        ],
      ),
    };
  },
  spelling(random) {
    const name = pick(random, NAMES);
    const letters = grouped([...name], pick(random, [[1], [2], [3], [2, 1]]));
    const said = random() < 0.5;
    return {
      asked: pick(random, [
        'Could you spell your last name for me?',
        'How do you spell that?',
        'Can you spell it, please?',
      ]),
      groups: said ? [`${pick(random, ['sure', 'yes', "it's"])} ${name}`, ...letters] : letters,
    };
  },
  email(random) {
    const local = pick(random, [
      [pick(random, NAMES), `dot ${pick(random, NAMES)}`],
      [...pick(random, NAMES)].slice(0, 5),
      [`${pick(random, NAMES)} ${digit(random)} ${digit(random)}`],
    ]);
    return {
      asked: pick(random, [
        'What is your email address?',
        'Which e-mail should we send it to?',
        'Could you give me your email?',
      ]),
      groups: withLead(
        random,
        ['', "it's", 'yes my email is'],
        [...local, `at ${pick(random, PAGES)}`, `dot ${pick(random, ['com', 'net', 'org'])}`],
      ),
    };
  },
  date(random) {
    const month = pick(random, MONTHS);
    const day = pick(random, DAYS);
    const year = `nineteen ${pick(random, ['sixty', 'seventy', 'eighty', 'ninety'])} ${pick(random, DIGITS.slice(1))}`;
    return {
      asked: pick(random, [
        'What is your date of birth?',
        'Can you confirm your birth date for me?',
        'When were you born?',
      ]),
      groups: withLead(
        random,
        ['', "it's", 'i was born on'],
        random() < 0.7 ? [month, day, year] : [`the ${day}`, `of ${month}`, year],
      ),
    };
  },
};

/** Said in one breath and complete: nobody should wait for more. */
export function completeThings(count: number, seed: number): CallerTurn[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, k) => {
    const made = pick(random, COMPLETE)(random);
    return spoken(`complete ${k}`, made.asked, made.groups, random);
  });
}

const COMPLETE: ((random: Random) => Made)[] = [
  (random) => ({
    asked: pick(random, [
      'What is your zip code?',
      'Could you repeat the zip code please?',
      'And your five digit code?',
      'What is your order number?',
    ]),
    groups: [`${pick(random, ['', "it's ", 'sure '])}${digits(random, 5).join(' ')}`.trim()],
  }),
  (random) => ({
    asked: pick(random, ['What time would you like?', 'At what time?', 'Okay and what time works for you?']),
    groups: [
      `${pick(random, ['', 'at ', 'uh '])}${pick(random, ['eleven', 'three thirty', 'nine fifteen', 'eight'])} ${pick(random, ['am', 'pm', 'a m', 'p m'])}`,
    ],
  }),
];
