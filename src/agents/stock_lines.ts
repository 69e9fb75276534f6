// Lines every agent must be able to say though few personas bring them: what a caller is told when the line has no ears.
// A persona's own words win (agent_definition.ts); which line is said when is conversation/turns.

/** What is said when speech recognition is down, by the primary subtag of the agent's language. */
export interface StockLines {
  /** Nothing the caller says is heard at the moment; they should wait. */
  cannotHear: string;
  /** It did not come back: the last words of the call. */
  cannotHearGoodbye: string;
}

const STOCK_LINES: Readonly<Record<string, StockLines>> = {
  en: {
    cannotHear: 'I am sorry, I cannot hear you at the moment. Please stay on the line.',
    cannotHearGoodbye: 'I am sorry, I still cannot hear you. Please call again a little later. Goodbye.',
  },
  es: {
    cannotHear: 'Lo siento, en este momento no puedo oírle. Por favor, no cuelgue.',
    cannotHearGoodbye: 'Lo siento, sigo sin poder oírle. Por favor, llame de nuevo un poco más tarde. Adiós.',
  },
  fr: {
    cannotHear: 'Je suis désolé, je ne vous entends pas pour le moment. Merci de rester en ligne.',
    cannotHearGoodbye:
      'Je suis désolé, je ne vous entends toujours pas. Merci de rappeler un peu plus tard. Au revoir.',
  },
  de: {
    cannotHear: 'Es tut mir leid, ich kann Sie gerade nicht hören. Bitte bleiben Sie in der Leitung.',
    cannotHearGoodbye:
      'Es tut mir leid, ich kann Sie immer noch nicht hören. Bitte rufen Sie etwas später noch einmal an. Auf Wiederhören.',
  },
  it: {
    cannotHear: 'Mi dispiace, in questo momento non riesco a sentirla. Resti in linea, per favore.',
    cannotHearGoodbye: 'Mi dispiace, non riesco ancora a sentirla. Richiami più tardi, per favore. Arrivederci.',
  },
  pt: {
    cannotHear: 'Desculpe, não consigo ouvir neste momento. Por favor, continue na linha.',
    cannotHearGoodbye: 'Desculpe, ainda não consigo ouvir. Por favor, ligue novamente um pouco mais tarde. Até logo.',
  },
  nl: {
    cannotHear: 'Het spijt me, ik kan u op dit moment niet horen. Blijf alstublieft aan de lijn.',
    cannotHearGoodbye: 'Het spijt me, ik kan u nog steeds niet horen. Bel alstublieft later nog eens. Tot ziens.',
  },
};

/** The lines of a language (BCP 47); null where there are none: then the persona's own apology has to do. */
export function stockLines(language: string): StockLines | null {
  return STOCK_LINES[language.split('-')[0].toLowerCase()] ?? null;
}
