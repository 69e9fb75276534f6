import { describe, expect, test } from 'vitest';
import { CallOver, Guest, type GuestScript } from '../../../loadtest/callers/guest.js';
import type { Utterance } from '../../../loadtest/callers/person.js';
import { PhoneLine } from '../../../loadtest/callers/phone_line.js';
import type { CallerLine } from '../../../loadtest/simulators/twilio/caller.js';
import { encodeMulaw } from '../../../loadtest/simulators/twilio/mulaw_codec.js';
import { Playout } from '../../../loadtest/simulators/twilio/playout.js';

const LOUD = encodeMulaw(Int16Array.from({ length: 160 }, (_, i) => (i % 8 < 4 ? 8000 : -8000)));
const NOTHING: CallerLine = { say() {}, isSpeaking: false, dtmf() {}, hangUp() {}, cut() {} };
const utterance: Utterance = { text: 'Hello.', pcm: new Float32Array(200 * 8).fill(0.1), words: [] };

/** Lets a guest live for `ms`, hearing the agent in the given stretches; every beat of 20 ms a frame leaves. */
async function live(script: GuestScript, ms: number, agent: readonly [number, number][] = []) {
  const hungUp: number[] = [];
  const ear = new Playout();
  const line = new PhoneLine({ seed: 1 });
  const guest = new Guest(line, script);
  let now = 0;
  guest.attach({ ...NOTHING, hangUp: () => hungUp.push(now - guest.startedMs) }, ear);
  const beginMs = guest.startedMs;
  for (; now < beginMs; now = beginMs);
  for (let t = 0; t < ms; t += 20) {
    now = beginMs + t;
    if (agent.some(([from, to]) => t >= from && t < to)) ear.push(LOUD, 0, LOUD.length, now);
    line.next(t);
    guest.tick(now);
    // What the script waits for settles in microtasks.
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }
  return { guest, hungUp };
}

describe('a guest', () => {
  test('waits for the agent, speaks, and is remembered with the times at which it sounded', async () => {
    const { guest, hungUp } = await live(
      async (me) => {
        await me.agentSpeaks(5000, 0);
        await me.agentDone(700);
        await me.say('turn', utterance);
      },
      3000,
      [[200, 1000]],
    );
    expect(guest.completed).toBe(true);
    const [{ kind, startMs, endMs }] = guest.events;
    expect(kind).toBe('turn');
    expect(startMs).toBeGreaterThanOrEqual(1700);
    expect(startMs).toBeLessThan(1850);
    expect(endMs - startMs).toBe(200);
    expect(hungUp).toHaveLength(1);
  });

  test('knows how long the agent has been speaking, a short pause not counted', async () => {
    const seen: boolean[] = [];
    await live(
      async (me) => {
        seen.push(await me.agentSpeaking(1000, 5000));
        seen.push(me.timeMs > 1250 && me.timeMs < 1500);
      },
      3000,
      [
        [300, 700],
        [900, 2000],
      ],
    );
    expect(seen).toEqual([true, true]);
  });

  test('gives up waiting in time', async () => {
    let met: boolean | null = null;
    await live(async (me) => {
      met = await me.agentSpeaks(500, 0);
    }, 1000);
    expect(met).toBe(false);
  });

  test('whose call ends while it waits has no error, one whose script breaks has', async () => {
    const { guest } = await live(async (me) => {
      await me.wait(10_000);
    }, 100);
    guest.callEnded();
    await Promise.resolve();
    expect([guest.error, guest.isOver]).toEqual([null, true]);
    await expect(guest.until(() => true, 10)).rejects.toThrow(CallOver);
    const broken = await live(async () => {
      throw new Error('no such word');
    }, 100);
    expect(String(broken.guest.error)).toContain('no such word');
  });
});
