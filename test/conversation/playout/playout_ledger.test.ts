import { describe, expect, test } from 'vitest';
import { PlayoutLedger } from '../../../src/conversation/playout/playout_ledger.js';

const SECOND = 8000;

/** No network delay, so that times in the stories are plain. */
function ledger(): PlayoutLedger {
  return new PlayoutLedger({ networkMs: 0, unmeasuredErrorMs: 0 });
}

/** Sends what is queued in 20 ms messages, each when the one before it ends; returns the time after the last. */
function sendPaced(playout: PlayoutLedger, fromMs: number, bytes: number): number {
  let nowMs = fromMs;
  for (let left = bytes; left > 0; left -= 160) {
    playout.sent(160, nowMs);
    nowMs += 20;
  }
  return nowMs;
}

describe('the play head', () => {
  test('audio starts when it reaches an empty buffer and goes on at real time', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addAudio(reply, SECOND);
    expect(playout.sent(800, 1000)).toBe(1000);
    expect(playout.sent(800, 1010)).toBe(1100); // 90 ms of lead: joins on exactly
    expect(playout.playHeadBytes(1000)).toBe(0);
    expect(playout.playHeadBytes(1050)).toBe(400);
    expect(playout.playHeadBytes(1150)).toBe(1200);
    expect(playout.playHeadBytes(9999)).toBe(1600);
  });

  test('a dry buffer makes a gap: the next audio plays when it comes', () => {
    const playout = ledger();
    playout.addAudio(playout.beginReply(), SECOND);
    playout.sent(800, 1000);
    expect(playout.sent(800, 1400)).toBe(1400);
    expect(playout.playHeadBytes(1300)).toBe(800);
    expect(playout.playHeadBytes(1450)).toBe(1200);
  });

  test('unplayed audio counts what Twilio holds and what waits here', () => {
    const playout = ledger();
    playout.addAudio(playout.beginReply(), SECOND);
    playout.sent(1600, 0);
    expect(playout.unplayedMs(0)).toBe(1000);
    expect(playout.unplayedMs(100)).toBe(900);
    expect(playout.twilioBufferMs(100)).toBe(100);
    expect(playout.unplayedMs(5000)).toBe(800);
  });

  test('the network delay that was assumed shifts the play time of every piece alike', () => {
    const playout = new PlayoutLedger({ networkMs: 40 });
    playout.addAudio(playout.beginReply(), SECOND);
    expect(playout.sent(800, 1000)).toBe(1040);
    expect(playout.sent(800, 1000)).toBe(1140);
    expect(playout.playHeadBytes(1040)).toBe(0);
    expect(playout.playHeadBytes(1050)).toBe(80);
  });
});

