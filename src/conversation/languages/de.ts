// German: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
import { asked, endOfTurnWords } from './end_of_turn_words.js';
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
  endOfTurn: endOfTurnWords({
    open: `und oder aber denn weil dass wenn als ob obwohl der die das den dem des ein eine einen einem einer mein meine ihr
      ihre sein seine unser im in am auf aus bei mit nach von vom zu zum zur für über unter sehr also halt ich wir`,
    halfOpen: 'ist sind war waren hat haben mehr an auch möchte will brauche',
    openPhrases: [
      'meine? \\p{L}+ (?:ist|lautet)|die \\p{L}+ (?:ist|lautet)|zum beispiel|einen moment|das heißt|ich möchte|ich wollte|warten sie',
      '(?:meine?|die|der) (?:adresse|nummer|name|telefonnummer|postleitzahl|e ?-?mail)',
    ],
    fillers: 'äh ähm öhm hm mm ehm',
    answers: [
      "ja|nein|doch|richtig|danke|tschüss|bitte|das ist alles|das war alles|nichts mehr|stimmt|das war's|vielen dank|danke schön|ebenfalls|auf wiederhören|gleichfalls|nichts",
    ],
    assents: ['ja|genau'],
    acknowledgements: ['klar|gut|okay|ok|alles klar|in ordnung|super|aha|ach so'],
    greetings: ['hallo|guten (?:tag|morgen|abend)|grüß gott|servus|moin|ja|so'],
    courtesies: 'bitte danke',
    nameIntroductions: ['mein name ist|ich heiße|ich bin|hier ist|hier spricht|hier'],
    notInNames: `ich möchte brauche wollte will habe kann können und der die das mein meine ein eine nicht für wegen rufe hätte
      gern gerne bin`,
    digits: 'null eins|ein|eine zwei|zwo drei vier fünf sechs sieben acht neun',
    teens: 'zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn',
    tens: 'zwanzig dreißig|dreissig vierzig fünfzig sechzig siebzig achtzig neunzig',
    compound:
      /^(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und(?:zwan|drei|vier|fünf|sech|sieb|acht|neun)(?:zig|ßig|ssig)$/u,
    hundred: 'hundert einhundert',
    thousand: 'tausend',
    ordinals: 'erste ersten zweite zweiten dritte dritten vierte vierten fünfte fünften zehnte zehnten',
    double: 'doppel doppelt',
    triple: 'dreifach',
    betweenDigits: 'und strich leerzeichen dann äh ähm',
    currency: 'euro cent dollar franken prozent',
    months: 'januar jänner februar märz april mai juni juli august september oktober november dezember',
    weekdays: 'montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag',
    days: 'heute morgen gestern übermorgen',
    timeEnds: 'uhr früh abends mittags morgens nachmittags vormittags',
    at: 'at ät klammeraffe',
    dot: 'punkt dot',
    domainEnds: 'com net org de at ch eu info',
    unitWords: 'wohnung etage stock hausnummer apartment',
    postalCode: 'before_town',
    numbers: [
      { pattern: asked('postleitzahl|plz'), digits: [5] },
      { pattern: asked('letzten vier(?: \\p{L}+)?'), digits: [4] },
      { pattern: asked('prüfnummer|sicherheitscode'), digits: [3, 4] },
      { pattern: asked('kartennummer|kreditkartennummer'), digits: [16] },
      { pattern: asked('(?:telefon|handy|mobil|rück?ruf)nummer|telefon'), digits: [11] },
      { pattern: asked('\\p{L}*nummer|\\p{L}*code|ziffern|zahl'), digits: [] },
    ],
    asks: [
      ['repeat', asked('wiederholen|noch einmal|nochmal')],
      ['spelling', asked('buchstabier\\p{L}+')],
      ['email', asked('e ?-?mail(?: ?-?adresse)?')],
      ['birth_date', asked('geburtsdatum|geboren|ablaufdatum|gültig bis')],
      ['address', asked('adresse|anschrift|wo wohnen')],
      ['amount', asked('betrag|wie ?viel|summe')],
      ['date', asked('welche[rsnm]? (?:tag|datum)|wann|datum')],
      ['time', asked('(?:um )?(?:wie ?viel|welche) (?:uhr|uhrzeit)|uhrzeit')],
      ['name', asked('name|namen|wie heißen|mit wem|wer spricht')],
      [
        'request',
        asked(
          '(?:wie|womit|was) (?:kann|können|darf) (?:ich|wir)|behilflich sein|grund ihres anrufs|worum geht|was möchten',
        ),
      ],
      ['yes_no', asked('noch etwas|sonst noch|sonst etwas|war das alles')],
    ],
    confirms: /^(?:(?:gut|und|also|okay)[, ]+)*(?:ist|sind|war|haben|stimmt|lautet)\s/iu,
    askForms: [
      ['story', asked('erzählen|beschreiben|was ist passiert|wie war|wie hat|warum|wieso|erklären')],
      ['choice', asked('welche[rsnm]?|oder')],
      [
        'yes_no',
        asked(
          '(?:ist|sind|war|haben|hat|möchten|wollen|können|darf|dürfen|soll|gibt|brauchen) \\p{L}+|richtig|noch etwas|stimmt',
        ),
      ],
    ],
  }),
};
