// German: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { whole } from './closing_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';

export const de: LanguagePack = {
  code: 'de',
  listener: listenerWords({
    words: 'mm mhm hm ja jo jep ok okay genau gut klar stimmt aha ach so ah oh hallo',
    phrases: ['ach so', 'alles klar', 'ich verstehe'],
    stops: 'stopp?|halt|warten|moment|entschuldigung|nein|aber',
  }),
  closing: {
    goodbye: whole('auf wiederhören|auf wiedersehen|tschüss|tschüs|ciao'),
    wish: whole('(?:einen |noch )?(?:schönen|guten) (?:tag|abend|nachmittag)|schönes wochenende|gute nacht|alles gute'),
    callerDone: whole(
      "auf wiederhören|tschüss|tschüs|das (?:ist|war|wäre) alles|das war's|nichts mehr|nein,? danke|danke|nein",
    ),
    mention: whole('verabschieden'),
  },
  symbols: {
    and: 'und',
    percent: 'Prozent',
    at: 'at',
    plus: 'plus',
    equals: 'gleich',
    number: 'Nummer',
    about: 'etwa',
    to: 'bis',
    dot: 'Punkt',
    slash: 'Schrägstrich',
    dash: 'Bindestrich',
    underscore: 'Unterstrich',
    degrees: 'Grad',
    units: {
      $: ['Dollar', 'Dollar', 'Cent', 'Cent'],
      '€': ['Euro', 'Euro', 'Cent', 'Cent'],
      '£': ['Pfund', 'Pfund', 'Penny', 'Pence'],
    },
    scales: /^(tausend|Million(?:en)?|Milliarden?)([.,?!;:]*)$/i,
  },
};
