// The shape of a language's words for end of turn, and how its file writes them: lists as one string of words, patterns
// as alternatives. What the lists mean for a decision is turns/turn_reading.ts.

/** A kind of answer a question asks for, or that a caller announces ("my zip code is"). */
export type AnswerKind =
  /** What the caller wants: "How can I help you?" */
  | 'request'
  /** A story: "What happened?" */
  | 'story'
  | 'yes_no'
  /** One of a few things: "Which account?" */
  | 'choice'
  | 'name'
  | 'spelling'
  | 'number'
  | 'amount'
  | 'address'
  /** The street alone, with the house's number. */
  | 'street'
  | 'email'
  | 'date'
  | 'time'
  | 'birth_date'
  /** The same as before: "Could you repeat that?" */
  | 'repeat';

/** A kind of number by what it is called, and the counts of digits that make it whole; none = any count may. */
export interface NumberName {
  pattern: RegExp;
  digits: readonly number[];
}

/** What a language file gives; everything may be left out. */
export interface EndOfTurnSource {
  /** Words that need another one behind them, whatever punctuation stands there. */
  open?: string;
  /** Words that need one behind them more often than not. */
  halfOpen?: string;
  /** Endings of more than one word after which the point is still to come. */
  openPhrases?: readonly string[];
  /** What a full stop makes a sentence of, though its last words look open: "where the parking is". At the end of the text. */
  closedPhrases?: readonly string[];
  /** Doubt put behind what was said: "about ten minutes, I think". */
  hedges?: readonly string[];
  /** Sounds of thinking. */
  fillers?: string;
  /** Short answers that are whole, any number of them in a row. */
  answers?: readonly string[];
  /** Words that only take note; as an answer to a yes-or-no question something may follow. */
  acknowledgements?: readonly string[];
  /** Yes, in all its forms. */
  assents?: readonly string[];
  greetings?: readonly string[];
  /** Words behind an answer that say nothing of it: "please". */
  courtesies?: string;
  /** What stands before one's own name. */
  nameIntroductions?: readonly string[];
  /** Words that a name never holds: after them an introduction has become a sentence. */
  notInNames?: string;
  /** Digit words in order of value, several for one value joined by `|`: "zero|oh one two". */
  digits?: string;
  /** 10 to 19 likewise, in order. */
  teens?: string;
  /** 20, 30, to 90. */
  tens?: string;
  /** One word, or one with hyphens, for a number of two digits: "fünfundvierzig", "quatre-vingt-dix". */
  compound?: RegExp;
  /** Stands between tens and units: "treinta y cinco". */
  tensJoin?: string;
  hundred?: string;
  thousand?: string;
  ordinals?: string;
  /** "double five" is two digits, "triple" three. */
  double?: string;
  triple?: string;
  /** May stand between the digits of a number. */
  betweenDigits?: string;
  currency?: string;
  months?: string;
  weekdays?: string;
  /** Days without a name: tomorrow. */
  days?: string;
  /** What ends a time of day: "am", "o'clock". */
  timeEnds?: string;
  /** What stands before a number that ends a time of day: "past", as in "a quarter past one". */
  timeJoins?: string;
  /** What a street's name ends in: "lane". */
  streets?: string;
  /** Spoken "@" and "." of an e-mail address, and what may end one. */
  at?: string;
  dot?: string;
  domainEnds?: string;
  /** In an address, a number that is no postal code follows: "apartment", "suite". */
  unitWords?: string;
  /** The postal code stands last in an address, or before the town. */
  postalCode?: 'last' | 'before_town';
  /** Whole numbers of a telephone; 0 or 1 in front adds a digit where the language's countries do so. */
  numbers?: readonly NumberName[];
  /** What a question asks for by name; of several the one that stands last in the sentence counts. */
  asks?: readonly (readonly [AnswerKind, RegExp])[];
  /** How a question begins that wants a thing confirmed: "Is your zip code 41912?" */
  confirms?: RegExp;
  /** What it asks for by its form alone, the first that fits; counts where nothing is named: "Can you give me your address?" is no yes or no. */
  askForms?: readonly (readonly [AnswerKind, RegExp])[];
}

