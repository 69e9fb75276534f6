// Stories about recognisers and voices that break while somebody speaks.

import { check, type Story } from './story.js';

const LONG = (what: string): string =>
  `I am sorry about the ${what} and I will make sure that somebody looks at it today, because we want every guest to be happy with what we cook, and you will hear from the manager before the week is over.`;

export const PROVIDER_STORIES: readonly Story[] = [
  {
    name: 'recogniser_is_deaf',
    group: 'providers',
    about: 'the socket takes audio and says nothing: the caller hears a word within five seconds',
    replies: { mushrooms: LONG('mushrooms') },
    limits: { response: 5000 },
    prepare: ({ deepgram }, sid) => deepgram.fail('stall', { callSid: sid, times: 'always' }),
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The mushrooms were off, and I want to complain about it.');
      await teller.answered(16_000);
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
    name: 'recogniser_talks_nonsense_once',
    group: 'providers',
    about: 'a message cut in half does no harm',
    replies: { peppers: LONG('peppers') },
    whole: ['peppers'],
    prepare: ({ deepgram }, sid) => deepgram.fail('malformed_json', { callSid: sid, after: 6000 }),
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The peppers were too hot.');
    },
  },
  {
    name: 'final_comes_twice',
    group: 'providers',
    about: 'a final that is repeated is no second turn',
    replies: { pumpkin: LONG('pumpkin') },
    whole: ['pumpkin'],
    prepare: ({ deepgram }, sid) => deepgram.fail('duplicate_final', { callSid: sid }),
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The pumpkin was stringy.');
      await teller.guest.wait(1500);
    },
    judge: (seen) =>
      check(!/pumpkin.*pumpkin/.test(seen.lastWords), `the model was asked with the words twice: "${seen.lastWords}"`),
  },
  {
    name: 'finalize_is_ignored',
    group: 'providers',
    about: 'the recogniser does not answer a Finalize: the turn is answered all the same',
    replies: { garlic: LONG('garlic') },
    whole: ['garlic'],
    limits: { response: 3000 },
    prepare: ({ deepgram }, sid) => deepgram.fail('ignore_finalize', { callSid: sid, times: 'always' }),
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('There was too much garlic in it.');
    },
  },
  {
    name: 'voice_socket_closes_in_mid_reply',
    group: 'providers',
    // The socket carries the other calls too.
    alone: true,
    about: 'the rest of the reply is said, from where it stopped, and the report is right',
    replies: { cauliflower: LONG('cauliflower') },
    whole: ['cauliflower'],
    prepare: ({ cartesia }) => cartesia.fail('cut', { callSid: 'cauliflower', after: 22 }),
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The cauliflower was raw.');
      await teller.answered();
      await teller.guest.agentDone(5500);
    },
  },
  {
    name: 'voice_stalls_in_mid_reply',
    group: 'providers',
    about: 'the voice falls silent: the rest is said within five seconds',
    replies: { broccoli: LONG('broccoli') },
    whole: ['broccoli'],
    prepare: ({ cartesia }) => cartesia.fail('stall', { callSid: 'broccoli', after: 22 }),
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The broccoli was grey.');
      await teller.answered();
      await teller.guest.agentDone(6000);
    },
  },
  {
    name: 'voice_fails_at_its_first_word',
    group: 'providers',
    about: 'an error instead of the first sound: the reply is said all the same',
    replies: { onions: LONG('onions') },
    whole: ['onions'],
    limits: { response: 4000 },
    prepare: ({ cartesia }) => cartesia.fail('error_500', { callSid: 'onions', after: 0 }),
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The onions were raw.');
    },
  },
  {
    name: 'voice_is_slow_once',
    group: 'providers',
    about: 'the first sound takes 2.5 s longer',
    replies: { leeks: LONG('leeks') },
    whole: ['leeks'],
    limits: { response: 4500 },
    prepare: ({ cartesia }) => cartesia.fail('slow_first_byte', { callSid: 'leeks', delayMs: 2500 }),
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The leeks were sandy.');
    },
  },
  {
    name: 'late_sound_of_a_cut_reply',
    group: 'providers',
    about: 'what the voice still sends of a reply that was cut is never heard',
    replies: { carrots: LONG('carrots'), sorry: 'All right, let us start again then.' },
    whole: ['sorry'],
    prepare: ({ cartesia }) => cartesia.fail('late_chunks', { callSid: 'carrots', times: 'always' }),
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The carrots were overcooked.');
      await teller.intoReply(1500);
      await teller.interrupt('Sorry, can we start again?');
      await teller.answered();
    },
  },
  {
    name: 'hole_in_the_media_stream',
    group: 'providers',
    about: 'the line is dead for 1.5 s between two turns: the call goes on',
    replies: { beans: 'Thank you, I have noted the beans.', carafe: 'I will tell them about the carafe too.' },
    whole: ['beans', 'carafe'],
    network: {
      burstMs: 200,
      jitterMs: 8,
      stallsPerMinute: 4,
      stallMs: 160,
      lossRatio: 0.01,
      lossBurstFrames: 5,
      pauses: [{ atMs: 14_000, durationMs: 1500, lost: true }],
    },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('The beans were mushy.');
      await teller.guest.until(() => teller.guest.timeMs > 16_500, 10_000);
      await teller.ask('And the carafe was empty.');
    },
  },
];
