import { expect, test } from 'vitest';
import type { CallerEvent } from '../../../loadtest/ear/caller_event.js';
import { longestMs, owedSilences } from '../../../loadtest/ear/dead_air.js';
import type { Span } from '../../../loadtest/ear/spans.js';

const said = (...times: [number, number][]): Span[] => times.map(([startMs, endMs]) => ({ startMs, endMs }));
const turn = (startMs: number, endMs: number, kind: CallerEvent['kind'] = 'turn'): CallerEvent => ({
  kind,
  startMs,
  endMs,
  text: '',
});

test.each<[string, Span[], CallerEvent[], number[], [string, number][]]>([
  [
    'a turn that is answered late',
    said([500, 2000], [9000, 10_000]),
    [turn(3000, 4000)],
    [2000, 10_000],
    [['caller', 5000]],
  ],
  ['a turn that is never answered', said([500, 2000]), [turn(3000, 4000)], [2000], [['caller', 8000]]],
  ['a reply that breaks off', said([500, 2000], [7000, 8000]), [], [8000], [['broken_off', 5000]]],
  ['a caller who takes time after a reply', said([500, 2000]), [turn(9000, 11_800)], [2000], []],
  [
    'a caller who has to ask again',
    said([500, 2000], [9000, 11_900]),
    [turn(3000, 4000), turn(7000, 8000)],
    [2000, 11_900],
    [
      ['caller', 3000],
      ['caller', 1000],
    ],
  ],
  ['a greeting that comes late', said([4000, 11_900]), [], [11_900], [['nothing', 4000]]],
  ['a cough is no turn', said([500, 2000]), [turn(4000, 4500, 'vocal')], [2000], []],
  ['a pause inside a reply', said([500, 2000], [2300, 11_900]), [], [11_900], []],
])('%s', (_, agent, events, replyEndsMs, expected) => {
  const silences = owedSilences({ id: 'a', durationMs: 12_000, agent, events, replyEndsMs });
  const long = silences.filter(({ startMs, endMs }) => endMs - startMs > 600);
  expect(long.map(({ after, startMs, endMs }) => [after, endMs - startMs])).toEqual(expected);
  expect(longestMs(silences)).toBe(Math.max(0, ...silences.map(({ startMs, endMs }) => endMs - startMs)));
});
