import { Registry } from 'prom-client';
import { beforeEach, expect, test } from 'vitest';
import type { CallOrder } from '../../src/call/call.js';
import type { CallEvent } from '../../src/call/call_events.js';
import type { CallSummary } from '../../src/call/call_report.js';
import type { TurnReport } from '../../src/call/report_parts.js';
import { AgentMetrics, costOf } from '../../src/server/agent_metrics.js';
import { metric, summaryOf } from './harness.js';

const PRICES = { llmInput: 2, llmOutput: 8, stt: 0.6, tts: 30, line: 0.12 };
const ORDER = {
  callSid: 'CA1',
  direction: 'inbound',
  agentId: 'front_desk',
  agentVariant: 'default',
  agentHash: 'h',
  slot: 0,
} as CallOrder;
let registry: Registry;
let metrics: AgentMetrics;
beforeEach(() => {
  registry = new Registry();
  metrics = new AgentMetrics(
    registry,
    ['front_desk', 'survey'].map((id) => ({ id, variant: 'default', hash: 'h' })),
    PRICES,
  );
});

function tell(summary: CallSummary | null): void {
  const event: CallEvent = { callSid: 'CA1', slot: 0, seq: 9, atMs: 1, kind: 'ended', reason: 'silence', summary };
  metrics.onCallEvent(event);
}
const turn = (part: Partial<TurnReport>) => part as TurnReport;

test('an ended call is counted under the agent that held it', async () => {
  tell({
    ...summaryOf(ORDER, 'caller_hangup'),
    durationS: 60,
    turns: [
      turn({ caller: '', agent: 'Hello.', heard: 'Hello.', firstAudioMs: null }),
      turn({ caller: 'Soup?', agent: 'Yes, we have.', heard: 'Yes,', firstAudioMs: 400 }),
    ],
    bargeIns: [{ turn: 1, atMs: 5, onsetToClearMs: 2 }],
    usage: {
      ...{ promptTokens: 500_000, completionTokens: 250_000, ttsCharacters: 1000, sttSeconds: 30 },
      discardedTokens: 0,
      discardedCharacters: 0,
    },
  });
  const text = await registry.metrics();
  for (const [series, value] of [
    ['ringline_agent_calls_total{agent="front_desk",variant="default",version="h",reason="caller_hangup"}', 1],
    ['ringline_agent_turns_total{agent="front_desk",variant="default",version="h"}', 1],
    ['ringline_agent_barge_ins_total{agent="front_desk",variant="default",version="h"}', 1],
    ['ringline_agent_reply_characters_total{agent="front_desk",variant="default",version="h",fate="heard"}', 10],
    ['ringline_agent_reply_characters_total{agent="front_desk",variant="default",version="h",fate="unheard"}', 9],
    ['ringline_agent_first_audio_seconds_count{agent="front_desk",variant="default",version="h"}', 1],
    ['ringline_agent_first_audio_seconds_bucket{le="0.5",agent="front_desk",variant="default",version="h"}', 1],
    ['ringline_agent_call_duration_seconds_sum{agent="front_desk",variant="default",version="h"}', 60],
    ['ringline_agent_cost_total{agent="front_desk",variant="default",version="h",kind="llm"}', 3],
    ['ringline_agent_cost_total{agent="front_desk",variant="default",version="h",kind="stt"}', 0.3],
    ['ringline_agent_cost_total{agent="front_desk",variant="default",version="h",kind="line"}', 0.12],
    ['ringline_agent_turns_total{agent="survey",variant="default",version="h"}', 0],
  ] as const) {
    expect([series, metric(text, series)]).toEqual([series, value]);
  }
});

test('labels stay bounded: an agent that is not there is "other"', async () => {
  for (let i = 0; i < 20; i++) tell(summaryOf({ ...ORDER, agentId: `made_up_${i}` }, 'silence'));
  const text = await registry.metrics();
  expect(text).not.toContain('made_up');
  expect(
    metric(text, 'ringline_agent_calls_total{agent="other",variant="other",version="other",reason="silence"}'),
  ).toBe(20);
});

test('what is no end of a call, or has no summary, is not counted', async () => {
  metrics.onCallEvent({ callSid: 'CA1', slot: 0, seq: 1, atMs: 1, kind: 'floor', decision: 'hold' });
  tell(null);
  expect(await registry.metrics()).not.toContain('reason="silence"');
});

test('without prices nothing costs anything', () => {
  const free = { llmInput: 0, llmOutput: 0, stt: 0, tts: 0, line: 0 };
  expect(costOf(summaryOf(ORDER, 'silence'), free)).toEqual({ llm: 0, stt: 0, tts: 0, line: 0 });
});

test('an agent that was read anew has series of its own, and its former version keeps those it has', async () => {
  const next = { id: 'front_desk', variant: 'default', hash: 'h2' };
  metrics.know([next]);
  tell(summaryOf(ORDER, 'silence'));
  tell(summaryOf({ ...ORDER, agentHash: 'h2' }, 'silence'));
  const text = await registry.metrics();
  for (const version of ['h', 'h2']) {
    const series = `ringline_agent_calls_total{agent="front_desk",variant="default",version="${version}",reason="silence"}`;
    expect([version, metric(text, series)]).toEqual([version, 1]);
  }
});

test('versions that were replaced do not pile up', async () => {
  tell(summaryOf(ORDER, 'silence'));
  for (let i = 0; i < 500; i++) metrics.know([{ id: 'front_desk', variant: 'default', hash: `v${i}` }]);
  const text = await registry.metrics();
  expect(text).toContain('version="v499"');
  expect(text).toContain('version="v450"');
  expect(text).not.toContain('version="v300"');
  expect(text).not.toContain('version="h"');
});