describe('marks', () => {
  test('an echo proves what was sent before it, however slow the model thought playout was', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addText(reply, 'One two three four.');
    playout.addAudio(reply, SECOND);
    playout.replyFinished(reply);
    playout.sent(SECOND, 0);
    const mark = playout.markSent(0);
    expect(playout.drained(900)).toBe(false);
    expect(playout.markEchoed(mark, 900)).toBe('played');
    expect(playout.drained(900)).toBe(true);
    expect(playout.heard(reply, 900)).toMatchObject({ text: 'One two three four.', complete: true, errorMs: 0 });
  });

  test('a late echo teaches the delay: half of the round trip is the way there', () => {
    const playout = ledger();
    playout.addAudio(playout.beginReply(), 10 * SECOND);
    playout.sent(1600, 0);
    const mark = playout.markSent(0);
    playout.sent(8000, 0);
    expect(playout.markEchoed(mark, 280)).toBe('played'); // played at 200 without delay; 80 ms round trip
    expect(playout.playHeadBytes(540)).toBe((540 - 40) * 8);
  });

  test('a mark sent into silence measures the round trip, not the time since the audio ended', () => {
    const playout = ledger();
    playout.addAudio(playout.beginReply(), 2 * SECOND);
    playout.sent(800, 0);
    const mark = playout.markSent(5000);
    playout.markEchoed(mark, 5060);
    playout.sent(8000, 6000);
    expect(playout.playHeadBytes(6500)).toBe(800 + (500 - 30) * 8);
  });

  test('one delayed echo does not move the model; three in a row do', () => {
    const playout = ledger();
    playout.addAudio(playout.beginReply(), 10 * SECOND);
    const marks: string[] = [];
    for (let i = 0; i < 8; i++) {
      playout.sent(1600, 0);
      marks.push(playout.markSent(0));
    }
    playout.markEchoed(marks[0], 200);
    playout.markEchoed(marks[1], 700); // this echo was held up for 300 ms
    expect(playout.playHeadBytes(750)).toBe(6000);
    playout.markEchoed(marks[2], 900); // Twilio really plays 300 ms late now
    playout.markEchoed(marks[3], 1100);
    playout.markEchoed(marks[4], 1300);
    expect(playout.playHeadBytes(1400)).toBe((1400 - 300) * 8);
  });

  test.each([
    ['g0.0', 'played', 'sent'],
    ['g0.1', 'unknown', 'never sent: ahead of what we queued'],
    ['g1.0', 'unknown', 'of a generation that has not begun'],
    ['', 'unknown', 'empty'],
    ['g0.0 ', 'unknown', 'not ours'],
    ['g99999999999999999999.0', 'unknown', 'not ours'],
  ])('the echo "%s" is %s (%s)', (name, verdict) => {
    const playout = ledger();
    playout.addAudio(playout.beginReply(), 160);
    playout.sent(160, 0);
    playout.markSent(0);
    expect(playout.markEchoed(name, 20)).toBe(verdict);
  });

  test('the same echo twice counts once', () => {
    const playout = ledger();
    const mark = playout.markSent(0);
    expect([playout.markEchoed(mark, 1), playout.markEchoed(mark, 2)]).toEqual(['played', 'stale']);
  });

  test('a lost echo is made up for by the next', () => {
    const playout = ledger();
    playout.addAudio(playout.beginReply(), 480);
    playout.sent(160, 0);
    const first = playout.markSent(0);
    playout.sent(160, 0);
    const second = playout.markSent(0);
    expect(playout.markEchoed(second, 40)).toBe('played');
    expect(playout.markEchoed(first, 41)).toBe('stale');
    expect(playout.marksOutstanding).toBe(0);
  });

  test('more marks than are remembered only cost the oldest', () => {
    const playout = ledger();
    const names = Array.from({ length: 100 }, () => playout.markSent(0));
    expect(playout.marksOutstanding).toBe(64);
    expect(playout.markEchoed(names[0], 1)).toBe('stale');
    expect(playout.markEchoed(names[99], 1)).toBe('played');
  });
});

