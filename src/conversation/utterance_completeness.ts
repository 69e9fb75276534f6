// Does what the caller said so far read as finished? A cheap guess from the words alone, used to wait less after a
// complete sentence and longer after "my number is". Timing is endpointing.ts.

/** Words that need another one behind them, whatever punctuation the transcriber put there. */
const UNFINISHED: Record<string, string> = {
  en: `and but or so because if when while although though unless until than that which who whose where whether as
    the a an my your his her our their its this these those some any every each
    to for with of in on at from by about into onto over under between through during without within after before
    around near like is are was were am be been being i'm it's he's she's they're we're you're that's there's i've we've
    they've you've i'd we'd i'll we'll has have had do does did will would can could should might must may
    i we they he she you very really quite too also just even only maybe well actually basically
    um uh uhm er erm hmm ah oh plus minus point dot`,
  es: `y e o u pero porque que si cuando mientras aunque como donde el la los las un una unos unas mi tu su mis sus nuestro
    nuestra de del a al en con por para sin sobre entre desde hasta es son era fue está están muy más eh este pues`,
  fr: `et ou mais donc car parce que qui quand si comme où le la les l' un une des du de mon ma mes votre vos notre nos
    son sa ses à au aux en dans avec pour par sans sur entre est sont était très plus euh ben alors`,
  de: `und oder aber denn weil dass wenn als ob obwohl der die das den dem des ein eine einen einem einer mein meine ihr
    ihre sein seine unser in im an am auf aus bei mit nach von vom zu zum zur für über unter ist sind war waren sehr
    mehr äh ähm also halt`,
};

/** Endings of more than one word after which the point is still to come. */
const UNFINISHED_PHRASES: Record<string, RegExp> = {
  en: /\b(?:my (?:phone |telephone )?(?:number|name|address|email|order)(?: \w+)? is|you know|i mean|kind of|sort of|let me (?:see|think|check)|hold on|one (?:second|moment|sec)|hang on|wait|for example|such as|the thing is|i(?:'d| would) like|i want|i(?:'d| would) say|i think|i guess|i was wondering)$/,
  es: /\b(?:mi (?:número|nombre|dirección) es|o sea|es decir|por ejemplo|un momento|déjeme (?:ver|pensar)|quiero|quisiera)$/,
  fr: /\b(?:mon (?:numéro|nom|adresse) est|c'est-à-dire|par exemple|un (?:moment|instant)|je voudrais|attendez)$/,
  de: /\b(?:mein name ist|meine (?:nummer|adresse) ist|zum beispiel|einen moment|das heißt|ich möchte|warten sie)$/,
};

/** Whole utterances that are complete although they are short or end like an unfinished one. */
const COMPLETE: Record<string, RegExp> = {
  en: /^(?:(?:yes|no|yeah|yep|yup|nope|nah|sure|okay|ok|right|correct|exactly|absolutely|definitely|certainly|of course|please|maybe|hello|hi|hey|good|great|fine|thanks|thank you|bye|goodbye|never|nothing|everything|i see)\b[ ,.!]*)+$|^(?:(?:yes|no|yeah|well|oh)[ ,]+)?(?:i|it|they|he|she|we|you|that|there) (?:really )?(?:am|is|are|was|were|do|does|did|have|has|had|will|would|can|could|should)(?: not)?$|^(?:yes |no |yeah )?(?:that's|that is|that was|that will be|that'd be) (?:it|all|right|correct|everything|fine|good)(?: thanks| thank you)?$|^(?:not really|not at all|i (?:don't|do not) (?:know|think so|remember)|i (?:think|guess|hope) so|nothing else|no(?:thing)? (?:more|thanks|thank you)|me too|it was)$/,
  es: /^(?:(?:sí|si|no|claro|vale|bueno|bien|gracias|no gracias|correcto|exacto|hola|adiós|nada más|eso es todo|por favor|de acuerdo)[ ,.]*)+$/,
  fr: /^(?:(?:oui|non|d'accord|bien sûr|merci|non merci|bonjour|au revoir|exactement|c'est tout|c'est ça|rien d'autre|s'il vous plaît)[ ,.]*)+$/,
  de: /^(?:(?:ja|nein|doch|genau|richtig|klar|gut|danke|nein danke|hallo|tschüss|bitte|das ist alles|das war alles|nichts mehr|stimmt|okay)[ ,.]*)+$/,
};

const DIGIT_WORDS: Record<string, string> = {
  en: 'zero oh one two three four five six seven eight nine double triple',
  es: 'cero uno dos tres cuatro cinco seis siete ocho nueve',
  fr: 'zéro un deux trois quatre cinq six sept huit neuf',
  de: 'null eins zwei zwo drei vier fünf sechs sieben acht neun',
};

/** Digits spoken one by one that may be a whole number: a rating, a year or code, phone numbers. */
const WHOLE_DIGITS = new Set([1, 2, 4, 7, 10, 11, 12]);

interface Language {
  unfinished: ReadonlySet<string>;
  unfinishedPhrase: RegExp;
  complete: RegExp;
  digits: ReadonlySet<string>;
}

const NEVER = /(?!)/;
const split = (list: string | undefined): ReadonlySet<string> =>
  new Set(list?.split(/\s+/).filter((word) => word !== ''));
const LANGUAGES = new Map<string, Language>();
for (const code of Object.keys(UNFINISHED)) {
  LANGUAGES.set(code, {
    unfinished: split(UNFINISHED[code]),
    unfinishedPhrase: UNFINISHED_PHRASES[code] ?? NEVER,
    complete: COMPLETE[code] ?? NEVER,
    digits: split(DIGIT_WORDS[code]),
  });
}
const UNKNOWN: Language = { unfinished: new Set(), unfinishedPhrase: NEVER, complete: NEVER, digits: new Set() };

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

  if (/[?？؟]$/.test(trimmed)) return 1;
  if (/(?:,|;|:|-|—|\.\.\.|…|、|，)$/.test(trimmed)) return 0;
  // A whole short answer, or one behind the last full stop ("It was fine. Thank you.").
  const lastSentence = plainTail(trimmed);
  if (rules.complete.test(plain) || (lastSentence !== '' && rules.complete.test(lastSentence))) return 1;
  if (rules.unfinishedPhrase.test(plain) || rules.unfinished.has(words[words.length - 1])) return 0;
  const digits = trailingDigits(words, rules.digits);
  if (digits > 0) return WHOLE_DIGITS.has(digits) ? (digits === 4 ? 0.5 : 0.9) : 0;
  if (/[!！]$/.test(trimmed)) return 1;
  if (/[.。।]$/.test(trimmed)) return words.length >= 2 ? 0.9 : 0.7;
  // No punctuation at all: the transcriber does not think so either, or gives none.
  return words.length >= 3 ? 0.5 : 0.35;
}

/** The last sentence in plain words. */
function plainTail(text: string): string {
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
