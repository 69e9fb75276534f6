import { expect, test } from 'vitest';
import type { CallOrder } from '../../src/call/call.js';
import type { CallEvent, CallNews } from '../../src/call/call_events.js';
import type { ToolReport, TurnReport } from '../../src/call/report_parts.js';
import { redactorOf } from '../../src/redact.js';
import { redactedEvent, redactedSummary } from '../../src/worker/redacted_events.js';
import { summaryOf } from '../server/harness.js';

const redact = redactorOf({ kinds: ['card', 'phone'], digitsMin: 5 })!;
const event = (news: CallNews): CallEvent => ({ callSid: 'CA1', slot: 0, seq: 3, atMs: 7, ...news });
const NUMBER = '4111 1111 1111 1111';
const turn = { turn: 1, caller: `It is ${NUMBER}.`, agent: `Is it ${NUMBER}?`, heard: `Is it ${NUMBER}` } as TurnReport;
const tool = { turn: 1, name: 'pay', ok: true, arguments: { card: NUMBER, cents: 900 } } as unknown as ToolReport;

test.each<CallNews>([
  { kind: 'caller', turn: 1, text: turn.caller, final: true },
  { kind: 'agent', turn: 1, reply: 'answer', text: turn.agent },
  { kind: 'turn', turn },
  { kind: 'tool', tool },
])('what was said in an event of kind $kind is struck out, the rest is as it was', (news) => {
  const told = redactedEvent(event(news), redact);
  expect(JSON.stringify(told)).not.toContain('1111');
  expect(JSON.stringify(told)).toContain('[card]');
  expect(told).toMatchObject({ callSid: 'CA1', slot: 0, seq: 3, atMs: 7, kind: news.kind });
  expect(JSON.stringify(news)).toContain(NUMBER);
});

test('what has no words is the same object', () => {
  const told = event({ kind: 'floor', decision: 'hold' });
  expect(redactedEvent(told, redact)).toBe(told);
});

test('a report keeps its turns and tools, without the numbers; who called stays', () => {
  const order = { callSid: 'CA1', direction: 'inbound', agentId: 'a', theirNumber: '+14155552671', ourNumber: '+1' };
  const summary = { ...summaryOf(order as CallOrder, 'silence'), turns: [turn], tools: [tool] };
  const kept = redactedSummary(summary, redact);
  expect(JSON.stringify(kept)).not.toContain('1111');
  expect(kept.turns[0]).toMatchObject({ turn: 1, caller: 'It is [card].', heard: 'Is it [card]' });
  expect(kept.tools[0].arguments).toEqual({ card: '[card]', cents: 900 });
  expect(kept.from).toBe('+14155552671');
});
