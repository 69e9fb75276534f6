// What is said while a field is collected, and the yes or no that confirms it, a language each. Without a language of its own
// an agent says it in English.

export interface CollectWords {
  /** `value` in words for the ear. */
  confirm(value: string): string;
  /** Of a card only its last digits are said, of another protected number only how many there are. */
  confirmCard(lastDigits: string): string;
  confirmCount(digits: number): string;
  /** A part is there, the rest is missing. */
  goOn: string;
  /** It can't be right, or was not understood. */
  again: string;
  /** The same where it can only be typed. */
  typeAgain: string;
  yes: RegExp;
  no: RegExp;
}

const whole = (alternatives: string): RegExp => new RegExp(`(?<![\\p{L}'])(?:${alternatives})(?![\\p{L}'])`, 'iu');

const WORDS: Readonly<Record<string, CollectWords>> = {
  en: {
    confirm: (value) => `I have ${value}. Is that right?`,
    confirmCard: (digits) => `I have the card ending in ${digits}. Is that right?`,
    confirmCount: (count) => `I have ${count} digits. Is that right?`,
    goOn: 'Go on, please.',
    again: 'I am sorry, that does not seem right. Please say it once more, or type it and press the hash key.',
    typeAgain: 'I am sorry, that does not seem right. Please type it once more and press the hash key.',
    yes: whole("yes|yeah|yep|yup|correct|right|exactly|sure|that is it|that's it|it is|okay|ok|perfect|uh huh|mhm"),
    no: whole("no|nope|not|wrong|incorrect|isn't|don't|nah"),
  },
  es: {
    confirm: (value) => `Tengo ${value}. ¿Es correcto?`,
    confirmCard: (digits) => `Tengo la tarjeta que termina en ${digits}. ¿Es correcto?`,
    confirmCount: (count) => `Tengo ${count} cifras. ¿Es correcto?`,
    goOn: 'Siga, por favor.',
    again: 'Lo siento, no parece correcto. Dígalo otra vez, por favor, o tecléelo y pulse almohadilla.',
    typeAgain: 'Lo siento, no parece correcto. Tecléelo otra vez, por favor, y pulse almohadilla.',
    yes: whole('sí|si|correcto|exacto|eso es|claro|vale|perfecto|así es'),
    no: whole('no|incorrecto|mal|equivocado'),
  },
  fr: {
    confirm: (value) => `J'ai noté ${value}. C'est bien ça ?`,
    confirmCard: (digits) => `J'ai noté la carte qui se termine par ${digits}. C'est bien ça ?`,
    confirmCount: (count) => `J'ai noté ${count} chiffres. C'est bien ça ?`,
    goOn: 'Continuez, je vous prie.',
    again: 'Je suis désolé, cela ne semble pas juste. Redites-le, ou tapez-le puis appuyez sur la touche dièse.',
    typeAgain: 'Je suis désolé, cela ne semble pas juste. Tapez-le encore une fois puis appuyez sur la touche dièse.',
    yes: whole("oui|ouais|exact|exactement|correct|c'est (?:bien )?ça|tout à fait|d'accord|parfait"),
    no: whole('non|pas|faux|incorrect'),
  },
  de: {
    confirm: (value) => `Ich habe ${value}. Ist das richtig?`,
    confirmCard: (digits) => `Ich habe die Karte mit den letzten Ziffern ${digits}. Ist das richtig?`,
    confirmCount: (count) => `Ich habe ${count} Ziffern. Ist das richtig?`,
    goOn: 'Bitte weiter.',
    again:
      'Entschuldigung, das scheint nicht zu stimmen. Bitte sagen Sie es noch einmal, oder tippen Sie es ein und drücken Sie die Rautetaste.',
    typeAgain:
      'Entschuldigung, das scheint nicht zu stimmen. Bitte tippen Sie es noch einmal ein und drücken Sie die Rautetaste.',
    yes: whole('ja|genau|richtig|stimmt|korrekt|jawohl|okay|passt|jo'),
    no: whole('nein|nee|nicht|falsch|ne'),
  },
  it: {
    confirm: (value) => `Ho ${value}. È giusto?`,
    confirmCard: (digits) => `Ho la carta che finisce con ${digits}. È giusto?`,
    confirmCount: (count) => `Ho ${count} cifre. È giusto?`,
    goOn: 'Vada avanti, per favore.',
    again: 'Mi dispiace, non sembra giusto. Lo ripeta, per favore, oppure lo digiti e prema cancelletto.',
    typeAgain: 'Mi dispiace, non sembra giusto. Lo digiti di nuovo, per favore, e prema cancelletto.',
    yes: whole('sì|si|esatto|giusto|corretto|certo|va bene|perfetto'),
    no: whole('no|non|sbagliato|errato'),
  },
  pt: {
    confirm: (value) => `Tenho ${value}. Está certo?`,
    confirmCard: (digits) => `Tenho o cartão que termina em ${digits}. Está certo?`,
    confirmCount: (count) => `Tenho ${count} dígitos. Está certo?`,
    goOn: 'Continue, por favor.',
    again: 'Desculpe, não parece certo. Diga mais uma vez, por favor, ou digite e pressione cardinal.',
    typeAgain: 'Desculpe, não parece certo. Digite mais uma vez, por favor, e pressione cardinal.',
    yes: whole('sim|certo|correto|correcto|exato|exatamente|isso|está|claro|perfeito'),
    no: whole('não|nao|errado|incorreto'),
  },
  nl: {
    confirm: (value) => `Ik heb ${value}. Klopt dat?`,
    confirmCard: (digits) => `Ik heb de kaart die eindigt op ${digits}. Klopt dat?`,
    confirmCount: (count) => `Ik heb ${count} cijfers. Klopt dat?`,
    goOn: 'Gaat u verder.',
    again: 'Het spijt me, dat lijkt niet te kloppen. Zeg het alstublieft nog eens, of toets het in en druk op hekje.',
    typeAgain: 'Het spijt me, dat lijkt niet te kloppen. Toets het alstublieft nog eens in en druk op hekje.',
    yes: whole('ja|jazeker|klopt|juist|correct|precies|oké|okay|inderdaad'),
    no: whole('nee|niet|fout|onjuist'),
  },
};

/** `language`: BCP 47. */
export function collectWords(language: string): CollectWords {
  return WORDS[language.split('-')[0].toLowerCase()] ?? WORDS['en'];
}
