import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { EndReason } from '../../src/call/call.js';
import type { CallEvent } from '../../src/call/call_events.js';
import { emptyWindow } from '../../src/conversation/turns/sound_window.js';
import type { TurnEvent } from '../../src/conversation/turns/turn_events.js';
import { EngineError } from '../../src/errors.js';
import { sumCounter, sumHistogram } from '../../src/metrics/shared_metrics.js';
import { COLLECT, collectTool } from '../../src/tools/collect.js';
import { END_CALL } from '../../src/tools/end_call.js';
import { handOffTool } from '../../src/tools/hand_off.js';
import { collectDefinition, handOffDefinition } from '../../src/tools/tool_definition.js';
import { CallReport } from '../../src/worker/call_report.js';
import { Dialogue, type DialogueLinks } from '../../src/worker/dialogue.js';
import { EventFeed } from '../../src/worker/event_feed.js';
import { EgressBuffers, MediaEgress } from '../../src/worker/media_egress.js';
import { OffRecord } from '../../src/worker/off_record.js';
import { Playout } from '../../src/worker/playout.js';
import { Timeline } from '../../src/worker/timeline.js';
import { CallBench, NOTHING_YET, ORDER, STREAM } from './call_parts.js';

let time = 0;
vi.mock('../../src/clock.js', () => ({ nowMs: () => time, isoNow: () => '2026-03-04T05:06:08.000Z' }));

let bench: CallBench;
let dialogue: Dialogue;
let report: CallReport;
let events: CallEvent[];
let ended: EndReason[];
let handedOff: Parameters<DialogueLinks['onHandOff']>[];
let faults: string[];
let offRecord: OffRecord;
let listens: boolean[];
beforeEach(() => {
  time = 1_000_000;
  bench = new CallBench();
  report = new CallReport(ORDER);
  events = [];
  ended = [];
  handedOff = [];
  faults = [];
  listens = [];
  dialogue = newDialogue();
});

function newDialogue(order = ORDER): Dialogue {
  const { services } = bench;
  const plan = services.plan(order);
  const timeline = new Timeline();
  timeline.originMs = time;
  const egress = new MediaEgress(bench.rings.egress, services.dsp, services.metrics, new EgressBuffers(), () => {});
  egress.open(STREAM);
  const playout = new Playout(egress, services.metrics, plan.pacing, timeline, () => dialogue.onSent());
  return new Dialogue({
    ...{ order, plan, services, playout, timeline, report, log: services.log },
    said: bench.rings.said,
    offRecord: (offRecord = new OffRecord(() => {})),
    onListen: (isListening) => listens.push(isListening),
    events: new EventFeed(
      ORDER,
      (event) => events.push(event),
      () => NOTHING_YET,
    ),
    finalizeStt() {},
    onFault: ({ code }, message) => faults.push(`${message}: ${code}`),
    consent: null,
    onHandOff: (...told) => {
      handedOff.push(told);
    },
    onEnd: (reason) => ended.push(reason),
  });
}

function pass(ms: number): void {
  for (const end = time + ms; time < end; ) {
    time += 5;
    dialogue.tick(time);
    bench.sent();
  }
}
const tell = (event: TurnEvent): void => dialogue.event(event, time);
const final = { isFinal: true, speechFinal: true, fromFinalize: true, confidence: 1 };
const says = (text: string, startMs: number): void =>
  tell({ on: 'transcript', transcript: { text, startMs, endMs: startMs + 500, ...final } });
function greeted(): void {
  dialogue.start(time, time);
  bench.speak(400);
  pass(2500);
}
const states = () => events.flatMap((event) => (event.kind === 'state' ? [event.state] : []));

