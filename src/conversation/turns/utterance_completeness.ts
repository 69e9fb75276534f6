// Does what the caller said so far read as finished? A cheap guess from the words alone, used to wait less after a
// complete sentence and longer after "my number is". Timing is endpointing.ts.

/** Words that need another one behind them, whatever punctuation the transcriber put there. */
const OPEN_WORDS: Record<string, string> = {
  en: `and but or so because if when while although though unless until than which who whose where whether as
    the a an my your his her our their its every each to for with of at from by into onto between during without within
    i'm it's he's she's they're we're you're there's i've we've they've you've i'd we'd i'll we'll
    i we they he she very really quite just even um uh uhm er erm hmm plus minus point dot`,
  es: `y e o u pero porque que si cuando mientras aunque como donde el la los las un una unos unas mi tu su mis sus nuestro
    nuestra de del a al en con por para sin sobre entre desde hasta muy más eh este pues`,
  fr: `et ou mais donc car parce que qui quand si comme où le la les l' un une des du de mon ma mes votre vos notre nos
    son sa ses à au aux en dans avec pour par sans sur entre très plus euh ben alors`,
  de: `und oder aber denn weil dass wenn als ob obwohl der die das den dem des ein eine einen einem einer mein meine ihr
    ihre sein seine unser im in am auf aus bei mit nach von vom zu zum zur für über unter sehr äh ähm also halt`,
};

/** Words that need one behind them more often than not: "before", "is". A full stop makes them an even bet. */
const HALF_OPEN_WORDS: Record<string, string> = {
  en: `is are was were am be been being has have had do does did will would can could should might must may
    in on about over under through before after around near like this that these those some any
    also only maybe well actually basically oh ah`,
  es: 'es son era fue está están hay también',
  fr: 'est sont était a ont aussi',
  de: 'ist sind war waren hat haben mehr an auch',
};

/** Endings of more than one word after which the point is still to come. */
const OPEN_PHRASES: Record<string, RegExp> = {
  en: any(
    'my (?:\\w+ ){1,2}is|you know|i mean|kind of|sort of|let me (?:see|think|check)|hold on|hang on|wait',
    'one (?:second|moment|sec)|for example|such as|the thing is|i was wondering|i want|i guess',
    "i(?:'d| would) (?:like|say)|(?<!don't |not )i think",
  ),
  es: any('mi \\p{L}+ es|o sea|es decir|por ejemplo|un momento|déjeme (?:ver|pensar)|quiero|quisiera'),
  fr: any("mon \\p{L}+ est|c'est-à-dire|par exemple|un (?:moment|instant)|je voudrais|attendez"),
  de: any('meine? \\p{L}+ ist|zum beispiel|einen moment|das heißt|ich möchte|warten sie'),
};

/** Short answers, any number of them in a row. */
const ANSWERS: Record<string, RegExp> = {
  en: answers(
    'yes|no|yeah|yep|yup|nope|nah|sure|okay|ok|right|correct|exactly|absolutely|definitely|certainly|of course|please',
    'maybe|hello|hi|hey|good|great|fine|thanks|thank you|bye|goodbye|never|nothing|everything|i see|me too',
    "nothing else|nothing more|not really|not at all|i (?:don't|do not) (?:know|think so|remember)|i (?:think|guess|hope) so",
    "that(?:'s| is| was| will be|'d be) (?:it|all|right|correct|everything|fine|good)",
    '(?:i|it|they|he|she|we|you|that|there) (?:really )?(?:am|is|are|was|were|do|does|did|have|has|had|will|would|can|could|should)(?: not)?',
  ),
  es: answers(
    'sí|si|no|claro|vale|bueno|bien|gracias|correcto|exacto|hola|adiós|nada más|eso es todo|por favor|de acuerdo',
  ),
  fr: answers(
    "oui|non|d'accord|bien sûr|merci|bonjour|au revoir|exactement|c'est tout|c'est ça|rien d'autre|s'il vous plaît",
  ),
  de: answers(
    'ja|nein|doch|genau|richtig|klar|gut|danke|hallo|tschüss|bitte|das ist alles|das war alles|nichts mehr|stimmt|okay',
  ),
};

/** Longer is a story, not a short answer. */
const ANSWER_CHARS_MAX = 60;

/** At the end of the text, from the beginning of a word. */
function any(...alternatives: string[]): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}'])(?:${alternatives.join('|')})$`, 'u');
}

/** The whole text. */
function answers(...alternatives: string[]): RegExp {
  return new RegExp(`^(?:(?:well |oh )?(?:${alternatives.join('|')})(?: |$))+$`, 'u');
}

