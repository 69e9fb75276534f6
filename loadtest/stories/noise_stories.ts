// Stories about sounds that are no turn, when the agent does not speak: while it thinks, in silence, beside a turn.

import { check, missing, type Story } from './story.js';

const REPLY = (what: string): string =>
  `Thank you for calling about the ${what}, I have written it down and the kitchen will hear about it before lunch today`;

export const NOISE_STORIES: readonly Story[] = [
  {
    name: 'door_while_we_think',
    group: 'noise',
    about: 'a door slams 200 ms after the turn: the answer comes once, and in time',
    replies: { sausages: REPLY('sausages') },
    whole: ['sausages'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The sausages were burnt this morning.');
      await teller.guest.wait(200);
      await teller.slam();
      await teller.answered();
    },
  },
  {
    name: 'cough_while_we_think',
    group: 'noise',
    about: 'a cough 400 ms after the turn: the answer comes once, and in time',
    replies: { beetroot: REPLY('beetroot') },
    whole: ['beetroot'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The beetroot was not peeled.');
      await teller.guest.wait(400);
      await teller.cough();
      await teller.answered();
    },
  },
  {
    name: 'television_beside_a_turn',
    group: 'noise',
    about: 'a television keeps the voice detector busy: the turn ends all the same',
    replies: { cabbage: REPLY('cabbage') },
    limits: { response: 3500 },
    whole: ['cabbage'],
    play: async (teller) => {
      await teller.greeted();
      await teller.television(22_000, 11);
      await teller.guest.wait(1500);
      await teller.turn('The cabbage was not cooked.');
      await teller.answered();
      await teller.guest.agentDone(3500);
    },
    judge: (seen) => check(seen.heardOf('cabbage').heard > 10, 'it was not answered'),
  },
  {
    name: 'cough_in_silence',
    group: 'noise',
    about: 'a cough after a reply is not answered',
    replies: { noodles: REPLY('noodles') },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The noodles were cold.');
      await teller.guest.wait(600);
      await teller.cough();
      await teller.guest.wait(3000);
    },
  },
  {
    name: 'coughs_do_not_put_off_the_idle_prompt',
    group: 'noise',
    about: 'a caller who only coughs is asked whether they are there, 12 s after the last words',
    replies: { spinach: REPLY('spinach') },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The spinach was salty.');
      for (let i = 0; i < 4; i++) {
        await teller.guest.until(() => teller.guest.agentSpeakingMs > 0, 3200);
        if (teller.guest.agentSpeakingMs > 0) break;
        await teller.cough();
      }
      await teller.guest.agentSpeaks(6000);
      await teller.guest.agentDone(800);
    },
    judge: ({ heard }) => {
      const last = heard.words.findLast(({ piece }) => piece.text.includes('spinach'));
      const prompt = heard.words.find(({ startMs }) => last && startMs > last.endMs + 3000);
      return check(prompt !== undefined && prompt.startMs - (last?.endMs ?? 0) < 18_000, 'nobody asked within 18 s');
    },
  },
  {
    name: 'silent_caller_is_asked',
    group: 'noise',
    about: 'a caller who says nothing more is asked within 15 s, and answered after',
    replies: { lentils: REPLY('lentils'), kitchen: 'I will pass it on to them as well.' },
    whole: ['kitchen'],
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The lentils were hard.');
      await teller.guest.agentSpeaks(15_000);
      await teller.guest.agentDone(800);
      await teller.ask('Yes, I am here, please tell the kitchen.');
    },
  },
  {
    name: 'noise_in_the_greeting',
    group: 'noise',
    about: 'a cough and a door in the greeting do not stop it',
    replies: { salmon: REPLY('salmon') },
    whole: ['salmon'],
    play: async (teller) => {
      await teller.guest.agentSpeaks(12_000, 0);
      await teller.intoReply(600);
      await teller.cough();
      await teller.intoReply(2600);
      await teller.slam();
      await teller.guest.agentDone(2500);
      await teller.ask('The salmon was raw.');
    },
  },
  {
    name: 'aside_to_somebody_in_the_room',
    group: 'noise',
    about: 'quiet words to somebody else, in silence, that the recogniser writes, are not answered',
    replies: { tomatoes: REPLY('tomatoes') },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The tomatoes were green.');
      await teller.guest.wait(800);
      await teller.room('Not now, I will be there in a minute.', { db: 10, written: true });
      await teller.guest.wait(3200);
    },
  },
  {
    name: 'noisy_line',
    group: 'noise',
    about: 'with steady noise 15 dB below the voice turns are answered as ever',
    replies: { potatoes: REPLY('potatoes'), gravy: REPLY('gravy') },
    line: { noiseDbfs: -37 },
    whole: ['potatoes', 'gravy'],
    limits: { response: 2000 },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The potatoes were very good.');
      await teller.ask('But the gravy was cold.');
    },
    judge: (seen) => missing('asked', seen.lastWords, ['gravy', 'cold']),
  },
];