test('a sentence that must be heard is, whatever the caller says over it; that is their next turn', () => {
  bench = new CallBench(
    {},
    { greeting: 'Hello. Calls are recorded. How are you?', mustBeHeard: ['Calls are recorded.'] },
  );
  dialogue = newDialogue();
  const decisions = () => events.flatMap((event) => (event.kind === 'floor' ? [event.decision] : []));
  dialogue.start(time, time);
  bench.speak(3500);
  pass(1300);
  says('Stop, wait a moment please.', 700);
  pass(500);
  expect(decisions()).toEqual([]);
  // It was heard: nothing of ours is said any more to somebody who wanted to stop us.
  pass(600);
  expect(decisions()).toEqual(['interrupt']);
  pass(3000);
  const asked = bench.llm.at(-1)!.request.messages;
  expect(asked.at(-1)!.content).toBe('Stop, wait a moment please.');
  expect(JSON.stringify(asked)).toContain('Calls are recorded.');
});

test('greeting, question, answer, farewell: each state is told once, and the end comes by itself', () => {
  greeted();
  says('That is all, thank you.', 1000);
  pass(1500);
  bench.write('Thank you for calling. Goodbye.');
  bench.speak(1200);
  pass(4000);
  expect(states()).toEqual(['speaking', 'listening', 'thinking', 'speaking']);
  expect(ended).toEqual(['agent_goodbye']);
  expect(sumHistogram(bench.metrics, 'greeting_ms').count).toBe(1);
});

test('a barge-in is told with the time from the onset to the clear, and the turn says what was heard', () => {
  greeted();
  says('Tell me about the menu.', 1000);
  pass(1500);
  bench.write('Today we have soup and bread and cheese and a lot of other things.');
  bench.speak(5000);
  pass(1500);
  for (let ms = 160; ms >= 0; ms -= 32) dialogue.window({ ...emptyWindow(), probability: 0.9 }, time - ms, time);
  expect(sumCounter(bench.metrics, 'floor_holds')).toBe(1);
  dialogue.speechStarts(time - 64, time);
  pass(60);
  const transcript = { ...final, text: 'Stop, please.', startMs: 5000, endMs: 5300 };
  dialogue.transcribed({ ...transcript, isFinal: false, speechFinal: false }, time - 5300, time);
  expect(sumCounter(bench.metrics, 'barge_ins')).toBe(1);
  expect(report.bargeIns).toHaveLength(1);
  expect(report.bargeIns[0].onsetToClearMs).toBeLessThan(500);
  const turn = report.turns.find(({ interrupted }) => interrupted)!;
  expect(turn.agent.startsWith(turn.heard)).toBe(true);
  expect(turn.heard.length).toBeLessThan(turn.agent.length);
  expect(events.filter(({ kind }) => kind === 'floor')).toMatchObject([
    { decision: 'hold' },
    { decision: 'interrupt' },
  ]);
});

test('the time of a barge-in ends where the caller heard silence, not where their words were known', () => {
  const near = { ...emptyWindow(), probability: 0.95, levelDb: -25, voicing: 0.8, change: 4 };
  const hears = (ms: number, window: typeof near): void => {
    for (const end = time + ms; time < end; ) {
      pass(32);
      dialogue.window(window, time, time);
    }
  };
  greeted();
  const saidMs = time;
  hears(1280, near); // how loud this caller is
  const said = { ...final, text: 'Tell me about the menu.', startMs: 0, endMs: time - saidMs };
  dialogue.transcribed(said, saidMs, time);
  hears(1600, emptyWindow());
  bench.write('Today we have soup and bread and cheese and a lot of other things.');
  bench.speak(5000);
  pass(1500);
  const onsetMs = time;
  hears(450, near);
  expect(events.filter(({ kind }) => kind === 'floor').map((event) => 'decision' in event && event.decision)).toEqual([
    'pause',
  ]);
  dialogue.speechStarts(onsetMs, time);
  hears(320, near);
  const stop = { ...final, text: 'Stop, please.', startMs: 9000, endMs: 9450 };
  dialogue.transcribed(stop, onsetMs - 9000, time);
  expect(sumCounter(bench.metrics, 'barge_ins')).toBe(1);
  expect(report.bargeIns[0].onsetToClearMs).toBeLessThan(450);
});