const DIGIT_WORDS: Record<string, string> = {
  en: 'zero oh one two three four five six seven eight nine double triple',
  es: 'cero uno dos tres cuatro cinco seis siete ocho nueve',
  fr: 'zéro un deux trois quatre cinq six sept huit neuf',
  de: 'null eins zwei zwo drei vier fünf sechs sieben acht neun',
};

/** Digits spoken one by one that may be a whole number: a rating, a year or code, phone numbers. */
const WHOLE_DIGITS = new Set([1, 2, 4, 7, 10, 11, 12]);

interface Language {
  open: ReadonlySet<string>;
  halfOpen: ReadonlySet<string>;
  openPhrase: RegExp;
  answers: RegExp;
  digits: ReadonlySet<string>;
}

const NEVER = /(?!)/;
const split = (list: string | undefined): ReadonlySet<string> =>
  new Set(list?.split(/\s+/).filter((word) => word !== ''));
const LANGUAGES = new Map<string, Language>();
for (const code of Object.keys(OPEN_WORDS)) {
  LANGUAGES.set(code, {
    open: split(OPEN_WORDS[code]),
    halfOpen: split(HALF_OPEN_WORDS[code]),
    openPhrase: OPEN_PHRASES[code] ?? NEVER,
    answers: ANSWERS[code] ?? NEVER,
    digits: split(DIGIT_WORDS[code]),
  });
}
const UNKNOWN: Language = {
  open: new Set(),
  halfOpen: new Set(),
  openPhrase: NEVER,
  answers: NEVER,
  digits: new Set(),
};

/**
 * 1 = reads as finished, 0 = surely goes on, between = no idea. `language` is BCP 47; for one without lists only
 * punctuation counts. O(text), a few microseconds; called a few times per pause.
 */
export function completeness(text: string, language = 'en'): number {
  const rules = LANGUAGES.get(language.slice(0, 2).toLowerCase()) ?? UNKNOWN;
  const trimmed = text.trim().replace(/’/g, "'");
  if (trimmed === '') return 0;
  const words = trimmed
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}' -]+/gu, ' ')
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return 0;
  const plain = words.join(' ');

  const last = words[words.length - 1];

  if (/[?？؟]$/.test(trimmed)) return 1;
  if (/(?:,|;|:|-|—|\.\.\.|…|、|，)$/.test(trimmed)) return 0;
  // All of it short answers, or those behind the last full stop ("It was fine. Thank you.").
  if (isAnswer(plain, rules) || isAnswer(lastSentence(trimmed), rules)) return 1;
  if (rules.openPhrase.test(plain) || rules.open.has(last)) return 0;
  const stopped = /[.。।]$/.test(trimmed);
  if (rules.halfOpen.has(last)) return stopped ? 0.5 : 0.2;
  const digits = trailingDigits(words, rules.digits);
  if (digits > 0) return WHOLE_DIGITS.has(digits) ? (digits === 4 ? 0.5 : 0.9) : 0;
  if (/[!！]$/.test(trimmed)) return 1;
  if (stopped) return words.length >= 2 ? 0.9 : 0.7;
  // No punctuation at all: the transcriber does not think so either, or gives none.
  return words.length >= 3 ? 0.5 : 0.35;
}

/** Bounded, because the pattern may try several readings per phrase. */
function isAnswer(plain: string, rules: Language): boolean {
  return plain.length <= ANSWER_CHARS_MAX && rules.answers.test(plain);
}

/** The last sentence in plain words; '' when there is none. */
function lastSentence(text: string): string {
  const sentences = text.toLowerCase().split(/[.!?]+/);
  for (let i = sentences.length - 1; i >= 0; i--) {
    const plain = sentences[i]
      .replace(/[^\p{L}\p{M}\p{N}' -]+/gu, ' ')
      .trim()
      .replace(/\s+/g, ' ');
    if (plain !== '') return plain;
  }
  return '';
}

/** How many digits the text ends in, spoken ("five five five") or written ("555 0100"). 0 = it does not end in digits. */
function trailingDigits(words: readonly string[], digitWords: ReadonlySet<string>): number {
  let count = 0;
  for (let i = words.length - 1; i >= 0; i--) {
    const word = words[i].replace(/[-']/g, '');
    if (/^\d+$/.test(word)) count += word.length;
    else if (digitWords.has(word)) count += word === 'double' ? 1 : word === 'triple' ? 2 : 1;
    else break;
  }
  return count;
}
