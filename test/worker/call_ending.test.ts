import { describe, expect, test } from 'vitest';
import type { CallNews } from '../../src/call/call_events.js';
import { createLogger } from '../../src/log.js';
import { type EndingParts, endCall } from '../../src/worker/call_ending.js';
import { CallLimits } from '../../src/worker/call_limits.js';
import { CallReport } from '../../src/worker/call_report.js';
import { ORDER, STREAM } from './call_parts.js';

/** A call of 3 s with one turn; what its parts were told, in order. */
function endingCall(fields: Partial<Record<keyof EndingParts, unknown>> = {}) {
  const told: unknown[] = [];
  const lines: Record<string, unknown>[] = [];
  const report = new CallReport(ORDER);
  report.streamSid = STREAM;
  report.openTurn(1, 'My number is 5550142.');
  const limits = new CallLimits({ startTimeoutMs: 1, mediaSilenceMs: 1, maxDurationMs: 1 }, 0);
  limits.started(1000);
  const parts = {
    ...{ report, limits, redact: null, ears: { sttSeconds: 2 } },
    ingress: { framesIn: 150, jitter: { lost: 0, late: 0, concealedCount: 0 } },
    playout: { framesOut: 100, underruns: 0 },
    dialogue: { close: (now: number) => told.push(['dialogue', now]) },
    hearing: { close: () => told.push('hearing') },
    egress: { close: () => told.push('socket') },
    archive: {
      close: async (now: number) => void told.push(['recording', now]),
      describe: async (summary: { turns: { caller: string }[] }) => void told.push(['record', summary.turns[0].caller]),
    },
    events: { emit: (news: CallNews) => told.push(news.kind) },
    log: createLogger({ level: 'info', sink: (line) => lines.push(JSON.parse(line)) }),
    ...fields,
  };
  return { told, lines, end: () => endCall(parts as unknown as EndingParts, 'caller_hangup', 4000) };
}

test('first all falls silent, then the files are written, then it is told', async () => {
  const { told, lines, end } = endingCall();
  const summary = await end();
  expect(told).toEqual([
    ...[['dialogue', 4000], 'hearing', 'socket', ['recording', 4000], ['record', 'My number is 5550142.'], 'ended'],
  ]);
  expect(summary).toMatchObject({
    ...{ endReason: 'caller_hangup', durationS: 3, streamSid: STREAM, usage: { sttSeconds: 2 } },
    media: { framesIn: 150, framesOut: 100 },
  });
  expect(lines).toEqual([expect.objectContaining({ msg: 'call ended', end_reason: 'caller_hangup', turns: 1 })]);
});

test('what may not be kept is struck out before the record is written or anybody is told', async () => {
  const redact = (text: string) => text.replace(/\d+/g, '#');
  const { told, end } = endingCall({ redact });
  expect((await end()).turns[0].caller).toBe('My number is #.');
  expect(told).toContainEqual(['record', 'My number is #.']);
});

describe('a defect on the way loses neither record nor news', () => {
  test.each(['dialogue', 'hearing', 'egress'])('in %s', async (part) => {
    const broken = {
      close: () => {
        throw new Error('a defect');
      },
    };
    const { told, lines, end } = endingCall({ [part]: broken });
    expect((await end()).endReason).toBe('caller_hangup');
    expect(told.slice(-2)).toEqual([['record', 'My number is 5550142.'], 'ended']);
    expect(lines.map(({ msg }) => msg)).toEqual(['defect while ending the call', 'call ended']);
  });
});
