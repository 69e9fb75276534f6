import { beforeEach, describe, expect, test } from 'vitest';
import { emptyWindow } from '../../../src/conversation/turns/sound_window.js';
import type { TurnAction, TurnEvent } from '../../../src/conversation/turns/turn_events.js';
import { TurnManager } from '../../../src/conversation/turns/turn_manager.js';

const OPTIONS = {
  silenceMsMin: 300,
  silenceMsMax: 1200,
  sttFinalTimeoutMs: 800,
  leadMs: 400,
  bargeInMinSpeechMs: 1200,
  greetingProtectMs: 1000,
  idlePromptMs: 10_000,
  fillerMs: 0,
  replyTimeoutMs: 11_000,
  outagePatienceMs: 45_000,
  deafPatienceMs: 25_000,
};

let turns: TurnManager;
let now: number;
/** Actions so far, in order, as short words. */
let done: string[];
let audioMs: number;

beforeEach(() => {
  turns = new TurnManager(OPTIONS);
  now = 0;
  done = [];
  audioMs = 0;
});

function word(action: TurnAction): string {
  if (action.do === 'answer' || action.do === 'draft') return `${action.do}: ${action.text}`;
  if (action.do === 'say') return `say ${action.reply}`;
  if (action.do === 'fill') return action.reply;
  return action.do === 'end' ? `end ${action.reason}` : action.do;
}
function happens(event: TurnEvent): readonly TurnAction[] {
  const actions = turns.handle(event, now);
  done.push(...actions.map(word));
  return actions;
}
/** Time passes in beats of 10 ms. */
function pass(ms: number): void {
  for (const until = now + ms; now < until; ) {
    now += 10;
    happens({ on: 'tick' });
  }
}
function speechStarts(): void {
  happens({ on: 'speech_start', startMs: now - 100 });
}
/** The VAD notices the end 200 ms after it. */
function speechEnds(): void {
  now += 200;
  happens({ on: 'speech_end', endMs: now - 200 });
}
/** A voice for so long, as the VAD's windows tell it; its edges are told by `speechStarts` and `speechEnds`. */
function sound(ms: number, probability = 0.95): void {
  for (const until = now + ms; now < until; ) {
    now += 32;
    done.push(...turns.window({ ...emptyWindow(), probability }, now, now).map(word));
    happens({ on: 'tick' });
  }
}
function words(text: string, kind: 'interim' | 'final' | 'finalized' = 'finalized'): void {
  audioMs += 1000;
  happens({
    on: 'transcript',
    transcript: {
      text,
      isFinal: kind !== 'interim',
      speechFinal: false,
      fromFinalize: kind === 'finalized',
      startMs: audioMs - 1000,
      endMs: audioMs,
      confidence: 0.9,
    },
  });
}
function played(farewell = false, text = 'How was it?'): void {
  happens({ on: 'reply_played', farewell, text });
}
/** Says a whole utterance; its transcript comes 100 ms after Finalize. */
function says(text: string): void {
  speechStarts();
  pass(1500);
  speechEnds();
  pass(100);
  words(text);
}
function greeted(): void {
  happens({ on: 'started' });
  pass(2000);
  played();
  done = [];
}

test('greets, listens, answers when the caller is done, listens again', () => {
  happens({ on: 'started' });
  expect(done).toEqual(['say greeting']);
  played();
  expect(turns.state.kind).toBe('listening');
  done = [];
  says('The soup was cold.');
  pass(300);
  expect(done).toContain('finalize_stt');
  expect(done.at(-1)).toBe('answer: The soup was cold.');
  expect(turns.state.kind).toBe('thinking');
  happens({ on: 'reply_audible' });
  expect(turns.state.kind).toBe('speaking');
  played();
  expect(turns.state.kind).toBe('listening');
});

test('the answer is drafted while the silence is still being waited out', () => {
  greeted();
  speechStarts();
  pass(1000);
  speechEnds();
  words('The soup was cold.');
  expect(done).toEqual(['finalize_stt', 'draft: The soup was cold.']);
  pass(400);
  expect(done.at(-1)).toBe('answer: The soup was cold.');
});

