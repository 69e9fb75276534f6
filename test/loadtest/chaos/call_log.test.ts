import { describe, expect, test } from 'vitest';
import { type CallLog, disturbances, isLost, isWell, judge, waitMs } from '../../../loadtest/chaos/call_log.js';

const WINDOW = { beganMs: 10_000, healedMs: 14_000, nowMs: 30_000 };

/** A call that is up all the time, asks after the fault and is answered at once. */
function log(changes: Partial<CallLog> = {}): CallLog {
  return {
    callSid: 'CA1',
    placedMs: 0,
    endedMs: null,
    endedBy: null,
    streams: [{ startedMs: 100, endedMs: null, voicedMs: 300, unheardMs: 0 }],
    questions: [{ endMs: 15_000, answerMs: 15_600 }],
    holes: [],
    spokenMs: [],
    ...changes,
  };
}
const stream = (startedMs: number, endedMs: number | null, voicedMs: number | null) => ({
  startedMs,
  endedMs,
  voicedMs,
  unheardMs: 0,
});

describe('one caller', () => {
  test.each<[string, Partial<CallLog>, number[][]]>([
    ['all is well', {}, []],
    ['a hole', { holes: [{ atMs: 11_000, gapMs: 100 }] }, [[11_000, 11_100]]],
    ['a hole shorter than a frame', { holes: [{ atMs: 11_000, gapMs: 10 }] }, []],
    ['a hole before the fault', { holes: [{ atMs: 9000, gapMs: 100 }] }, []],
    ['a long wait', { questions: [{ endMs: 11_000, answerMs: 16_000 }] }, [[14_000, 16_000]]],
    ['no answer so far', { questions: [{ endMs: 11_000, answerMs: null }] }, [[14_000, 30_000]]],
    ["Twilio's voice meanwhile", { questions: [{ endMs: 11_000, answerMs: null }], spokenMs: [12_000] }, []],
    ['a stream that broke', { streams: [stream(0, 12_000, 1), stream(13_000, null, 13_400)] }, [[12_000, 13_400]]],
    ['the caller hung up', { endedMs: 12_000, endedBy: 'caller', streams: [stream(0, 12_000, 1)] }, []],
  ])('%s', (_, changes, spans) => {
    expect(disturbances(log(changes), WINDOW).map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual(spans);
  });

  test('a wait ends with the first word of anybody, or with the call', () => {
    expect(waitMs(log(), { endMs: 100, answerMs: 600 }, 9000)).toBe(500);
    expect(waitMs(log({ spokenMs: [50, 400] }), { endMs: 100, answerMs: 600 }, 9000)).toBe(300);
    expect(waitMs(log({ endedMs: 200 }), { endMs: 100, answerMs: null }, 9000)).toBe(100);
  });

  test('lost is who did not hang up; well is who was answered something asked after the fault', () => {
    expect(isLost(log())).toBe(false);
    expect(isLost(log({ endedMs: 12_000, endedBy: 'caller' }))).toBe(false);
    expect(isLost(log({ endedMs: 12_000, endedBy: 'twiml' }))).toBe(true);
    expect(isWell(log(), WINDOW)).toBe(true);
    expect(isWell(log({ questions: [{ endMs: 13_000, answerMs: 15_000 }] }), WINDOW)).toBe(false);
    expect(isWell(log({ questions: [{ endMs: 15_000, answerMs: null }] }), WINDOW)).toBe(false);
  });
});

describe('all callers together', () => {
  test('counts who was on the line when it began', () => {
    const logs = [
      log(),
      log({ placedMs: 11_000 }),
      log({ endedMs: 9000, endedBy: 'caller' }),
      log({ endedMs: 12_000, endedBy: 'error' }),
      log({ questions: [] }),
    ];
    expect(judge(logs, WINDOW, [])).toMatchObject({ calls_before: 3, calls_lost: 1, calls_deaf: 1 });
  });

  test('recovery is counted from the end of the fault to the end of the last disturbance', () => {
    const slow = log({ questions: [{ endMs: 13_000, answerMs: 18_500 }, ...log().questions] });
    expect(judge([log(), slow], WINDOW, [])).toMatchObject({
      calls_disturbed: 1,
      recovery_ms: 4500,
      longest_wait_ms: 5500,
    });
  });

  test.each<[string, number | string[] | null, number]>([
    ['nobody was to be hit', [], 15],
    ['everybody was', null, 0],
    ['one was, who is not named', 1, 5],
    ['one was', ['CA2'], 10],
  ])('late frames of the others when %s', (_, victims, frames) => {
    const logs = [
      log({ holes: [{ atMs: 11_000, gapMs: 200 }] }),
      log({ callSid: 'CA2', holes: [{ atMs: 11_000, gapMs: 100 }] }),
    ];
    expect(judge(logs, WINDOW, victims).other_calls_late_frames).toBe(frames);
  });
});
