// Stories about when a turn is over: numbers and names in parts, pauses to think, words that come late, a caller on hold.

import { check, missing, type Seen, type Story } from './story.js';

const LONG =
  'I have made a note of that and somebody from the team will look at it before the end of the day, so you do not have to do anything else about it.';

/** The agent began to speak inside a turn of the caller's. */
function cutIns({ heard }: Seen): string[] {
  return heard.events
    .filter(({ kind }) => kind === 'turn')
    .flatMap(({ startMs, endMs, text }) =>
      check(
        !heard.agent.some((span) => span.startMs > startMs + 100 && span.startMs < endMs),
        `the agent spoke into "${text}"`,
      ),
    );
}

export const TURN_STORIES: readonly Story[] = [
  {
    name: 'three_plain_turns',
    group: 'turns',
    about: 'each is answered once, in order',
    replies: {
      lasagne: 'Thank you for telling me about the lasagne, what did you think of the portion?',
      generous: 'That is good to hear, and how long did you have to wait for it?',
      minutes: LONG,
    },
    whole: ['lasagne', 'generous', 'minutes'],
    limits: { response: 1500 },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('I had the lasagne yesterday.');
      await teller.ask('It was very generous.');
      await teller.ask('About ten minutes, I think.');
    },
  },
  {
    name: 'number_in_parts',
    group: 'turns',
    about: 'a telephone number with pauses of 1.2 s is heard out',
    replies: {
      callback: 'Of course, what is your number please, with the area code?',
      seven: 'Thank you, I have the number, and we will call you back this afternoon.',
    },
    whole: ['seven'],
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('I would like a callback, please.');
      await teller.turn('Four one five ... two two three ... nine one zero seven.', { gapMs: 1200 });
      await teller.answered();
    },
    judge: (seen) => [
      ...cutIns(seen),
      ...missing('asked', seen.lastWords, [
        'four',
        'one',
        'five',
        'two',
        'two',
        'three',
        'nine',
        'one',
        'zero',
        'seven',
      ]),
    ],
  },
  {
    name: 'name_spelled_out',
    group: 'turns',
    about: 'letters with pauses of 0.9 s are heard out',
    replies: {
      reservation: 'Gladly, could you spell your last name for me please?',
      'o.': 'Thank you, I have found the table under that name.',
    },
    limits: { response: 3000 },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('It is about my reservation.');
      await teller.turn('R. A. ... M. I. R. ... E. Z. O.', { gapMs: 900 });
      await teller.answered();
    },
    judge: cutIns,
  },
  {
    name: 'email_in_parts',
    group: 'turns',
    about: 'an e-mail address with pauses of a second is heard out',
    replies: {
      newsletter: 'Sure, what is your e-mail address please?',
      dot: 'Thank you, the first one will be with you on Monday morning.',
    },
    limits: { response: 3000 },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('I want to have the newsletter.');
      await teller.turn('Laura underscore miller ... at example ... dot com.', { gapMs: 1000 });
      await teller.answered();
    },
    judge: (seen) => [...cutIns(seen), ...missing('asked', seen.lastWords, ['laura', 'miller', 'example', 'com'])],
  },
  {
    name: 'address_in_parts',
    group: 'turns',
    about: 'a postal address with pauses of 1.1 s is heard out',
    replies: {
      catering: 'With pleasure, which address shall the food be brought to?',
      springfield: 'Thank you, that is noted, and the driver will call you when he is near.',
    },
    limits: { response: 3000 },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('I want to order catering for Friday.');
      await teller.turn('Twelve hundred Oak Street ... apartment four ... Springfield.', { gapMs: 1100 });
      await teller.answered();
    },
    judge: (seen) => [...cutIns(seen), ...missing('asked', seen.lastWords, ['oak', 'apartment', 'springfield'])],
  },
  {
    name: 'thinking_aloud',
    group: 'turns',
    about: 'a sentence that is not finished is waited for, 1.1 s',
    replies: { dumplings: LONG },
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Well, I was there on ... Wednesday, and I had the ... vegetable dumplings.', { gapMs: 1100 });
      await teller.answered();
    },
    judge: (seen) => [...cutIns(seen), ...missing('asked', seen.lastWords, ['wednesday', 'dumplings'])],
  },
  {
    name: 'yes_to_a_question',
    group: 'turns',
    about: 'a bare yes is a whole turn after a yes or no question',
    replies: {
      supervisor: 'I understand, shall I ask her to call you tomorrow?',
      yes: 'Very well, she will call you tomorrow before noon.',
    },
    whole: ['yes'],
    limits: { response: 1500 },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('Can I speak with the supervisor?');
      await teller.ask('Yes.');
    },
  },
  {
    name: 'late_words',
    group: 'turns',
    about: 'the recogniser makes out the last two words 0.9 s after the others: the answer is to all of them',
    replies: {
      spaghetti: 'I am sorry to hear that about the spaghetti, what was wrong with it?',
      hairnet: 'I am sorry about that, I will tell the team about the hairnet at once.',
    },
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('I had the spaghetti and there was a blue hairnet.', { late: 2 });
      await teller.answered();
      await teller.guest.wait(1500);
    },
    judge: (seen) => [
      ...check(
        seen.heardOf('hairnet').heard === seen.heardOf('hairnet').of,
        'the answer to all the words was not heard',
      ),
      ...missing('asked', seen.lastWords, ['spaghetti', 'blue', 'hairnet']),
    ],
  },
  {
    name: 'goes_on_while_we_think',
    group: 'turns',
    about: 'the caller goes on 0.9 s after a finished sentence: one answer, to both',
    replies: { minestrone: 'The minestrone is made fresh every day.', allergic: LONG },
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('I want to ask about the minestrone. ... My daughter is allergic to celery.', { gapMs: 900 });
      await teller.answered();
    },
    judge: (seen) => [
      ...missing(
        'asked',
        seen.asked
          .map(({ messages }) =>
            JSON.stringify(messages)
              .toLowerCase()
              .replace(/[^a-z]+/g, ' '),
          )
          .at(-1) ?? '',
        ['minestrone', 'allergic', 'celery'],
      ),
      ...check(seen.heardOf('allergic').heard > 20, 'the answer to both was not heard'),
    ],
  },
  {
    name: 'on_hold',
    group: 'turns',
    about: 'asked to wait, the agent waits; back after eight seconds the caller is answered',
    replies: {
      'hold the line': 'Of course, take your time.',
      receipt: 'Thank you, the number on the receipt is all that I need.',
    },
    whole: ['receipt'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Can you hold the line please?');
      await teller.answered();
      await teller.guest.wait(8000);
      await teller.turn('I am back, I have the receipt here.');
      await teller.answered();
    },
  },
  {
    name: 'quiet_caller',
    group: 'turns',
    about: 'words that the recogniser hears and no voice detector does are answered all the same',
    replies: { porridge: LONG },
    quieterDb: 27,
    limits: { response: 4000 },
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('I am calling about the porridge this morning.');
      await teller.answered();
    },
    judge: (seen) => check(seen.heardOf('porridge').heard > 10, 'it was not answered'),
  },
  {
    name: 'keys_pressed',
    group: 'turns',
    about: 'digits from the keypad are the caller’s words',
    replies: {
      voucher: 'Please type the four digits of the voucher on your keypad.',
      '4': 'Thank you, the voucher is good until the end of the month.',
    },
    play: async (teller) => {
      await teller.greeted();
      await teller.ask('I have a voucher and I want to know whether it is still good.');
      teller.guest.press('4321#');
      await teller.answered(8000);
    },
    judge: (seen) => [
      ...check(
        /4\D*3\D*2\D*1/.test(JSON.stringify(seen.asked.at(-1)?.messages ?? '')),
        'the model never got the digits',
      ),
      ...check(seen.heardOf('4').heard > 5, 'the digits were not answered'),
    ],
  },
];