/** The same, ready for use. */
export interface EndOfTurnWords {
  open: ReadonlySet<string>;
  halfOpen: ReadonlySet<string>;
  openPhrases: RegExp;
  closedPhrases: RegExp;
  hedges: RegExp;
  fillers: ReadonlySet<string>;
  answers: RegExp;
  acknowledgements: RegExp;
  assents: RegExp;
  greetings: RegExp;
  courtesies: ReadonlySet<string>;
  nameIntroductions: RegExp;
  notInNames: ReadonlySet<string>;
  /** Word -> its digits: "seven" -> "7", "forty" -> "40". */
  digits: ReadonlyMap<string, string>;
  tens: ReadonlySet<string>;
  compound: RegExp;
  tensJoin: ReadonlySet<string>;
  hundred: ReadonlySet<string>;
  thousand: ReadonlySet<string>;
  ordinals: ReadonlySet<string>;
  double: ReadonlySet<string>;
  triple: ReadonlySet<string>;
  betweenDigits: ReadonlySet<string>;
  currency: ReadonlySet<string>;
  months: ReadonlySet<string>;
  days: ReadonlySet<string>;
  timeEnds: ReadonlySet<string>;
  timeJoins: ReadonlySet<string>;
  streets: ReadonlySet<string>;
  at: ReadonlySet<string>;
  dot: ReadonlySet<string>;
  domainEnds: ReadonlySet<string>;
  unitWords: ReadonlySet<string>;
  postalCode: 'last' | 'before_town';
  numbers: readonly NumberName[];
  asks: readonly (readonly [AnswerKind, RegExp])[];
  confirms: RegExp;
  askForms: readonly (readonly [AnswerKind, RegExp])[];
}

const NEVER = /(?!)/;

/** Builds the sets and patterns once, when the language's file is loaded. */
export function endOfTurnWords(source: EndOfTurnSource): EndOfTurnWords {
  return {
    open: words(source.open),
    halfOpen: words(source.halfOpen),
    openPhrases: ending(source.openPhrases),
    closedPhrases: ending(source.closedPhrases),
    hedges: ending(source.hedges),
    fillers: words(source.fillers),
    answers: repeated([...(source.answers ?? []), ...(source.assents ?? []), ...(source.acknowledgements ?? [])]),
    acknowledgements: repeated(source.acknowledgements),
    assents: repeated([...(source.assents ?? []), ...(source.acknowledgements ?? [])]),
    greetings: repeated([...(source.greetings ?? []), ...words(source.fillers)]),
    courtesies: words(source.courtesies),
    nameIntroductions: beginning(source.nameIntroductions),
    notInNames: words(source.notInNames),
    digits: new Map([
      ...numbered(source.digits, (value) => `${value}`),
      ...numbered(source.teens, (value) => `${value + 10}`),
      ...numbered(source.tens, (value) => `${value + 2}0`),
    ]),
    tens: words(source.tens?.replaceAll('|', ' ')),
    compound: source.compound ?? NEVER,
    tensJoin: words(source.tensJoin),
    hundred: words(source.hundred),
    thousand: words(source.thousand),
    ordinals: words(source.ordinals),
    double: words(source.double),
    triple: words(source.triple),
    betweenDigits: words(source.betweenDigits),
    currency: words(source.currency),
    months: words(source.months),
    days: words(`${source.weekdays ?? ''} ${source.days ?? ''}`),
    timeEnds: words(source.timeEnds),
    timeJoins: words(source.timeJoins),
    streets: words(source.streets),
    at: words(source.at),
    dot: words(source.dot),
    domainEnds: words(source.domainEnds),
    unitWords: words(source.unitWords),
    postalCode: source.postalCode ?? 'last',
    numbers: source.numbers ?? [],
    asks: source.asks ?? [],
    confirms: source.confirms ?? NEVER,
    askForms: source.askForms ?? [],
  };
}

/** Whole words, case ignored: `\b` knows no letters beyond ASCII. */
export function asked(alternatives: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}'])(?:${alternatives})(?![\\p{L}\\p{N}])`, 'giu');
}

function words(list = ''): ReadonlySet<string> {
  return new Set(list.split(/\s+/).filter((word) => word !== ''));
}

function* numbered(list = '', digitsOf: (value: number) => string): Generator<[string, string]> {
  const all = list.split(/\s+/).filter((word) => word !== '');
  for (const [value, alternatives] of all.entries())
    for (const word of alternatives.split('|')) yield [word, digitsOf(value)];
}

/** At the end of the text, from the beginning of a word. */
function ending(alternatives: readonly string[] = []): RegExp {
  return alternatives.length === 0 ? NEVER : new RegExp(`(?<![\\p{L}\\p{N}'])(?:${alternatives.join('|')})$`, 'u');
}

function beginning(alternatives: readonly string[] = []): RegExp {
  return alternatives.length === 0 ? NEVER : new RegExp(`^(?:${alternatives.join('|')})(?: |$)`, 'u');
}

/** The whole text, as often as it likes. */
function repeated(alternatives: readonly string[] = []): RegExp {
  return alternatives.length === 0 ? NEVER : new RegExp(`^(?:(?:${alternatives.join('|')})(?: |$))+$`, 'u');
}
