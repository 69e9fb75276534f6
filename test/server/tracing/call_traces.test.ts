import type { HrTime } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { beforeEach, expect, test } from 'vitest';
import type { CallOrder } from '../../../src/call/call.js';
import type { CallEvent, CallNews } from '../../../src/call/call_events.js';
import type { CallSnapshot } from '../../../src/call/call_snapshot.js';
import type { TurnReport } from '../../../src/call/report_parts.js';
import type { TurnStages } from '../../../src/call/turn_stages.js';
import { nowMs } from '../../../src/clock.js';
import { CallTraces, type TracedCall } from '../../../src/server/tracing/call_traces.js';
import { summaryOf } from '../harness.js';

const SECRET = 'my card is 4111 1111';
const ABOUT: TracedCall = {
  direction: 'inbound',
  acceptedAt: '2026-03-04T05:06:07.000Z',
  ...{ agent: 'front_desk', variant: 'blue', version: 'h', model: 'gpt-6-luna' },
};
const ACCEPTED = Date.parse(ABOUT.acceptedAt);
/** Unix time of call time zero, within the millisecond that two clocks are read apart. */
const ZERO = ACCEPTED + 700;
const TURN: TurnReport = {
  turn: 1,
  ...{ caller: SECRET, agent: SECRET, heard: SECRET, interrupted: false },
  ...{ callerStartMs: 1000, callerEndMs: 2000, agentStartMs: 2900, agentEndMs: 5000 },
  ...{ sttFinalMs: 150, endpointMs: 400, llmTtftMs: 300, ttsTtfbMs: 90, firstAudioMs: 900 },
};
const STAGES: TurnStages = {
  ...{ requestMs: 2200, firstTokenMs: 2500, writtenMs: 3100, firstPieceMs: 2600, firstAudioMs: 2850 },
  ...{ promptTokens: 120, completionTokens: 30 },
};

let exporter: InMemorySpanExporter;
let traces: CallTraces;
let begun: string[];
let about: TracedCall | null;
beforeEach(() => {
  exporter = new InMemorySpanExporter();
  begun = [];
  about = ABOUT;
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  traces = new CallTraces({
    tracer: provider.getTracer('test'),
    nextTrace: (callSid) => begun.push(callSid),
    callOf: () => about,
    llmProvider: 'openai',
  });
});

function tell(news: CallNews, atMs = ACCEPTED + 10, callSid = 'CA1', slot = 0): void {
  traces.onCallEvent({ callSid, slot, seq: 1, atMs, ...news } as CallEvent);
}
function begin(): void {
  tell({ kind: 'state', state: 'connecting', streamSid: null });
  const originMs = ZERO - (Date.now() - nowMs());
  tell({ kind: 'snapshot', snapshot: { stream: { streamSid: 'MZ', originMs, startedMs: 0 } } as CallSnapshot });
}
function ended(reason: 'silence' | 'error' = 'silence', atMs = ZERO + 6000): void {
  const order = { callSid: 'CA1', direction: 'inbound' } as CallOrder;
  tell({ kind: 'ended', reason, summary: summaryOf(order, reason) }, atMs);
}
const unixMs = ([s, ns]: HrTime) => s * 1000 + ns / 1e6;
const spans = () => exporter.getFinishedSpans();
const span = (name: string) => spans().find((each) => each.name === name)!;
/** From and to, in call time. */
const times = (name: string) => [
  Math.round(unixMs(span(name).startTime) - ZERO),
  Math.round(unixMs(span(name).endTime) - ZERO),
];

