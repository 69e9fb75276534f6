import { beforeEach, describe, expect, test } from 'vitest';
import type { CallNews } from '../../../src/call/call_events.js';
import type { CallSnapshot } from '../../../src/call/call_snapshot.js';
import { KeptCalls } from '../../../src/server/calls/kept_calls.js';
import { CallReport } from '../../../src/worker/call_report.js';
import { ORDER, snapshotWith } from '../../worker/call_parts.js';
import { summaryOf } from '../harness.js';

let kept: KeptCalls;
let put: CallSnapshot[];
let dropped: string[];
let seq: number;
beforeEach(() => {
  put = [];
  dropped = [];
  seq = 0;
  kept = new KeptCalls({ put: (snapshot) => put.push(snapshot), drop: (callSid) => dropped.push(callSid) });
});
const tell = (news: CallNews, slot = 0, callSid = ORDER.callSid): void =>
  kept.onCallEvent({ callSid, slot, seq: ++seq, atMs: 0, ...news });
const snapshot = (fields: Partial<CallSnapshot> = {}, slot = 0): void =>
  tell({ kind: 'snapshot', snapshot: snapshotWith(fields) }, slot);
const says = (turn: number, text: string, reply = 'answer'): void => tell({ kind: 'agent', turn, reply, text });
const rowOf = (turn: number, heard: string) => ({ ...new CallReport(ORDER).openTurn(turn, ''), heard });
const said = (turn: number, characters: number, isWritten = true) => ({ turn, characters, isWritten });

test('of each call the newest snapshot is kept, with the rows of its turns, and put into the sink', () => {
  snapshot({ turnCount: 0 });
  tell({ kind: 'turn', turn: rowOf(1, 'half') });
  tell({ kind: 'turn', turn: rowOf(1, 'whole') });
  tell({ kind: 'turn', turn: rowOf(2, 'two') });
  snapshot({ turnCount: 2 });
  snapshot({ turnCount: 7 }, 1);
  expect(kept.left(0, null)).toMatchObject({ turnCount: 2, past: { turns: [{ heard: 'whole' }, { heard: 'two' }] } });
  expect(kept.left(1, null)).toMatchObject({ turnCount: 7, past: { turns: [] } });
  expect(kept.left(2, null)).toBeNull();
  expect(put).toHaveLength(3);
  expect(structuredClone(put[1])).toEqual(put[1]);
});

test('a call that is over is dropped, and its summary known until its slot is given back', () => {
  snapshot();
  const summary = summaryOf(ORDER, 'agent_goodbye');
  tell({ kind: 'ended', reason: 'agent_goodbye', summary });
  expect(dropped).toEqual([ORDER.callSid]);
  expect(kept.summary(0)).toBe(summary);
  kept.forget(0);
  expect([kept.summary(0), kept.left(0, null)]).toEqual([null, null]);
});

test('another call on the slot knows nothing of the one before', () => {
  snapshot();
  tell({ kind: 'state', state: 'connecting', streamSid: null }, 0, 'CAother');
  expect(kept.left(0, null)).toBeNull();
});

test('a call of very many turns keeps the first thousand rows', () => {
  for (let turn = 1; turn <= 1005; turn++) tell({ kind: 'turn', turn: rowOf(turn, '') });
  snapshot({ turnCount: 1005 });
  expect(kept.left(0, null)!.past.turns).toHaveLength(1000);
});

describe('the reply that was being said', () => {
  const TEXT = 'The manager calls you. Anything else?';
  beforeEach(() => snapshot({ asked: 'Who calls me?' }));

  test('goes on from what was handed over', () => {
    says(1, 'The manager calls you.');
    says(1, ' Anything else?');
    expect(kept.left(0, said(1, 11))!.saying).toEqual({ kind: 'answer', turn: 1, text: TEXT, sent: 11 });
  });

  test.each([
    ['nothing was said', () => {}, said(1, 0)],
    ['nothing of it was heard', () => says(1, TEXT), null],
    ['the note is of the turn before', () => says(1, TEXT), said(0, 30)],
    ['its text was not complete', () => says(1, TEXT), said(1, 11, false)],
    ['it was a filler before the answer', () => says(1, 'One moment.', 'filler'), said(1, 3)],
    [
      'it is over',
      () => {
        says(1, TEXT);
        snapshot();
      },
      said(1, TEXT.length),
    ],
  ])('is made anew, or none, when %s', (_, happens, note) => {
    happens();
    expect(kept.left(0, note)!.saying).toBeNull();
    expect(kept.left(5, note)).toBeNull();
  });

  test('a line of our own is said whole when nothing of it was heard, and is whole however early it ends', () => {
    snapshot();
    says(2, 'Are you there?', 'idle_prompt');
    expect(kept.left(0, null)!.saying).toMatchObject({ kind: 'idle_prompt', turn: 2, sent: 0 });
    snapshot();
    says(0, 'Hello there.', 'greeting');
    expect(kept.left(0, said(0, 5, false))!.saying).toMatchObject({ kind: 'greeting', turn: 0, sent: 5 });
  });

  test.each([
    // sound that was handed over and will not be heard, ms; what is said from where
    [0, 'anager calls you. Anything else?'],
    [20, 'manager calls you. Anything else?'],
    [300, 'The manager calls you. Anything else?'],
    [9000, 'The manager calls you. Anything else?'],
  ])('goes back by %i ms of sound that went down with its stream, to the beginning of a word', (unheardMs, rest) => {
    says(1, TEXT);
    const { text, sent } = kept.left(0, said(1, 'The m'.length), unheardMs)!.saying!;
    expect(text.slice(sent)).toBe(rest);
  });

  test('leaves out the row that was closed with the stream: whoever goes on tells it again', () => {
    tell({ kind: 'turn', turn: rowOf(1, 'one') });
    snapshot({ turnCount: 1, asked: 'Who calls me?' });
    says(2, TEXT);
    tell({ kind: 'turn', turn: rowOf(2, 'The m') });
    expect(kept.left(0, said(2, 11))!).toMatchObject({ saying: { turn: 2 }, past: { turns: [{ turn: 1 }] } });
  });

  test('that was begun elsewhere is still under way when its next worker dies before it has said a word of it', () => {
    const saying = { kind: 'answer', turn: 1, text: TEXT, sent: 11 };
    snapshot({ asked: 'Who calls me?', saying });
    expect(kept.left(0, null)).toMatchObject({ asked: 'Who calls me?', saying });
    says(1, TEXT.slice(12));
    expect(kept.left(0, said(1, 22))!.saying).toEqual({ ...saying, sent: 22 });
  });

  test('that loses a second worker is the same reply still', () => {
    says(1, TEXT);
    kept.left(0, said(1, 'The manager'.length));
    says(1, 'calls you. Anything else?');
    // The next worker counts from the beginning of the reply, too.
    const sent = 'The manager calls you.'.length;
    expect(kept.left(0, said(1, sent))!.saying).toEqual({ kind: 'answer', turn: 1, text: TEXT, sent });
    // And a third, that had said nothing of it yet.
    expect(kept.left(0, null)!.saying).toEqual({ kind: 'answer', turn: 1, text: TEXT, sent });
  });
});
