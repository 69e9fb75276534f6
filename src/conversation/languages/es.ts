// Spanish: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { whole } from './closing_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';

export const es: LanguagePack = {
  code: 'es',
  listener: listenerWords({
    words: 'mm mhm hm ajá aha sí si ok okay vale claro ya bueno bien exacto oh ah uh hola',
    phrases: ['de acuerdo', 'ya veo', 'por supuesto'],
    stops: 'para|pare|espera|espere|perdón|perdone|disculpe|no|pero|oiga|un momento',
  }),
  closing: {
    goodbye: whole('adiós|hasta luego|hasta pronto|chao|chau'),
    wish: whole(
      'que (?:tenga|pase|tengas|pases) (?:un |una )?(?:buen|buena|muy buen|feliz|excelente|lindo)[ \\p{L}]*|cuídese|buenas noches',
    ),
    callerDone: whole('adiós|hasta luego|chao|eso es todo|nada más|no,? gracias|gracias|no'),
    mention: whole('decir adiós'),
  },
  symbols: {
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
};
