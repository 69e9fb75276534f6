// Stories about speaking over the agent: to stop it, to nod, by mistake.

import { check, type Seen, type Story } from './story.js';

/** Long enough to be spoken over, one sentence, so that it has no pauses of its own. */
const LONG_ABOUT = (what: string): string =>
  `I would like to tell you a little more about the ${what} because many people ask about it and it takes a moment to explain how we make it here every morning from fresh things that come from the farms nearby`;

const notAnsweredTwice = (key: string) => (seen: Seen) => {
  const { heard, of } = seen.heardOf(key);
  return check(heard >= of - 1, `of the reply only ${heard} of ${of} words were heard`);
};

export const INTERRUPTION_STORIES: readonly Story[] = [
  {
    name: 'interrupted_and_answered',
    group: 'interruptions',
    about: 'a real interruption in mid-reply: silence, then the new question is answered',
    replies: {
      omelette: LONG_ABOUT('omelette'),
      parking: 'There is a car park behind the house, and it is free for guests.',
    },
    whole: ['parking'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the omelette.');
      await teller.intoReply(2000);
      await teller.interrupt('Sorry, I really want to know where the parking is.');
      await teller.answered();
    },
  },
  {
    name: 'stop_word',
    group: 'interruptions',
    about: 'a single "stop" is enough',
    replies: { risotto: LONG_ABOUT('risotto'), stop: 'All right, I am listening.' },
    limits: { silence: 1200 },
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('What about the risotto?');
      await teller.intoReply(2000);
      await teller.interrupt('Stop!');
      await teller.answered(4000);
    },
  },
  {
    name: 'no_problem_is_no_stop',
    group: 'interruptions',
    about: '"no problem" under a reply stops nothing',
    replies: { goulash: LONG_ABOUT('goulash') },
    whole: ['goulash'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('What is in the goulash?');
      await teller.intoReply(2500);
      await teller.nod('No problem.');
      await teller.guest.agentDone(2500);
    },
  },
  {
    name: 'three_yeahs_under_one_reply',
    group: 'interruptions',
    about: 'nods do not add up to an interruption',
    replies: { ravioli: LONG_ABOUT('ravioli') },
    whole: ['ravioli'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('What is in the ravioli?');
      for (const ms of [1500, 3200, 5000]) {
        await teller.intoReply(ms);
        await teller.nod('Yeah.');
      }
      await teller.guest.agentDone(2500);
    },
  },
  {
    name: 'mm_hmm_then_a_turn',
    group: 'interruptions',
    about: 'a nod is talked through and the next turn is answered as ever',
    replies: { pancakes: LONG_ABOUT('pancakes'), syrup: 'The syrup comes from a small place in the north.' },
    whole: ['pancakes', 'syrup'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the pancakes.');
      await teller.intoReply(2500);
      await teller.nod();
      await teller.guest.agentDone(2000);
      await teller.ask('And where is the syrup from?');
    },
  },
  {
    name: 'cough_under_a_reply',
    group: 'interruptions',
    about: 'a cough is talked through',
    replies: { chowder: LONG_ABOUT('chowder') },
    whole: ['chowder'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the chowder.');
      await teller.intoReply(2500);
      await teller.cough();
      await teller.guest.agentDone(2500);
    },
  },
  {
    name: 'sneeze_and_door_under_a_reply',
    group: 'interruptions',
    about: 'a sneeze and a slammed door are talked through',
    replies: { falafel: LONG_ABOUT('falafel') },
    whole: ['falafel'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the falafel.');
      await teller.intoReply(2000);
      await teller.sneeze();
      await teller.intoReply(5000);
      await teller.slam();
      await teller.guest.agentDone(2500);
    },
  },
  {
    name: 'false_interruption_resumes',
    group: 'interruptions',
    about: 'a long voice without words may pause the agent; then it goes on, and nothing is lost or doubled',
    replies: { strudel: LONG_ABOUT('strudel') },
    whole: ['strudel'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the strudel.');
      await teller.intoReply(2500);
      await teller.moan();
      await teller.guest.agentDone(5500);
    },
  },
  {
    name: 'yes_over_the_last_word_of_a_question',
    group: 'interruptions',
    about: 'a "yes" that begins over the last word of our question is its answer',
    replies: {
      brownie: 'The brownie is sold out for today, would you like me to put one aside for tomorrow?',
      please: 'Good, one of them will be waiting for you at the counter from nine on.',
    },
    whole: ['please'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Do you still have the brownie?');
      await teller.beforeEndOf(
        'The brownie is sold out for today, would you like me to put one aside for tomorrow?',
        350,
      );
      await teller.turn('Yes please.');
      await teller.answered();
    },
  },
  {
    name: 'two_interruptions_in_a_row',
    group: 'interruptions',
    about: 'the answer to an interruption is interrupted too',
    replies: {
      croissant: LONG_ABOUT('croissant'),
      // Begins otherwise than the first one: a reply that is cut early could not be told from it.
      bagel:
        'We bake the bagel here in the house every morning, and it is served warm with butter or with cheese, whatever you like best, from seven in the morning until the last of them is sold.',
      tea: 'We have green tea and black tea, and both of them come with lemon.',
    },
    whole: ['tea'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the croissant.');
      await teller.intoReply(1800);
      await teller.interrupt('No, I meant the bagel.');
      await teller.guest.agentSpeaks(8000);
      await teller.intoReply(2600);
      await teller.interrupt('Actually, tell me about the tea.');
      await teller.answered();
    },
  },
  {
    name: 'quiet_words_over_a_reply',
    group: 'interruptions',
    about: 'words that only the recogniser hears stop a reply too, and are answered',
    replies: { waffles: LONG_ABOUT('waffles'), breakfast: 'Breakfast is from seven until half past ten.' },
    limits: { silence: 3500, response: 4000 },
    quieterDb: 24,
    whole: ['breakfast'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the waffles.');
      await teller.intoReply(1500);
      await teller.interrupt('Please stop, I only want to know when breakfast is.');
      await teller.answered();
    },
  },
  {
    name: 'talks_over_the_greeting',
    group: 'interruptions',
    about: 'a question asked into the greeting is answered, none of it lost',
    replies: { vegan: 'Yes, there are two vegan dishes on every day of the week.' },
    whole: ['vegan'],
    limits: { silence: 6000, response: 3000 },
    play: async (teller) => {
      await teller.guest.agentSpeaks(12_000, 0);
      await teller.intoReply(1300);
      await teller.interrupt('Hi, do you have anything vegan today?');
      await teller.answered();
    },
    judge: notAnsweredTwice('vegan'),
  },
  {
    name: 'echo_of_our_own_voice',
    group: 'interruptions',
    about: 'a speakerphone that sends our voice back 20 dB weaker interrupts nobody',
    replies: { pretzel: LONG_ABOUT('pretzel') },
    line: { echo: { delayMs: 180, db: 20 } },
    whole: ['pretzel'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the pretzel.');
      await teller.answered();
      await teller.guest.agentDone(2500);
    },
  },
  {
    name: 'echo_as_loud_as_the_caller',
    group: 'interruptions',
    about: 'a loudspeaker that sends our voice back nearly as loud as the caller does not stop us again and again',
    replies: { quinoa: LONG_ABOUT('quinoa') },
    line: { echo: { delayMs: 180, db: 8 } },
    whole: ['quinoa'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the quinoa.');
      await teller.answered();
      await teller.guest.agentDone(2500);
    },
  },
  {
    name: 'voice_in_the_room_under_a_reply',
    group: 'interruptions',
    about: 'somebody else in the room, quieter, stops nothing',
    replies: { quiche: LONG_ABOUT('quiche') },
    whole: ['quiche'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the quiche.');
      await teller.intoReply(2000);
      await teller.room('Did you see where I put the keys this morning?');
      await teller.guest.agentDone(2500);
    },
  },
];
