import { describe, expect, test } from 'vitest';
import { isBackchannel } from '../../../src/conversation/turns/backchannel.js';
import { type BargeInInput, beginsTurnAfterReply, decideBargeIn } from '../../../src/conversation/turns/barge_in.js';

const OPTIONS = { bargeInMinSpeechMs: 400 };

function speech(over: Partial<BargeInInput>) {
  const input = { speaking: true, speechMs: 0, text: '', replyElapsedMs: 3000, protectedMs: 0, ending: false };
  return decideBargeIn({ ...input, ...over }, OPTIONS);
}

describe('while the agent talks', () => {
  test.each([
    // speechMs, speaking, words so far, decision
    [100, true, '', 'wait'],
    [399, true, '', 'wait'],
    [400, true, '', 'interrupt'],
    [200, false, '', 'ignore'], // a cough
    [200, true, 'mm-hm', 'wait'],
    [600, false, 'Mm-hm.', 'ignore'],
    [900, false, 'yeah, okay', 'ignore'],
    [1199, true, 'right', 'wait'],
    [1200, true, 'right', 'interrupt'], // goes on: there is more than that word
    [200, true, 'the soup', 'interrupt'],
    [150, false, 'stop', 'interrupt'],
    [150, false, 'no', 'interrupt'],
    [300, true, 'okay but', 'interrupt'],
    [300, false, 'yeah wait', 'interrupt'],
  ] as const)('%i ms of speech (still speaking: %s), "%s": %s', (speechMs, speaking, text, decision) => {
    expect(speech({ speechMs, speaking, text })).toBe(decision);
  });

  test('the last words before hanging up are finished', () => {
    expect(speech({ speechMs: 5000, text: 'wait', ending: true })).toBe('ignore');
  });
});

describe('the greeting', () => {
  test.each([
    [500, 800, true, '', 'wait'], // may go on into the part that can be interrupted
    [1000, 800, true, '', 'interrupt'],
    [500, 300, false, 'hello?', 'ignore'],
  ] as const)(
    'at %i ms, %i ms of speech (still speaking: %s), "%s": %s',
    (replyElapsedMs, speechMs, speaking, text, decision) => {
      expect(speech({ replyElapsedMs, speechMs, speaking, text, protectedMs: 1000 })).toBe(decision);
    },
  );

  test('a cough during the greeting does not cut it off', () => {
    expect(speech({ replyElapsedMs: 1500, speechMs: 250, speaking: false, protectedMs: 1000 })).toBe('ignore');
  });

  test('words said into its protected part do not interrupt when they are transcribed later', () => {
    const said = { speechMs: 500, speaking: false, text: 'who is this', replyElapsedMs: 1600, protectedMs: 1000 };
    expect(speech({ ...said, speechElapsedMs: 900 })).toBe('ignore');
    expect(speech({ ...said, speechElapsedMs: 1300 })).toBe('interrupt');
  });

  test('greeting back does not cut it off', () => {
    expect(speech({ replyElapsedMs: 2000, speechMs: 500, speaking: false, text: 'Hello?', protectedMs: 1000 })).toBe(
      'ignore',
    );
  });
});

describe('after the reply', () => {
  test.each([
    ['yeah', 300, 'Was it warm? ', true], // the answer came a little early
    ['yeah', 300, 'I will note that.', false],
    ['yeah', 3000, 'Was it warm?', false],
    ['it was cold', 3000, 'I will note that.', true],
    ['', 0, 'Was it warm?', false],
  ])('"%s", over %i ms before the end of "%s", begins a turn: %s', (text, endedBeforeMs, replyText, begins) => {
    expect(beginsTurnAfterReply({ text, endedBeforeMs, replyText })).toBe(begins);
  });
});

test.each([
  ['en', 'Mm-hmm.', true],
  ['en', 'Uh-huh', true],
  ['en', 'yeah yeah okay', true],
  ['en', 'I see. Got it.', true],
  ['en', "That's right", true],
  ['en', 'okay so', false],
  ['en', 'no', false],
  ['en', 'I see a problem', false],
  ['en', 'yeah '.repeat(11), false],
  ['en', '', false],
  ['es', 'sí, claro', true],
  ['es', 'no', false],
  ['fr', "d'accord, je vois", true],
  ['de', 'ja genau', true],
  ['xx', 'okay', false], // no list: better to interrupt than to talk over somebody
])('%s "%s" is a backchannel: %s', (language, text, expected) => {
  expect(isBackchannel(text, language)).toBe(expected);
});
