import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FluxTurns } from '../../../src/providers/deepgram/flux_turns.js';

/** A TurnInfo: words as they are written, and when each ends where that is told. */
function info(event: string, turn: number, endMs: number, text: string, more: object = {}, ends?: number[]) {
  const words = text.split(' ').filter((word) => word !== '');
  return {
    ...{ type: 'TurnInfo', request_id: 'r', sequence_id: 1, event, turn_index: turn },
    ...{ audio_window_start: 0, audio_window_end: endMs / 1000, transcript: text, end_of_turn_confidence: 0.2 },
    words: words.map((word, i) => ({ word, confidence: 0.9, ...(ends ? { end: ends[i] / 1000 } : {}) })),
    ...more,
  };
}

test('the whole turn again and again becomes interim words, and final ones at its end', () => {
  const turns = new FluxTurns();
  expect(turns.read(info('Update', 0, 250, ''))).toBeNull();
  expect(turns.read(info('StartOfTurn', 0, 900, 'My'))).toMatchObject({
    text: 'My',
    isFinal: false,
    startMs: 0,
    endMs: 900,
  });
  expect(turns.read(info('Update', 0, 1500, 'My number is'))).toMatchObject({ text: 'My number is', isFinal: false });
  expect(turns.read(info('EagerEndOfTurn', 0, 2400, 'My number is five.'))).toMatchObject({ isFinal: false });
  expect(turns.read(info('TurnResumed', 0, 2600, 'My number is five'))).toMatchObject({ isFinal: false });
  const end = { trigger: 'model', end_of_turn_confidence: 0.8 };
  expect(turns.read(info('EndOfTurn', 0, 3400, 'My number is five six.', end))).toEqual({
    ...{ text: 'My number is five six.', isFinal: true, speechFinal: true, fromFinalize: false },
    ...{ startMs: 0, endMs: 3400, endOfTurn: 0.8, language: undefined },
    confidence: expect.closeTo(0.9),
  });
  expect(turns.read(info('StartOfTurn', 1, 4000, 'Yes', { audio_window_start: 3.4 }))).toMatchObject({
    text: 'Yes',
    startMs: 3400,
  });
});

describe('final words were asked for', () => {
  test('they are there with the first update that has heard enough after the place', () => {
    const turns = new FluxTurns();
    turns.read(info('Update', 0, 1000, 'The soup'));
    turns.finalize(1000);
    expect(turns.read(info('Update', 0, 1200, 'The soup was'))).toMatchObject({ isFinal: false });
    expect(turns.read(info('Update', 0, 1250, 'The soup was cold'))).toMatchObject({
      ...{ text: 'The soup was cold', isFinal: true, fromFinalize: true, speechFinal: false, endMs: 1250 },
    });
  });

  test('at once with a likely end, whose words will not change', () => {
    const turns = new FluxTurns();
    turns.finalize(1000);
    expect(turns.read(info('EagerEndOfTurn', 0, 1100, 'The soup was cold.'))).toMatchObject({
      ...{ text: 'The soup was cold.', isFinal: true, fromFinalize: true },
    });
  });

  test('with the end of a forced turn, which is our own end and not the vendor’s', () => {
    const turns = new FluxTurns();
    turns.finalize(1000);
    expect(turns.read(info('EndOfTurn', 0, 1000, 'Stop.', { trigger: 'manual' }))).toMatchObject({
      ...{ text: 'Stop.', isFinal: true, fromFinalize: true, speechFinal: false },
    });
  });

  test('nothing was said: that is an answer, too', () => {
    const turns = new FluxTurns();
    turns.finalize(1000);
    expect(turns.read(info('Update', 0, 1250, ''))).toMatchObject({ text: '', isFinal: true, fromFinalize: true });
    expect(turns.read(info('Update', 0, 1500, ''))).toBeNull();
  });

  test('what is given out is not given out again: the rest of the turn is new', () => {
    const turns = new FluxTurns();
    turns.finalize(1000);
    turns.read(info('EagerEndOfTurn', 0, 1100, 'My number is'));
    expect(turns.read(info('Update', 0, 1350, 'My number is'))).toBeNull();
    expect(turns.read(info('TurnResumed', 0, 1600, 'my number is five'))).toMatchObject({
      text: 'five',
      startMs: 1100,
    });
    expect(turns.read(info('EndOfTurn', 0, 2600, 'My number is five six.', { trigger: 'model' }))).toMatchObject({
      ...{ text: 'five six.', isFinal: true, startMs: 1100, endMs: 2600 },
    });
    expect(turns.read(info('StartOfTurn', 1, 3000, 'Hello'))).toMatchObject({ text: 'Hello' });
  });

  test('an end of which all is known brings no word, but says that it is one', () => {
    const turns = new FluxTurns();
    turns.finalize(1000);
    turns.read(info('EagerEndOfTurn', 0, 1100, 'That is all.'));
    expect(turns.read(info('EndOfTurn', 0, 1800, 'That is all.', { trigger: 'timeout' }))).toMatchObject({
      ...{ text: '', isFinal: true, speechFinal: true, fromFinalize: false },
    });
  });

  test('who goes on meanwhile has not finished their last word: where words have times they are told apart', () => {
    const turns = new FluxTurns();
    turns.finalize(1000);
    const ends = [400, 980, 1240];
    expect(turns.read(info('Update', 0, 1260, 'The soup wa', {}, ends))).toMatchObject({
      ...{ text: 'The soup', isFinal: true, endMs: 980 },
    });
    expect(turns.read(info('Update', 0, 1500, 'The soup was', {}, [400, 980, 1300]))).toMatchObject({
      ...{ text: 'was', isFinal: false, startMs: 980 },
    });
  });
});