test('a caller who goes on before the turn is over loses nothing, and the draft is made anew', () => {
  greeted();
  speechStarts();
  pass(1000);
  speechEnds();
  words('The soup was cold.');
  speechStarts();
  pass(800);
  speechEnds();
  pass(50);
  words('And the bread was stale.');
  expect(done.at(-1)).toBe('draft: The soup was cold. And the bread was stale.');
  pass(400);
  expect(done.at(-1)).toBe('answer: The soup was cold. And the bread was stale.');
});

test('a caller who goes on while we think: the answer is withdrawn and the next one takes both halves', () => {
  greeted();
  says('The soup was cold.');
  pass(300);
  expect(turns.state.kind).toBe('thinking');
  sound(96);
  expect(done.at(-1)).toBe('hold');
  speechStarts();
  sound(400);
  words('And the', 'interim');
  expect(done.at(-1)).toBe('withdraw');
  sound(400);
  speechEnds();
  pass(50);
  words('And the bread was stale.');
  pass(400);
  expect(done.at(-1)).toBe('answer: The soup was cold. And the bread was stale.');
});

test('a full stop that comes with the final does not throw the draft away', () => {
  greeted();
  speechStarts();
  pass(1000);
  words('the soup was cold', 'interim');
  speechEnds();
  expect(done).toEqual(['finalize_stt', 'draft: the soup was cold']);
  words('The soup was cold.');
  pass(400);
  expect(done.slice(2)).toEqual(['answer: The soup was cold.']);
});

test('Finalize goes out in the first silence, and not a second time when that was the end', () => {
  greeted();
  speechStarts();
  pass(1000);
  happens({ on: 'speech_pause' });
  expect(done).toEqual(['finalize_stt']);
  now += 96;
  happens({ on: 'speech_end', endMs: now - 192 });
  expect(done).toEqual(['finalize_stt']);
});

test('finished words in a pause are answered in mind before the VAD is sure, and speech behind it changes nothing', () => {
  greeted();
  speechStarts();
  pass(1000);
  words('The soup was cold.', 'interim');
  expect(done).toEqual([]);
  happens({ on: 'speech_pause' });
  expect(done).toEqual(['finalize_stt', 'draft: The soup was cold.']);
  happens({ on: 'speech_resume' });
  pass(600);
  words('The soup was cold. And the bread', 'interim');
  expect(done.length, 'no other words are drafted while the caller speaks').toBe(2);
  speechEnds();
  words('The soup was cold. And the bread was old.');
  pass(400);
  expect(done.slice(2)).toEqual([
    'finalize_stt',
    'draft: The soup was cold. And the bread was old.',
    'answer: The soup was cold. And the bread was old.',
  ]);
});

test('words behind the answer to Finalize are asked for once more, and the turn waits for them and no longer', () => {
  greeted();
  speechStarts();
  pass(1000);
  happens({ on: 'speech_pause' });
  words('Yes, how long will that');
  speechEnds();
  done = [];
  words('take?', 'interim');
  expect(done).toEqual(['finalize_stt', 'draft: Yes, how long will that take?']);
  pass(200);
  words('take?', 'interim');
  expect(done.filter((each) => each === 'finalize_stt')).toHaveLength(1);
  words('take?');
  pass(110);
  expect(done.at(-1)).toBe('answer: Yes, how long will that take?');
});

test('a nod to what we said last is not answered in mind', () => {
  greeted();
  says('The soup was cold.');
  pass(300);
  happens({ on: 'reply_audible' });
  pass(1000);
  speechStarts();
  pass(300);
  words('Uh-huh.', 'interim');
  played(false, 'I am sorry to hear that.');
  done = [];
  happens({ on: 'speech_pause' });
  speechEnds();
  pass(3000);
  expect(done.filter((each) => /draft|answer/.test(each))).toEqual([]);
});

test('a number is heard out to its last digit, pause by pause', () => {
  happens({ on: 'started' });
  pass(2000);
  played(false, 'What is your phone number?');
  done = [];
  for (const group of ['five five five', 'one two three', 'four five six seven']) {
    pass(1500);
    says(group);
  }
  pass(200);
  expect(done.filter((action) => action.startsWith('answer'))).toEqual([
    'answer: five five five one two three four five six seven',
  ]);
});

