// German: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
import { consentWords } from './consent_words.js';
import { asked, endOfTurnWords } from './end_of_turn_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';
import { voicemailWords } from './voicemail_words.js';

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
  consent: consentWords({
    yes: 'ja|jawohl|jo|klar|natürlich|gerne|gern|einverstanden|okay|ok|in ordnung|selbstverständlich|sicher|von mir aus|das (?:geht|dürfen sie|können sie)|geht in ordnung',
    no: 'nein|nee|ne|nicht|kein|keine|keinen|keinesfalls|niemals|ungern|lieber nicht|ohne',
    yesByNo: 'kein problem|kein thema|keine einwände|nichts dagegen|warum nicht|macht nichts|stört mich nicht',
  }),
  voicemail: voicemailWords({
    mailbox:
      'nach dem (?:signal ?ton|signal|ton|piep(?: ?ton)?|pieps?)|(?:hinterlass\\p{L}*|sprechen|sprich) (?:sie )?(?:(?:mir|uns|bitte|doch|einfach|eine|ihre|deine|ihren|kurze|kurz) )*(?:nachricht|namen|mitteilung)|nachricht (?:zu )?hinterlassen|mail ?box|anrufbeantworter|sprach ?box|voice ?mail|automatische ansage|(?:angerufene|gewünschte|gerufene)n? (?:teilnehmer\\p{L}*|gesprächspartner\\p{L}*|rufnummer|person)|(?:kann|können) (?:ihren|den|deinen) anruf (?:\\p{L}+ ){0,3}(?:nicht )?(?:entgegen|annehmen|beantworten)|nicht ans telefon (?:gehen|kommen)',
    hint: 'nicht (?:\\p{L}+ )?(?:erreichbar|zu erreichen|da|zu hause|im büro)|(?:rufe|rufen|melde|melden) (?:ich |wir )?(?:sie |dich |mich |uns )?(?:\\p{L}+ ){0,4}zurück|(?:melde|melden) (?:ich )?(?:mich|uns)|rückruf|so (?:bald|schnell) wie möglich|schnellstmöglich|(?:später|noch einmal|nochmals) (?:an|erneut|wieder|zu einem)|(?:öffnungs|geschäfts|büro)zeiten|vielen dank für (?:ihren|deinen) anruf|zur ?zeit|derzeit|momentan|vorübergehend|willkommen bei',
    full: '(?:mail ?box|speicher|anrufbeantworter|sprach ?box)(?: \\p{L}+){0,4} (?:ist|sind) (?:leider )?voll|keine (?:weiteren |neuen )?nachrichten|nicht (?:vergeben|eingerichtet)|kein anschluss',
    someone:
      '(?:möchten|wollen|möchtest|willst) (?:sie|du) (?:\\p{L}+ ){0,3}(?:nachricht|hinterlassen)|(?:soll|kann|darf) ich (?:ihm|ihr|etwas|ihnen|was)|ausrichten|wer (?:spricht|ist) (?:da|dort|denn)|mit wem (?:spreche|rede)|(?:grund|anlass) (?:ihres|des|für)|(?:nennen|sagen) sie (?:bitte )?ihren namen',
    menu: '(?:drücken|wählen) sie|(?:drücke|wähle) die|taste (?:eins|zwei|drei|vier|\\d)|hauptmenü|folgenden optionen',
  }),
  symbols: {
    and: 'und',
    percent: 'Prozent',
    perMille: 'Promille',
    at: 'at',
    plus: 'plus',
    minus: 'minus',
    plusMinus: 'plus minus',
    times: 'mal',
    by: 'mal',
    dividedBy: 'geteilt durch',
    toThePower: 'hoch',
    equals: 'gleich',
    notEqual: 'ungleich',
    is: 'ist',
    less: 'weniger als',
    more: 'mehr als',
    atMost: 'höchstens',
    atLeast: 'mindestens',
    number: 'Nummer',
    hash: 'Raute',
    star: 'Stern',
    stars: ['Stern', 'Sterne'],
    sharp: 'Kreuz',
    section: 'Paragraph',
    about: 'etwa',
    to: 'bis',
    per: 'pro',
    dot: 'Punkt',
    slash: 'Schrägstrich',
    dash: 'Bindestrich',
    underscore: 'Unterstrich',
    degrees: ['Grad', 'Grad'],
    money: {
      $: ['Dollar', 'Dollar', 'Cent', 'Cent'],
      '€': ['Euro', 'Euro', 'Cent', 'Cent'],
      '£': ['Pfund', 'Pfund', 'Penny', 'Pence'],
      '¥': ['Yen', 'Yen', 'Sen', 'Sen'],
    },
    magnitudes: {
      K: ['tausend', 'tausend'],
      M: ['Million', 'Millionen'],
      B: ['Milliarde', 'Milliarden'],
      T: ['Billion', 'Billionen'],
    },
    scale: /^(?:tausend|Million(?:en)?|Milliarden?|Billion(?:en)?)$/i,
    scaleTakesOf: /(?!)/,
    ofUnit: (unit) => unit,
    short: { 'u/o': 'und oder' },
  },
  endOfTurn: endOfTurnWords({
    open: `und oder aber denn weil dass wenn als ob obwohl der die das den dem des ein eine einen einem einer mein meine ihr
      ihre sein seine unser im in am auf aus bei mit nach von vom zu zum zur für über unter sehr also halt ich wir`,
    halfOpen: 'ist sind war waren hat haben mehr an auch möchte will brauche',
    openPhrases: [
      'meine? \\p{L}+ (?:ist|lautet)|die \\p{L}+ (?:ist|lautet)|zum beispiel|einen moment|das heißt|ich möchte|ich wollte|warten sie',
      '(?:meine?|die|der) (?:adresse|nummer|name|telefonnummer|postleitzahl|e ?-?mail)',
    ],
    closedPhrases: [
      // "machen Sie das", "ich nehme den", "rufen Sie mich an"
      '(?:machen|tun|nehmen|wollen|möchten|brauchen|haben|wissen) (?:sie|wir) (?:das|die|den)|ich (?:mache|nehme|will|brauche|weiß|kenne|mag) (?:das|die|den)',
      '(?:mache|tue|nehme|will|möchte|brauche|weiß|kenne|mag) ich (?:das|die|den)',
      '(?:mich|mir|uns|ihn|sie|es|ihnen|das|bitte|gerne?|heute|morgen|später) (?:an|auf|aus|mit|ab|nach|zu)',
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
    timeJoins: 'nach vor halb',
    unitWords: 'wohnung etage stock hausnummer apartment',
    postalCode: 'before_town',
    numbers: [
      { pattern: asked('postleitzahl|plz'), digits: [5] },
      { pattern: asked('letzten vier(?: \\p{L}+)?'), digits: [4] },
      { pattern: asked('prüfnummer|sicherheitscode'), digits: [3, 4] },
      { pattern: asked('kartennummer|kreditkartennummer'), digits: [16] },
      { pattern: asked('(?:telefon|handy|mobil|rück?ruf)nummer|telefon'), digits: [10, 11] },
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
    confirms: /^(?:(?:gut|und|also|okay)[, ]+)*(?:ist|sind|war|stimmt|lautet)\s/iu,
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
