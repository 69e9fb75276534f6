// French: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';

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