test('a call, its turn and the turn’s stages, each where it was', () => {
  begin();
  tell({ kind: 'turn', turn: TURN, stages: STAGES }, ZERO + 5000);
  ended();
  expect(spans().map(({ name }) => name)).toEqual([
    ...['turn', 'stt', 'decision', 'chat gpt-6-luna', 'tts', 'heard', 'call'],
  ]);
  expect(unixMs(span('call').startTime)).toBe(ACCEPTED);
  expect(times('call')[1]).toBe(6000);
  const near = (name: string, from: number, to: number) => {
    const [began, over] = times(name);
    expect([name, Math.abs(began - from) <= 2, Math.abs(over - to) <= 2]).toEqual([name, true, true]);
  };
  near('turn', 1000, 5000);
  near('stt', 1000, 2150);
  near('decision', 2000, 2400);
  near('chat gpt-6-luna', 2200, 3100);
  near('tts', 2600, 2850);
  near('heard', 2900, 5000);
  const { traceId, spanId } = span('call').spanContext();
  expect(begun).toEqual(['CA1']);
  expect(span('turn').parentSpanContext?.spanId).toBe(spanId);
  for (const name of ['stt', 'decision', 'chat gpt-6-luna', 'tts', 'heard']) {
    expect(span(name).parentSpanContext?.spanId).toBe(span('turn').spanContext().spanId);
  }
  expect(new Set(spans().map((each) => each.spanContext().traceId))).toEqual(new Set([traceId]));
});

test('names as the conventions for generative AI have them, and nobody’s words', () => {
  begin();
  const tool = { turn: 1, name: 'order_state', ok: false, tookMs: 250, problem: 'timeout', arguments: { a: SECRET } };
  tell({ kind: 'caller', turn: 1, text: SECRET, final: true });
  tell({ kind: 'tool', tool }, ZERO + 2700);
  tell({ kind: 'turn', turn: TURN, stages: STAGES }, ZERO + 5000);
  tell({ kind: 'floor', decision: 'interrupt' }, ZERO + 5100);
  ended();
  expect(span('chat gpt-6-luna').attributes).toEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-6-luna',
    'gen_ai.agent.name': 'front_desk',
    'gen_ai.conversation.id': 'CA1',
    'gen_ai.usage.input_tokens': 120,
    'gen_ai.usage.output_tokens': 30,
  });
  expect(span('execute_tool order_state')).toMatchObject({
    attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'order_state', 'error.type': 'timeout' },
    status: { code: 2 },
  });
  expect(times('execute_tool order_state')).toEqual([2450, 2700]);
  expect(span('call').attributes).toMatchObject({
    ...{ 'gen_ai.agent.name': 'front_desk', 'ringline.agent.variant': 'blue', 'ringline.end_reason': 'silence' },
  });
  expect(span('call').events.map(({ name }) => name)).toEqual(['interrupted by the caller']);
  const said = JSON.stringify(spans().map(({ name, attributes, events }) => [name, attributes, events]));
  expect(said).not.toContain('4111');
});

test('what did not happen has no span: a greeting, a question without an answer', () => {
  begin();
  const greeting = { ...TURN, turn: 0, callerStartMs: null, callerEndMs: null, sttFinalMs: null, endpointMs: null };
  tell({ kind: 'turn', turn: { ...greeting, agentStartMs: 100, agentEndMs: 900 } }, ZERO + 900);
  tell({ kind: 'turn', turn: { ...TURN, agentStartMs: null, agentEndMs: null, endpointMs: null } }, ZERO + 9000);
  expect(spans().map(({ name }) => name)).toEqual(['turn', 'heard', 'turn', 'stt']);
});

test('a turn that is told again is one turn', () => {
  begin();
  tell({ kind: 'turn', turn: TURN });
  tell({ kind: 'turn', turn: { ...TURN, heard: '' } });
  expect(spans().filter(({ name }) => name === 'turn')).toHaveLength(1);
});

test('a call that failed is an error, one that was hung up is none', () => {
  begin();
  ended('error');
  begin();
  ended('silence');
  expect(spans().map(({ status }) => status.code)).toEqual([2, 0]);
});

test('a slot that another call has got holds nothing back, and a dial that nobody answered is no trace', () => {
  begin();
  tell({ kind: 'state', state: 'connecting', streamSid: null }, ACCEPTED + 50, 'CA2');
  tell({ kind: 'ended', reason: null, summary: null }, ACCEPTED + 60, 'CA3', 1);
  about = null;
  tell({ kind: 'state', state: 'connecting', streamSid: null }, ACCEPTED + 70, 'CA4', 2);
  expect(begun).toEqual(['CA1', 'CA2']);
  expect(spans().map(({ name }) => name)).toEqual(['call']);
});
