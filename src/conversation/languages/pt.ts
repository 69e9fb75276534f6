// Portuguese: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
import { consentWords } from './consent_words.js';
import { endOfTurnWords } from './end_of_turn_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';
import { NO_VOICEMAIL_WORDS } from './voicemail_words.js';

export const pt: LanguagePack = {
  code: 'pt',
  listener: listenerWords({
    words:
      'mm mhm hm hum ah oh eh é uh sim ok okay tá certo claro isso bom bem exato exatamente entendi perfeito beleza olá oi alô verdade',
    phrases: ['tá bom', 'está bem', 'de acordo', 'com certeza', 'sem problema', 'pois é', 'tudo bem'],
    stops:
      'pare|para|espere|espera|um (?:momento|minuto|instante)|desculpe|desculpa|com licença|não|mas|olha|escute|escuta|aguarde',
  }),
  consent: consentWords({
    yes: 'sim|claro|com certeza|está bem|tudo bem|de acordo|okay|ok|aceito|pode|concordo|certo|à vontade',
    no: 'não|nao|nunca|jamais|recuso|prefiro que não|sem',
    yesByNo: 'não (?:há|tem) problema|sem (?:problemas?|problema)|não me (?:importo|incomoda)|por que não|porque não',
  }),
  closing: closingWords({
    goodbye: 'adeus|tchau(?: tchau)?|até (?:logo|breve|mais|a próxima|já)',
    wish: '(?:que )?(?:tenha|tenham|passe|aproveite) (?:um |uma )?(?:muito |ótim[oa] |excelente )?(?:bo[am]|ótim[oa]|bom|excelente|lindo|linda|feliz)?(?: ?\\p{L}+){1,3}|(?:um )?bo[am] (?:dia|tarde|noite|semana|fim de semana|viagem)|bom (?:dia|fim de semana|descanso)|cuide-se|fique bem',
    courtesy:
      '(?:muito |muita )?obrigad[oa](?: \\p{L}+){0,12}|(?:eu |nós )?(?:agradeço|agradecemos|esperamos)(?: \\p{L}+){0,10}|foi um prazer(?: \\p{L}+){0,5}|de nada|por nada|até (?:amanhã|\\p{L}+-feira|segunda|terça|quarta|quinta|sexta|sábado|domingo)|nos vemos(?: \\p{L}+){0,4}',
    before: 'ok|okay|bom|bem|tá|então|e|certo|perfeito|desejo|lhe desejo|desejamos|obrigado|obrigada|um|uma|adeus',
    after:
      'por agora|então|a todos|para você(?: também)?|também|e (?:obrigad[oa]|bom dia|boa tarde|boa noite|até logo)|senhor|senhora|de novo',
    titles: 'senhor|senhora|sr|sra|dona|doutor|doutora|dr|dra',
    callerDone: 'adeus|tchau|é (?:só|tudo)(?: isso)?|mais nada|nada mais|não,? obrigad[oa]|obrigad[oa]|não',
    mention:
      'dizer|diz|diga|digo|disse|dissemos|chama|chamado|chamada|intitulad[oa]|palavras?|significa|título|digite|canta|despedi\\p{L}+',
    and: 'e|então',
  }),
  endOfTurn: endOfTurnWords({}),
  voicemail: NO_VOICEMAIL_WORDS,
  symbols: {
    and: 'e',
    percent: 'por cento',
    perMille: 'por mil',
    at: 'arroba',
    plus: 'mais',
    minus: 'menos',
    plusMinus: 'mais ou menos',
    times: 'vezes',
    by: 'por',
    dividedBy: 'dividido por',
    toThePower: 'elevado a',
    equals: 'igual a',
    notEqual: 'diferente de',
    is: 'é',
    less: 'menos de',
    more: 'mais de',
    atMost: 'no máximo',
    atLeast: 'no mínimo',
    number: 'número',
    hash: 'jogo da velha',
    star: 'asterisco',
    stars: ['estrela', 'estrelas'],
    sharp: 'sustenido',
    section: 'seção',
    about: 'cerca de',
    to: 'a',
    per: 'por',
    dot: 'ponto',
    slash: 'barra',
    dash: 'hífen',
    underscore: 'sublinhado',
    degrees: ['grau', 'graus'],
    money: {
      $: ['dólar', 'dólares', 'centavo', 'centavos'],
      R$: ['real', 'reais', 'centavo', 'centavos'],
      '€': ['euro', 'euros', 'cêntimo', 'cêntimos'],
      '£': ['libra', 'libras', 'pêni', 'pence'],
      '¥': ['iene', 'ienes', 'sen', 'sen'],
    },
    magnitudes: {
      K: ['mil', 'mil'],
      M: ['milhão', 'milhões'],
      B: ['bilhão', 'bilhões'],
      T: ['trilhão', 'trilhões'],
    },
    scale: /^(?:mil|milhão|milhões|bilhão|bilhões|trilhão|trilhões)$/i,
    scaleTakesOf: /lh(?:ão|ões)$/i,
    ofUnit: (unit) => `de ${unit}`,
    short: { 'n.º': 'número', nº: 'número', 'n°': 'número' },
  },
};