describe('barge-in', () => {
  test('after a clear the echoes of cleared marks do not count as heard', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addText(reply, 'Our chef cooks the soup fresh every morning.');
    playout.addAudio(reply, SECOND);
    playout.replyFinished(reply);
    playout.sent(4000, 0);
    const mark = playout.markSent(0);
    const cut = playout.cleared(200);
    expect(cut).toEqual({ reply, heardBytes: 1600, droppedBytes: 2400, unsentBytes: 4000, cutAtMs: 200 });
    expect(playout.markEchoed(mark, 205)).toBe('stale');
    expect(playout.heard(reply, 300)!.heardMs).toBe(200);
    expect(playout.heard(reply, 9000)).toMatchObject({ text: 'Our chef', complete: false });
  });

  test('the play head never moves over audio that was cleared', () => {
    const playout = ledger();
    playout.addAudio(playout.beginReply(), SECOND);
    playout.sent(8000, 0);
    playout.cleared(500);
    expect(playout.unplayedMs(501)).toBe(0);
    expect(playout.drained(501)).toBe(true);
    const next = playout.beginReply();
    playout.addAudio(next, 800);
    expect(playout.sent(800, 600)).toBe(600);
    expect(playout.playHeadBytes(650)).toBe(8400);
    expect(playout.heard(next, 650)!.heardMs).toBe(50);
  });

  test('late audio, text and words of a cut reply are refused', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addAudio(reply, 800);
    playout.sent(160, 0);
    playout.cleared(10);
    expect(playout.addAudio(reply, 160)).toBe('stale');
    expect(playout.addText(reply, 'late')).toBe(false);
    expect(playout.addWords(reply, ['late'], [0], [1])).toBe(false);
    expect(playout.queuedBytes).toBe(0);
  });

  test('a reply cancelled before any audio was heard not at all', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addText(reply, 'Never mind.');
    expect(playout.cancelReply(reply)).toBe(0);
    expect(playout.addAudio(reply, 160)).toBe('stale');
    expect(playout.heard(reply, 0)).toMatchObject({ text: '', cutText: 'Never mind.', complete: false, heardMs: 0 });
    expect(playout.playSpan(reply)).toBe(null);
  });

  test('a clear with nothing queued harms nothing', () => {
    const playout = ledger();
    expect(playout.cleared(5)).toEqual({ reply: null, heardBytes: 0, droppedBytes: 0, unsentBytes: 0, cutAtMs: null });
    const reply = playout.beginReply();
    expect(playout.addAudio(reply, 160)).toBe('queued');
    expect(playout.sent(160, 10)).toBe(10);
  });

  test('a clear after everything was heard takes nothing back', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addText(reply, 'Hello there.');
    playout.addAudio(reply, 800);
    playout.replyFinished(reply);
    playout.sent(800, 0);
    expect(playout.cleared(150).reply).toBe(null);
    expect(playout.heard(reply, 150)).toMatchObject({ text: 'Hello there.', complete: true });
  });

  test('speech over while the rest is still being made: what came before is heard, the rest is refused', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addText(reply, 'First part. Second part.');
    playout.addAudio(reply, 800);
    playout.sent(800, 0);
    playout.cleared(1000); // the buffer ran dry before the second part came
    expect(playout.addAudio(reply, 800)).toBe('stale');
    expect(playout.heard(reply, 2000)).toMatchObject({ complete: false, heardMs: 100 });
  });

  test('the second of two queued replies was not heard when the first is cut', () => {
    const playout = ledger();
    const first = playout.beginReply();
    const second = playout.beginReply();
    playout.addAudio(first, 800);
    playout.replyFinished(first);
    playout.addAudio(second, 800);
    playout.sent(1200, 0);
    expect(playout.cleared(50)).toMatchObject({ reply: first, heardBytes: 400, droppedBytes: 800, unsentBytes: 400 });
    expect(playout.heard(second, 60)!.heardMs).toBe(0);
    expect(playout.playSpan(first)).toEqual({ startMs: 0, endMs: 50 });
    expect(playout.playSpan(second)).toBe(null);
  });
});

