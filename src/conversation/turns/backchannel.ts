// Recognises the small sounds of a listener: "mm-hm", "yeah", "okay", and the "hello" that greets a greeting. While the agent speaks they mean "go on", and
// cutting off or answering them is what people complain about most. Whether they count at a given moment is barge_in.ts.

const WORDS: Record<string, string> = {
  en: `mm mhm mmhm mm-hm mm-hmm mhmm mmhmm hm hmm uh-huh uhuh uh uhu um ah aha oh ok okay kay yeah yep yup yes ya right sure
    good great nice cool fine wow really true exactly alright gotcha hello hi hey`,
  es: 'mm mhm hm ajá aha sí si ok okay vale claro ya bueno bien exacto oh ah uh hola',
  fr: "mm mhm hm oui ouais ok okay d'accord bien voilà ah oh euh hein bonjour allô",
  de: 'mm mhm hm ja jo jep ok okay genau gut klar stimmt aha ach so ah oh hallo',
};
const PHRASES: Record<string, string[]> = {
  en: [
    'i see',
    'got it',
    'of course',
    'all right',
    'uh huh',
    'mm hm',
    'mm hmm',
    'go on',
    'oh really',
    'that is right',
    "that's right",
  ],
  es: ['de acuerdo', 'ya veo', 'por supuesto'],
  fr: ['bien sûr', 'je vois', 'tout à fait'],
  de: ['ach so', 'alles klar', 'ich verstehe'],
};
/** Words that ask the agent to stop: they interrupt however short they are. */
const STOPS: Record<string, RegExp> = {
  en: /\b(?:stop|wait|hold on|hang on|excuse me|sorry|pardon|no|but|listen|one (?:second|moment)|actually|question)\b/,
  es: /(?<!\p{L})(?:para|pare|espera|espere|perdón|perdone|disculpe|no|pero|oiga|un momento)(?!\p{L})/u,
  fr: /(?<!\p{L})(?:stop|arrêtez|attendez|pardon|excusez-moi|non|mais|un (?:moment|instant))(?!\p{L})/u,
  de: /(?<!\p{L})(?:stopp?|halt|warten|moment|entschuldigung|nein|aber)(?!\p{L})/u,
};

/** Several backchannels under one reply add up; more words than this are an utterance. */
const WORDS_MAX = 10;

const sets = new Map(Object.entries(WORDS).map(([code, list]) => [code, new Set(list.split(/\s+/))]));

/** Nothing but backchannel words, and few of them. Blank text is not one: nothing is known then. */
export function isBackchannel(text: string, language = 'en'): boolean {
  const code = language.slice(0, 2).toLowerCase();
  const known = sets.get(code);
  if (known === undefined) return false;
  let rest = plain(text);
  if (rest === '' || rest.split(' ').length > WORDS_MAX) return false;
  for (const phrase of PHRASES[code] ?? []) {
    rest = ` ${rest} `.replaceAll(` ${phrase} `, ' ').trim();
  }
  return rest === '' || rest.split(' ').every((word) => known.has(word) || known.has(word.replaceAll('-', '')));
}

/** A word that asks for the floor is in it. */
export function asksToStop(text: string, language = 'en'): boolean {
  return STOPS[language.slice(0, 2).toLowerCase()]?.test(plain(text)) ?? false;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/’/g, "'")
    .replace(/[^\p{L}\p{M}\p{N}' -]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
