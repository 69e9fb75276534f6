// Spanish: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';

export const es: LanguagePack = {
  code: 'es',
  listener: listenerWords({
    words: 'mm mhm hm ajá aha sí si ok okay vale claro ya bueno bien exacto oh ah uh hola',
    phrases: ['de acuerdo', 'ya veo', 'por supuesto'],
    stops: 'para|pare|espera|espere|perdón|perdone|disculpe|no|pero|oiga|un momento',
  }),
  closing: closingWords({
    goodbye: 'adiós|hasta (?:luego|pronto|la vista|la próxima|siempre)|chao|chau|ciao',
    wish: `que (?:te |le |les |os )?(?:tenga|tengan|pase|pasen|tengas|pases|vaya|disfrute|disfrutes) (?:un |una |de )?(?:muy )?(?:buen|buena|feliz|excelente|lindo|linda|bonito|bonita|estupendo|estupenda|gran|bien)(?: \\p{L}+){0,4}|cuídese|cuídate|buenas noches|(?:un )?buen(?:a)? (?:día|tarde|fin de semana|viaje)|feliz (?:día|tarde|noche|fin de semana)`,
    courtesy: `(?:muchas |mil )?gracias(?: \\p{L}+){0,12}|(?:le|te|les) (?:agradezco|agradecemos|esperamos|deseo|deseamos)(?: \\p{L}+){0,10}|nos vemos(?: \\p{L}+){0,4}|ha sido un placer(?: \\p{L}+){0,5}|un (?:saludo|placer|abrazo)|saludos|de nada|hasta (?:entonces|mañana|el \\p{L}+)`,
    before: 'bueno|bien|vale|ok|okay|pues|entonces|y|muy bien|perfecto|de acuerdo|le deseo|te deseo|adiós|por favor',
    after: `por ahora|entonces|a todos|a usted|igualmente|y (?:gracias|cuídese|buen día|buenas noches|que (?:tenga|pase) (?:un |una )?(?:\\p{L}+ ){0,2}\\p{L}+)|de nuevo|señor|señora|señorita|amigo|amiga`,
    titles: 'señor|señora|señorita|sr|sra|srta|don|doña',
    callerDone: 'adiós|hasta luego|chao|eso es todo|nada más|no,? gracias|gracias|no',
    mention: `decir(?:le|les|nos|te)?|dice|dicen|diga|digo|dijo|dijimos|diciendo|llama|llamado|llamada|palabras?|significa|título|pulse|canta|despedi\\p{L}+`,
    and: 'y|pues|entonces',
  }),
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