describe('a sound without a word that never ends', () => {
  function listening(): void {
    happens({ on: 'started' });
    happens({ on: 'reply_audible' });
    happens({ on: 'reply_played', farewell: false, text: 'Hello.' });
    done = [];
  }

  test('the caller behind it is asked whether they are there, and in the end the call is over', () => {
    listening();
    pass(3000);
    speechStarts();
    pass(OPTIONS.idlePromptMs - 3010);
    expect(done.filter((each) => each.startsWith('say'))).toEqual([]);
    pass(20);
    expect(done.at(-1)).toBe('say idle_prompt');
    happens({ on: 'reply_audible' });
    happens({ on: 'reply_played', farewell: false, text: 'Are you there?' });
    pass(OPTIONS.idlePromptMs + 10);
    expect(done.at(-1)).toBe('say farewell');
    happens({ on: 'reply_audible' });
    happens({ on: 'reply_played', farewell: true, text: 'Goodbye.' });
    expect(done.at(-1)).toBe('end silence');
  });

  test('who has just begun to speak is not asked: their words are still to come', () => {
    listening();
    pass(OPTIONS.idlePromptMs - 500);
    speechStarts();
    pass(1500);
    expect(done.filter((each) => each.startsWith('say'))).toEqual([]);
    words('I was looking for it.');
    speechEnds();
    pass(2500);
    expect(done.at(-1)).toBe('answer: I was looking for it.');
  });
});

test('a television that the VAD takes for speech does not keep the caller waiting for ever', () => {
  greeted();
  speechStarts();
  pass(1000);
  words('No, that is all.');
  pass(3900);
  expect(done).toEqual([]);
  pass(200);
  expect(done).toEqual(['answer: No, that is all.']);
});

test('an unfinished sentence gets more time than a finished one', () => {
  greeted();
  says('My number is');
  pass(600);
  expect(done.some((action) => action.startsWith('answer'))).toBe(false);
  pass(1500);
  expect(done.at(-1)).toBe('answer: My number is');
});

test('when the final transcript never comes, the interim is answered', () => {
  greeted();
  speechStarts();
  words('It was very good.', 'interim');
  pass(800);
  speechEnds();
  pass(700);
  expect(done.some((action) => action.startsWith('answer'))).toBe(false);
  pass(200);
  expect(done.at(-1)).toBe('answer: It was very good.');
});

test('a cough without words starts no turn', () => {
  greeted();
  speechStarts();
  pass(150);
  speechEnds();
  pass(100);
  words('');
  pass(3000);
  expect(done).toEqual(['finalize_stt']);
  expect(turns.state.kind).toBe('listening');
});

/** The answer is being heard. */
function answering(): void {
  greeted();
  says('Tell me about the menu.');
  pass(300);
  happens({ on: 'reply_audible' });
  pass(1000);
  done = [];
}

test('barge-in: the agent is held when a sound goes on, stops at the first words, and they become the next turn', () => {
  answering();
  sound(192);
  expect(done).toEqual(['hold']);
  speechStarts();
  sound(300);
  words('Never mind', 'interim');
  expect(done).toEqual(['hold', 'interrupt']);
  expect(turns.state.kind).toBe('listening');
  sound(500);
  speechEnds();
  pass(80);
  words('Never mind, thanks for the help.');
  pass(400);
  expect(done.at(-1)).toBe('answer: Never mind, thanks for the help.');
});

test.each(['Mm-hmm.', 'Yeah.', 'Okay, right.'])('a nod over our words ("%s") holds us unheard, and we go on', (nod) => {
  answering();
  sound(64);
  speechStarts();
  sound(250);
  words(nod, 'interim');
  expect(done).toEqual(['hold', 'resume']);
  speechEnds();
  words(nod);
  pass(1000);
  played(false, 'We have soup.');
  pass(1500);
  expect(done.filter((each) => each !== 'finalize_stt')).toEqual(['hold', 'resume']);
});

