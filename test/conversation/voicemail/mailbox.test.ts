import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../loadtest/simulators/latency.js';
import type { TurnEvent } from '../../../src/conversation/turns/turn_events.js';
import { Mailbox, type MailboxMove } from '../../../src/conversation/voicemail/mailbox.js';

const heard = (text: string, isFinal = false): TurnEvent => ({
  on: 'transcript',
  transcript: { text, startMs: 0, endMs: 0, isFinal, speechFinal: false, fromFinalize: false, confidence: 1 },
});
const TICK: TurnEvent = { on: 'tick' };

/** Beats until something is to be done, at most until `untilMs`. */
function beat(mailbox: Mailbox, fromMs: number, untilMs: number): { move: MailboxMove; atMs: number } {
  for (let atMs = fromMs; atMs <= untilMs; atMs += 5) {
    const move = mailbox.event(TICK, atMs);
    if (move !== 'none') return { move, atMs };
  }
  return { move: 'none', atMs: untilMs };
}

/** A mailbox's greeting has been going on for three seconds and has just said what it is. */
function found(action: 'hang_up' | 'message'): { mailbox: Mailbox; move: MailboxMove } {
  const mailbox = new Mailbox({ action, language: 'en' }, 0);
  mailbox.event({ on: 'speech_start', startMs: 500 }, 600);
  return { mailbox, move: mailbox.event(heard('please leave a message'), 3000) };
}

test('hang up: in the middle of the greeting', () => {
  const { mailbox, move } = found('hang_up');
  expect(move).toBe('hang_up');
  expect(mailbox).toMatchObject({ hasFloor: true, sign: 'words' });
  expect(beat(mailbox, 3005, 90_000).move).toBe('none');
});

describe('leave a message', () => {
  test('silent until the beep has ended, then the message, then the end', () => {
    const { mailbox, move } = found('message');
    expect(move).toBe('fall_silent');
    expect(mailbox.hasFloor).toBe(true);
    expect(mailbox.event(heard('after the beep', true), 4000)).toBe('none');
    expect(mailbox.event({ on: 'speech_end', endMs: 5000 }, 5200)).toBe('none');
    expect(mailbox.beeped(5900, 6100)).toBe('say');
    expect(mailbox.event({ on: 'speech_start', startMs: 6500 }, 6600)).toBe('none');
    expect(mailbox.event({ on: 'reply_played', farewell: false, text: 'Call us.' }, 9000)).toBe('hang_up');
  });

  test('no beep that we can hear: 2.5 s of silence, and no pause within the greeting', () => {
    const { mailbox } = found('message');
    mailbox.event({ on: 'speech_end', endMs: 4000 }, 4200);
    mailbox.event({ on: 'speech_start', startMs: 5500 }, 5600);
    expect(beat(mailbox, 5605, 9000).move).toBe('none');
    mailbox.event({ on: 'speech_end', endMs: 9000 }, 9200);
    expect(beat(mailbox, 9205, 20_000)).toEqual({ move: 'say', atMs: 11_500 });
  });

  test('a beep into a message that began by silence: once more, from its beginning', () => {
    const { mailbox } = found('message');
    mailbox.event({ on: 'speech_end', endMs: 4000 }, 4200);
    expect(beat(mailbox, 4205, 20_000).move).toBe('say');
    expect(mailbox.beeped(7500, 7700)).toBe('say');
    // What the mailbox says at the end of its recording is none.
    expect(mailbox.beeped(12_000, 12_200)).toBe('none');
  });

  test('the beep itself gave it away: at once', () => {
    const mailbox = new Mailbox({ action: 'message', language: 'en' }, 0);
    mailbox.event({ on: 'speech_start', startMs: 500 }, 600);
    mailbox.event({ on: 'speech_end', endMs: 2500 }, 2700);
    expect(mailbox.beeped(3000, 3200)).toBe('fall_silent');
    expect(beat(mailbox, 3205, 9000)).toEqual({ move: 'say', atMs: 3205 });
  });

  test('the carrier heard the end of the greeting', () => {
    const { mailbox } = found('message');
    expect(mailbox.carrierSays('machine_end_beep', 6000)).toBe('say');
    const byCarrier = new Mailbox({ action: 'message', language: 'en' }, 0);
    expect(byCarrier.carrierSays('machine_end_silence', 6000)).toBe('fall_silent');
    expect(beat(byCarrier, 6005, 9000)).toEqual({ move: 'say', atMs: 6005 });
  });

  test.each(['the mailbox is full', 'it cannot accept any messages at this time'])('none where %s', (text) => {
    const { mailbox } = found('message');
    expect(mailbox.event(heard(text), 4000)).toBe('hang_up');
  });

  test('its voice failed', () => {
    const { mailbox } = found('message');
    mailbox.beeped(5900, 6100);
    expect(mailbox.event({ on: 'reply_failed' }, 6500)).toBe('hang_up');
  });

  test('a greeting without an end is not listened to for ever', () => {
    const { mailbox } = found('message');
    expect(beat(mailbox, 3005, 90_000)).toEqual({ move: 'hang_up', atMs: 63_005 });
  });
});

test('a person: nothing is done, and nobody asks again', () => {
  const mailbox = new Mailbox({ action: 'hang_up', language: 'en' }, 0);
  mailbox.event({ on: 'speech_start', startMs: 500 }, 600);
  mailbox.event(heard('Hello?', true), 1400);
  mailbox.event({ on: 'speech_end', endMs: 1100 }, 1300);
  expect([mailbox.answered(1500), mailbox.answered(9000), mailbox.answered(15_000)]).toEqual([
    'none',
    'none',
    'person',
  ]);
  expect(mailbox.hasFloor).toBe(false);
});

test('any order of events: it never speaks before it fell silent, says nothing after the end, and comes to one', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const random = seededRandom(seed);
    const mailbox = new Mailbox({ action: random() < 0.7 ? 'message' : 'hang_up', language: 'en' }, 0);
    const moves: MailboxMove[] = [];
    let nowMs = 0;
    const texts = ['hello', 'leave a message', 'the mailbox is full', 'who is this', 'not here right now', 'okay'];
    const acts: (() => MailboxMove)[] = [
      () => mailbox.event({ on: 'speech_start', startMs: nowMs - 100 }, nowMs),
      () => mailbox.event({ on: 'speech_end', endMs: nowMs - 200 }, nowMs),
      () => mailbox.event(heard(texts[Math.floor(random() * texts.length)], random() < 0.3), nowMs),
      () => mailbox.beeped(nowMs - 200, nowMs),
      () => mailbox.carrierSays(random() < 0.5 ? 'human' : 'machine_end_other', nowMs),
      () => mailbox.answered(nowMs),
      () => mailbox.event({ on: 'reply_played', farewell: false, text: '' }, nowMs),
      () => mailbox.event(TICK, nowMs),
    ];
    for (let i = 0; i < 200; i++) {
      nowMs += 5 + random() * 900;
      const move = random() < 0.4 ? 'none' : acts[Math.floor(random() * acts.length)]();
      if (move !== 'none') moves.push(move);
      if (move === 'person') break;
    }
    const story = moves.join(' ');
    expect(story, `seed ${seed}`).toMatch(/^(person|(fall_silent( say( say)?)?)? ?(hang_up)?)$/);
  }
});