test('an answer that is taken back unheard is counted, and so are the drafts', () => {
  greeted();
  says('Tell me about the menu.', 1000);
  pass(1500);
  expect(states().at(-1)).toBe('thinking');
  expect(sumCounter(bench.metrics, 'drafts')).toBe(1);
  dialogue.speechStarts(time - 64, time);
  says('The one of today.', 5000);
  pass(20);
  expect(sumCounter(bench.metrics, 'withdrawn')).toBe(1);
});

test('what is thrown away of answers is counted, and too much of it ends drafting in this call', () => {
  const { drafts } = bench.services.plan(ORDER);
  const cutShort = (): void => {
    says('Tell me about the menu.', 1000);
    pass(1500);
    dialogue.speechStarts(time - 64, time);
    says('The one of today.', 5000);
    pass(20);
  };
  greeted();
  cutShort();
  const { discardedTokens } = report.usage;
  expect(discardedTokens).toBeGreaterThan(0);
  expect(sumCounter(bench.metrics, 'discarded_tokens')).toBe(discardedTokens);
  report.usage.discardedTokens = drafts.tokensMax;
  const before = sumCounter(bench.metrics, 'drafts');
  tell({ on: 'speech_end', endMs: time });
  says('And the one of tomorrow.', 8000);
  pass(200);
  expect(sumCounter(bench.metrics, 'drafts')).toBe(before);
  pass(1500);
  expect(states().at(-1), 'it is answered all the same').toBe('thinking');
});

test('a voice that fails in mid-answer is heard to its end, then apologised for; nobody interrupted', () => {
  greeted();
  says('Tell me about the menu.', 1000);
  pass(1500);
  bench.write('Today we have soup. And we have bread and cheese.');
  bench.speak(2000, false);
  pass(300);
  bench.tts.at(-1)!.handlers.onError(new EngineError('TTS_CLOSED'));
  expect(faults).toEqual(['reply failed: TTS_CLOSED']);
  pass(1000);
  expect(bench.tts.at(-1)!.texts.join('')).not.toContain('Sorry');
  pass(4000);
  expect(bench.tts.at(-1)!.texts.join('')).toBe('Sorry, once more please.');
  expect(report.turns[1]).toMatchObject({ interrupted: false, heard: expect.stringContaining('soup') });
  expect(sumCounter(bench.metrics, 'barge_ins')).toBe(0);
});

test('an apology that cannot be spoken is owed', () => {
  greeted();
  says('Tell me about the menu.', 1000);
  pass(1500);
  bench.llm.at(-1)!.handlers.onError(new EngineError('LLM_TIMEOUT'));
  expect(report.apologyOwed).toBe(false);
  bench.tts.at(-1)!.handlers.onError(new EngineError('TTS_CLOSED'));
  expect(report.apologyOwed).toBe(true);
  expect(ended).toEqual(['error']);
});

test('after the end nothing is said and nothing is told', () => {
  greeted();
  dialogue.close(time);
  const before = events.length;
  says('Hello?', 2000);
  dialogue.key('1', time);
  pass(5000);
  expect(events).toHaveLength(before);
  expect(bench.llm).toHaveLength(0);
});

test('a call that ends in mid-sentence says what was heard of it; that is no interruption', () => {
  dialogue.start(time, time);
  bench.speak(3000);
  pass(1000);
  dialogue.close(time);
  expect(report.turns[0]).toMatchObject({ turn: 0, interrupted: false });
  expect(report.turns[0].heard.length).toBeLessThan(report.turns[0].agent.length);
});