test('a sound without words over our reply: held, and gone on with when no words came', () => {
  answering();
  sound(160);
  speechStarts();
  speechEnds();
  pass(1500);
  expect(done.filter((each) => each !== 'finalize_stt')).toEqual(['hold', 'resume']);
  expect(turns.state.kind).toBe('speaking');
});

test.each([32, 64, 96, 128, 192, 224])(
  'a turn that is over %i ms after its last sound is answered once',
  (silentMs) => {
    const quick = { ...OPTIONS, silenceMsMin: 20, silenceMsMax: 20 };
    turns = new TurnManager(quick);
    greeted();
    speechStarts();
    sound(640);
    sound(silentMs, 0.02);
    happens({ on: 'speech_pause' });
    words('The soup was cold.', 'finalized');
    happens({ on: 'speech_end', endMs: now - silentMs });
    sound(600, 0.02);
    words('', 'final');
    expect(done.filter((each) => /answer|withdraw|hold/.test(each))).toEqual(['answer: The soup was cold.']);
    expect(turns.state.kind).toBe('thinking');
  },
);

test('a cough while we think does not withdraw the answer', () => {
  greeted();
  says('The soup was cold.');
  pass(300);
  expect(turns.state.kind).toBe('thinking');
  done = [];
  sound(128, 0.8);
  speechStarts();
  speechEnds();
  pass(900);
  expect(done.filter((each) => each !== 'finalize_stt')).toEqual(['hold', 'resume']);
  expect(turns.state.kind).toBe('thinking');
});

test('a final that comes late with more words, before the answer is heard: answered anew with all of them', () => {
  greeted();
  says('I want to order.');
  pass(700);
  expect(turns.state.kind).toBe('thinking');
  words('Twenty sandwiches for Monday.', 'final');
  expect(done.at(-1)).toBe('withdraw');
  pass(1500);
  expect(done.at(-1)).toBe('answer: I want to order. Twenty sandwiches for Monday.');
});

test('a final that comes late, of words said before our reply began, is the caller’s next turn', () => {
  answering();
  const saidMs = now - 1200;
  audioMs += 1000;
  const transcript = { text: 'And a cake.', isFinal: true, speechFinal: false, fromFinalize: false, confidence: 0.9 };
  happens({
    on: 'transcript',
    transcript: { ...transcript, startMs: audioMs - 1000, endMs: audioMs },
    behindMs: saidMs - audioMs,
  });
  expect(done).toEqual([]);
  pass(1000);
  played(false, 'Gladly.');
  pass(1500);
  expect(done.at(-1)).toBe('answer: And a cake.');
});

test('muted after an interruption that said nothing: nothing is taken up, and nobody is asked whether they are there', () => {
  answering();
  sound(1400);
  turns.isMuted = true;
  speechStarts();
  sound(320, 0.02);
  speechEnds();
  words('');
  done.length = 0;
  pass(60_000);
  expect(done).toEqual([]);
  expect(turns.state.kind).toBe('listening');
});

test('a voice that went on, and said nothing: what was not heard is taken up again', () => {
  answering();
  sound(1400);
  expect(done).toEqual(['hold', 'interrupt']);
  speechStarts();
  sound(320, 0.02);
  speechEnds();
  words('');
  pass(1000);
  expect(done.at(-1)).toBe('take_up');
  expect(turns.state.kind).toBe('thinking');
  happens({ on: 'reply_audible' });
  expect(turns.state.kind).toBe('speaking');
});

test('noise in silence does not put off the question whether anybody is there', () => {
  greeted();
  for (let at = 0; at < 9; at++) {
    pass(1000);
    speechStarts();
    speechEnds();
    words('');
  }
  pass(1000);
  expect(done).toContain('say idle_prompt');
});

test('an "um" alone is no turn', () => {
  greeted();
  says('Um.');
  pass(3000);
  expect(done.some((each) => each.startsWith('answer'))).toBe(false);
});

test('a question over our goodbye keeps the line open', () => {
  answering();
  sound(300);
  speechStarts();
  speechEnds();
  const closing = new TurnManager(OPTIONS);
  turns = closing;
  happens({ on: 'started' });
  played(false, 'Hello.');
  pass(24_100);
  expect(done.at(-1)).toBe('say idle_prompt');
  played(false, 'Are you there?');
  pass(10_000);
  expect(done.at(-1)).toBe('say farewell');
  pass(500);
  speechStarts();
  speechEnds();
  words('Wait, can I order for tomorrow too?');
  played(true, 'Goodbye.');
  pass(1500);
  expect(done.at(-1)).toMatch(/^answer: Wait/);
});

