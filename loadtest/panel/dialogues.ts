// What the panel's callers say and what the simulated model answers: plain conversations of a bank, a kitchen and a clinic.
// " ... " is a pause inside a turn.

export interface Exchange {
  caller: string;
  agent: string;
}

export const DIALOGUES: readonly (readonly Exchange[])[] = [
  [
    {
      caller: 'Hi, I would like to check the balance of my savings account, please.',
      agent:
        'I can look that up for you and while I do that I would like to make sure that I have the right person on the line, so could you tell me your full name please?',
    },
    {
      caller: 'Yes, my name is ... Margaret Ellis.',
      agent:
        'Thank you Margaret, I have found two savings accounts under that name and both of them were opened in the same branch, so which of the two are we talking about today?',
    },
    {
      caller: 'The older one, the one I opened about ten years ago.',
      agent:
        'All right, on the older account there are four thousand two hundred dollars at the moment and the last payment came in on Monday morning, is there anything else you want to know about it?',
    },
    {
      caller: 'Could you also tell me when the interest is paid?',
      agent:
        'The interest is paid twice a year, on the last working day of June and on the last working day of December, and you will find it on the statement that we send you in the following week.',
    },
    {
      caller: 'And can I change the address that you send it to?',
      agent:
        'Of course you can, and if you give me the new address now I will put it into the system right away so that the next letter already goes to the new place, what is the street?',
    },
    {
      caller: 'It is forty two ... Willow Lane.',
      agent:
        'I have written down forty two Willow Lane and the change will be active from tomorrow on, would you like to get a message on your telephone when it has been done?',
    },
    {
      caller: 'No, that will not be necessary.',
      agent:
        'That is fine, then I have everything that I need from you for the moment and the letter with the confirmation will be on its way by the end of this week at the latest.',
    },
  ],
  [
    {
      caller: 'Hello, I had lunch in your cafeteria yesterday and I want to tell you about it.',
      agent:
        'I am glad that you call because we really want to hear how it was and everything you tell me goes straight to the kitchen manager, so what did you have for lunch?',
    },
    {
      caller: 'I had the chicken curry, and it was almost cold when I got it.',
      agent:
        'I am sorry to hear that the curry was cold because that should never happen to anybody, and I would like to find out how it came about, at what time did you get your food?',
    },
    {
      caller: 'I think it was ... around a quarter past one.',
      agent:
        'A quarter past one is just after the busiest time of the day and it is possible that the food had been standing for a while, did the people at the counter say anything about it?',
    },
    {
      caller: 'They were very friendly but nobody said anything.',
      agent:
        'I will tell the team that they were friendly and I will also make a note that the hot counter has to be looked at, would you like somebody to write to you about it afterwards?',
    },
    {
      caller: 'Yes please, by e-mail if that is possible.',
      agent:
        'That is possible and it normally takes about three days until somebody answers, and in the meantime you are welcome to have another meal at our expense, how does that sound to you?',
    },
    {
      caller: 'That sounds good. ... Do I need a voucher for that?',
      agent:
        'You do not need a voucher because I leave your name at the register and the people there will know about it, you only have to say that you have spoken with us on the telephone.',
    },
    {
      caller: 'All right, and is the menu of next week on your website?',
      agent:
        'The menu of next week is on the website from Thursday afternoon on and you can also have it sent to you every week if you leave your address on the page with the news.',
    },
  ],
  [
    {
      caller: 'Good morning, I need an appointment with Doctor Harris.',
      agent:
        'Good morning, I can certainly find a time for you and Doctor Harris is here on three days of the week, on Monday and Tuesday and also on Friday, which of these days would suit you best?',
    },
    {
      caller: 'Friday would be best, in the afternoon.',
      agent:
        'On Friday afternoon there are still two times left, one of them is at half past two and the other one is at ten to five, and both of them are for thirty minutes, which one shall I take?',
    },
    {
      caller: 'Let me think ... I would take the later one.',
      agent:
        'Then I have put you down for ten to five on Friday and I would like to know what the visit is about so that the doctor can prepare for it, could you tell me in a few words?',
    },
    {
      caller: 'My knee has been hurting for two weeks, mostly when I climb stairs.',
      agent:
        'I have made a note about the knee and it would help the doctor if you could bring pictures of it in case somebody has already taken some, have you been to a hospital because of it?',
    },
    {
      caller: 'No, I have not.',
      agent:
        'That is no problem at all because we can take the pictures here on the same day and it only takes a few minutes longer, please plan a whole hour for your visit on Friday.',
    },
    {
      caller: 'Okay, and what do I have to bring with me?',
      agent:
        'Please bring your insurance card and a list of the medicines that you take every day and if you can wear trousers that are easy to roll up then the examination will be quicker for everybody.',
    },
    {
      caller: 'Is there a place to park near your building?',
      agent:
        'There is a small car park behind the building which is free for two hours when you show your card at the desk and there is a larger one across the street where the first hour costs two dollars.',
    },
  ],
  [
    {
      caller: 'Hi, I lost my card this morning and I am a bit worried.',
      agent:
        'I understand that you are worried and the first thing we do is to block the card so that nobody can use it any more, that takes me about a minute and it costs you nothing, may I go ahead?',
    },
    {
      caller: 'Yes, please do that.',
      agent:
        'The card is blocked from now on and nobody can take any money with it, and now I would like to look at the last payments together with you, do you remember where you used it last?',
    },
    {
      caller: 'The last time was ... at a petrol station, yesterday evening.',
      agent:
        'I can see that payment here with thirty eight dollars and there is nothing after it so it seems that nobody has found the card until now, shall I order a new one for you?',
    },
    {
      caller: 'Yes, how long will that take?',
      agent:
        'A new card takes about five working days and it comes by normal mail to the address that we have in our books, and the number for the machine comes in a second letter two days later.',
    },
    {
      caller: 'Can I still pay with my phone in the meantime?',
      agent:
        'You can pay with the phone as soon as the new card has been made because it gets its number right away, and that will be the case from tomorrow morning on, so there is only one day without it.',
    },
    {
      caller: 'That is good to know. ... And what does it cost?',
      agent:
        'The first new card in a year costs you nothing and only when you lose it again before the year is over we have to ask you for ten dollars, which is what the making of the card costs us.',
    },
  ],
];