describe('tools', () => {
  const toolCalls = [{ id: 'call_1', name: 'end_call', arguments: '{"reason":"done"}' }];
  const usage = { promptTokens: 10, completionTokens: 5 };
  beforeEach(() => {
    bench.tools = [END_CALL];
    dialogue = newDialogue();
    greeted();
    says('That was all.', 1000);
    pass(1500);
  });

  test('end_call: hung up when its words were heard, and not before', async () => {
    const { handlers, request } = bench.llm.at(-1)!;
    expect(request.tools?.map(({ name }) => name)).toEqual(['end_call']);
    handlers.onText('I will pass it on.');
    handlers.onDone({ finishReason: 'tool_calls', usage, toolCalls });
    await settled();
    bench.speak(2000);
    pass(1500);
    expect(ended).toEqual([]);
    pass(4000);
    expect(ended).toEqual(['agent_goodbye']);
    const run = { turn: 1, name: 'end_call', ok: true, problem: null, arguments: { reason: 'done' } };
    expect(report.tools).toMatchObject([run]);
    expect(events.find(({ kind }) => kind === 'tool')).toMatchObject({ tool: run });
    expect(sumCounter(bench.metrics, 'tools_done')).toBe(1);
  });

  test('a caller who has more to say keeps the line, and the next request tells what was done', async () => {
    const { handlers } = bench.llm.at(-1)!;
    handlers.onText('I will pass it on.');
    handlers.onDone({ finishReason: 'tool_calls', usage, toolCalls });
    await settled();
    bench.speak(2000);
    pass(800);
    dialogue.speechStarts(time - 64, time);
    says('Wait, one more thing about the soup.', 5000);
    pass(3000);
    expect(ended).toEqual([]);
    const { messages } = bench.llm.at(-1)!.request;
    expect(messages.map(({ role }) => role)).toEqual([
      'system',
      'assistant',
      'user',
      'assistant',
      'tool',
      'assistant',
      'user',
    ]);
    bench.write('What about it?');
    bench.speak(1000);
    pass(3000);
    expect(ended).toEqual([]);
  });
});