test('a cough during the greeting does not cut it off', () => {
  happens({ on: 'started' });
  pass(1500);
  speechStarts();
  pass(60);
  speechEnds();
  pass(200);
  words('');
  pass(1000);
  expect(done).toEqual(['say greeting', 'finalize_stt']);
  played();
  pass(1000);
  expect(done).toEqual(['say greeting', 'finalize_stt']);
});

test('a backchannel does not interrupt and is not answered afterwards', () => {
  greeted();
  says('Tell me about the menu.');
  pass(300);
  happens({ on: 'reply_audible' });
  pass(1000);
  done = [];
  happens({ on: 'speech_start', startMs: now - 90 });
  words('mm-hm', 'interim');
  pass(150);
  speechEnds();
  words('Mm-hm.');
  pass(2000);
  expect(done).toEqual(['finalize_stt']);
  played();
  pass(2000);
  expect(done).toEqual(['finalize_stt']);
});

test('a caller already speaking when our reply ends is heard out', () => {
  happens({ on: 'started' });
  pass(300);
  speechStarts(); // inside the protected beginning of the greeting
  pass(500);
  played();
  pass(500);
  speechEnds();
  words('Hello, I have a complaint.');
  pass(400);
  expect(done.at(-1)).toBe('answer: Hello, I have a complaint.');
});

test('a farewell that was heard ends the call', () => {
  greeted();
  says('That is all, goodbye.');
  pass(300);
  happens({ on: 'reply_audible' });
  played(true);
  expect(done.at(-1)).toBe('end agent_goodbye');
  expect(turns.state.kind).toBe('ended');
  expect(turns.handle({ on: 'tick' }, now + 60_000)).toEqual([]);
});

test('silence: the agent asks once, then says goodbye and ends the call', () => {
  greeted();
  pass(10_000);
  expect(done).toEqual(['say idle_prompt']);
  played();
  pass(10_000);
  expect(done).toEqual(['say idle_prompt', 'say farewell']);
  played();
  expect(done.at(-1)).toBe('end silence');
});

test('a caller who speaks after the idle prompt is asked again later, not hung up on', () => {
  greeted();
  pass(10_000);
  played();
  says('Yes, one moment please.');
  pass(400);
  happens({ on: 'reply_audible' });
  played();
  done = [];
  pass(10_000);
  expect(done).toEqual(['say idle_prompt']);
});

describe('answers that fail', () => {
  /** The caller asks, and the answer fails after 300 ms. */
  function fails(): void {
    says('The soup was cold.');
    pass(300);
    happens({ on: 'reply_failed' });
    done = done.slice(-1);
  }

  test('two in a row are apologised for and the call goes on', () => {
    greeted();
    for (let i = 0; i < 2; i++) {
      fails();
      expect(done).toEqual(['say apology']);
      played();
      expect(turns.state.kind).toBe('listening');
    }
  });

  test('for long: a goodbye, and the end when it was heard', () => {
    greeted();
    for (const pauseMs of [20_000, 20_000, 0]) {
      fails();
      if (done[0] === 'say technical_goodbye') break;
      now += pauseMs;
      played();
    }
    expect(done).toEqual(['say apology']);
    fails();
    expect(done).toEqual(['say technical_goodbye']);
    played();
    expect(done.at(-1)).toBe('end error');
  });

  test('a goodbye that cannot be spoken ends the call all the same', () => {
    greeted();
    for (const pauseMs of [25_000, 25_000, 0]) {
      fails();
      now += pauseMs;
      if (pauseMs > 0) played();
    }
    expect(done).toEqual(['say technical_goodbye']);
    happens({ on: 'reply_failed' });
    expect(done.at(-1)).toBe('end error');
  });
});

test('an apology that fails ends the call at once', () => {
  greeted();
  happens({ on: 'reply_failed' });
  happens({ on: 'reply_failed' });
  expect(done).toEqual(['say apology', 'end error']);
});

