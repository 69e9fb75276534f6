// Stories about how a call ends: with a goodbye that is heard, or is taken back.

import { check, type Story } from './story.js';

export const ENDING_STORIES: readonly Story[] = [
  {
    name: 'goodbye_is_heard_to_its_last_word',
    group: 'ending',
    about: 'the server ends the call, after the last word of its goodbye was heard',
    replies: { mustard: 'Thank you very much for telling us, have a pleasant evening. Goodbye.' },
    whole: ['mustard'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The mustard was missing, that is all, goodbye.');
      await teller.answered();
      await teller.guest.wait(6000);
    },
    judge: ({ report }) => check(report.endedBy !== 'caller', 'the server did not end the call'),
  },
  {
    name: 'goodbye_is_interrupted',
    group: 'ending',
    about: 'one more question into our goodbye: the call goes on and the question is answered',
    replies: {
      ketchup: 'Thank you very much for telling us about that and have a really pleasant evening. Goodbye.',
      holiday: 'We are closed on the holiday, and open again on the day after.',
    },
    whole: ['holiday'],
    limits: { silence: 4000 },
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('There was no ketchup, that is all.');
      await teller.intoReply(2200);
      await teller.interrupt('Oh wait, one more thing, are you open on the holiday?');
      await teller.answered();
    },
    judge: ({ report }) => check(report.endedBy === 'caller', 'the server hung up on a question'),
  },
  {
    name: 'cough_in_the_goodbye',
    group: 'ending',
    about: 'a cough in our goodbye does not keep the call open',
    replies: { vinegar: 'Thank you for telling us about that and have a really pleasant day. Goodbye.' },
    whole: ['vinegar'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('The vinegar bottle was empty, goodbye.');
      await teller.intoReply(1800);
      await teller.cough();
      await teller.guest.agentDone(800);
      await teller.guest.wait(6000);
    },
    judge: ({ report }) => check(report.endedBy !== 'caller', 'the server did not end the call'),
  },
  {
    name: 'caller_hangs_up_in_mid_reply',
    group: 'ending',
    about: 'the report says what was heard until then',
    replies: {
      pickles:
        'The pickles are made by a family in the next village who have been doing it for three generations and they bring a new barrel every week',
    },
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Where are the pickles from?');
      await teller.intoReply(3300);
      teller.guest.hangUp();
      await teller.guest.wait(1000);
    },
  },
  {
    name: 'caller_who_stays_silent',
    group: 'ending',
    about: 'a caller who never says a word is asked, and the call is ended with a word, not cut',
    replies: { nobody_says_this: 'Nothing.' },
    play: async (teller) => {
      await teller.greeted();
      await teller.guest.wait(40_000);
    },
    judge: ({ report, heard }) => [
      ...check(report.endedBy !== 'caller', 'the server did not end the call within 40 s'),
      ...check(heard.durationMs - (heard.words.at(-1)?.endMs ?? 0) < 4000, 'the last word was long before the end'),
    ],
  },
];
