// Lines every agent must be able to say though few personas bring them: what a caller is told when the line has no ears,
// no free place, no voice, or no answer yet. A persona's own words win (agent_definition.ts); which line is said when is conversation/turns.

/** What is said in one language. */
export interface StockLines {
  /** Nothing the caller says is heard at the moment; they should wait. */
  cannotHear: string;
  /** It did not come back: the last words of the call. */
  cannotHearGoodbye: string;
  /** An answer or a tool takes long. */
  oneMoment: string;
  /** An answer takes longer still. */
  stillOnIt: string;
  /** Every line is taken; spoken by the carrier's voice. */
  allLinesBusy: string;
  /** Answers or our own voice kept failing; the last words of the call, in our voice or the carrier's. */
  technicalProblem: string;
  /** The program that held the call died, another one begins anew; spoken by the carrier's voice. */
  cutOff: string;
  /** The same, and the other one goes on where it was; spoken by the carrier's voice. */
  goesOn: string;
  /** Every line is taken, and the caller is put into a queue; spoken by the carrier's voice. */
  inQueue: string;
  /** Every line is taken, and the caller may press 1 to be called back; and what is said then. Spoken by the carrier's voice. */
  callbackOffer: string;
  callbackTaken: string;
  /** The call is recorded, and: may it be? In our own voice. */
  recordingNotice: string;
  recordingQuestion: string;
  /** Nobody is there at this hour; spoken by the carrier's voice, which hangs up then. */
  closed: string;
}