/** Said to stop the agent, and what the model answers. */
export const INTERRUPTIONS: readonly Exchange[] = [
  {
    caller: 'Wait, sorry, I meant the other one.',
    agent:
      'No problem at all, then we take the other one and I change that in my notes before we go on, so please tell me once more which one you would like to talk about now?',
  },
  {
    caller: 'Stop, stop, that is not what I asked.',
    agent:
      'My apologies that I got that wrong, please tell me again in your own words what you would like to know and I will do my best to give you the right answer this time.',
  },
  {
    caller: 'Sorry to interrupt you, but can we do this more quickly?',
    agent:
      'Of course we can, I will keep it as short as possible from here on and I only ask you for the things that I really need, so let us go on with the next point on the list.',
  },
  {
    caller: 'No, hang on, I already told your colleague about that.',
    agent:
      'I see, then you do not have to tell it all again because I can read what my colleague has written down, and it looks as if most of what we need is already there in the file.',
  },
  {
    caller: 'Actually I have a different question first.',
    agent:
      'Sure, we can come back to this later on and I have kept what you told me so far, so please go ahead with your question and take all the time that you need for it.',
  },
  {
    caller: 'But that was on Tuesday and not on Monday.',
    agent:
      'Thank you for telling me, I have changed the day to Tuesday in the file and everything that depends on it has been moved as well, so the rest of what I said stays the same.',
  },
  {
    caller: 'Could you please repeat the last part?',
    agent:
      'Gladly, the last part was that everything will be done by the end of the week and that you will get a short message as soon as it is finished, without having to call us again.',
  },
];

/** For words that belong to nothing: what the model says to a nod, half a sentence, or somebody else's words. */
const OTHER: readonly string[] = [
  'I am still here and I am listening, so please go on whenever you are ready and tell me in your own time what I can do for you next.',
  'I am not quite sure what you meant by that, so would you be so kind and say it once more in a few other words for me?',
  'Take your time with it, there is nobody waiting behind you and I can stay on the line for as long as you need me to.',
  'Let us go through it step by step then, and please tell me right away if there is anything on the way that I have not understood.',
];

/** The built-in conversations, and what callers say to stop the agent. */
export const BUILT_IN: readonly Exchange[] = [...DIALOGUES.flat(), ...INTERRUPTIONS];

/** What the simulated model can say, and what it does say. */
export interface SimulatedModel {
  replies: readonly string[];
  answer(messages: readonly { role: string; content?: unknown }[]): string;
}

/**
 * A model that says the reply to the line of `exchanges` that resembles the newest words of the caller most, and never one
 * that it has said before in this conversation.
 */
export function modelOf(exchanges: readonly Exchange[]): SimulatedModel {
  const pairs = exchanges.map(({ caller, agent }) => ({ words: tokens(caller), agent }));
  const replies = [...exchanges.map(({ agent }) => agent), ...OTHER];
  return { replies, answer: (messages) => answerOf(pairs, messages) };
}

/** By so many first words replies are told apart. */
const HEAD_WORDS = 5;

function answerOf(
  pairs: readonly { words: string[]; agent: string }[],
  messages: readonly { role: string; content?: unknown }[],
): string {
  const said = messages.filter(({ role }) => role === 'assistant').map(({ content }) => String(content ?? ''));
  const last = String(messages.findLast(({ role }) => role === 'user')?.content ?? '');
  const heard = new Set(tokens(last));
  const heads = said.map((text) => tokens(text).slice(0, HEAD_WORDS).join(' ')).filter((head) => head !== '');
  // Of one that was cut short only the first words stand there.
  const isNew = (reply: string): boolean => {
    const words = tokens(reply).slice(0, HEAD_WORDS).join(' ');
    return !heads.some((head) => `${words} `.startsWith(`${head} `));
  };
  let best: { reply: string; score: number } | null = null;
  for (const { words, agent } of pairs) {
    const common = words.filter((word) => heard.has(word)).length;
    const score = common / (words.length + heard.size - common);
    if ((!best || score > best.score) && isNew(agent)) best = { reply: agent, score };
  }
  if (best && best.score >= 0.3) return best.reply;
  return OTHER.find(isNew) ?? best?.reply ?? OTHER[said.length % OTHER.length];
}

/** A reply to any line, told from others by its number; ends with what the next line answers. */
export function replyNumber(number: number, question: string): string {
  const rest = 'is on my list now and I keep it there for you while we go on together with what comes after it';
  return `Point ${number
    .toString()
    .split('')
    .map((digit) => DIGITS[Number(digit)])
    .join(' ')} ${rest}, ${question || 'so what is next on your side?'}`;
}

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

function tokens(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9']+/g) ?? [];
}