describe('speech recognition is down', () => {
  test('the caller is told once, and after a patience the call ends with an apology', () => {
    greeted();
    happens({ on: 'deaf' });
    pass(2000);
    expect(done).toEqual(['say cannot_hear']);
    played();
    pass(22_990);
    expect(done).toEqual(['say cannot_hear']);
    pass(10);
    expect(done).toEqual(['say cannot_hear', 'say cannot_hear_goodbye']);
    played();
    expect(done.at(-1)).toBe('end error');
  });

  test('a caller who talks over it, and on, does not keep the call for ever', () => {
    greeted();
    happens({ on: 'deaf' });
    for (let i = 0; i < 20 && turns.state.kind !== 'ended'; i++) {
      speechStarts();
      pass(1000);
      speechEnds();
      pass(1000);
      if (turns.state.kind === 'speaking') played();
    }
    expect(done.filter((action) => action !== 'finalize_stt')).toEqual([
      'say cannot_hear',
      'say cannot_hear_goodbye',
      'end error',
    ]);
  });

  test('what was understood before is answered first', () => {
    greeted();
    speechStarts();
    words('The soup was cold.', 'interim');
    pass(500);
    happens({ on: 'deaf' });
    pass(300);
    speechEnds();
    pass(1000);
    expect(done.at(-1)).toBe('answer: The soup was cold.');
    happens({ on: 'reply_audible' });
    pass(2000);
    played();
    pass(10);
    expect(done.at(-1)).toBe('say cannot_hear');
  });

  test('the greeting and an answer are spoken to their end before the caller is told', () => {
    happens({ on: 'deaf' });
    happens({ on: 'started' });
    pass(3000);
    expect(done).toEqual(['say greeting']);
    played();
    pass(10);
    expect(done).toEqual(['say greeting', 'say cannot_hear']);
  });

  test('over before anybody noticed: nothing is said', () => {
    happens({ on: 'started' });
    happens({ on: 'deaf' });
    pass(500);
    happens({ on: 'hearing' });
    played();
    pass(5000);
    expect(done).toEqual(['say greeting']);
  });

  test('it hears again: the caller, told to hold on, is asked soon, and answered when they speak', () => {
    greeted();
    happens({ on: 'deaf' });
    pass(2000);
    played();
    pass(5000);
    happens({ on: 'hearing' });
    pass(2010);
    expect(done).toEqual(['say cannot_hear', 'say idle_prompt']);
    played();
    says('Yes, I am here.');
    pass(400);
    expect(done.at(-1)).toBe('answer: Yes, I am here.');
    happens({ on: 'reply_audible' });
    played();
    pass(9000);
    expect(turns.state.kind).toBe('listening');
  });

  test('a line about it that cannot be spoken is no second reason to apologise', () => {
    greeted();
    happens({ on: 'deaf' });
    happens({ on: 'reply_failed' });
    expect(turns.state.kind).toBe('listening');
    pass(25_000);
    happens({ on: 'reply_failed' });
    expect(done).toEqual(['say cannot_hear', 'say cannot_hear_goodbye', 'end error']);
  });

  test('a second outage is told again', () => {
    greeted();
    happens({ on: 'deaf' });
    played();
    happens({ on: 'hearing' });
    says('I am still here.');
    pass(400);
    happens({ on: 'reply_audible' });
    played();
    happens({ on: 'deaf' });
    expect(done.at(-1)).toBe('say cannot_hear');
  });
});

describe('an answer that takes long', () => {
  beforeEach(() => {
    turns = new TurnManager({ ...OPTIONS, fillerMs: 2500 });
    greeted();
    says('The soup was cold.');
    pass(300);
    done = [];
  });

  test('two words in between, then it is given up with an apology', () => {
    pass(11_000);
    expect(done).toEqual(['filler', 'filler_again', 'give_up', 'say apology']);
  });

  test('it comes after the first: nothing more is said in between', () => {
    pass(3000);
    happens({ on: 'reply_audible' });
    pass(9000);
    expect(done).toEqual(['filler']);
    expect(turns.state).toMatchObject({ kind: 'speaking', reply: 'answer' });
  });

  test('nobody is talked over', () => {
    pass(1500);
    speechStarts();
    pass(3000);
    expect(done).not.toContain('filler');
  });

  test('the caller goes on: the answer is withdrawn, whatever was said in between', () => {
    pass(3000);
    words('And the bread was dry.');
    expect(done.slice(0, 2)).toEqual(['filler', 'withdraw']);
  });
});

