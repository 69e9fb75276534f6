// French: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { whole } from './closing_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';

export const fr: LanguagePack = {
  code: 'fr',
  listener: listenerWords({
    words: "mm mhm hm oui ouais ok okay d'accord bien voilà ah oh euh hein bonjour allô",
    phrases: ['bien sûr', 'je vois', 'tout à fait'],
    stops: 'stop|arrêtez|attendez|pardon|excusez-moi|non|mais|un (?:moment|instant)',
  }),
  closing: {
    goodbye: whole('au revoir|à bientôt|adieu'),
    wish: whole('bonne (?:journée|soirée|nuit|fin de journée)|bon après-midi|prenez soin de vous'),
    callerDone: whole("au revoir|c'est tout|rien d'autre|non,? merci|merci|non"),
    mention: whole('dire au revoir'),
  },
  symbols: {
    and: 'et',
    percent: 'pour cent',
    at: 'arobase',
    plus: 'plus',
    equals: 'égale',
    number: 'numéro',
    about: 'environ',
    to: 'à',
    dot: 'point',
    slash: 'barre',
    dash: 'tiret',
    underscore: 'tiret bas',
    degrees: 'degrés',
    units: {
      $: ['dollar', 'dollars', 'cent', 'cents'],
      '€': ['euro', 'euros', 'centime', 'centimes'],
      '£': ['livre', 'livres', 'penny', 'pence'],
    },
    scales: /^(mille|millions?|milliards?)([.,?!;:]*)$/i,
  },
};
