// Dutch: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
import { consentWords } from './consent_words.js';
import { endOfTurnWords } from './end_of_turn_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';
import { NO_VOICEMAIL_WORDS } from './voicemail_words.js';

export const nl: LanguagePack = {
  code: 'nl',
  listener: listenerWords({
    words:
      'mm mhm hm ja jaja jawel oké ok okay goed prima precies juist klopt natuurlijk zeker echt ah aha oh ach hé uh eh hallo mooi fijn',
    phrases: ['is goed', 'dat klopt', 'ik begrijp het', 'geen probleem', 'zo is het', 'ja hoor', 'helemaal goed'],
    stops: 'stop|wacht|wacht even|momentje|een (?:moment|ogenblik)|sorry|pardon|nee|maar|luister|hou op|even wachten',
  }),
  consent: consentWords({
    yes: 'ja|jazeker|jawel|zeker|natuurlijk|graag|prima|akkoord|okay|ok|oké|goed|is goed|dat mag|mag wel|vind ik goed|geef ik toestemming',
    no: 'nee|niet|geen|nooit|liever niet|weiger|zonder',
    yesByNo: 'geen (?:probleem|bezwaar)|maakt (?:me )?niet uit|vind ik niet erg|waarom niet',
  }),
  closing: closingWords({
    goodbye: 'tot (?:ziens|horens|kijk|gauw|snel)|dag(?: dag)?|doei(?: doei)?|doeg|vaarwel',
    wish: '(?:ik wens u |wij wensen u )?(?:nog )?(?:een )?(?:hele |heel )?(?:fijne|prettige|goede|mooie|leuke)(?: \\p{L}+)? ?(?:dag|avond|middag|morgen|ochtend|week|weekend|nacht|reis|vakantie|verblijf|voortzetting)|(?:een )?(?:fijn|prettig|goed) (?:weekend|verblijf)|goedenacht|het beste|sterkte',
    courtesy:
      '(?:heel |hartelijk |heel erg )?(?:bedankt|dank u(?: wel)?|dank je(?: wel)?|dankuwel|dankjewel)(?: \\p{L}+){0,12}|(?:ik|wij|we) (?:danken|dank|kijken|hopen|zien)(?: \\p{L}+){1,12}|graag gedaan|tot (?:dan|morgen|straks|later|\\p{L}+dag)|het was (?:me )?een genoegen(?: \\p{L}+){0,5}',
    before: 'oké|ok|okay|goed|dan|en|nou|nu|zo|prima|ik wens u|wij wensen u|bedankt|nog',
    after:
      'dan|allemaal|en (?:bedankt|tot ziens|een fijne dag|nog een fijne dag|fijne dag)|hoor|mevrouw|meneer|voor nu|ook',
    titles: 'meneer|mevrouw|mijnheer|dhr|mevr|dr',
    callerDone:
      'tot ziens|doei|dag|dat (?:is|was) (?:alles|het)|niets meer|verder niets|nee,? (?:bedankt|dank u|dank je)|bedankt|dank u(?: wel)?|nee',
    mention: 'zeggen|zegt|zeg|zei|gezegd|heet|heten|genoemd|woord(?:en)?|betekent|titel|toets|zingt|afscheid',
    and: 'en|dan',
  }),
  endOfTurn: endOfTurnWords({}),
  voicemail: NO_VOICEMAIL_WORDS,
  symbols: {
    and: 'en',
    percent: 'procent',
    perMille: 'promille',
    at: 'apenstaartje',
    plus: 'plus',
    minus: 'min',
    plusMinus: 'plus of min',
    times: 'keer',
    by: 'bij',
    dividedBy: 'gedeeld door',
    toThePower: 'tot de macht',
    equals: 'is gelijk aan',
    notEqual: 'is niet gelijk aan',
    is: 'is',
    less: 'minder dan',
    more: 'meer dan',
    atMost: 'hoogstens',
    atLeast: 'minstens',
    number: 'nummer',
    hash: 'hekje',
    star: 'sterretje',
    stars: ['ster', 'sterren'],
    sharp: 'kruis',
    section: 'paragraaf',
    about: 'ongeveer',
    to: 'tot',
    per: 'per',
    dot: 'punt',
    slash: 'schuine streep',
    dash: 'streepje',
    underscore: 'laag streepje',
    degrees: ['graad', 'graden'],
    money: {
      $: ['dollar', 'dollar', 'cent', 'cent'],
      '€': ['euro', 'euro', 'cent', 'cent'],
      '£': ['pond', 'pond', 'penny', 'pence'],
      '¥': ['yen', 'yen', 'sen', 'sen'],
    },
    magnitudes: {
      K: ['duizend', 'duizend'],
      M: ['miljoen', 'miljoen'],
      B: ['miljard', 'miljard'],
      T: ['biljoen', 'biljoen'],
    },
    scale: /^(?:duizend|miljoen|miljard|biljoen)$/i,
    scaleTakesOf: /(?!)/,
    ofUnit: (unit) => unit,
    short: { 'a.u.b': 'alstublieft', 'n.v.t': 'niet van toepassing' },
  },
};