test.each([
  ['a turn without a number', { turn_index: undefined }],
  ['an event that is none', { event: 'Later' }],
  ['times the wrong way round', { audio_window_end: -1 }],
  ['no words', { words: null }],
  ['no text', { transcript: 7 }],
])('garbage: %s', (_, wrong) => {
  expect(new FluxTurns().read({ ...info('Update', 0, 250, 'Hi'), ...wrong })).toBe('garbage');
});

test.each([
  ['Connected', { type: 'Connected', request_id: 'r', sequence_id: 0 }, null],
  ['ConfigureSuccess', { type: 'ConfigureSuccess' }, null],
  [
    'a complaint',
    { type: 'Error', code: 'INTERNAL_SERVER_ERROR' },
    { complaint: 'Error', code: 'INTERNAL_SERVER_ERROR' },
  ],
  ['text that is no JSON', '{"type":"Turn', 'garbage'],
])('%s', (_, message, expected) => {
  expect(new FluxTurns().read(message)).toEqual(expected);
});

test('what most words are in is told, if it is a language', () => {
  const read = (languages: unknown) => new FluxTurns().read(info('Update', 0, 250, 'Hola', { languages }));
  expect(read(['es', 'en'])).toMatchObject({ language: 'es' });
  expect(read(['x y'])).toMatchObject({ language: undefined });
});

test('any message: no exception, no word twice, spans in order', () => {
  const text = fc.array(fc.constantFrom('a', 'b.', 'c'), { maxLength: 5 }).map((words) => words.join(' '));
  const event = fc.constantFrom('Update', 'StartOfTurn', 'EagerEndOfTurn', 'TurnResumed');
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat(400), text, fc.boolean()), { maxLength: 30 }), (steps) => {
      const turns = new FluxTurns();
      let endMs = 0;
      let said = '';
      let finals = '';
      for (const [kind, ms, more, isAsked] of steps) {
        endMs += ms;
        said = `${said} ${more}`.trim();
        if (isAsked) turns.finalize(endMs);
        const result = turns.read(info(kind, 0, endMs, said));
        if (result === null) continue;
        expect(result).toMatchObject({ startMs: expect.any(Number) });
        if (typeof result !== 'object' || !('text' in result)) throw new Error('no result');
        expect(result.endMs).toBeGreaterThanOrEqual(result.startMs);
        if (result.isFinal) finals = `${finals} ${result.text}`.trim();
      }
      const end = turns.read(info('EndOfTurn', 0, endMs, said, { trigger: 'model' }));
      if (end === null || typeof end !== 'object' || !('text' in end)) throw new Error('no result');
      expect(`${finals} ${end.text}`.trim()).toBe(said);
    }),
  );
  fc.assert(fc.property(fc.jsonValue(), (value) => void new FluxTurns().read(value)));
});