test('a yes that overlaps the end of our question is its answer', () => {
  happens({ on: 'started' });
  pass(3000);
  speechStarts();
  pass(60);
  speechEnds();
  words('Yes.');
  pass(300);
  played(false, 'Do you have a minute?');
  pass(400);
  expect(done.at(-1)).toBe('answer: Yes.');
});

test('words that the VAD missed are answered', () => {
  greeted();
  words('Hello?', 'final');
  pass(1300);
  expect(done.at(-1)).toBe('answer: Hello?');
});

describe('the keypad', () => {
  function listening(): void {
    happens({ on: 'started' });
    happens({ on: 'reply_audible' });
    happens({ on: 'reply_played', farewell: false, text: 'Hello.' });
    done = [];
  }

  test('what is typed is answered at once', () => {
    listening();
    pass(1000);
    happens({ on: 'typed', text: 'typed 4 2 # on the keypad' });
    expect(done).toEqual(['answer: typed 4 2 # on the keypad']);
  });

  test('it is the end of what was said before', () => {
    listening();
    speechStarts();
    pass(500);
    speechEnds();
    words('my number is');
    happens({ on: 'typed', text: 'typed 4 on the keypad' });
    expect(done.at(-1)).toBe('answer: my number is typed 4 on the keypad');
  });

  test('while the caller speaks it waits for the end of that', () => {
    listening();
    speechStarts();
    happens({ on: 'typed', text: 'typed 4 on the keypad' });
    expect(done.filter((action) => action.startsWith('answer'))).toEqual([]);
    pass(500);
    speechEnds();
    words('that was my number.');
    pass(2500);
    expect(done.at(-1)).toBe('answer: that was my number. typed 4 on the keypad');
  });

  test('words that recognition was still changing when a key was pressed are said once', () => {
    listening();
    speechStarts();
    pass(500);
    words('my num', 'interim');
    happens({ on: 'typed', text: 'typed 4 on the keypad' });
    pass(300);
    audioMs -= 1000;
    words('my number is this.');
    speechEnds();
    pass(2500);
    expect(done.at(-1)).toBe('answer: my number is this. typed 4 on the keypad');
  });

  test('where keys interrupt, the first one stops what is being said, and what was typed is answered', () => {
    listening();
    speechStarts();
    pass(500);
    speechEnds();
    words('what is on the menu?');
    pass(2500);
    happens({ on: 'reply_audible' });
    done = [];
    happens({ on: 'key', interrupts: false });
    expect(done).toEqual([]);
    happens({ on: 'key', interrupts: true });
    happens({ on: 'key', interrupts: true });
    expect(done).toEqual(['interrupt']);
    pass(2000);
    // It was no false alarm: what was not heard is not taken up again.
    expect(done).toEqual(['interrupt']);
    happens({ on: 'typed', text: 'typed 1 on the keypad' });
    expect(done.at(-1)).toBe('answer: typed 1 on the keypad');
  });

  test('while the answer is being thought of, what was said and what is typed are one turn', () => {
    listening();
    speechStarts();
    pass(500);
    speechEnds();
    words('my number is this.');
    pass(2500);
    expect(done.at(-1)).toBe('answer: my number is this.');
    happens({ on: 'key', interrupts: true });
    expect(done.at(-1)).toBe('withdraw');
    happens({ on: 'typed', text: 'typed 4 on the keypad' });
    expect(done.at(-1)).toBe('answer: my number is this. typed 4 on the keypad');
  });

  test('no key stops the protected beginning of the greeting, nor a goodbye', () => {
    happens({ on: 'started' });
    happens({ on: 'reply_audible' });
    pass(500);
    done = [];
    happens({ on: 'key', interrupts: true });
    expect(done).toEqual([]);
    pass(700);
    happens({ on: 'key', interrupts: true });
    expect(done).toEqual(['interrupt']);
    for (let i = 0; i < 2; i++) {
      pass(13_000);
      happens({ on: 'reply_audible' });
      if (i === 0) happens({ on: 'reply_played', farewell: false, text: 'Are you there?' });
    }
    expect(done.at(-1)).toBe('say farewell');
    happens({ on: 'key', interrupts: true });
    expect(done.at(-1)).toBe('say farewell');
  });

  test('a key is a sign of life: nobody is asked whether they are there', () => {
    listening();
    for (let i = 0; i < 4; i++) {
      pass(9000);
      happens({ on: 'key', interrupts: false });
    }
    expect(done).toEqual([]);
    pass(10_000);
    expect(done).toEqual(['say idle_prompt']);
  });
});

