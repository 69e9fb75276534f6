import { describe, expect, test } from 'vitest';
import type { TakeOver } from '../../src/call/call_snapshot.js';
import { CallLimits } from '../../src/worker/call_limits.js';
import { CallReport } from '../../src/worker/call_report.js';
import { CallStream, type StreamParts } from '../../src/worker/call_stream.js';
import { ORDER, STREAM, snapshotWith } from './call_parts.js';

const RECORDER = { name: 'the recorder' };
const LIMITS = { startTimeoutMs: 5000, mediaSilenceMs: 8000, maxDurationMs: 60_000 };

/** A stream among stand-ins; what it told them, in order. */
function stage(order = ORDER, mayRecord = true) {
  const told: unknown[] = [];
  const archive = {
    recorder: null as typeof RECORDER | null,
    open: (_dsp: unknown, _buffers: unknown, callMs: number) => {
      archive.recorder = RECORDER;
      told.push(callMs);
    },
  };
  const timeline = { originMs: 960_000 };
  const parts = {
    ingress: {
      timeline,
      framesIn: 50,
      jitter: { lost: 1, late: 2, concealedCount: 3 },
      takeOver: (...of: unknown[]) => told.push(['ingress', ...of]),
    },
    egress: { open: (streamSid: string) => told.push(['egress', streamSid]) },
    playout: { recorder: null, framesOut: 40, underruns: 0, goOn: (...of: unknown[]) => told.push(['playout', ...of]) },
    ears: { recorder: null, sttSeconds: 1.5 },
    archive,
    limits: new CallLimits(LIMITS, 990_000),
    report: new CallReport(order),
    mayRecord: () => mayRecord,
  };
  const services = { dsp: {}, recorderBuffers: {} } as ConstructorParameters<typeof CallStream>[1];
  return { told, parts, stream: new CallStream(parts as unknown as StreamParts, services) };
}

test('with Twilio’s start the socket may be written to, the recording begins and the call’s length counts', () => {
  const { told, parts, stream } = stage();
  expect(stream.moment().stream).toBeNull();
  stream.begin(STREAM, 1_000_000);
  expect(told).toEqual([['egress', STREAM], 0]);
  expect([parts.ears.recorder, parts.playout.recorder]).toEqual([RECORDER, RECORDER]);
  expect(parts.limits.durationMs(1_002_000)).toBe(2000);
  expect(parts.report.streamSid).toBe(STREAM);
});

test('a recording that waits for the caller’s consent begins with it, once, and not before the stream', () => {
  const { told, parts, stream } = stage(ORDER, false);
  stream.record();
  stream.begin(STREAM, 1_000_000);
  expect([told, parts.ears.recorder]).toEqual([[['egress', STREAM]], null]);
  stream.record();
  stream.record();
  expect([told, parts.ears.recorder]).toEqual([[['egress', STREAM], 0], RECORDER]);
});

test('what a snapshot says of it: the place of the stream, and what went through this worker', () => {
  const { stream } = stage();
  stream.begin(STREAM, 960_100);
  expect(stream.moment()).toMatchObject({
    stream: { streamSid: STREAM, originMs: 960_000, startedMs: 960_100 },
    past: {
      media: { framesIn: 50, lost: 1, late: 2, concealed: 3, framesOut: 40, underruns: 0 },
      usage: { sttSeconds: 1.5 },
    },
  });
});

describe('a stream that another worker had', () => {
  const takeOver: TakeOver = { count: 2, lastSeq: 33, playEndMs: 1_000_300 };
  const place = { streamSid: STREAM, originMs: 960_000, startedMs: 960_100 };
  const resume = snapshotWith({ stream: place, turnCount: 4 });

  test('goes on in its middle: recording and length from where they were, and the report says why', () => {
    const { told, parts, stream } = stage();
    const taken = stream.goOn({ takeOver, resume }, 1_000_000);
    expect(taken).toEqual({ streamSid: STREAM, count: 2, doing: 'listening', turns: 4 });
    expect(told).toEqual([['ingress', STREAM, 960_000], ['playout', 2, 1_000_300], ['egress', STREAM], 40_000]);
    expect(parts.limits.durationMs(1_000_100)).toBe(40_000);
    const { errors } = parts.report.summary('operator', 0, stream.moment().past.media, 0);
    expect(errors.map(({ code }) => code)).toEqual(['WORKER_DIED']);
  });

  test.each([
    ['a reply was under way', { kind: 'answer', turn: 5, text: 'Yes.', sent: 0 }, 'Really?', 'saying'],
    ['the caller waited for an answer', null, 'Really?', 'answering'],
    ['nobody waited', null, null, 'listening'],
  ])('%s', (_, saying, asked, doing) => {
    const { stream } = stage();
    const taken = stream.goOn({ takeOver, resume: { ...resume, asked, saying } }, 1_000_000);
    expect(taken?.doing).toBe(doing);
  });

  test.each([
    ['nothing was taken over: another process held the call', { takeOver: null, resume }],
    ['there is no snapshot', { takeOver, resume: null }],
    ['it had not begun', { takeOver, resume: { ...resume, stream: null } }],
  ])('start is to come when %s', (_, order) => {
    const { told, parts, stream } = stage();
    expect(stream.goOn(order, 1_000_000)).toBeNull();
    expect(told).toEqual([]);
    expect(parts.limits.startedMs).toBeNull();
  });
});
