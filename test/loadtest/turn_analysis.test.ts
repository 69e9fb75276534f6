// An answer taken apart: what belongs to the providers, to the hold and to the server.

import { describe, expect, test } from 'vitest';
import type { ProviderRows, TurnRow } from '../../loadtest/fleet/fleet_messages.js';
import { analyseTurns } from '../../loadtest/report/turn_analysis.js';

const CALL = 'CA01';
const WORD = 'Zubakodilu';
const REPLY = `Thank you ${WORD}, that is good to know.`;

/** Frame 0 of the call was due at 1000; the last voiced frame is number 250, at 6000. */
const turn = (changes: Partial<TurnRow> = {}): TurnRow => ({
  callSid: CALL,
  clip: 0,
  voiceStartMs: 3000,
  voiceEndMs: 6000,
  endFrame: 250,
  answerMs: 6900,
  bargeIn: false,
  clearMs: null,
  talkedOverMs: 0,
  early: false,
  ...changes,
});

/** 300 ms of hold, 100 of STT, 250 of LLM to the first piece, 90 of TTS; the server took 8 + 2 + 1 + 4 ms. */
const rows = (): ProviderRows => ({
  lines: [{ callSid: CALL, word: WORD, atMs: 3200 }],
  finals: [
    {
      callSid: CALL,
      kind: 'answered',
      startMs: 6308,
      endMs: 6408,
      // Frames 0 to 265, the last one due at 6300.
      audio: { totalMs: 266 * 20, burstFirstMs: 266 * 20, lagMs: 1000 + 5 - 20 },
    },
  ],
  completions: [{ word: WORD, reply: REPLY, startMs: 6410, chars: [6, 10, 21, 26], atMs: [6600, 6615, 6640, 6660] }],
  voices: [{ word: WORD, startMs: 6661, firstText: `Thank you ${WORD}, `, endMs: 6751 }],
  crossed: 0,
  stats: { deepgram: {}, openai: {}, cartesia: {} },
});

function parts(turns: TurnRow[], given: ProviderRows) {
  const { parts: found, unattributed } = analyseTurns(turns, turns, given);
  return { first: found[0], count: found.length, unattributed };
}

test('an answer falls apart into hold, providers and what the server added', () => {
  const { first } = parts([turn({ answerMs: 6755 })], rows());
  expect(first).toMatchObject({ responseMs: 755, holdMs: 300, sttMs: 100, llmMs: 250, ttsMs: 90 });
  expect(first).toMatchObject({ e0: 8, e1: 2, e2: 1, e3: 4, engineAddedMs: 15 });
});

test('the parts sum up to the response time when nothing overlaps', () => {
  const { first } = parts([turn({ answerMs: 6755 })], rows());
  const { holdMs, sttMs, llmMs, ttsMs, engineAddedMs, responseMs } = first;
  expect(holdMs + sttMs + llmMs + ttsMs + engineAddedMs).toBeCloseTo(responseMs, 6);
});

describe('the frame that decided', () => {
  test.each([
    ['is the newest when all came in one message', 0, 8],
    ['may be the one before when a message was sent without it', 1, 28],
    ['may be long ago after a stall', 4, 88],
  ])('%s', (_, framesAfterFirst, e0) => {
    const given = rows();
    given.finals[0].audio!.burstFirstMs = (266 - framesAfterFirst) * 20;
    expect(parts([turn()], given).first.e0).toBe(e0);
  });

  test('is not moved by frames that the server made up', () => {
    const given = rows();
    // Two more than were sent: the newest seems to arrive 35 ms before it left.
    given.finals[0].audio = { totalMs: 268 * 20, burstFirstMs: 268 * 20, lagMs: 1000 + 5 - 20 - 40 };
    expect(parts([turn()], given).first).toMatchObject({ e0: 8, holdMs: 300 });
  });

  test('is found by the punctual turns of a call when the generator was late in one', () => {
    // In this turn the voice ended 12 ms late; another turn of the call shows the grid.
    const late = turn({ voiceEndMs: 6012 });
    const punctual = turn({ voiceStartMs: 20_000, voiceEndMs: 26_000, endFrame: 1250, answerMs: null });
    expect(parts([late, punctual], rows()).first.e0).toBe(8);
  });
});

test('a model asked before the final: speech recognition was not waited for', () => {
  const given = rows();
  given.completions[0].startMs = 6488;
  given.finals[0].endMs = 6500;
  expect(parts([turn()], given).first).toMatchObject({ sttMs: 0, holdMs: 460, e1: 20, llmMs: 172 });
});

test('a final that came by itself after an unanswered Finalize counts until it left', () => {
  const given = rows();
  given.finals[0] = { ...given.finals[0], kind: 'unanswered', endMs: 6308 };
  given.finals.push({ callSid: CALL, kind: 'endpointed', startMs: 6290, endMs: 6405, audio: null });
  expect(parts([turn()], given).first).toMatchObject({ sttMs: 97, e1: 5 });
});

test('a model asked on an interim, before the final: the interim was waited for', () => {
  const given = rows();
  given.completions[0].startMs = 6392;
  given.finals.push({ callSid: CALL, kind: 'interim', startMs: 6300, endMs: 6390, audio: null });
  expect(parts([turn()], given).first).toMatchObject({ sttMs: 82, e1: 2 });
});

test('words that were there before the detector was sure waited for silence, not for the server', () => {
  const given = rows();
  given.completions[0].startMs = 6470;
  given.finals.push({ callSid: CALL, kind: 'interim', startMs: 6300, endMs: 6340, audio: null });
  expect(parts([turn()], given).first).toMatchObject({ sttMs: 32, holdMs: 300 + 128, e1: 2 });
});

test('the answer to a draft that was thrown away is not taken for the reply', () => {
  const given = rows();
  given.completions.unshift({ ...given.completions[0], startMs: 6330, chars: [30], atMs: [6400] });
  expect(parts([turn()], given).first.e1).toBe(2);
});

test.each<[string, (given: ProviderRows) => void]>([
  ['nobody was asked to speak (an apology)', (given) => given.voices.splice(0)],
  ['speech recognition heard nothing', (given) => given.lines.splice(0)],
  ['Finalize never came', (given) => given.finals.splice(0)],
  ['the audio count began anew after a reconnect', (given) => (given.finals[0].audio!.burstFirstMs = 4000)],
  [
    'the text is not what the model wrote',
    (given) => (given.voices[0].firstText = `Something else altogether, ${WORD}. `),
  ],
])('not attributed, and counted: %s', (_, spoil) => {
  const given = rows();
  spoil(given);
  expect(parts([turn()], given)).toMatchObject({ count: 0, unattributed: 1 });
});

test('turns without an answer, and answers that came too early, are neither measured nor missed', () => {
  expect(parts([turn({ answerMs: null }), turn({ early: true })], rows())).toMatchObject({ count: 0, unattributed: 0 });
});
