// Recognises that the agent has said goodbye, so that the call ends when it was heard. Conservative: a call that stays
// open costs a few seconds of silence, one that is cut costs a customer.

export interface FarewellRules {
  /** The word that ends a call by itself. */
  goodbye: RegExp;
  /** Ends it only when the caller was done, too. */
  wish: RegExp;
  /** What callers say when they are done. */
  callerDone: RegExp;
  /** Talking about a goodbye is not saying it. */
  mention: RegExp;
}

const b = (words: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])`, 'iu');

const NEVER = /(?!)/;
const RULES: Record<string, FarewellRules> = {
  en: {
    goodbye: b('good ?bye|good-bye|bye|bye[ -]bye|so long'),
    wish: b(
      '(?:have|enjoy) (?:\\p{L}+ ){1,6}(?:day|evening|afternoon|night|morning|weekend|week|one)|take care|(?:speak|talk) to you (?:soon|later)|good night',
    ),
    callerDone: b(
      "good ?bye|bye|that(?:'s| is|'ll be| will be| would be) (?:all|it|everything)|nothing(?: else)?|no,? thanks?|no,? thank you|nope|no|thanks?|thank you|i'?m (?:good|done|fine)|have a \\w+ (?:day|one|evening|night)|take care|gotta go|have to go|need to go|talk (?:to you )?later",
    ),
    mention: b('(?:say|says|saying|said|wave|waving) (?:good ?bye|bye)|before (?:we|you|i) (?:go|hang up|finish)'),
  },
  es: {
    goodbye: b('adiós|hasta luego|hasta pronto|chao|chau'),
    wish: b(
      'que (?:tenga|pase|tengas|pases) (?:un |una )?(?:buen|buena|muy buen|feliz|excelente|lindo)[ \\p{L}]*|cuídese|buenas noches',
    ),
    callerDone: b('adiós|hasta luego|chao|eso es todo|nada más|no,? gracias|gracias|no'),
    mention: b('decir adiós'),
  },
  fr: {
    goodbye: b('au revoir|à bientôt|adieu'),
    wish: b('bonne (?:journée|soirée|nuit|fin de journée)|bon après-midi|prenez soin de vous'),
    callerDone: b("au revoir|c'est tout|rien d'autre|non,? merci|merci|non"),
    mention: b('dire au revoir'),
  },
  de: {
    goodbye: b('auf wiederhören|auf wiedersehen|tschüss|tschüs|ciao'),
    wish: b('(?:einen |noch )?(?:schönen|guten) (?:tag|abend|nachmittag)|schönes wochenende|gute nacht|alles gute'),
    callerDone: b(
      "auf wiederhören|tschüss|tschüs|das (?:ist|war|wäre) alles|das war's|nichts mehr|nein,? danke|danke|nein",
    ),
    mention: b('verabschieden'),
  },
};

/** The rules of a language; `goodbyePattern` replaces its goodbye words. Unknown language: only the pattern counts. */
export function farewellRules(language: string, goodbyePattern: string | null): FarewellRules {
  const rules = RULES[language.slice(0, 2).toLowerCase()] ?? {
    goodbye: NEVER,
    wish: NEVER,
    callerDone: NEVER,
    mention: NEVER,
  };
  return goodbyePattern === null ? rules : { ...rules, goodbye: new RegExp(goodbyePattern, 'iu') };
}

/**
 * The reply ends the call: it closes on a goodbye, or on a good wish after the caller was done; and nothing after it,
 * nor in its last two sentences, asks for an answer.
 */
export function readsAsFarewell(replyText: string, callerText: string, rules: FarewellRules): boolean {
  const sentences = replyText.match(/[^.!?。！？]+[.!?。！？]*/gu)?.map((sentence) => sentence.trim()) ?? [];
  const closing = sentences.filter((sentence) => /[\p{L}\p{N}]/u.test(sentence)).slice(-2);
  if (closing.length === 0 || closing.some((sentence) => /[?？]$/.test(sentence))) return false;
  const text = closing.join(' ');
  if (rules.mention.test(text)) return false;
  if (rules.goodbye.test(text)) return true;
  return rules.wish.test(text) && rules.callerDone.test(callerText) && !/[?？]\s*$/.test(callerText);
}
