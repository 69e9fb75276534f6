// Stories about waiting: usual times, and models that are late, slow, wrong or dead.

import { check, type Story } from './story.js';

const REPLY = (what: string): string =>
  `I see, that is noted about the ${what}. The team will look at it tomorrow morning. You will hear from us before the weekend.`;

export const LATENCY_STORIES: readonly Story[] = [
  {
    name: 'usual_times',
    group: 'latency',
    about: 'four turns at the vendors’ usual times: each within a second, half of them within 700 ms',
    replies: {
      burger: 'Which of the burgers was it?',
      cheese: 'Was it warm enough for you?',
      warm: 'And what about the bread?',
      bread: 'Thank you for telling me.',
    },
    limits: { response: 1100 },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('I had a burger for lunch.');
      await teller.ask('It was the one with cheese.');
      await teller.ask('Yes, it was nice and warm.');
      await teller.ask('The bread was a bit dry.');
    },
  },
  {
    name: 'first_token_that_never_comes',
    group: 'latency',
    about: 'the first request hangs: a second one is made in time',
    replies: { cucumber: REPLY('cucumber') },
    limits: { response: 4000 },
    whole: ['cucumber'],
    prepare: ({ openai }) => openai.fail('hang', { callSid: 'cucumber' }),
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The cucumber was soft.');
    },
  },
  {
    name: 'model_stalls_in_mid_reply',
    group: 'latency',
    about: 'nothing more comes after eight tokens: what is missing is said all the same',
    replies: { zucchini: REPLY('zucchini') },
    whole: ['zucchini'],
    prepare: ({ openai }) => openai.fail('stall', { callSid: 'zucchini', after: 12 }),
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The zucchini was burnt.');
      await teller.answered();
      await teller.guest.agentDone(6000);
    },
  },
  {
    name: 'model_breaks_off',
    group: 'latency',
    about: 'the stream ends without a reason in mid-reply: the sentence is heard, the rest is said',
    replies: { eggplant: REPLY('eggplant') },
    whole: ['eggplant'],
    prepare: ({ openai }) => openai.fail('truncate', { callSid: 'eggplant', after: 12 }),
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The eggplant was bitter.');
      await teller.answered();
      await teller.guest.agentDone(4000);
    },
  },
  {
    name: 'model_is_dead',
    group: 'latency',
    about: 'no request is ever answered: the caller hears a word within five seconds',
    replies: { parsnips: REPLY('parsnips') },
    limits: { response: 5000 },
    prepare: ({ openai }) => openai.fail('hang', { callSid: 'parsnips', times: 'always' }),
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The parsnips were cold.');
      await teller.answered(15_000);
    },
    judge: ({ heard }) => {
      const turn = heard.events.find(({ kind }) => kind === 'turn');
      return check(
        heard.words.some(({ startMs }) => startMs > (turn?.endMs ?? 0)),
        'not a word was said after the turn',
      );
    },
  },
  {
    name: 'model_fails_once',
    group: 'latency',
    about: 'a 500 is tried again at once',
    replies: { artichoke: REPLY('artichoke') },
    limits: { response: 4000 },
    whole: ['artichoke'],
    prepare: ({ openai }) => openai.fail('status_500', { callSid: 'artichoke' }),
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The artichoke was tough.');
    },
  },
  {
    name: 'model_is_busy_once',
    group: 'latency',
    about: 'a 429 that asks for 800 ms',
    replies: { celery: REPLY('celery') },
    limits: { response: 4500 },
    whole: ['celery'],
    prepare: ({ openai }) => openai.fail('status_429', { callSid: 'celery', delayMs: 800 }),
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The celery was limp.');
    },
  },
  {
    name: 'slow_tokens',
    group: 'latency',
    about: 'a token each 400 ms: no hole inside a sentence, none longer than five seconds between',
    replies: { asparagus: 'Thank you for that. I will tell them tomorrow.' },
    limits: { response: 6000 },
    whole: ['asparagus'],
    prepare: ({ openai }) => openai.fail('trickle', { callSid: 'asparagus', delayMs: 400 }),
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The asparagus was woody.');
      await teller.answered(15_000);
      await teller.guest.agentDone(5500);
    },
  },
];
