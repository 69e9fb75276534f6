import { describe, expect, test } from 'vitest';
import type { CallerEvent, JudgedCall } from '../../../loadtest/ear/caller_event.js';
import { judgeCall, panelOf } from '../../../loadtest/ear/interaction_panel.js';
import type { Span } from '../../../loadtest/ear/spans.js';

const event = (kind: CallerEvent['kind'], startMs: number, endMs: number): CallerEvent => ({
  kind,
  startMs,
  endMs,
  text: kind,
});
const said = (...times: [number, number][]): Span[] => times.map(([startMs, endMs]) => ({ startMs, endMs }));

function call(agent: Span[], events: CallerEvent[], replyEndsMs: number[] = []): JudgedCall {
  return { id: 'a', durationMs: 20_000, agent, events, replyEndsMs };
}

/** What the panel makes of a single call. */
const panel = (...args: Parameters<typeof call>) => panelOf(judgeCall(call(...args)));

describe('response: end of a turn to the agent’s first tick', () => {
  test.each<[string, Span[], number | null, number]>([
    // The turn ends at 2,000.
    ['in the next tick but two', said([2450, 5000]), 0.4, 1],
    ['at once', said([2010, 5000]), 0, 1],
    ['late', said([4000, 6000]), 2, 1],
    ['never: the caller has to speak again', said([9000, 10_000]), null, 0],
  ])('%s', (_, agent, latency, rate) => {
    const result = panel(agent, [event('turn', 1000, 2000), event('turn', 8000, 8500)]);
    const first = judgeCall(call(agent, [event('turn', 1000, 2000), event('turn', 8000, 8500)])).find(
      ({ rule }) => rule === 'response',
    );
    expect(first?.latencyS ?? null).toBe(latency);
    expect(first?.ok).toBe(rate === 1);
    expect(result.counts.R_R).toBe(2);
  });

  test('a turn over whose end the agent speaks is no question of response, and one cut-in', () => {
    const result = panel(said([1500, 4000]), [event('turn', 1000, 2000)]);
    expect(result).toMatchObject({ R_R: null, I_A: 1, counts: { R_R: 0, I_A: 1 } });
  });
});

describe('yield: a real interruption, then silence within two seconds', () => {
  test.each<[string, Span[], number | null, number | null]>([
    ['after a tick and a half', said([0, 3300]), 0.4, 1],
    ['just in time', said([0, 4800]), 1.8, 1],
    ['too late', said([0, 5500]), null, 0],
    ['a hole of one tick is no silence', said([0, 3180], [3420, 6000]), null, 0],
  ])('%s', (_, agent, latency, rate) => {
    const result = panel(agent, [event('interruption', 3050, 4000)]);
    expect([result.L_Y, result.R_Y]).toEqual([latency, rate]);
  });

  test('a turn that begins while the agent speaks is an interruption too', () => {
    expect(panel(said([0, 3300]), [event('turn', 3050, 4000)])).toMatchObject({ R_Y: 1, counts: { R_Y: 1 } });
  });

  test('an agent that had ended by itself has not yielded', () => {
    expect(panel(said([0, 3300]), [event('interruption', 3050, 4000)], [3300]).counts.R_Y).toBe(0);
  });
});

describe('selectivity', () => {
  test.each<[string, CallerEvent['kind'], Span[], number | null]>([
    ['a nod talked through', 'backchannel', said([0, 8000]), 1],
    ['a nod that stops the agent', 'backchannel', said([0, 3400], [6000, 8000]), 0],
    ['a nod, a hole of one tick', 'backchannel', said([0, 3390], [3610, 8000]), 1],
    ['a nod, and silence only after more than a second', 'backchannel', said([0, 4400]), 1],
    ['a cough talked through', 'vocal', said([0, 8000]), 1],
    ['a cough that stops the agent', 'vocal', said([0, 3700]), 0],
    ['words for others, talked through', 'not_for_us', said([0, 8000]), 1],
    ['a cough in silence, ignored', 'vocal', said([0, 2000], [6000, 8000]), 1],
    ['a cough in silence, answered', 'vocal', said([0, 2000], [4000, 8000]), 0],
    ['words for others in silence, answered', 'not_for_us', said([0, 2000], [5400, 8000]), 0],
    ['a nod in silence is no event', 'backchannel', said([0, 2000]), null],
  ])('%s', (_, kind, agent, rate) => {
    const result = panel(agent, [event(kind, 3100, 3600)]);
    expect(kind === 'backchannel' ? result.S_BC : kind === 'vocal' ? result.S_VT : result.S_ND).toBe(rate);
  });

  test('a reply that ends by itself within the window says nothing', () => {
    expect(panel(said([0, 3700]), [event('vocal', 3100, 3600)], [3700]).counts.S_VT).toBe(0);
  });

  test('a silence in which the caller goes on within two seconds says nothing', () => {
    const events = [event('vocal', 3100, 3600), event('turn', 4500, 5500)];
    expect(panel(said([0, 2000], [6000, 8000]), events).counts.S_VT).toBe(0);
  });

  test('bursts are beside the panel, and selectivity needs all three', () => {
    const events = [event('burst', 1000, 2000), event('vocal', 3100, 3600)];
    expect(panel(said([0, 8000]), events)).toMatchObject({ selectivity: null, counts: { S_VT: 1, I_A: 0 } });
  });
});

test('cut-ins: every stretch that begins inside a turn, its pauses included', () => {
  const agent = said([1300, 1600], [2400, 2700], [5000, 7000]);
  expect(panel(agent, [event('turn', 1000, 4000)]).I_A).toBe(2);
});
