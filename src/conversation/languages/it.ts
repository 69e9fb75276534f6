// Italian: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
import { consentWords } from './consent_words.js';
import { endOfTurnWords } from './end_of_turn_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';
import { NO_VOICEMAIL_WORDS } from './voicemail_words.js';

export const it: LanguagePack = {
  code: 'it',
  listener: listenerWords({
    words:
      'mm mhm hm mmh ah oh eh uh sì si ok okay va bene certo esatto giusto perfetto ecco già capito ciao pronto davvero ehm',
    phrases: ['va bene', "d'accordo", 'ho capito', 'nessun problema', 'per carità', 'ci mancherebbe'],
    stops: 'stop|aspetti|aspetta|un (?:momento|attimo)|scusi|scusa|mi scusi|no|però|ma|senta|basta|fermo',
  }),
  consent: consentWords({
    yes: "sì|si|certo|certamente|va bene|d'accordo|okay|ok|accetto|naturalmente|assolutamente sì|può|faccia pure|volentieri",
    no: 'no|non|mai|rifiuto|preferirei di no|senza',
    yesByNo:
      "nessun problema|non c'è problema|non ci sono problemi|senza problemi|non mi (?:dispiace|disturba)|perché no",
  }),
  closing: closingWords({
    goodbye: 'arrivederci|arrivederla|a presto|ciao(?: ciao)?|addio|alla prossima',
    wish: 'buona (?:giornata|serata|notte|domenica)|buon (?:pomeriggio|fine settimana|weekend|viaggio|lavoro)|(?:le |vi |ti )?auguro (?:una buona|un buon) (?:\\p{L}+ ?){1,3}|stia bene|si riguardi',
    courtesy:
      '(?:molte |mille |tante )?grazie(?: \\p{L}+){0,12}|(?:la|vi|ti) (?:ringrazio|ringraziamo|aspettiamo|aspetto)(?: \\p{L}+){0,10}|è stato un piacere(?: \\p{L}+){0,5}|ci (?:vediamo|sentiamo)(?: \\p{L}+){0,4}|prego|di nulla|a (?:domani|dopo|più tardi|\\p{L}+dì)',
    before: 'ok|okay|bene|va bene|allora|e|perfetto|certo|benissimo|le auguro|vi auguro|una|un|grazie',
    after:
      'a tutti|a lei|anche a lei|e (?:grazie|buona giornata|buona serata|a presto)|allora|per ora|signora|signore|signorina|di nuovo',
    titles: 'signora|signor|signore|signorina|dottor|dottoressa|sig|dott',
    callerDone: "arrivederci|ciao|è tutto|basta così|nient'altro|no,? grazie|grazie|no",
    mention:
      'dire|dice|dico|dica|detto|chiama|chiamato|chiamata|intitola|intitolato|parol[ae]|significa|titolo|prema|canta|salut\\p{L}+',
    and: 'e|allora',
  }),
  endOfTurn: endOfTurnWords({}),
  voicemail: NO_VOICEMAIL_WORDS,
  symbols: {
    and: 'e',
    percent: 'per cento',
    perMille: 'per mille',
    at: 'chiocciola',
    plus: 'più',
    minus: 'meno',
    plusMinus: 'più o meno',
    times: 'per',
    by: 'per',
    dividedBy: 'diviso',
    toThePower: 'alla',
    equals: 'uguale',
    notEqual: 'diverso da',
    is: 'è',
    less: 'meno di',
    more: 'più di',
    atMost: 'al massimo',
    atLeast: 'almeno',
    number: 'numero',
    hash: 'cancelletto',
    star: 'asterisco',
    stars: ['stella', 'stelle'],
    sharp: 'diesis',
    section: 'paragrafo',
    about: 'circa',
    to: 'a',
    per: 'per',
    dot: 'punto',
    slash: 'barra',
    dash: 'trattino',
    underscore: 'trattino basso',
    degrees: ['grado', 'gradi'],
    money: {
      $: ['dollaro', 'dollari', 'centesimo', 'centesimi'],
      '€': ['euro', 'euro', 'centesimo', 'centesimi'],
      '£': ['sterlina', 'sterline', 'penny', 'pence'],
      '¥': ['yen', 'yen', 'sen', 'sen'],
    },
    magnitudes: {
      K: ['mila', 'mila'],
      M: ['milione', 'milioni'],
      B: ['miliardo', 'miliardi'],
      T: ['bilione', 'bilioni'],
    },
    scale: /^(?:mila|milion[ei]|miliard[oi]|bilion[ei])$/i,
    scaleTakesOf: /(?:ion[ei]|iard[oi])$/i,
    ofUnit: (unit) => `di ${unit}`,
    short: { 'n.': 'numero', 'n°': 'numero', nº: 'numero' },
  },
};
