import { describe, expect, test } from 'vitest';
import { AnswererJudge } from '../../../src/conversation/voicemail/answerer.js';

/** Somebody picks up and says this at once, word after word; what is thought of it by then. */
function greetedBy(
  text: string,
  language = 'en',
  wordMs = 350,
): { judge: AnswererJudge; words: number; nowMs: number } {
  const judge = new AnswererJudge(language, 0);
  const words = text.split(' ');
  judge.speechStarts(300, 400);
  let nowMs = 400;
  let heard = 0;
  for (let i = 1; i <= words.length; i++) {
    nowMs = 600 + i * wordMs;
    judge.tick(nowMs);
    heard = i;
    if (judge.words(words.slice(0, i).join(' '), false, nowMs) !== 'unknown') break;
  }
  return { judge, words: heard, nowMs };
}

describe('what mailboxes say', () => {
  test.each([
    ['en', "Hi, you've reached Sam. Leave a message and I'll call you back."],
    [
      'en',
      "Hello, this is Anna. I can't come to the phone right now, please leave your name and number after the beep.",
    ],
    [
      'en',
      'Your call has been forwarded to an automatic voice message system.  At the tone, please record your message.',
    ],
    ['en', 'The person you are trying to reach is not available.'],
    ['en', 'Welcome to the voicemail of 5 5 5 0 1 0 0.'],
    ['en', "You've reached Bright Teeth. We are not here right now. We will get back to you as soon as possible."],
    ['en-US', 'Sorry I missed your call, send me a text.'],
    ['de', 'Guten Tag, hier ist die Mailbox von Anna Weber.'],
    ['de', 'Wir sind zur Zeit nicht erreichbar. Bitte sprechen Sie nach dem Signalton.'],
    ['de', 'Hinterlassen Sie bitte eine kurze Nachricht, ich rufe Sie zurück.'],
    ['de', 'Der gewünschte Gesprächspartner ist vorübergehend nicht erreichbar.'],
    ['es', 'Hola, en este momento no puedo atenderte. Deja tu mensaje después de la señal.'],
    ['es', 'El número al que llama está apagado o fuera de cobertura.'],
    [
      'es',
      'Ha llamado a la clínica. Gracias por llamar, en este momento no estamos disponibles. Le llamaremos lo antes posible.',
    ],
    ['es', 'Este es el buzón de voz de María.'],
    ['fr', 'Bonjour, vous êtes bien sur la messagerie de Paul.'],
    ['fr', 'Je ne suis pas disponible pour le moment, laissez-moi un message après le bip sonore.'],
    ['fr', "Votre correspondant n'est pas joignable."],
    ['fr', 'Nous ne pouvons pas vous répondre. Merci de rappeler plus tard.'],
  ])('%s: %s', (language, text) => {
    expect(greetedBy(text, language).judge).toMatchObject({ verdict: 'machine', sign: 'words', isFull: false });
  });

  test.each([
    ['en', 'The mailbox is full and cannot accept any messages at this time. Goodbye.'],
    ['en', 'The number you have dialed is not in service.'],
    ['de', 'Die Mailbox ist leider voll.'],
    ['de', 'Kein Anschluss unter dieser Nummer.'],
    ['es', 'El buzón está lleno.'],
    ['fr', 'La boîte vocale de votre correspondant est pleine.'],
  ])('and when they take no message, %s: %s', (language, text) => {
    const judge = new AnswererJudge(language, 0);
    expect(judge.words(text, true, 3000)).toBe('machine');
    expect(judge.isFull).toBe(true);
  });
});

test.each([
  ['en', 'Hello?'],
  ['en', 'Yes, this is Sandra speaking, how can I help you?'],
  ['en', 'Bright Teeth, good morning, Sandra here.'],
  ['en', "She's not here at the moment. Would you like to leave a message?"],
  ['en', "He is not available right now, can I take a message and he'll call you back?"],
  [
    'en',
    'Hi, the person you are calling is using a screening service. Please state your name and the reason for your call.',
  ],
  ['en', 'Hold on, I am just leaving the office.'],
  ['en', 'I got your message yesterday.'],
  ['de', 'Weber?'],
  ['de', 'Der Chef ist gerade nicht da, möchten Sie ihm eine Nachricht hinterlassen?'],
  ['de', 'Er ist nicht da, kann ich ihm etwas ausrichten?'],
  ['es', '¿Dígame? ¿De parte de quién?'],
  ['es', 'No está en casa, ¿quiere dejarle un mensaje?'],
  ['fr', "Allô, oui, c'est qui ?"],
  ['fr', "Il n'est pas là, voulez-vous lui laisser un message ?"],
])('a person: %s, %s', (language, text) => {
  expect(greetedBy(text, language).judge.verdict).toBe('unknown');
});