describe('a field is collected', () => {
  const usage = { promptTokens: 10, completionTokens: 5 };
  const asks = async (args: object): Promise<void> => {
    bench.tools = [COLLECT];
    dialogue = newDialogue();
    greeted();
    says('I would like to pay.', 1000);
    pass(1500);
    const toolCalls = [{ id: 'call_1', name: 'collect', arguments: JSON.stringify(args) }];
    bench.llm.at(-1)!.handlers.onDone({ finishReason: 'tool_calls', usage, toolCalls });
    await settled();
    bench.speak(1000);
    pass(3000);
  };
  const CARD = { kind: 'card_number', question: 'What is your card number?' };

  test('a card number: said in groups, confirmed, and nothing of it is anywhere', async () => {
    await asks(CARD);
    expect(bench.tts.at(-1)!.texts.join('').trim()).toBe('What is your card number?');
    expect(offRecord.isOff).toBe(true);
    const asked = bench.llm.length;
    says('It is four one one one.', 5000);
    pass(1500);
    expect(bench.tts.at(-1)!.texts.join('')).not.toContain('Go on');
    says('One one one one, one one one one, one one one one.', 7000);
    pass(4000);
    expect(bench.tts.at(-1)!.texts.join('')).toContain('ending in 1 1 1 1');
    bench.speak(2000);
    pass(4000);
    says('Yes.', 12_000);
    pass(2500);
    expect([offRecord.isOff, bench.llm.length]).toEqual([false, asked + 1]);
    const { messages } = bench.llm.at(-1)!.request;
    expect(messages.find(({ role }) => role === 'tool')?.content).toContain('"handle":"card_number_1"');
    expect(messages.at(-1)).toEqual({ role: 'user', content: 'Yes.' });
    bench.write('Thank you, that is paid.');
    bench.speak(1000);
    pass(3000);
    const everything = JSON.stringify([events, report, bench.lines, bench.llm.map(({ request }) => request)]);
    expect(everything).not.toMatch(/one one one|4111/i);
    expect(report.turns.map(({ caller }) => caller)).toContain('[protected]');
  });

  test('by keys while the question is still being said', async () => {
    await asks(CARD);
    for (const key of '4111*4111111111111111') dialogue.key(key, time);
    pass(100);
    expect(bench.tts.at(-1)!.texts.join('')).toContain('ending in 1 1 1 1');
    bench.speak(1500);
    pass(3500);
    dialogue.key('1', time);
    pass(100);
    expect(bench.llm.at(-1)!.request.messages.find(({ role }) => role === 'tool')?.content).toContain('"ok":true');
    expect(JSON.stringify([events, report, bench.lines])).not.toMatch(/4 ?1 ?1 ?1 ?1/);
  });

  test('it is said while the agent is paused: neither written down nor told to the model', async () => {
    await asks(CARD);
    const asked = bench.llm.length;
    dialogue.operators.act('{"act":"pause","operator":"ann"}', time);
    says('four one one one, one one one one, one one one one, one one one one.', 5000);
    pass(4000);
    for (const key of '4111111111111111') dialogue.key(key, time);
    pass(1000);
    dialogue.operators.act('{"act":"resume","operator":"ann"}', time);
    pass(1000);
    expect(bench.tts.at(-1)!.texts.join('')).toBe('What is your card number?');
    expect([bench.llm.length, offRecord.isOff]).toEqual([asked, true]);
    const everything = JSON.stringify([events, report, bench.lines, bench.llm.map(({ request }) => request)]);
    expect(everything).not.toMatch(/one one|4 ?1 ?1 ?1/i);
    expect(everything).toContain('[protected]');
  });

  test('no draft is made of it, and the end of the call has it forgotten and on the record', async () => {
    await asks(CARD);
    const asked = bench.llm.length;
    dialogue.speechStarts(time - 64, time);
    const transcript = { text: 'It is four one one one', startMs: 5000, endMs: 5900, ...final, speechFinal: true };
    tell({ on: 'transcript', transcript: { ...transcript, fromFinalize: false } });
    tell({ on: 'speech_end', endMs: time, audioMs: 6000 });
    pass(3000);
    expect(bench.llm).toHaveLength(asked);
    dialogue.close(time);
    expect(offRecord.isOff).toBe(false);
    expect(listens.at(-1)).toBe(true);
    expect(JSON.stringify([events, report, dialogue.conversation])).not.toMatch(/one one/);
  });

  test('keys are for it where the agent ignores keys, too', async () => {
    bench = new CallBench({}, { keypad: 'ignore' });
    await asks(CARD);
    for (const key of '4111111111111111') dialogue.key(key, time);
    pass(100);
    expect(bench.tts.at(-1)!.texts.join('')).toContain('ending in 1 1 1 1');
  });

  test('a caller who asks something instead is answered by the model', async () => {
    await asks(CARD);
    says('Why do you need that?', 5000);
    pass(2500);
    const { messages } = bench.llm.at(-1)!.request;
    expect(messages.at(-1)).toEqual({ role: 'user', content: 'Why do you need that?' });
    expect(messages.find(({ role }) => role === 'tool')?.content).toContain('something else');
    expect(offRecord.isOff).toBe(false);
  });

  test('what is being given goes on: the turn is read anew, and only once', async () => {
    await asks({ kind: 'phone', question: 'What is your phone number?' });
    says('202 555 01', 5000);
    pass(6000);
    expect(bench.tts.at(-1)!.texts.join('')).toContain('0 1');
    dialogue.speechStarts(time - 64, time);
    says('99', 11_000);
    pass(6000);
    expect(bench.tts.at(-1)!.texts.join('')).toBe('I have 2 0 2, 5 5 5, 0 1 9 9. Is that right?');
  });

  test('where only keys are wanted nobody listens, until the value is there', async () => {
    bench.tools = [];
    const pin = { name: 'pin', description: 'PIN', collect: 'digits', lengths: 4, isProtected: true, voice: false };
    bench.tools = [collectTool(collectDefinition.parse(pin))];
    dialogue = newDialogue();
    greeted();
    says('I would like to log in.', 1000);
    pass(1500);
    const toolCalls = [{ id: 'call_1', name: 'pin', arguments: '{"question":"Please type your PIN."}' }];
    bench.llm.at(-1)!.handlers.onDone({ finishReason: 'tool_calls', usage, toolCalls });
    await settled();
    bench.speak(1000);
    pass(3000);
    expect(listens.at(-1)).toBe(false);
    for (const key of '1234') dialogue.key(key, time);
    pass(100);
    expect(listens.at(-1)).toBe(true);
    expect(bench.tts.at(-1)!.texts.join('')).toBe('I have 4 digits. Is that right?');
  });
});

