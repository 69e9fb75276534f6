import { describe, expect, test } from 'vitest';
import { EngineError } from '../../src/errors.js';
import { createSharedMetrics, sumCounter, sumHistogram, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import type { SttProvider } from '../../src/providers/stt.js';
import { CallHearing, type HearingParts } from '../../src/worker/call_hearing.js';

type Opened = Parameters<SttProvider['open']>;

/** A call whose recognition is a stand-in; what it did and was told, in order. */
class HearingCall {
  readonly told: unknown[] = [];
  readonly metrics = createSharedMetrics(1);
  readonly ears = {
    ...{ stt: null as object | null, behindMs: 70, flushStt: () => void this.told.push('flush') },
    begin: (stt: object) => void Object.assign(this.ears, { stt }),
  };
  over = false;
  options!: Opened[0];
  handlers!: Opened[1];
  readonly hearing = new CallHearing(
    {
      ...{ callSid: 'CA1', listen: { language: 'fr' } as HearingParts['listen'], nowMs: () => 5000 },
      ears: this.ears as unknown as HearingParts['ears'],
      dialogue: () => ({
        transcribed: ({ text }, behindMs, nowMs) => this.told.push([text, behindMs, nowMs]),
        event: (event, nowMs) => this.told.push([event.on, nowMs]),
      }),
      guard: (work) => {
        if (!this.over) work();
      },
      onFault: ({ code }, message) => this.told.push([code, message]),
    },
    {
      metrics: new ThreadMetrics(this.metrics, 0),
      stt: {
        close() {},
        open: (options, handlers) => {
          this.options = options;
          this.handlers = handlers;
          const note = (what: string) => () => void this.told.push(what);
          return { sendAudio() {}, finalize: note('finalize'), close: note('close') };
        },
      },
    },
  );
}
const WORDS = {
  ...{ text: 'No parking here.', isFinal: true, speechFinal: true, fromFinalize: false },
  ...{ startMs: 0, endMs: 900, confidence: 1 },
};

test('it is opened with what the plan says of listening, and gets the call’s audio', () => {
  const call = new HearingCall();
  call.hearing.open();
  expect(call.options).toEqual({ callSid: 'CA1', language: 'fr' });
  expect(call.ears.stt).toMatchObject({ finalize: expect.any(Function) });
  call.handlers.onOpen(120);
  expect(sumHistogram(call.metrics, 'stt_connect_ms').count).toBe(1);
});

test('words are told with how far the recogniser’s clock is behind', () => {
  const call = new HearingCall();
  call.hearing.open();
  call.ears.behindMs = 40;
  call.handlers.onTranscript(WORDS);
  expect(call.told).toEqual([['No parking here.', 40, 5000]]);
});

test('an error is told and survived; a call that can’t hear is counted, and the dialogue knows until it hears again', () => {
  const call = new HearingCall();
  const lost = new EngineError('STT_CLOSED', { provider: 'deepgram' });
  call.hearing.open();
  call.handlers.onError(lost);
  expect(call.told).toEqual([['STT_CLOSED', 'speech recognition trouble']]);
  expect(sumCounter(call.metrics, 'deaf_calls')).toBe(0);
  call.handlers.onDeaf(lost);
  call.handlers.onHearing();
  expect(call.told.slice(1)).toEqual([
    ['STT_CLOSED', 'speech recognition lost: the call cannot hear'],
    ['deaf', 5000],
    ['hearing', 5000],
  ]);
  expect(sumCounter(call.metrics, 'deaf_calls')).toBe(1);
});

test('what it reports after the end of the call reaches nobody', () => {
  const call = new HearingCall();
  call.hearing.open();
  call.over = true;
  call.handlers.onTranscript(WORDS);
  call.handlers.onDeaf(new EngineError('STT_CLOSED'));
  call.handlers.onHearing();
  expect(call.told).toEqual([]);
  expect(sumCounter(call.metrics, 'deaf_calls')).toBe(0);
});

describe('audio that is collected goes first', () => {
  test.each(['finalize', 'close'] as const)('before %s', (what) => {
    const call = new HearingCall();
    call.hearing.open();
    call.hearing[what]();
    expect(call.told).toEqual(['flush', what]);
  });

  test.each(['finalize', 'close'] as const)('%s before it was opened is survived, and the audio is counted', (what) => {
    const call = new HearingCall();
    call.hearing[what]();
    expect(call.told).toEqual(['flush']);
  });
});

test('an agent that listens otherwise has recognition of its own; one that listens alike goes on with it', () => {
  const call = new HearingCall();
  call.hearing.open();
  call.hearing.listen({ language: 'fr' } as HearingParts['listen']);
  expect(call.told).toEqual([]);
  const first = call.ears.stt;
  call.hearing.listen({ language: 'de', keyterms: ['Brot'] });
  expect(call.told).toEqual(['flush', 'close']);
  expect(call.options).toEqual({ callSid: 'CA1', language: 'de', keyterms: ['Brot'] });
  expect(call.ears.stt).not.toBe(first);
});

test('whoever listens next can tell that nothing is heard', () => {
  const call = new HearingCall();
  call.hearing.open();
  expect(call.hearing.isDeaf).toBe(false);
  call.handlers.onDeaf(new EngineError('STT_CLOSED', { provider: 'deepgram' }));
  expect(call.hearing.isDeaf).toBe(true);
  call.handlers.onHearing();
  expect(call.hearing.isDeaf).toBe(false);
  call.handlers.onDeaf(new EngineError('STT_CLOSED', { provider: 'deepgram' }));
  call.hearing.listen({ language: 'de', keyterms: [] });
  expect(call.hearing.isDeaf).toBe(false);
});