describe('the end of a reply', () => {
  test('a reply that is still being made has not been played, even if all so far was', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addAudio(reply, 160);
    playout.sent(160, 0);
    expect(playout.replyPlayed(reply, 500)).toBe(false);
    playout.replyFinished(reply);
    expect(playout.replyPlayed(reply, 500)).toBe(true);
  });

  test('the goodbye is over when its last mark comes back', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addAudio(reply, SECOND);
    playout.replyFinished(reply);
    sendPaced(playout, 0, SECOND);
    const mark = playout.markSent(1000);
    expect(playout.replyPlayed(reply, 1100)).toBe(false); // by the model it is over, but the echo is still out
    playout.markEchoed(mark, 1200);
    expect(playout.replyPlayed(reply, 1200)).toBe(true);
  });

  test('nor is one by the model whose last frame was filled up: its tail would be cleared', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addAudio(reply, 790);
    playout.replyFinished(reply);
    playout.sent(800, 0);
    const mark = playout.markSent(0);
    expect(playout.replyPlayed(reply, 99.5)).toBe(false);
    expect(playout.replyPlayed(reply, 130)).toBe(false);
    playout.markEchoed(mark, 130);
    expect(playout.replyPlayed(reply, 130)).toBe(true);
  });

  test('a lost echo does not keep the call open for ever', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addAudio(reply, 800);
    playout.replyFinished(reply);
    playout.sent(800, 0);
    playout.markSent(0);
    expect(playout.drainedAtMs()).toBe(1600);
    expect(playout.replyPlayed(reply, 1599)).toBe(false);
    expect(playout.replyPlayed(reply, 1600)).toBe(true);
  });

  test('a reply is over while the next one already plays', () => {
    const playout = ledger();
    const first = playout.beginReply();
    const second = playout.beginReply();
    for (const reply of [first, second]) {
      playout.addAudio(reply, 800);
      playout.replyFinished(reply);
    }
    playout.sent(1600, 0);
    expect([playout.replyPlayed(first, 99), playout.replyPlayed(first, 100), playout.replyPlayed(second, 100)]).toEqual(
      [false, true, false],
    );
  });

  test('a voice that failed half way has not said the other half', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addText(reply, 'The first half was made, the second half never came out of the voice at all.');
    playout.addWords(
      reply,
      ['The', 'first', 'half', 'was', 'made'],
      [0, 200, 400, 600, 800],
      [190, 390, 590, 790, 1000],
    );
    playout.addAudio(reply, SECOND);
    playout.replyFinished(reply, false);
    playout.sent(SECOND, 0);
    expect(playout.replyPlayed(reply, 1000)).toBe(true);
    expect(playout.heard(reply, 1000)).toMatchObject({ text: 'The first half was made,', complete: false });
  });

  test('what is taken back was not heard, waits again, and is heard once when it is sent again', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addAudio(reply, SECOND);
    playout.sent(SECOND / 2, 0);
    expect(playout.takeBack(200, SECOND)).toEqual({ bytes: 300 * 8, cutAtMs: expect.any(Number) });
    expect(playout.queuedBytes).toBe(SECOND - 200 * 8);
    expect(playout.takeBack(250, SECOND)).toBe(null);
    expect(playout.heard(reply, 5000)!.heardMs).toBe(200);
    playout.replyFinished(reply);
    playout.sent(SECOND - 200 * 8, 5000);
    expect(playout.heard(reply, 9000)!.heardMs).toBe(1000);
    expect(playout.replyPlayed(reply, 9000)).toBe(true);
    expect(playout.playSpan(reply)!.startMs).toBeLessThan(100);
  });

  test.each([
    ['too little is kept of it', 100, 200],
    ['all of it has played', SECOND, 3000],
  ])('nothing is taken back when %s', (_, kept, nowMs) => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addAudio(reply, SECOND);
    playout.sent(SECOND / 2, 0);
    expect(playout.takeBack(nowMs, kept)).toBe(null);
    expect(playout.queuedBytes).toBe(SECOND / 2);
  });

  test('nor when some of it is an earlier reply', () => {
    const playout = ledger();
    const first = playout.beginReply();
    playout.addAudio(first, SECOND / 2);
    playout.replyFinished(first);
    const second = playout.beginReply();
    playout.addAudio(second, SECOND);
    playout.sent(SECOND, 0);
    expect(playout.takeBack(100, SECOND)).toBe(null);
    expect(playout.takeBack(700, SECOND)?.bytes).toBe(300 * 8);
  });

  test('silence that is passed over counts as heard with what comes after it', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addAudio(reply, SECOND);
    playout.replyFinished(reply);
    playout.sent(SECOND / 2, 0);
    expect(playout.skip(100 * 8)).toBe(100 * 8);
    expect(playout.heard(reply, 1000)!.heardMs).toBe(500);
    playout.sent(SECOND / 2 - 100 * 8, 1000);
    expect(playout.heard(reply, 1000)!.heardMs).toBe(500);
    expect(playout.heard(reply, 2000)!.heardMs).toBe(1000);
    expect([playout.queuedBytes, playout.skip(8)]).toEqual([0, 0]);
  });

  test('silence put in to fill a frame belongs to no reply', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addAudio(reply, 100);
    playout.sent(160, 0);
    playout.addAudio(reply, 160);
    playout.sent(160, 20);
    expect(playout.heard(reply, 18)!.heardMs).toBe(12.5);
    expect(playout.heard(reply, 30)!.heardMs).toBe(12.5 + 10);
  });

  test('old replies are forgotten, not kept for ever', () => {
    const playout = ledger();
    for (let i = 0; i < 20; i++) playout.beginReply();
    expect(playout.heard(4, 0)).toBe(null);
    expect(playout.heard(5, 0)).not.toBe(null);
    expect(playout.addAudio(1, 10)).toBe('stale');
    expect(() => playout.addAudio(21, 10)).toThrow('beginReply');
  });
});

