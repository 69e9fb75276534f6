import { expect, test } from 'vitest';
import { type CallAct, LINE_CHARS_MAX, NOTE_CHARS_MAX, parseCallAct } from '../../src/call/call_acts.js';

test.each<CallAct>([
  { act: 'say', operator: 'ann', text: 'One moment.', now: true },
  { act: 'say', operator: 'ann', text: 'One moment.', now: false },
  { act: 'whisper', operator: 'ann', text: 'Offer a refund.' },
  { act: 'pause', operator: 'ann' },
  { act: 'resume', operator: 'ann' },
])('%o comes through as it is', (act) => {
  expect(parseCallAct(JSON.stringify(act))).toEqual(act);
});

test.each([
  ['no JSON', '{'],
  ['no object', '"say"'],
  ['null', 'null'],
  ['an act that a newer version has', '{"act":"dance","operator":"ann"}'],
  ['nobody’s', '{"act":"pause"}'],
  ['no text', '{"act":"say","operator":"ann"}'],
  ['an empty text', '{"act":"whisper","operator":"ann","text":""}'],
  ['a text of another kind', '{"act":"say","operator":"ann","text":["a"]}'],
  ['a line too long', JSON.stringify({ act: 'say', operator: 'ann', text: 'x'.repeat(LINE_CHARS_MAX + 1) })],
  ['a note too long', JSON.stringify({ act: 'whisper', operator: 'ann', text: 'x'.repeat(NOTE_CHARS_MAX + 1) })],
])('%s is no act', (_, json) => {
  expect(parseCallAct(json)).toBeNull();
});
