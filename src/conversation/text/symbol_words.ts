// How written symbols are said, per language. A language that is missing here loses nothing worse than "&": digits,
// percent and currency signs are then left for the voice to read.

export interface SymbolWords {
  and: string;
  percent: string;
  at: string;
  plus: string;
  equals: string;
  number: string;
  about: string;
  to: string;
  dot: string;
  slash: string;
  dash: string;
  underscore: string;
  degrees: string;
  /** Per currency sign: one, many, one hundredth, many hundredths. */
  units: Record<string, readonly [string, string, string, string]>;
  /** A magnitude that stands between the amount and the unit, and punctuation behind it. */
  scales: RegExp;
}

export const SYMBOL_WORDS: Record<string, SymbolWords> = {
  en: {
    and: 'and',
    percent: 'percent',
    at: 'at',
    plus: 'plus',
    equals: 'equals',
    number: 'number',
    about: 'about',
    to: 'to',
    dot: 'dot',
    slash: 'slash',
    dash: 'dash',
    underscore: 'underscore',
    degrees: 'degrees',
    units: {
      $: ['dollar', 'dollars', 'cent', 'cents'],
      '€': ['euro', 'euros', 'cent', 'cents'],
      '£': ['pound', 'pounds', 'penny', 'pence'],
    },
    scales: /^(hundred|thousand|million|billion|trillion)([.,?!;:]*)$/i,
  },
  es: {
    and: 'y',
    percent: 'por ciento',
    at: 'arroba',
    plus: 'más',
    equals: 'igual a',
    number: 'número',
    about: 'unos',
    to: 'a',
    dot: 'punto',
    slash: 'barra',
    dash: 'guion',
    underscore: 'guion bajo',
    degrees: 'grados',
    units: {
      $: ['dólar', 'dólares', 'centavo', 'centavos'],
      '€': ['euro', 'euros', 'céntimo', 'céntimos'],
      '£': ['libra', 'libras', 'penique', 'peniques'],
    },
    scales: /^(mil|millón|millones)([.,?!;:]*)$/i,
  },
  fr: {
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
  de: {
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