test('a turn begins with its first words, also when an answer to them was withdrawn', () => {
  happens({ on: 'started' });
  happens({ on: 'reply_audible' });
  happens({ on: 'reply_played', farewell: false, text: 'Hello.' });
  now = 10_000;
  speechStarts();
  pass(500);
  speechEnds();
  words('I had the soup.');
  pass(2500);
  expect(done.at(-1)).toMatch(/^answer/);
  speechStarts();
  pass(500);
  speechEnds();
  words('And the bread.');
  let answer: TurnAction | undefined;
  for (let i = 0; i < 300 && answer === undefined; i++) {
    now += 10;
    answer = happens({ on: 'tick' }).find((action) => action.do === 'answer');
  }
  expect(answer).toMatchObject({ text: 'I had the soup. And the bread.', speechStartMs: 9_900 });
});

test('speech that begins over our words and becomes the next turn has its own beginning', () => {
  happens({ on: 'started' });
  happens({ on: 'reply_audible' });
  happens({ on: 'reply_played', farewell: false, text: 'Hello.' });
  now = 10_000;
  speechStarts();
  pass(500);
  speechEnds();
  words('I had the soup.');
  pass(2500);
  happens({ on: 'reply_audible' });
  now = 20_000;
  happens({ on: 'speech_start', startMs: now - 50 });
  happens({ on: 'reply_played', farewell: false, text: 'How was it?' });
  pass(500);
  speechEnds();
  words('It was cold.');
  let answer: TurnAction | undefined;
  for (let i = 0; i < 300 && answer === undefined; i++) {
    now += 10;
    answer = happens({ on: 'tick' }).find((action) => action.do === 'answer');
  }
  expect(answer).toMatchObject({ text: 'It was cold.', speechStartMs: 19_950 });
});

describe('a call that goes on here', () => {
  const farewell = { farewell: false, text: 'Anything else?' };

  test('answers what was asked, or listens: nobody is greeted', () => {
    happens({ on: 'resumed', asked: 'Is there soup?', saying: null });
    expect(done).toEqual(['answer: Is there soup?']);
    turns = new TurnManager(OPTIONS);
    done = [];
    happens({ on: 'resumed', asked: null, saying: null });
    expect([done, turns.state.kind]).toEqual([[], 'listening']);
  });

  test('a reply that was under way goes on, and is over when it was heard', () => {
    happens({ on: 'resumed', asked: null, saying: 'answer' });
    expect([done, turns.state]).toEqual([['go_on'], { kind: 'speaking', reply: 'answer', sinceMs: 0 }]);
    happens({ on: 'reply_audible' });
    pass(30_000);
    happens({ on: 'reply_played', ...farewell });
    expect([done, turns.state.kind]).toEqual([['go_on'], 'listening']);
  });

  test('a farewell that was under way ends the call', () => {
    happens({ on: 'resumed', asked: null, saying: 'answer' });
    happens({ on: 'reply_played', farewell: true, text: 'Goodbye.' });
    expect(done).toEqual(['go_on', 'end agent_goodbye']);
  });

  test('a rest that cannot be said is apologised for', () => {
    happens({ on: 'resumed', asked: null, saying: 'answer' });
    happens({ on: 'reply_failed' });
    expect(done).toEqual(['go_on', 'say apology']);
  });
});
