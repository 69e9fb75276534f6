// The ledger against a Twilio that plays by its documented rules (FIFO buffer at real time, marks behind the audio,
// clear echoes what is outstanding) over a network with delay, jitter and stalls. The truth is what that Twilio played.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlayoutLedger } from '../../../src/conversation/playout/playout_ledger.js';

interface Network {
  /** One-way delays in ms, to Twilio and back. */
  upMs: number;
  downMs: number;
  /** Extra delay of message i; messages never overtake one another. */
  jitterMs: (i: number) => number;
  echoJitterMs?: (i: number) => number;
}

/** Exact replay on paper: feed it what was sent when, ask what had played when. */
class PaperTwilio {
  readonly #runs: { start: number; end: number; playMs: number }[] = [];
  #bytes = 0;
  #tailMs = 0;
  #lastArrivalMs = 0;
  #lastEchoMs = 0;
  #messages = 0;
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  #arrival(nowMs: number): number {
    this.#lastArrivalMs = Math.max(
      this.#lastArrivalMs,
      nowMs + this.#network.upMs + this.#network.jitterMs(this.#messages++),
    );
    return this.#lastArrivalMs;
  }

  media(bytes: number, nowMs: number): void {
    const playMs = Math.max(this.#arrival(nowMs), this.#tailMs);
    this.#runs.push({ start: this.#bytes, end: this.#bytes + bytes, playMs });
    this.#bytes += bytes;
    this.#tailMs = playMs + bytes / 8;
  }

  /** When the echo of a mark sent now reaches us. */
  mark(nowMs: number): number {
    const playedMs = Math.max(this.#arrival(nowMs), this.#tailMs);
    this.#lastEchoMs = Math.max(
      this.#lastEchoMs,
      playedMs + this.#network.downMs + (this.#network.echoJitterMs?.(this.#messages) ?? 0),
    );
    return this.#lastEchoMs;
  }

  playedAt(ms: number): number {
    let played = 0;
    for (const { start, end, playMs } of this.#runs) {
      if (ms >= playMs) played = Math.min(end, start + Math.floor((ms - playMs) * 8));
    }
    return played;
  }

  /** What had played when a clear sent now arrives. */
  playedAtClear(nowMs: number): number {
    return this.playedAt(this.#arrival(nowMs));
  }
}

/** Sends `messages` of 40 ms with `leadMs` of lead and a mark every 200 ms; calls `look` after each step. */
function speak(
  network: Network,
  messages: number,
  look: (playout: PlayoutLedger, twilio: PaperTwilio, nowMs: number) => void,
) {
  const playout = new PlayoutLedger();
  const twilio = new PaperTwilio(network);
  const reply = playout.beginReply();
  const echoes: { name: string; atMs: number }[] = [];
  playout.addAudio(reply, messages * 320);
  const leadMs = 200;
  for (let i = 0; i < messages; i++) {
    const nowMs = 1000 + Math.max(0, i * 40 - leadMs);
    for (const echo of echoes.splice(0)) {
      if (echo.atMs > nowMs) echoes.push(echo);
      else expect(playout.markEchoed(echo.name, echo.atMs)).toBe('played');
    }
    look(playout, twilio, nowMs);
    playout.sent(320, nowMs);
    twilio.media(320, nowMs);
    if (i % 5 === 4) echoes.push({ name: playout.markSent(nowMs), atMs: twilio.mark(nowMs) });
  }
  return { playout, twilio, reply };
}

const delays = fc.record({ upMs: fc.integer({ min: 0, max: 120 }), downMs: fc.integer({ min: 0, max: 120 }) });

describe('over a network of constant delay', () => {
  test('the truth is always within the stated error', () => {
    fc.assert(
      fc.property(delays, ({ upMs, downMs }) => {
        speak({ upMs, downMs, jitterMs: () => 0 }, 60, (playout, twilio, nowMs) => {
          const heard = playout.heard(1, nowMs)!;
          expect(Math.abs(heard.heardMs - twilio.playedAt(nowMs) / 8)).toBeLessThanOrEqual(heard.errorMs + 0.5);
        });
      }),
      { numRuns: 50 },
    );
  });

  test('what a clear cuts is known exactly, whatever the delay', () => {
    fc.assert(
      fc.property(delays, fc.integer({ min: 1, max: 60 }), ({ upMs, downMs }, messages) => {
        const { playout, twilio, reply } = speak({ upMs, downMs, jitterMs: () => 0 }, messages, () => {});
        const nowMs = 1000 + Math.max(0, messages * 40 - 190);
        const truth = twilio.playedAtClear(nowMs);
        playout.cleared(nowMs);
        expect(Math.abs(playout.heard(reply, nowMs)!.heardMs - truth / 8)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });

  test('the measured delay is half of the round trip', () => {
    const errors: number[] = [];
    speak({ upMs: 70, downMs: 70, jitterMs: () => 0 }, 60, (playout, twilio, nowMs) => {
      if (nowMs > 1500) errors.push(Math.abs(playout.playHeadBytes(nowMs) - twilio.playedAt(nowMs)));
    });
    expect(Math.max(...errors)).toBeLessThanOrEqual(8);
  });
});

describe('over a bad network', () => {
  const jitter = fc.array(
    fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 20 }) }, fc.integer({ min: 0, max: 400 })),
    {
      minLength: 20,
      maxLength: 20,
    },
  );

  test('nothing counts as proven or drained that has not played', () => {
    fc.assert(
      fc.property(delays, jitter, ({ upMs, downMs }, extra) => {
        speak(
          {
            upMs,
            downMs,
            jitterMs: (i) => extra[i % extra.length],
            echoJitterMs: (i) => extra[(i * 7) % extra.length],
          },
          60,
          (playout, twilio, nowMs) => {
            const heard = playout.heard(1, nowMs)!;
            const played = twilio.playedAt(nowMs) / 8;
            if (heard.errorMs === 0) expect(heard.heardMs).toBeLessThanOrEqual(played);
            expect(heard.heardMs * 8).toBeLessThanOrEqual(playout.sentBytes);
            expect(playout.drained(nowMs) && played * 8 < playout.sentBytes).toBe(false);
          },
        );
      }),
      { numRuns: 50 },
    );
  });

  test('after a stall that delays all further audio the model falls in behind it within three marks', () => {
    // From message 30 on the way to Twilio takes 300 ms longer, 100 ms more than the lead covers: the buffer runs dry.
    const network = { upMs: 30, downMs: 30, jitterMs: (i: number) => (i >= 30 ? 300 : 0) };
    const errors: [number, number][] = [];
    speak(network, 100, (playout, twilio, nowMs) => {
      errors.push([nowMs, (playout.playHeadBytes(nowMs) - twilio.playedAt(nowMs)) / 8]);
    });
    expect(Math.max(...errors.map(([, error]) => Math.abs(error)))).toBeLessThanOrEqual(101);
    const dryFromMs = errors.find(([, error]) => error > 1)![0];
    const later = errors.filter(([nowMs]) => nowMs > dryFromMs + 750); // marks come every 200 ms
    expect(later.length).toBeGreaterThan(20);
    for (const [, error] of later) expect(Math.abs(error)).toBeLessThanOrEqual(1);
  });
});
