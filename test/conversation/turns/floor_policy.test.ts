import { expect, test } from 'vitest';
import {
  FLOOR_POLICY,
  FLOOR_STATES,
  FLOOR_VERDICTS,
  floorActions,
  floorPolicy,
} from '../../../src/conversation/turns/floor_policy.js';

test('noise, echo and the room never change anything', () => {
  for (const row of Object.values(FLOOR_POLICY))
    expect([row.noise, row.echo, row.background]).toEqual(['keep', 'keep', 'keep']);
});

test('only what plays or is being made can be held', () => {
  const holds = Object.entries(FLOOR_POLICY).filter(([, row]) => Object.values(row).includes('hold'));
  expect(holds.map(([state]) => state)).toEqual(['thinking', 'speaking']);
});

test('cells of an own replace the usual ones and no others', () => {
  const own = floorPolicy({ greeting: { speech: 'yield' }, closing: { stop: 'note' } });
  expect(own.greeting).toEqual({ ...FLOOR_POLICY.greeting, speech: 'yield' });
  expect(own.closing.stop).toBe('note');
  expect(own.speaking).toEqual(FLOOR_POLICY.speaking);
  expect(FLOOR_POLICY.greeting.speech).toBe('keep');
});

test('what an agent may set is what is decided: the usual table fits it', () => {
  for (const state of FLOOR_STATES) {
    for (const verdict of FLOOR_VERDICTS) {
      const usual = FLOOR_POLICY[state][verdict];
      // `note` is `keep` for whoever speaks: what was said is a turn either way.
      expect([state, verdict, floorActions(verdict)]).toEqual([
        state,
        verdict,
        expect.arrayContaining([usual === 'note' ? 'keep' : usual]),
      ]);
    }
  }
});