describe('a voice that breaks off', () => {
  const TEXT = 'One two three four.';
  function broken(playout: PlayoutLedger, sentBytes: number) {
    const before = playout.beginReply();
    playout.addAudio(before, 800);
    const reply = playout.beginReply();
    playout.addText(reply, TEXT);
    playout.addWords(reply, ['One', 'two', 'three', 'four.'], [0, 250, 500, 750], [250, 500, 750, 1000]);
    playout.addAudio(reply, 600 * 8);
    playout.sent(800 + sentBytes, 0);
    return reply;
  }

  test.each([
    // sent of 600 ms, dropped at the end, where the rest begins
    [400, 100, 500],
    [550, 50, 550],
    [600, 0, 600],
  ])('after %i ms were sent', (sentMs, droppedMs, baseMs) => {
    const playout = ledger();
    const reply = broken(playout, sentMs * 8);
    const rest = playout.breakOff(reply);
    expect(rest).toEqual({ rest: ' three four.', dropBytes: droppedMs * 8, baseMs });
    expect(playout.queuedBytes).toBe((600 - sentMs - droppedMs) * 8);
    // Another utterance says the rest, and what is heard of both counts as one reply.
    playout.addWords(reply, ['three', 'four.'], [baseMs, baseMs + 250], [baseMs + 250, baseMs + 500]);
    playout.addAudio(reply, 500 * 8);
    playout.replyFinished(reply);
    playout.sent(playout.queuedBytes, sentMs);
    expect(playout.heard(reply, 100 + baseMs + 260)?.text).toBe('One two three');
    expect(playout.heard(reply, 100 + baseMs + 500)).toMatchObject({ text: TEXT, complete: true });
  });

  test('in a reply that is over there is nothing left', () => {
    const playout = ledger();
    const reply = broken(playout, 0);
    playout.cleared(0);
    expect(playout.breakOff(reply)).toBeNull();
  });
});

describe('a stream that others fed before', () => {
  test('our audio plays behind theirs, or at once when theirs is over', () => {
    for (const [sendAt, plays] of [
      [1000, 1300],
      [1290, 1300],
      [1500, 1500],
    ]) {
      const playout = ledger();
      playout.goOn(1, 1300);
      playout.addAudio(playout.beginReply(), SECOND);
      expect(playout.sent(800, sendAt)).toBe(plays);
      expect(playout.playHeadBytes(plays + 50)).toBe(400);
      expect(playout.unplayedMs(plays + 50)).toBe(950);
    }
  });
});

describe('the text that was handed over', () => {
  const TEXT = 'One, two three four.';
  function saying(words = ['One', 'two', 'three', 'four']) {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addText(reply, TEXT);
    playout.addAudio(reply, SECOND);
    const at = words.map((_, i) => i * 250);
    playout.addWords(reply, words.slice(0, 2), at, [240, 490]);
    playout.addWords(reply, words.slice(2), at.slice(2), [740, 990]);
    return { playout, reply };
  }
  const sentText = (playout: PlayoutLedger, reply: number) => TEXT.slice(0, playout.sentCharacters(reply));

  test.each([
    [0, ''],
    [200, ''],
    [240, 'One,'],
    [480, 'One, two'],
    [900, 'One, two three'],
  ])('after %i ms it is "%s"', (ms, text) => {
    const { playout, reply } = saying();
    if (ms > 0) playout.sent(ms * 8, 0);
    expect(sentText(playout, reply)).toBe(text);
  });

  test('grows with what is sent, skips a word the voice spells otherwise, and is all of it at the end', () => {
    const { playout, reply } = saying(['One', '2', 'three', 'four']);
    const seen = [];
    for (let i = 0; i < 4; i++) {
      playout.sent(2000, i * 250);
      seen.push(sentText(playout, reply));
    }
    expect(seen).toEqual(['One,', 'One,', 'One, two three', TEXT]);
    playout.replyFinished(reply);
    expect(playout.sentCharacters(reply)).toBe(TEXT.length);
    expect(playout.sentCharacters(reply + 100)).toBe(0);
  });

  test('goes back with audio that will be sent again', () => {
    const { playout, reply } = saying();
    playout.sent(600 * 8, 0);
    expect(sentText(playout, reply)).toBe('One, two');
    expect(playout.rewindToWord(SECOND)).toBeGreaterThan(0);
    expect(sentText(playout, reply)).toBe('One, two');
  });

  test('without times of words it ends between two words', () => {
    const playout = ledger();
    const reply = playout.beginReply();
    playout.addText(reply, TEXT);
    playout.addAudio(reply, SECOND);
    playout.sent(400 * 8, 0);
    expect(sentText(playout, reply)).toBe('One, ');
  });
});
