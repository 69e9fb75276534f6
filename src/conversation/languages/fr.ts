// French: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
import { consentWords } from './consent_words.js';
import { asked, endOfTurnWords } from './end_of_turn_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';
import { voicemailWords } from './voicemail_words.js';

export const fr: LanguagePack = {
  code: 'fr',
  listener: listenerWords({
    words: "mm mhm hm oui ouais ok okay d'accord bien voilà ah oh euh hein bonjour allô",
    phrases: ['bien sûr', 'je vois', 'tout à fait'],
    stops: 'stop|arrêtez|attendez|pardon|excusez-moi|non|mais|un (?:moment|instant)',
  }),
  closing: closingWords({
    goodbye: 'au revoir|à bientôt|adieu|à la prochaine|à très bientôt',
    wish: `(?:bonne|excellente|belle|douce) (?:journée|soirée|nuit|fin de (?:journée|semaine)|après-midi|semaine|continuation|route)|(?:bon|bel|excellent) (?:après-midi|week-end|voyage|séjour|appétit)|prenez (?:bien )?soin de vous|portez-vous bien|passez une (?:bonne|excellente|belle|agréable) (?:\\p{L}+ ?){1,4}`,
    courtesy: `(?:un grand |grand |mille )?merci(?: [\\p{L}'’]+){0,12}|(?:je|nous) vous (?:remercie|remercions|souhaite|souhaitons|attendons|attends)(?: [\\p{L}'’]+){0,12}|à (?:demain|tout à l'heure|plus tard|\\p{L}+di)(?: \\p{L}+)?|c'était un plaisir(?: [\\p{L}'’]+){0,6}|avec plaisir|je vous en prie|de rien`,
    before: `bon|bien|très bien|d'accord|ok|okay|alors|et|donc|parfait|je vous (?:souhaite|dis)(?: une)?|nous vous souhaitons(?: une)?|allez|merci|une|un`,
    after: `à tous|à vous(?: aussi)?|et (?:merci|bonne journée|bonne soirée|bonne nuit|à bientôt)|alors|madame|monsieur|mademoiselle|mon ami|pour l'instant|chez nous`,
    titles: 'madame|monsieur|mademoiselle|mme|m|mlle',
    callerDone: "au revoir|c'est tout|rien d'autre|non,? merci|merci|non",
    mention: `dire|dit|dites|disent|disons|disait|disant|appelle|appelé|appelée|s'intitule|intitulé|nommé|mots?|signifie|titre|tapez|chante`,
    and: 'et|alors|donc',
  }),
  consent: consentWords({
    yes: "oui|ouais|d'accord|bien sûr|certainement|absolument|allez y|okay|ok|j'accepte|volontiers|vous pouvez|entendu|c'est bon",
    no: 'non|pas|jamais|refuse|sans',
    yesByNo:
      "pas de (?:problème|souci)|aucun (?:problème|souci)|sans (?:problème|souci)|ça ne me dérange pas|je n'y vois pas d'inconvénient|pourquoi pas",
  }),
  voicemail: voicemailWords({
    mailbox:
      'laiss(?:ez|er|e)(?:[ -](?:moi|nous|lui))? (?:(?:un|votre|vos|ton|tes|bref|petit) )*(?:message|noms?|coordonnées|numéro)|après (?:le|ce|un) (?:bip|signal|son|top|tonalité)(?: sonore)?|bip sonore|signal sonore|messagerie|boîte vocale|répondeur|enregistre(?:z|r)? (?:votre|un) message|votre correspondant|(?:personne|numéro|abonné|client) que vous (?:appelez|avez (?:appelé|composé|demandé)|essayez|cherchez|tentez)|(?:peux|peut|puis|pouvons|suis|sommes|est) pas (?:\\p{L}+ ){0,3}(?:répondre|prendre (?:votre|ton) appel|en mesure de)|(?:ne (?:peux|peut|puis|pouvons)) (?:\\p{L}+ ){0,3}(?:répondre|prendre votre appel)',
    hint: "pas (?:\\p{L}+ )?(?:disponibles?|joignables?|là|chez|au bureau)|indisponibles?|absente?s?|rappell?er(?:ai|ons|a)?|rappelle(?:rai|rons|ra)?|dès que (?:possible|je|nous)|dans les (?:plus brefs|meilleurs) délais|(?:plus tard|ultérieurement)|(?:heures|horaires) d'ouverture|merci (?:de|pour) (?:votre|ton) appel|merci d'avoir appelé|pour le moment|en ce moment|actuellement|vous êtes bien (?:chez|au|sur|en)|bienvenue",
    full: "(?:messagerie|boîte|répondeur)(?: \\p{L}+){0,4} est (?:pleine?|saturée?)|(?:n'accepte|n'acceptons|peut recevoir) (?:pas|plus|aucun)(?: de)?(?: nouveaux?)? ?(?:messages?)?|n'est (?:pas|plus) (?:attribué|en service)|n'a pas (?:encore )?(?:été )?(?:activé|configuré)|pas attribué",
    someone:
      "(?:voulez|souhaitez|désirez)[ -]vous (?:(?:que|lui|me|laisser|je|prenne) )*(?:message|laisser|laisse|prenne)|(?:puis[ -]je|je peux|est ce que je peux) (?:prendre|lui)|de la part de qui|qui (?:est à l'appareil|parle|appelle)|c'est qui|(?:motif|raison|objet) de (?:votre|l') ?appel|(?:dites|indiquez|donnez) votre nom",
    menu: '(?:tapez|appuyez|composez|faites) (?:(?:sur|le|la|l) )*(?:zéro|un|deux|trois|quatre|cinq|\\d|touche|étoile|dièse)|menu principal|choix suivants',
  }),
  symbols: {
    and: 'et',
    percent: 'pour cent',
    perMille: 'pour mille',
    at: 'arobase',
    plus: 'plus',
    minus: 'moins',
    plusMinus: 'plus ou moins',
    times: 'fois',
    by: 'sur',
    dividedBy: 'divisé par',
    toThePower: 'puissance',
    equals: 'égale',
    notEqual: 'différent de',
    is: 'est',
    less: 'moins de',
    more: 'plus de',
    atMost: 'au plus',
    atLeast: 'au moins',
    number: 'numéro',
    hash: 'dièse',
    star: 'étoile',
    stars: ['étoile', 'étoiles'],
    sharp: 'dièse',
    section: 'paragraphe',
    about: 'environ',
    to: 'à',
    per: 'par',
    dot: 'point',
    slash: 'barre',
    dash: 'tiret',
    underscore: 'tiret bas',
    degrees: ['degré', 'degrés'],
    money: {
      $: ['dollar', 'dollars', 'cent', 'cents'],
      '€': ['euro', 'euros', 'centime', 'centimes'],
      '£': ['livre', 'livres', 'penny', 'pence'],
      '¥': ['yen', 'yens', 'sen', 'sen'],
    },
    magnitudes: {
      K: ['mille', 'mille'],
      M: ['million', 'millions'],
      B: ['milliard', 'milliards'],
      T: ['billion', 'billions'],
    },
    scale: /^(?:mille|millions?|milliards?|billions?)$/i,
    scaleTakesOf: /(?:illions?|illiards?)$/i,
    ofUnit: (unit) => (/^[aeiouéèê]/i.test(unit) ? `d'${unit}` : `de ${unit}`),
    short: { 'n°': 'numéro', nº: 'numéro' },
  },
  endOfTurn: endOfTurnWords({
    open: `et ou mais donc car parce que qui quand si comme où le la les l' un une des du de mon ma mes votre vos notre nos
      son sa ses à au aux en dans avec pour par sans sur entre très plus alors je j'ai`,
    halfOpen: "est sont était a ont aussi c'est veux",
    openPhrases: [
      "(?:mon|ma|le|la|l')\\s?\\p{L}+(?: de \\p{L}+)? (?:est|c'est)|c'est-à-dire|par exemple|un (?:moment|instant)|je voudrais|j'aimerais|attendez",
      "(?:mon|ma|le|l') ?(?:adresse|numéro|nom|code|mail)",
    ],
    fillers: 'euh heu hum hm ben mm',
    answers: [
      "oui|non|merci|au revoir|exactement|c'est tout|c'est ça|rien d'autre|s'il vous plaît|rien|à vous aussi|merci beaucoup|bonne journée",
    ],
    assents: ['oui|bien sûr'],
    acknowledgements: ["d'accord|bien|bon|très bien|parfait|okay|ok|voilà"],
    greetings: ['bonjour|bonsoir|salut|allô|oui|bon'],
    courtesies: 'merci',
    nameIntroductions: ["je m'appelle|mon nom est|c'est|ici|je suis"],
    notInNames: `je j'ai voudrais besoin pour de la le mon ma un une pas que qui veux appelle j'appelle j'aimerais perdu puis-je
      pouvez est et`,
    digits: 'zéro|zero un|une deux trois quatre cinq six sept huit neuf',
    teens: 'dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf',
    tens: 'vingt|vingts trente quarante cinquante soixante',
    compound:
      /^(?:soixante|quatre-vingts?)(?:-(?:et-)?(?:\p{L}+|dix-(?:sept|huit|neuf)))?$|^(?:vingt|trente|quarante|cinquante)-et-une?$/u,
    tensJoin: 'et',
    hundred: 'cent cents',
    thousand: 'mille',
    ordinals: 'premier première deuxième troisième',
    double: 'double',
    triple: 'triple',
    betweenDigits: 'et tiret espace euh puis',
    currency: 'euro euros dollar dollars centimes francs',
    months: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
    weekdays: 'lundi mardi mercredi jeudi vendredi samedi dimanche',
    days: "aujourd'hui demain hier",
    timeEnds: 'heures heure midi minuit matin soir',
    at: 'arobase chez',
    dot: 'point',
    domainEnds: 'com net org fr be ch ca eu',
    streets: 'rue avenue boulevard place chemin allée impasse quai cours route square passage',
    unitWords: 'appartement étage bâtiment escalier numéro porte',
    postalCode: 'before_town',
    numbers: [
      { pattern: asked('code postal'), digits: [5] },
      { pattern: asked('quatre derniers(?: \\p{L}+)?'), digits: [4] },
      { pattern: asked('code de sécurité|cryptogramme'), digits: [3, 4] },
      { pattern: asked('numéro de (?:la |votre |ma )?carte'), digits: [16] },
      { pattern: asked('(?:numéro de )?(?:téléphone|portable|mobile)'), digits: [10] },
      { pattern: asked('numéro(?: de \\p{L}+)?|code|chiffres'), digits: [] },
    ],
    asks: [
      ['repeat', asked('répéter|répétez|redire|encore une fois')],
      ['spelling', asked('épel\\p{L}+')],
      ['email', asked('e-?mail|courriel|adresse (?:mail|électronique)')],
      ['birth_date', asked('date de naissance|né(?:e)?|expiration')],
      ['address', asked('adresse|où habitez')],
      ['amount', asked('montant|combien|somme')],
      ['date', asked('quel(?:le)? (?:jour|date)|quand|date')],
      ['time', asked('quelle heure|heure')],
      ['name', asked("nom|prénom|comment vous appelez|qui est à l'appareil")],
      [
        'request',
        asked(
          '(?:que|en quoi|comment) (?:puis-je|pouvons-nous|puis)|puis-je vous aider|motif de votre appel|que (?:désirez|souhaitez|voulez)',
        ),
      ],
      ['yes_no', asked('autre chose|ce sera tout')],
    ],
    confirms: /^(?:(?:bien|et|donc|alors)[, ]+)*(?:est-ce que c'est|c'est|vous avez dit)\s/iu,
    askForms: [
      [
        'story',
        asked("racontez|décrivez|expliquez|que s'est-il passé|comment (?:était|s'est)|pourquoi|qu'avez-vous pensé"),
      ],
      ['choice', asked('quel|quelle|lequel|laquelle|ou')],
      [
        'yes_no',
        asked("(?:est-ce|avez|voulez|souhaitez|pouvez|désirez|êtes|puis|y a-t-il|autre chose)[ -]?\\p{L}*|c'est bien"),
      ],
    ],
  }),
};