const STOCK_LINES: Readonly<Record<string, StockLines>> = {
  en: {
    cannotHear: 'I am sorry, I cannot hear you at the moment. Please stay on the line.',
    cannotHearGoodbye: 'I am sorry, I still cannot hear you. Please call again a little later. Goodbye.',
    oneMoment: 'One moment, please.',
    stillOnIt: 'I am still on it, thank you for waiting.',
    allLinesBusy: 'All our lines are busy at the moment. Please call again in a few minutes. Goodbye.',
    technicalProblem: 'I am sorry, we have a technical problem and can not go on. Please call again later. Goodbye.',
    cutOff: 'I am sorry, we were cut off. Let us start again.',
    goesOn: 'I am sorry, we were cut off for a moment.',
    inQueue: 'All our lines are busy at the moment. Please stay on the line.',
    callbackOffer: 'All our lines are busy at the moment. Press 1, and we will call you back as soon as one is free.',
    callbackTaken: 'Thank you, we will call you back. Goodbye.',
    recordingNotice: 'This call is recorded.',
    recordingQuestion: 'May we record this call? Please say yes or no.',
    closed: 'We are closed at the moment. Please call again during our opening hours. Goodbye.',
  },
  es: {
    cannotHear: 'Lo siento, en este momento no puedo oírle. Por favor, no cuelgue.',
    cannotHearGoodbye: 'Lo siento, sigo sin poder oírle. Por favor, llame de nuevo un poco más tarde. Adiós.',
    oneMoment: 'Un momento, por favor.',
    stillOnIt: 'Sigo en ello, gracias por esperar.',
    allLinesBusy:
      'En este momento todas nuestras líneas están ocupadas. Por favor, llame de nuevo en unos minutos. Adiós.',
    technicalProblem:
      'Lo siento, tenemos un problema técnico y no podemos continuar. Por favor, llame de nuevo más tarde. Adiós.',
    cutOff: 'Lo siento, se ha cortado la comunicación. Empecemos de nuevo.',
    goesOn: 'Lo siento, se ha cortado la comunicación un momento.',
    inQueue: 'En este momento todas nuestras líneas están ocupadas. Por favor, no cuelgue.',
    callbackOffer:
      'En este momento todas nuestras líneas están ocupadas. Pulse 1 y le llamaremos en cuanto quede una libre.',
    callbackTaken: 'Gracias, le llamaremos. Adiós.',
    recordingNotice: 'Esta llamada se graba.',
    recordingQuestion: '¿Podemos grabar esta llamada? Diga sí o no, por favor.',
    closed: 'En este momento estamos cerrados. Por favor, llame de nuevo en nuestro horario de atención. Adiós.',
  },
  fr: {
    cannotHear: 'Je suis désolé, je ne vous entends pas pour le moment. Merci de rester en ligne.',
    cannotHearGoodbye:
      'Je suis désolé, je ne vous entends toujours pas. Merci de rappeler un peu plus tard. Au revoir.',
    oneMoment: 'Un instant, je vous prie.',
    stillOnIt: "J'y suis encore, merci de patienter.",
    allLinesBusy: 'Toutes nos lignes sont occupées pour le moment. Merci de rappeler dans quelques minutes. Au revoir.',
    technicalProblem:
      'Je suis désolé, nous avons un problème technique et ne pouvons pas continuer. Merci de rappeler plus tard. Au revoir.',
    cutOff: "Je suis désolé, nous avons été coupés. Recommençons, s'il vous plaît.",
    goesOn: 'Je suis désolé, nous avons été coupés un instant.',
    inQueue: 'Toutes nos lignes sont occupées pour le moment. Merci de rester en ligne.',
    callbackOffer:
      'Toutes nos lignes sont occupées pour le moment. Tapez 1 et nous vous rappellerons dès que possible.',
    callbackTaken: 'Merci, nous vous rappellerons. Au revoir.',
    recordingNotice: 'Cet appel est enregistré.',
    recordingQuestion: "Pouvons-nous enregistrer cet appel? Répondez par oui ou par non, s'il vous plaît.",
    closed: "Nous sommes fermés pour le moment. Merci de rappeler pendant nos heures d'ouverture. Au revoir.",
  },
  de: {
    cannotHear: 'Es tut mir leid, ich kann Sie gerade nicht hören. Bitte bleiben Sie in der Leitung.',
    cannotHearGoodbye:
      'Es tut mir leid, ich kann Sie immer noch nicht hören. Bitte rufen Sie etwas später noch einmal an. Auf Wiederhören.',
    oneMoment: 'Einen Moment, bitte.',
    stillOnIt: 'Ich bin noch dabei, danke für Ihre Geduld.',
    allLinesBusy:
      'Im Moment sind alle unsere Leitungen besetzt. Bitte rufen Sie in ein paar Minuten noch einmal an. Auf Wiederhören.',
    technicalProblem:
      'Es tut mir leid, wir haben ein technisches Problem und können nicht weitermachen. Bitte rufen Sie später noch einmal an. Auf Wiederhören.',
    cutOff: 'Entschuldigung, wir wurden unterbrochen. Fangen wir noch einmal an.',
    goesOn: 'Entschuldigung, wir wurden kurz unterbrochen.',
    inQueue: 'Im Moment sind alle unsere Leitungen besetzt. Bitte bleiben Sie in der Leitung.',
    callbackOffer:
      'Im Moment sind alle unsere Leitungen besetzt. Drücken Sie die 1, dann rufen wir Sie zurück, sobald eine frei ist.',
    callbackTaken: 'Vielen Dank, wir rufen Sie zurück. Auf Wiederhören.',
    recordingNotice: 'Dieses Gespräch wird aufgezeichnet.',
    recordingQuestion: 'Dürfen wir dieses Gespräch aufzeichnen? Bitte sagen Sie ja oder nein.',
    closed:
      'Wir sind im Moment nicht erreichbar. Bitte rufen Sie während unserer Öffnungszeiten noch einmal an. Auf Wiederhören.',
  },
  it: {
    cannotHear: 'Mi dispiace, in questo momento non riesco a sentirla. Resti in linea, per favore.',
    cannotHearGoodbye: 'Mi dispiace, non riesco ancora a sentirla. Richiami più tardi, per favore. Arrivederci.',
    oneMoment: 'Un momento, per favore.',
    stillOnIt: "Ci sto ancora lavorando, grazie per l'attesa.",
    allLinesBusy:
      'Al momento tutte le nostre linee sono occupate. Richiami tra qualche minuto, per favore. Arrivederci.',
    technicalProblem:
      'Mi dispiace, abbiamo un problema tecnico e non possiamo continuare. Richiami più tardi, per favore. Arrivederci.',
    cutOff: 'Mi dispiace, siamo stati interrotti. Ricominciamo da capo.',
    goesOn: 'Mi dispiace, siamo stati interrotti per un momento.',
    inQueue: 'Al momento tutte le nostre linee sono occupate. Resti in linea, per favore.',
    callbackOffer: 'Al momento tutte le nostre linee sono occupate. Prema 1 e la richiameremo appena possibile.',
    callbackTaken: 'Grazie, la richiameremo. Arrivederci.',
    recordingNotice: 'Questa chiamata viene registrata.',
    recordingQuestion: 'Possiamo registrare questa chiamata? Dica sì o no, per favore.',
    closed: 'Al momento siamo chiusi. Richiami durante il nostro orario di apertura, per favore. Arrivederci.',
  },
  pt: {
    cannotHear: 'Desculpe, não consigo ouvir neste momento. Por favor, continue na linha.',
    cannotHearGoodbye: 'Desculpe, ainda não consigo ouvir. Por favor, ligue novamente um pouco mais tarde. Até logo.',
    oneMoment: 'Um momento, por favor.',
    stillOnIt: 'Ainda estou a tratar disso, obrigado por esperar.',
    allLinesBusy:
      'No momento, todas as nossas linhas estão ocupadas. Por favor, ligue novamente em alguns minutos. Até logo.',
    technicalProblem:
      'Desculpe, temos um problema técnico e não podemos continuar. Por favor, ligue novamente mais tarde. Até logo.',
    cutOff: 'Desculpe, a ligação foi interrompida. Vamos começar de novo.',
    goesOn: 'Desculpe, a ligação foi interrompida por um momento.',
    inQueue: 'No momento, todas as nossas linhas estão ocupadas. Por favor, continue na linha.',
    callbackOffer: 'No momento, todas as nossas linhas estão ocupadas. Prima 1 e ligaremos assim que possível.',
    callbackTaken: 'Obrigado, ligaremos de volta. Até logo.',
    recordingNotice: 'Esta chamada é gravada.',
    recordingQuestion: 'Podemos gravar esta chamada? Diga sim ou não, por favor.',
    closed: 'Estamos fechados no momento. Por favor, ligue novamente no nosso horário de atendimento. Até logo.',
  },
  nl: {
    cannotHear: 'Het spijt me, ik kan u op dit moment niet horen. Blijf alstublieft aan de lijn.',
    cannotHearGoodbye: 'Het spijt me, ik kan u nog steeds niet horen. Bel alstublieft later nog eens. Tot ziens.',
    oneMoment: 'Een ogenblik, alstublieft.',
    stillOnIt: 'Ik ben er nog mee bezig, bedankt voor het wachten.',
    allLinesBusy: 'Al onze lijnen zijn op dit moment bezet. Bel alstublieft over een paar minuten nog eens. Tot ziens.',
    technicalProblem:
      'Het spijt me, we hebben een technisch probleem en kunnen niet verdergaan. Bel alstublieft later nog eens. Tot ziens.',
    cutOff: 'Het spijt me, de verbinding viel weg. Laten we opnieuw beginnen.',
    goesOn: 'Het spijt me, de verbinding viel even weg.',
    inQueue: 'Al onze lijnen zijn op dit moment bezet. Blijf alstublieft aan de lijn.',
    callbackOffer: 'Al onze lijnen zijn op dit moment bezet. Druk op 1, dan bellen wij u terug zodra er een vrij is.',
    callbackTaken: 'Dank u wel, wij bellen u terug. Tot ziens.',
    recordingNotice: 'Dit gesprek wordt opgenomen.',
    recordingQuestion: 'Mogen wij dit gesprek opnemen? Zegt u alstublieft ja of nee.',
    closed: 'Wij zijn op dit moment gesloten. Bel alstublieft tijdens onze openingstijden nog eens. Tot ziens.',
  },
};

/** English: the carrier's voice must say something, also for an agent of a language nobody wrote lines for. */
export const ENGLISH_LINES: StockLines = STOCK_LINES['en'];

/** The lines of a language (BCP 47); null where there are none: then the persona's own apology has to do. */
export function stockLines(language: string): StockLines | null {
  return STOCK_LINES[language.split('-')[0].toLowerCase()] ?? null;
}
