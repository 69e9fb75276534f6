// Stories about what the model is told: every word of the caller once, and of ours what was heard.

import { plainWords } from '../ear/heard_text.js';
import { check, missing, type Seen, type Story } from './story.js';

const ABOUT = (what: string): string =>
  `There is a lot to say about the ${what} and I am happy to tell you how it is made, where it comes from, what it costs, and why so many of our guests ask for it again and again`;

/** All user texts of the last request, as words. */
function told({ asked }: Seen): string {
  const messages = asked.at(-1)?.messages ?? [];
  return plainWords(
    messages
      .filter(({ role }) => role === 'user')
      .map(({ content }) => String(content))
      .join(' '),
  ).join(' ');
}

function timesIn(text: string, word: string): number {
  return text.split(' ').filter((each) => each === word).length;
}

export const CONTEXT_STORIES: readonly Story[] = [
  {
    name: 'model_is_told_what_was_heard',
    group: 'context',
    about: 'after an interruption the history holds the words of the reply that were heard, to a word',
    replies: { cheesecake: ABOUT('cheesecake'), price: 'One piece of it is four dollars.' },
    whole: ['price'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the cheesecake.');
      await teller.intoReply(3000);
      await teller.interrupt('Just the price, please.');
      await teller.answered();
    },
    judge: (seen) => {
      const history = seen.asked.at(-1)?.messages ?? [];
      const ours = history.filter(({ role }) => role === 'assistant').map(({ content }) => plainWords(String(content)));
      const cut = ours.find((words) => words.join(' ').startsWith('there is a lot to say')) ?? [];
      const { heard } = seen.heardOf('cheesecake');
      return check(
        Math.abs(cut.length - heard) <= 1,
        `the model is told ${cut.length} words of the reply, the caller heard ${heard}`,
      );
    },
  },
  {
    name: 'every_word_once',
    group: 'context',
    about: 'three turns, an interruption and a pause: each word of the caller enters the history once, in order',
    replies: { apricots: ABOUT('apricots'), plums: ABOUT('plums'), cherries: 'The cherries are from the region.' },
    whole: ['cherries'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the apricots.');
      await teller.intoReply(2500);
      await teller.interrupt('And about the plums, if you can.');
      await teller.guest.agentSpeaks(8000);
      await teller.intoReply(2500);
      await teller.interrupt('What about the ... cherries from yesterday?');
      await teller.answered();
    },
    judge: (seen) => {
      const words = told(seen);
      return [
        ...missing('history', words, ['apricots', 'plums', 'cherries', 'yesterday']),
        ...['apricots', 'plums', 'cherries', 'yesterday'].flatMap((word) =>
          check(timesIn(words, word) <= 1, `"${word}" stands ${timesIn(words, word)} times in the history`),
        ),
      ];
    },
  },
  {
    name: 'nods_are_no_turns_in_the_history',
    group: 'context',
    about: 'what was only a nod is not answered as a turn later',
    replies: { oranges: ABOUT('oranges'), lemons: 'The lemons come from Italy.' },
    whole: ['oranges', 'lemons'],
    play: async (teller) => {
      await teller.greeted();
      await teller.turn('Tell me about the oranges.');
      await teller.intoReply(2500);
      await teller.nod('Okay.');
      await teller.guest.agentDone(2000);
      await teller.ask('And where are the lemons from?');
    },
    judge: (seen) =>
      check(
        seen.asked.every(({ messages }) => !/^\W*okay\W*$/i.test(String(messages.at(-1)?.content ?? ''))),
        'a nod alone was sent to the model',
      ),
  },
  {
    name: 'reconnect_loses_no_word',
    group: 'context',
    about: 'the recogniser’s socket is cut in mid-turn: the model is asked with all the words',
    replies: { turnips: 'Thank you, I have noted all of that about the turnips.' },
    limits: { response: 4000 },
    play: async (teller) => {
      await teller.greeted();
      const said = teller.turn(
        'Last Tuesday evening my sister had the mashed turnips and they were much too sweet for her.',
      );
      await teller.guest.wait(2200);
      teller.stage.deepgram.fail('tcp_cut', { callSid: teller.callSid });
      await said;
      await teller.answered();
    },
    judge: (seen) => missing('history', told(seen), ['tuesday', 'sister', 'mashed', 'turnips', 'sweet', 'her']),
  },
  {
    name: 'clean_close_loses_no_word',
    group: 'context',
    about: 'the recogniser closes the socket as if all were well, in mid-turn',
    replies: { radishes: 'Thank you, I have noted all of that about the radishes.' },
    limits: { response: 4000 },
    play: async (teller) => {
      await teller.greeted();
      const said = teller.turn(
        'Last Friday morning my brother had the pickled radishes and they were much too sour for him.',
      );
      await teller.guest.wait(2200);
      teller.stage.deepgram.fail('close_1000', { callSid: teller.callSid });
      await said;
      await teller.answered();
    },
    judge: (seen) => missing('history', told(seen), ['friday', 'brother', 'pickled', 'radishes', 'sour', 'him']),
  },
];
