// German: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';

export const de: LanguagePack = {
  code: 'de',
  listener: listenerWords({
    words: 'mm mhm hm ja jo jep ok okay genau gut klar stimmt aha ach so ah oh hallo',
    phrases: ['ach so', 'alles klar', 'ich verstehe'],
    stops: 'stopp?|halt|warten|moment|entschuldigung|nein|aber',
  }),
  closing: closingWords({
    goodbye: 'auf wieder ?(?:hören|sehen|schauen|hörn)|tschüss|tschüs|tschüß|tschau|ciao|ade|servus|baba',
    wish: `(?:einen? |noch einen? |eine )?(?:recht |sehr |ganz )?(?:schönen?|guten|angenehmen?|erholsamen?|entspannten?)(?: und \\p{L}+)? (?:rest\\p{L}*|tag|abend|nachmittag|vormittag|morgen|wochenende|woche|feierabend|aufenthalt|reise|sonntag|urlaub)|gute (?:nacht|reise|fahrt|besserung)|(?:ein )?(?:schönes|erholsames|angenehmes) wochenende|alles (?:gute|liebe)|machen sie es gut|mach's gut|bleiben sie gesund|passen sie auf sich auf`,
    courtesy: `(?:vielen |herzlichen |besten |schönen )?dank(?: [\\p{L}'’]+){0,12}|danke(?: [\\p{L}'’]+){0,12}|(?:ich|wir) (?:freuen? uns|freue mich|bedanken? uns|bedanke mich|danken? ihnen|wünschen? ihnen)(?: [\\p{L}'’]+){0,12}|bis (?:bald|dann|später|morgen|dahin|zum nächsten mal|\\p{L}+tag)|gern(?: geschehen)?|gerne(?: geschehen)?|es war mir eine freude`,
    before: `ok|okay|also|gut|na|dann|und|nun|jetzt|so|alles klar|prima|perfekt|ich wünsche ihnen|wir wünschen ihnen|ich wünsche|wünsche|noch|haben sie(?: noch)?|danke(?: schön)?|bitte`,
    after: `noch|dann|zusammen|allerseits|ihnen(?: auch)?|auch|und (?:danke|vielen dank|alles gute|bis bald|(?:noch )?einen? schönen? \\p{L}+|schönes wochenende)|bis bald|und einen \\p{L}+ \\p{L}+|für heute|für jetzt|bei uns`,
    titles: 'herr|frau|dr|doktor',
    callerDone:
      "auf wiederhören|tschüss|tschüs|das (?:ist|war|wäre) alles|das war's|nichts mehr|nein,? danke|danke|nein",
    mention: `sagen|sagt|sage|sagte|sagten|gesagt|heißt|heißen|hieß|nennt|genannt|namens|titel|wörter|wort|bedeutet|drücken|singt|lautet|verabschied\\p{L}+`,
    and: 'und|dann|also',
  }),
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