test('is decided in the middle of the greeting, with the words that tell', () => {
  const text =
    'Hello you have reached the voicemail of Sam Miller please leave a message after the tone and I will call back';
  const { words, nowMs } = greetedBy(text);
  expect(words).toBe(6);
  expect(nowMs).toBeLessThan(3000);
});

test('final words stay known when the next ones begin anew', () => {
  const judge = new AnswererJudge('en', 0);
  judge.words("You've reached the Millers.", true, 1500);
  judge.words("We're not here", true, 3000);
  expect(judge.words('as soon as possible', false, 5000)).toBe('machine');
});

describe('cadence', () => {
  test('speech without a pause, over our own greeting too, for 14 s', () => {
    const judge = new AnswererJudge('en', 0);
    judge.speechStarts(800, 900);
    judge.speechEnds(6000, 6200);
    judge.speechStarts(6500, 6600); // as between two sentences
    expect(judge.tick(14_700)).toBe('unknown');
    expect(judge.tick(14_801)).toBe('machine');
    expect(judge.sign).toBe('cadence');
  });

  test('six seconds of it and two words that people say, too', () => {
    const judge = new AnswererJudge('en', 0);
    judge.speechStarts(800, 900);
    expect(judge.words('we are not here and try again your call', false, 5000)).toBe('unknown');
    expect(judge.words('thank you for calling we are not here', false, 6000)).toBe('unknown');
    expect(judge.tick(6900)).toBe('machine');
  });

  test('a person who says hello, waits, and then tells us a long story is none', () => {
    const judge = new AnswererJudge('en', 0);
    judge.speechStarts(500, 600);
    judge.speechEnds(1100, 1300);
    judge.speechStarts(5000, 5100);
    expect(judge.tick(40_000)).toBe('unknown');
    judge.speechEnds(41_000, 41_200);
    judge.answered(41_500);
    expect(judge.verdict).toBe('person');
  });

  test('nor one who first listens to all of our greeting', () => {
    const judge = new AnswererJudge('en', 0);
    judge.speechStarts(7000, 7100);
    expect(judge.tick(30_000)).toBe('unknown');
  });

  test('a menu is a machine, but takes no message', () => {
    const judge = new AnswererJudge('en', 0);
    judge.speechStarts(500, 600);
    judge.words('Thank you for calling Acme. For sales press one. For support press two.', false, 8000);
    expect(judge.tick(9000)).toBe('unknown');
  });
});

describe('the beep', () => {
  test('behind speech is a mailbox', () => {
    const judge = new AnswererJudge('en', 0);
    judge.speechStarts(500, 600);
    judge.speechEnds(3000, 3200);
    expect(judge.beeped(3700, 3900)).toBe('machine');
    expect(judge.sign).toBe('beep');
  });

  test('on an empty line when nobody speaks after it', () => {
    const judge = new AnswererJudge('en', 0);
    expect(judge.beeped(1500, 1700)).toBe('unknown');
    expect(judge.tick(3499)).toBe('unknown');
    expect(judge.tick(3500)).toBe('machine');
  });

  test('before somebody says hello is the line’s own', () => {
    const judge = new AnswererJudge('en', 0);
    judge.beeped(700, 900);
    judge.speechStarts(1500, 1600);
    judge.speechEnds(2000, 2200);
    expect(judge.tick(9000)).toBe('unknown');
  });
});

test.each([
  ['machine_start', 'machine', false],
  ['machine_end_beep', 'machine', false],
  ['machine_end_silence', 'machine', false],
  ['fax', 'machine', true],
  ['human', 'unknown', false],
  ['unknown', 'unknown', false],
])('the carrier says %s', (answeredBy, verdict, isFull) => {
  const judge = new AnswererJudge('en', 0);
  expect(judge.carrierSays(answeredBy, 2000)).toBe(verdict);
  expect(judge.isFull).toBe(isFull);
});

test('the carrier’s word for a person is believed with the first answer, and outweighed by words and a beep', () => {
  const believed = new AnswererJudge('en', 0);
  believed.carrierSays('human', 2000);
  expect(believed.answered(4000)).toBe('person');
  const mistaken = new AnswererJudge('en', 0);
  mistaken.carrierSays('human', 2000);
  mistaken.speechStarts(500, 600);
  expect(mistaken.words('leave a message', false, 3000)).toBe('unknown');
  mistaken.speechEnds(3200, 3400);
  expect(mistaken.beeped(3700, 3900)).toBe('machine');
});

test('a language without words is judged by sound and carrier alone', () => {
  const judge = new AnswererJudge('pl', 0);
  judge.speechStarts(500, 600);
  expect(judge.words('please leave a message', false, 2000)).toBe('unknown');
  judge.speechEnds(3000, 3200);
  expect(judge.beeped(3700, 3900)).toBe('machine');
});
