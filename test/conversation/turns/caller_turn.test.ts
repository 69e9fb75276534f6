import { beforeEach, describe, expect, test } from 'vitest';
import { CallerTurn } from '../../../src/conversation/turns/caller_turn.js';
import { NOTHING_ASKED } from '../../../src/conversation/turns/expected_answer.js';

const OPTIONS = { silenceMsMin: 300, silenceMsMax: 1200, sttFinalTimeoutMs: 800 };

let turn: CallerTurn;
let now: number;

beforeEach(() => {
  turn = new CallerTurn(OPTIONS);
  now = 0;
});

/** Speech for `ms`, known to be over 200 ms after its end; `audioMs` = its end on the recogniser's clock. */
function speaks(ms: number, audioMs: number | null = null): void {
  turn.speechStarts(now, true);
  now += ms;
  turn.speechEnds(now, audioMs, now + 200);
  now += 200;
}
function hears(
  text: string,
  over: { isFinal?: boolean; endMs?: number; fromFinalize?: boolean; speechFinal?: boolean } = {},
): void {
  const { isFinal = true, endMs = now, fromFinalize = isFinal, speechFinal = false } = over;
  turn.transcribed({ text, isFinal, speechFinal, fromFinalize, startMs: 0, endMs, confidence: 0.9 }, true, now);
}
/** Silence after which the turn ends as things stand. */
function holdMs(): number {
  const { decision, checkAtMs } = turn.check(now);
  return decision === 'end' ? 0 : checkAtMs - turn.endMs;
}

describe('what was asked decides what is waited for', () => {
  test.each([
    ['What is your phone number?', '5 5 5', 1700, 3000],
    ['How was it?', '5', 300, 1200],
    ['How can I help you?', 'hi my name is Ann', 1200, 2100],
    ['Who is speaking?', 'Hi, my name is Ann.', 300, 700],
  ])('after "%s", "%s" is waited for %i to %i ms', (said, text, from, to) => {
    turn.agentSaid(said);
    speaks(1000);
    hears(text);
    expect(holdMs()).toBeGreaterThanOrEqual(from);
    expect(holdMs()).toBeLessThanOrEqual(to);
  });

  test('"could you repeat that?" asks for the same again, an interrupted line for nothing', () => {
    turn.agentSaid('What is your phone number?');
    turn.agentSaid('Sorry, could you repeat that?');
    speaks(1000);
    hears('it is five');
    expect(holdMs()).toBeGreaterThan(1700);
    turn.forget();
    turn.agentWasCut();
    speaks(1000);
    hears('It is five.');
    expect(holdMs()).toBeLessThan(700);
  });
});

test('a caller who pauses long in a turn is given more time at its end', () => {
  const brisk = new CallerTurn(OPTIONS);
  for (const each of [brisk, turn]) each.agentSaid('How can I help you?');
  speaks(500);
  hears('there was');
  for (let i = 0; i < 4; i++) {
    now += 1500;
    speaks(500);
  }
  hears('cold soup');
  brisk.speechStarts(0, true);
  brisk.speechEnds(now, null, now);
  const result = { isFinal: true, speechFinal: false, fromFinalize: true, startMs: 0, endMs: now, confidence: 0.9 };
  brisk.transcribed({ text: 'there was cold soup', ...result }, true, now);
  expect(holdMs()).toBeGreaterThan(brisk.check(now).checkAtMs - now);
});

test('a caller who was cut off is given more time from then on', () => {
  const holds = [0, 1].map(() => {
    speaks(1000);
    hears('No, thank you.');
    const ms = holdMs();
    turn.forget();
    turn.wasCutOff();
    return ms;
  });
  expect(holds[1]).toBeGreaterThan(holds[0] + 100);
});

describe('Finalize', () => {
  test('sent in the pause that became the end is not sent again', () => {
    turn.speechStarts(0, true);
    turn.speechPauses(null, 1096);
    expect(turn.speechEnds(1000, null, 1200)).toBe(false);
  });

  test('of an earlier pause does not count for this end', () => {
    turn.speechStarts(0, true);
    turn.speechPauses(null, 600);
    expect(turn.speechEnds(1000, null, 1200)).toBe(true);
  });

  test('that was answered before the VAD was sure of the end settles the text', () => {
    turn.speechStarts(0, true);
    turn.speechPauses(null, 1096);
    now = 1180;
    hears('No, thank you.');
    turn.speechEnds(1000, null, 1200);
    expect(turn.check(1299).decision).toBe('wait');
    expect(turn.check(1300).decision).toBe('end');
  });
});

