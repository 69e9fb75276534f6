import { beforeEach, expect, test, vi } from 'vitest';
import type { CallOrder, EndReason } from '../../src/call/call.js';
import { sumCounter } from '../../src/metrics/shared_metrics.js';
import { CallReport } from '../../src/worker/call_report.js';
import { Dialogue } from '../../src/worker/dialogue.js';
import { EventFeed } from '../../src/worker/event_feed.js';
import { EgressBuffers, MediaEgress } from '../../src/worker/media_egress.js';
import { OffRecord } from '../../src/worker/off_record.js';
import { Playout } from '../../src/worker/playout.js';
import { Timeline } from '../../src/worker/timeline.js';
import { CallBench, NOTHING_YET, ORDER, STREAM, snapshotWith } from './call_parts.js';

let time = 0;
vi.mock('../../src/clock.js', () => ({ nowMs: () => time, isoNow: () => '2026-03-04T05:06:08.000Z' }));

const MESSAGE = 'This is Ada from Test Kitchen. Please call us back.';
const DIALLED: CallOrder = { ...ORDER, direction: 'outbound' };

let bench: CallBench;
let report: CallReport;
let ended: EndReason[];
let told: string[];
beforeEach(() => {
  time = 1_000_000;
  bench = new CallBench();
  report = new CallReport(DIALLED);
  ended = [];
  told = [];
});

function dialled(voicemail: 'hang_up' | 'message' | null, order = DIALLED): Dialogue {
  const { services } = bench;
  const plan = services.plan(order);
  const timeline = new Timeline();
  timeline.originMs = time;
  const egress = new MediaEgress(bench.rings.egress, services.dsp, services.metrics, new EgressBuffers(), () => {});
  egress.open(STREAM);
  const playout = new Playout(egress, services.metrics, plan.pacing, timeline, () => dialogue.onSent());
  const dialogue: Dialogue = new Dialogue({
    ...{ order, services, playout, timeline, report, log: services.log, said: bench.rings.said },
    plan: { ...plan, voicemail, lines: { ...plan.lines, voicemail: MESSAGE } },
    events: new EventFeed(
      order,
      (event) => {
        if (event.kind === 'state') told.push(event.state);
        if (event.kind === 'floor') told.push(event.decision);
      },
      () => NOTHING_YET,
    ),
    finalizeStt() {},
    offRecord: new OffRecord(() => {}),
    onFault: () => {},
    consent: null,
    onHandOff() {},
    onListen: () => {},
    onEnd: (reason) => {
      ended.push(reason);
      dialogue.close(time);
    },
  });
  dialogue.start(time, time);
  if (order.resume === null) bench.speak(2000);
  return dialogue;
}

function pass(dialogue: Dialogue, ms: number, hz = 0): void {
  const pcm = new Int16Array(160);
  for (const end = time + ms; time < end; ) {
    time += 5;
    dialogue.tick(time);
    bench.sent();
    if (time % 20 !== 0 || !dialogue.awaitsBeep) continue;
    for (let i = 0; i < 160; i++) pcm[i] = hz === 0 ? 0 : 6000 * Math.sin((2 * Math.PI * hz * (time * 8 + i)) / 8000);
    dialogue.frame(pcm, time);
  }
}

function hears(dialogue: Dialogue, text: string): void {
  const startMs = time - 1_000_000;
  const span = { startMs, endMs: startMs + 500, speechFinal: false, fromFinalize: false, confidence: 1 };
  dialogue.transcribed({ text, isFinal: false, ...span }, 1_000_000, time);
}

test('a mailbox is hung up on while its greeting and ours are being spoken', () => {
  const dialogue = dialled('hang_up');
  pass(dialogue, 500);
  dialogue.speechStarts(time - 100, time);
  pass(dialogue, 900);
  hears(dialogue, 'Hello, leave a message');
  expect(ended).toEqual(['voicemail']);
  expect(report.turns).toMatchObject([{ turn: 0, interrupted: true }]);
  expect(report.turns[0].heard.length).toBeLessThan(report.turns[0].agent.length);
  expect(sumCounter(bench.metrics, 'voicemails')).toBe(1);
  expect(bench.logged('a mailbox answered')).toMatchObject([{ sign: 'words', after_ms: 1400 }]);
});

test('a message is left after the beep, heard to its last word, and then the call is over', () => {
  const dialogue = dialled('message');
  pass(dialogue, 500);
  dialogue.speechStarts(time - 100, time);
  pass(dialogue, 900);
  hears(dialogue, 'Hello, leave a message');
  expect([dialogue.isMailbox, ended]).toEqual([true, []]);
  pass(dialogue, 2000);
  // Nothing that it says is a turn, nor is a key it plays.
  hears(dialogue, 'Hello, leave a message after the beep. What is your name?');
  dialogue.event({ on: 'speech_end', endMs: time - 200 }, time);
  pass(dialogue, 800);
  expect(bench.llm).toEqual([]);
  pass(dialogue, 500, 1000);
  expect(bench.tts).toHaveLength(1);
  pass(dialogue, 300);
  expect(bench.tts).toHaveLength(2);
  bench.speak(3000);
  pass(dialogue, 2500);
  expect(ended).toEqual([]);
  pass(dialogue, 3000);
  expect(ended).toEqual(['voicemail']);
  expect(report.turns.at(-1)).toMatchObject({ agent: MESSAGE, heard: MESSAGE, interrupted: false });
  expect(told).toContain('voicemail');
});

test('what the carrier says counts, before our greeting has begun, too', () => {
  const dialogue = dialled('hang_up');
  dialogue.answeredBy('machine_start', time);
  expect(ended).toEqual(['voicemail']);
});

test('an answer that was being thought of is withdrawn', () => {
  const dialogue = dialled('message');
  pass(dialogue, 3000);
  const span = { startMs: 2800, endMs: 3000, speechFinal: true, fromFinalize: true, confidence: 1 };
  dialogue.transcribed({ text: 'I wanted to ask about the menu.', isFinal: true, ...span }, 1_000_000, time);
  pass(dialogue, 1500);
  expect(bench.llm).toHaveLength(1);
  expect(report.turns).toHaveLength(2);
  dialogue.answeredBy('machine_start', time);
  expect(report.turns).toHaveLength(1);
  bench.write('How can I help you?');
  pass(dialogue, 200);
  expect(bench.tts).toHaveLength(1);
});

test.each([
  ['the agent does not mind', null, DIALLED],
  ['the call was under way elsewhere', 'hang_up', { ...DIALLED, resume: snapshotWith({}) }],
] as const)('nobody listens for a beep where %s', (_, voicemail, order) => {
  expect(dialled(voicemail, order).awaitsBeep).toBe(false);
});

test('nobody does any more once a person talks with us', () => {
  const dialogue = dialled('hang_up');
  pass(dialogue, 3000);
  dialogue.answeredBy('human', time);
  expect(dialogue.awaitsBeep).toBe(true);
  const span = { startMs: 2800, endMs: 3000, speechFinal: true, fromFinalize: true, confidence: 1 };
  dialogue.transcribed({ text: 'Yes, this is Sandra.', isFinal: true, ...span }, 1_000_000, time);
  pass(dialogue, 1500);
  expect(dialogue.awaitsBeep).toBe(false);
  expect([ended, dialogue.state]).toEqual([[], 'thinking']);
});
