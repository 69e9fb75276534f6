// Spanish: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
import { asked, endOfTurnWords } from './end_of_turn_words.js';
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
  endOfTurn: endOfTurnWords({
    open: `y e o u pero porque que si cuando mientras aunque como donde el la los las un una unos unas mi tu su mis sus nuestro
      nuestra de del a al en con por para sin sobre entre desde hasta muy más pues`,
    halfOpen: 'es son era fue está están hay también necesito quiero',
    openPhrases: [
      '(?:mi|el|la) \\p{L}+(?: de \\p{L}+)? es|o sea|es decir|por ejemplo|un momento|déjeme (?:ver|pensar)|quiero|quisiera|me gustaría',
      '(?:mi|la|el) (?:dirección|número|nombre|código|correo)',
    ],
    fillers: 'eh em mmm mm este hm',
    answers: [
      'no|gracias|correcto|exacto|adiós|nada más|eso es todo|por favor|igualmente|nada|muchas gracias|así es|hasta luego',
    ],
    assents: ['sí|si|por supuesto'],
    acknowledgements: ['claro|vale|bueno|bien|de acuerdo|perfecto|okay|ok'],
    greetings: ['hola|buenos días|buenas(?: tardes| noches)?|sí|vale|bueno'],
    courtesies: 'gracias favor',
    nameIntroductions: ['mi nombre es|me llamo|soy|habla|le habla'],
    notInNames: `necesito quiero quisiera llamo llamaba para por que de la el mi un una no sí con puede podría tengo he perdido
      gustaría me estoy`,
    digits: 'cero uno|un|una dos tres cuatro cinco seis siete ocho nueve',
    teens: 'diez once doce trece catorce quince dieciséis|dieciseis diecisiete dieciocho diecinueve',
    tens: 'veinte|veinti treinta cuarenta cincuenta sesenta setenta ochenta noventa',
    compound: /^veinti(?:uno|ún|dós|dos|trés|tres|cuatro|cinco|séis|seis|siete|ocho|nueve)$/u,
    tensJoin: 'y',
    hundred: 'cien ciento',
    thousand: 'mil',
    ordinals: 'primero primer segundo tercero tercer cuarto quinto',
    double: 'doble',
    triple: 'triple',
    betweenDigits: 'y guion guión espacio eh em',
    currency: 'dólar dólares euro euros peso pesos céntimos centavos soles',
    months: 'enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre',
    weekdays: 'lunes martes miércoles jueves viernes sábado domingo',
    days: 'hoy mañana ayer pasado',
    timeEnds: 'mañana tarde noche mediodía medianoche punto am pm',
    at: 'arroba',
    dot: 'punto',
    domainEnds: 'com net org es mx ar co cl pe edu eu',
    unitWords: 'piso puerta apartamento departamento número interior oficina',
    postalCode: 'before_town',
    numbers: [
      { pattern: asked('código postal'), digits: [5] },
      { pattern: asked('últim[oa]s cuatro(?: \\p{L}+)?'), digits: [4] },
      { pattern: asked('código de seguridad|c ?v ?v'), digits: [3, 4] },
      { pattern: asked('pin'), digits: [4] },
      { pattern: asked('número de (?:la |su |mi )?tarjeta'), digits: [16] },
      { pattern: asked('(?:número de )?(?:teléfono|móvil|celular|contacto)'), digits: [9, 10] },
      { pattern: asked('número(?: de \\p{L}+)?|código|cifras|dígitos'), digits: [] },
    ],
    asks: [
      ['repeat', asked('repetir|repita|otra vez|cómo dijo')],
      ['spelling', asked('deletre\\p{L}+')],
      ['email', asked('correo(?: electrónico)?|e-?mail')],
      ['birth_date', asked('fecha de nacimiento|cuándo nació|caducidad|vencimiento')],
      ['address', asked('dirección|domicilio|dónde vive')],
      ['amount', asked('importe|cantidad|cuánto|monto')],
      ['date', asked('qué (?:día|fecha)|cuándo|fecha')],
      ['time', asked('(?:a )?qué hora|hora')],
      ['name', asked('nombre|apellidos?|cómo se llama|quién (?:habla|llama)|con quién')],
      [
        'request',
        asked(
          'en qué (?:le |te )?(?:puedo|podemos)|cómo (?:le |te )?(?:puedo|podemos)|(?:puedo|podemos) ayudar\\p{L}*|motivo de (?:su|la) llamada|qué (?:necesita|desea)',
        ),
      ],
      ['yes_no', asked('algo más|alguna otra cosa')],
    ],
    confirms: /^[¿ ]*(?:(?:vale|bien|y|entonces)[, ]+)*(?:es|está|son|tiene|ha dicho|dijo)\s/iu,
    askForms: [
      [
        'story',
        asked(
          'cuénteme|cuéntenos|describa|explique|qué (?:pasó|ocurrió)|cómo (?:fue|estuvo|le fue)|por qué|qué le pareció',
        ),
      ],
      ['choice', asked('cuál|qué tipo|o')],
      ['yes_no', asked('(?:es|está|hay|tiene|puede|quiere|desea|necesita|le|algo) \\p{L}+|verdad|correcto|algo más')],
    ],
  }),
};