describe('a reply can be drafted', () => {
  const isDraftDue = () => turn.check(now).draftAtMs <= now;

  test('in the pause behind finished words, before the VAD is sure that it is the end', () => {
    turn.speechStarts(0, true);
    now = 1000;
    hears('No, thank you.', { isFinal: false });
    expect(isDraftDue(), 'the caller is speaking').toBe(false);
    now = 1050;
    turn.speechPauses(1020, now);
    expect(isDraftDue()).toBe(true);
    turn.speechResumes();
    expect(isDraftDue(), 'it was no end').toBe(false);
  });

  test('not while the newest word cannot have been heard', () => {
    turn.speechStarts(0, true);
    now = 1000;
    hears('No, thank you.', { isFinal: false, endMs: 700 });
    turn.speechPauses(1000, now);
    expect(isDraftDue()).toBe(false);
    now = 1200;
    turn.speechEnds(1000, 1000, now);
    expect(isDraftDue()).toBe(false);
    hears('No, thank you so much.', { isFinal: false, endMs: 950 });
    expect(isDraftDue()).toBe(true);
  });

  test('not of words that leave something open, until the caller has been silent for most of the wait', () => {
    turn.agentSaid('What is your phone number?');
    speaks(1000);
    hears('five five five');
    expect(isDraftDue()).toBe(false);
    const { checkAtMs, draftAtMs } = turn.check(now);
    expect(checkAtMs - draftAtMs).toBe(600);
    now = draftAtMs;
    expect(isDraftDue()).toBe(true);
  });
});

describe('how far the recogniser has heard', () => {
  test('two pauses in a row, and the Finalize of the second is not answered: the finals of the first reach the end', () => {
    turn.speechStarts(0, true);
    now = 900;
    turn.speechPauses(860, now);
    hears('No, thank you.', { endMs: 700 });
    hears('', { endMs: 900 });
    turn.speechResumes();
    now = 1000;
    turn.speechPauses(970, now);
    now = 1162;
    turn.speechEnds(970, 970, now);
    expect(holdMs()).toBe(300);
  });

  test('a final without words that ends before the last word does settles nothing', () => {
    turn.speechStarts(0, true);
    now = 900;
    hears('No, thank you.', { endMs: 600 });
    turn.speechPauses(620, now);
    hears('', { endMs: 640 });
    turn.speechResumes();
    now = 1000;
    turn.speechPauses(970, now);
    turn.speechEnds(970, 970, 1162);
    now = 1162;
    expect(holdMs()).toBeGreaterThan(700);
  });

  test('a final of its own that reaches the end of speech settles the text at once', () => {
    speaks(1000, 5000);
    hears('No, thank you.', { endMs: 4980, fromFinalize: false });
    expect(holdMs()).toBe(300);
  });

  test('one that ends earlier does not: words are missing, and are waited for', () => {
    speaks(1000, 5000);
    hears('No, thank', { endMs: 3000, fromFinalize: false });
    expect(turn.check(now + 800).decision).toBe('wait');
    hears('you.', { endMs: 5000, fromFinalize: false });
    expect(turn.check(now + 800).decision).toBe('end');
  });

  test('without its clock a final counts that came well after the end of speech', () => {
    speaks(1000);
    now = 1250;
    hears('No, thank you.', { fromFinalize: false });
    expect(turn.check(1350).decision).toBe('wait');
    turn.forget();
    speaks(1000);
    now = turn.endMs + 320;
    hears('No, thank you.', { fromFinalize: false });
    expect(turn.check(now).decision).toBe('end');
  });
});

test('a recogniser that is sure of the end shortens the wait, one that is not lengthens it', () => {
  const holds = [0.02, undefined, 0.98].map((endOfTurn) => {
    turn.forget();
    turn.agentSaid('What happened?');
    speaks(1000);
    const spoken = { text: 'it broke again', isFinal: true, speechFinal: false, fromFinalize: true, confidence: 0.9 };
    turn.transcribed({ ...spoken, startMs: now, endMs: now + 100, endOfTurn }, true, now);
    now += 5000;
    return turn.check(turn.endMs + 200).checkAtMs - turn.endMs;
  });
  expect(holds[0]).toBeGreaterThan(holds[1]);
  expect(holds[1]).toBeGreaterThan(holds[2]);
});

test('a VAD that never falls silent does not keep the caller from being answered', () => {
  turn.speechStarts(0, true);
  now = 1500;
  hears('No, thank you.', { isFinal: false });
  expect(turn.check(5499).decision).toBe('wait');
  expect(turn.check(5500).decision).toBe('end');
});

test('who speaks again after a long silence is not taken for a stuck VAD', () => {
  speaks(1000);
  hears('No, thank you.');
  turn.handOver(now);
  now += 5000;
  turn.speechStarts(now, true);
  expect(turn.check(now + 100).decision).toBe('wait');
});

test('new words put that off, a full stop does not', () => {
  turn.speechStarts(0, true);
  now = 1500;
  hears('No thank you', { isFinal: false });
  now = 4000;
  hears('No, thank you.', { isFinal: false });
  expect(turn.check(5500).decision).toBe('end');
  hears('No, thank you. Wait.', { isFinal: false });
  expect(turn.check(5500).decision).toBe('wait');
});

test('a withdrawn answer is the beginning of what the caller says next', () => {
  speaks(1000);
  hears('The soup was cold.');
  expect(turn.handOver(now).text).toBe('The soup was cold.');
  speaks(1000);
  hears('And the bread was stale.');
  expect(turn.text).toBe('The soup was cold. And the bread was stale.');
  turn.dropCarried();
  expect(turn.text).toBe('And the bread was stale.');
});

test('what is expected may be known better than our words tell', () => {
  turn.agentSaid('Whenever you are ready.', { ...NOTHING_ASKED, kind: 'number', digits: [16] });
  speaks(1000);
  hears('4 1 1 1');
  expect(holdMs()).toBeGreaterThan(1700);
});