/** Promises that are due have run. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('a model that is late: a word in between, then the answer, and the record has both', () => {
  const { services } = bench;
  const plan = services.plan(ORDER);
  for (const line of [plan.lines.greeting, plan.lines.filler]) {
    const times = { words: [line], startMs: [0], endMs: [400] };
    services.phrases.put(plan.speak, line, { audio: new Uint8Array(3200).fill(7), ...times });
  }
  tell({ on: 'started' });
  pass(2500);
  tell({ on: 'speech_start', startMs: time });
  pass(500);
  dialogue.transcribed(
    {
      text: 'The soup was cold.',
      isFinal: true,
      speechFinal: true,
      fromFinalize: true,
      startMs: 0,
      endMs: 0,
      confidence: 1,
    },
    0,
    time,
  );
  tell({ on: 'speech_end', endMs: time });
  pass(3500);
  expect([dialogue.state, sumCounter(bench.metrics, 'fillers')]).toEqual(['thinking', 1]);
  bench.write('I am sorry about that.');
  bench.speak(500);
  pass(3000);
  expect(report.turns.at(-1)).toMatchObject({
    caller: 'The soup was cold.',
    heard: 'One moment, please. I am sorry about that.',
  });
});

test('a caller who changes the language is answered in it; the agent’s own lines are as they are written', () => {
  bench = new CallBench({}, { listen: { language: 'multi' } });
  dialogue = newDialogue();
  greeted();
  const transcript = { text: 'Hola, ¿tienen sopa?', startMs: 1000, endMs: 1500, language: 'es', ...final };
  dialogue.transcribed(transcript, 0, time);
  pass(1500);
  bench.write('Sí, hoy hay sopa de tomate.');
  expect(bench.tts.map(({ options }) => options.language)).toEqual(['en', 'es']);
  bench.speak(400);
  pass(20_000);
  expect(bench.tts.at(-1)).toMatchObject({ texts: ['Are you there?'], options: { language: 'en' } });
});

test('where one language is understood the voice keeps it, whatever the recogniser tells', () => {
  greeted();
  dialogue.transcribed({ text: 'Hola, ¿tienen sopa?', startMs: 1000, endMs: 1500, language: 'es', ...final }, 0, time);
  pass(1500);
  bench.write('We have tomato soup.');
  expect(bench.tts.map(({ options }) => options.language)).toEqual(['en', 'en']);
});

describe('hand_off: another agent gets the call', () => {
  const billing = { agentId: 'billing', agentVariant: 'v', agentHash: 'b', agentDefinition: null };
  const HAND_OFF = handOffTool(handOffDefinition.parse({ handOff: { billing: 'Bills.' } }));
  const arguments_ = '{"agent":"billing"}';
  beforeEach(async () => {
    bench.tools = [HAND_OFF];
    dialogue = newDialogue({ ...ORDER, others: [billing] });
    greeted();
    says('My bill is wrong.', 1000);
    pass(1500);
    const { handlers } = bench.llm.at(-1)!;
    handlers.onText('I put you through.');
    handlers.onDone({
      finishReason: 'tool_calls',
      usage: null,
      toolCalls: [{ id: '1', name: 'hand_off', arguments: arguments_ }],
    });
    await settled();
  });

  test('when the words before were heard', () => {
    bench.speak(1000);
    pass(700);
    expect(handedOff).toEqual([]);
    pass(2000);
    expect(handedOff).toEqual([[{ agentId: 'billing', withHistory: true }, null, expect.any(Number)]]);
    const { history, turnCount } = dialogue.conversation;
    expect(turnCount).toBe(1);
    expect(history.map(({ content }) => content)).toEqual([
      ...['Hello there.', 'My bill is wrong.', '', 'I put you through.'],
    ]);
  });

  test('or with what the caller says over them', () => {
    bench.speak(3000);
    pass(1000);
    dialogue.speechStarts(time - 64, time);
    says('It is about the one of May.', 4000);
    pass(2500);
    expect(handedOff.map(([handOff, asked]) => [handOff.agentId, asked])).toEqual([
      ['billing', 'It is about the one of May.'],
    ]);
    expect(bench.llm).toHaveLength(1);
  });
});
