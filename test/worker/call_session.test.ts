import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { parseAgentProfile } from '../../src/agents/agent.js';
import type { TakeOver } from '../../src/call/call_snapshot.js';
import { EngineError } from '../../src/errors.js';
import { sumCounter, sumHistogram } from '../../src/metrics/shared_metrics.js';
import { INGRESS } from '../../src/threads/record_types.js';
import { handOffTool } from '../../src/tools/hand_off.js';
import type { Tool } from '../../src/tools/tool.js';
import { handOffDefinition } from '../../src/tools/tool_definition.js';
import { CallSession } from '../../src/worker/call_session.js';
import { CallBench, ORDER, PERSONA, STREAM, snapshotWith } from './call_parts.js';

let time = 0;
vi.mock('../../src/clock.js', () => ({ nowMs: () => time, isoNow: () => '2026-03-04T05:06:08.000Z' }));

class Call extends CallBench {
  readonly session: CallSession;
  constructor(
    env: Record<string, string> = {},
    order = ORDER,
    agent: object = {},
    tools: readonly Tool[] = [],
    colleagues: Record<string, object> = {},
  ) {
    super(env, agent);
    this.tools = tools;
    for (const [id, each] of Object.entries(colleagues)) this.colleagues.set(id, parseAgentProfile(each));
    time = 1_000_000;
    this.session = new CallSession(order, this.services, this.links);
    this.session.begin();
  }
  /** Time passes, beat by beat, and the caller's line is alive. */
  pass(ms: number): void {
    for (const end = time + ms; time < end; ) {
      time += 5;
      this.session.drain(time);
      this.session.tick(time);
    }
  }
  /** The greeting was given and heard. */
  greeted(): void {
    this.start();
    this.pass(10);
    this.speak(400);
    this.pass(2500);
  }
}

test('a call from its order to its end', async () => {
  const call = new Call();
  call.greeted();
  call.words('The soup was cold.');
  call.pass(1500);
  expect(call.llm.at(-1)!.request.messages.at(-1)).toEqual({ role: 'user', content: 'The soup was cold.' });
  call.write('I am sorry to hear that. Which soup was it?');
  call.speak(1500);
  call.pass(4000);
  call.control(INGRESS.HANGUP, 'operator');
  call.pass(10);
  const summary = await call.session.ended;
  expect(summary).toMatchObject({
    endReason: 'operator',
    from: ORDER.theirNumber,
    to: ORDER.ourNumber,
    apologyOwed: false,
  });
  expect(summary.turns.map(({ turn, caller, heard, interrupted }) => [turn, caller, heard, interrupted])).toEqual([
    [0, '', 'Hello there.', false],
    [1, 'The soup was cold.', 'I am sorry to hear that. Which soup was it?', false],
  ]);
  expect(call.sent().at(-1)).toBe('CLOSE');
  expect(call.sttClosed).toBe(1);
  const kinds = call.events.map(({ kind }) => kind);
  expect(kinds[0]).toBe('state');
  expect(kinds.at(-1)).toBe('ended');
  expect(kinds.filter((kind) => kind === 'ended')).toHaveLength(1);
  expect(call.events.map(({ seq }) => seq)).toEqual(call.events.map((_, i) => i + 1));
  expect(call.events.filter(({ kind }) => kind === 'caller')).toHaveLength(1);
  // Each line is found by its call, and from the greeting on by its turn too.
  expect(call.lines.every((line) => line['call_sid'] === ORDER.callSid)).toBe(true);
  expect(call.lines.at(-1)).toMatchObject({ msg: 'call ended', turn: expect.any(Number) });
});

test('the summary is the file beside the recording, in snake_case', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ringline-session-'));
  const call = new Call({ RECORDING: 'on', RECORDING_DIR: dir });
  call.greeted();
  call.control(INGRESS.SOCKET_CLOSED, '1006');
  call.pass(10);
  const summary = await call.session.ended;
  expect(summary.endReason).toBe('socket_lost');
  const [sidecar] = readdirSync(dir).filter((name) => name.endsWith('.json'));
  expect(sidecar).toBe(`server_8765_inbound_recording_20260304_050607_${ORDER.callSid}.json`);
  expect(JSON.parse(readFileSync(join(dir, sidecar), 'utf8'))).toMatchObject({
    ...{ call_sid: ORDER.callSid, end_reason: 'socket_lost', recording: sidecar.replace('.json', '.wav') },
    turns: [{ turn: 0, heard: 'Hello there.', agent_start_ms: expect.any(Number) }],
  });
});

test('keys become the caller’s words, once the entry is over, and no digit gets into the log', async () => {
  const call = new Call();
  call.greeted();
  for (const key of '42#') {
    call.key(key);
    call.pass(200);
  }
  expect(call.llm.at(-1)!.request.messages.at(-1)).toEqual({ role: 'user', content: 'typed 4 2 # on the keypad' });
  expect(JSON.stringify(call.lines)).not.toMatch(/4 2 #|"digit":"[0-9#]/);
});

test('a caller who types is not asked whether they are there', () => {
  const call = new Call({ IDLE_PROMPT_MS: '3000' });
  call.greeted();
  for (const key of '123') {
    call.key(key);
    call.pass(1900);
  }
  expect(call.tts).toHaveLength(1);
  expect(call.llm).toHaveLength(0);
  call.pass(200);
  expect(call.llm.at(-1)!.request.messages.at(-1)!.content).toBe('typed 1 2 3 on the keypad');
});

test('keys typed while the agent speaks are heard when it is done', () => {
  const call = new Call();
  call.start();
  call.pass(10);
  call.speak(3000);
  call.key('7');
  call.key('#');
  call.pass(1000);
  expect(call.llm).toHaveLength(0);
  call.pass(4000);
  expect(call.llm.at(-1)!.request.messages.at(-1)!.content).toBe('typed 7 # on the keypad');
});

test.each([
  ['ignore', 0, []],
  ['words', 0, ['typed 7 # on the keypad']],
  ['interrupt', 1, ['typed 7 # on the keypad']],
] as const)('keypad: %s', (keypad, interruptions, asked) => {
  const call = new Call({}, ORDER, { keypad });
  call.start();
  call.pass(10);
  call.speak(4000);
  call.pass(2000);
  call.key('7');
  call.pass(100);
  expect(call.events.filter((event) => event.kind === 'floor' && event.decision === 'interrupt')).toHaveLength(
    interruptions,
  );
  call.key('#');
  call.pass(10_000);
  expect(call.llm.map(({ request }) => request.messages.at(-1)!.content)).toEqual(asked);
  expect(JSON.stringify(call.lines)).not.toMatch(/typed 7|"digit":"7/);
});

test('an answer that does not come in time: apology, and what the caller said stays said', () => {
  const call = new Call();
  call.greeted();
  call.words('The soup was cold.');
  call.pass(22_000);
  expect(call.tts.at(-1)!.texts.join('')).toBe('Sorry, once more please.');
  call.speak(800);
  call.pass(3000);
  call.words('The soup, I said.', 100, 900);
  call.pass(1500);
  const { messages } = call.llm.at(-1)!.request;
  expect(messages.slice(1).map(({ content }) => content)).toEqual([
    'Hello there.',
    'The soup was cold.',
    'Sorry, once more please.',
    'The soup, I said.',
  ]);
  const told = call.events.flatMap((event) => (event.kind === 'turn' ? [[event.turn.turn, event.turn.caller]] : []));
  expect(told).toEqual([
    [0, ''],
    [1, 'The soup was cold.'],
    [2, ''],
  ]);
});

test('recognition that is lost is no interruption', () => {
  const call = new Call();
  call.start();
  call.pass(10);
  call.speak(3000);
  call.pass(500);
  call.stt!.onDeaf(new EngineError('STT_CLOSED', { provider: 'deepgram' }));
  call.pass(500);
  expect(sumCounter(call.metrics, 'barge_ins')).toBe(0);
  expect(sumHistogram(call.metrics, 'barge_in_ms').count).toBe(0);
  expect(call.sent()).not.toContain('clear');
});

test('an exception inside the call ends it, and the caller is owed an apology', async () => {
  const call = new Call();
  call.greeted();
  call.session.fail(new Error('a defect'));
  call.session.fail(new Error('another'));
  const summary = await call.session.ended;
  expect(summary).toMatchObject({ endReason: 'error', apologyOwed: true });
  expect(summary.errors.map(({ code }) => code)).toEqual(['INTERNAL']);
});

test('what a vendor says after the end moves nothing', async () => {
  const call = new Call();
  call.greeted();
  call.control(INGRESS.HANGUP, 'drain');
  call.pass(10);
  await call.session.ended;
  const before = call.events.length;
  call.words('Hello?');
  call.stt!.onDeaf(new EngineError('STT_CLOSED'));
  call.pass(1000);
  expect(call.events).toHaveLength(before);
  expect(call.llm).toHaveLength(0);
});

test.each([
  ['another call’s stream', (call: Call) => call.start(`CA${'2'.repeat(32)}`), 'wrong_call'],
  [
    'a socket that closes before it began',
    (call: Call) => call.control(INGRESS.SOCKET_CLOSED, '1006'),
    'start_timeout',
  ],
  ['a reason nobody knows', (call: Call) => call.control(INGRESS.HANGUP, 'whatever'), 'operator'],
])('%s ends it as such', async (_, act, reason) => {
  const call = new Call();
  act(call);
  call.pass(10);
  expect((await call.session.ended).endReason).toBe(reason);
});

test('nobody connects: it ends by itself', async () => {
  const call = new Call({ CALL_START_TIMEOUT_MS: '2000' });
  call.pass(3100);
  expect((await call.session.ended).endReason).toBe('start_timeout');
});

describe('a call that was held elsewhere', () => {
  const SNAPSHOT = snapshotWith({
    ...{ atMs: Date.UTC(2026, 2, 4, 5, 7, 0), seq: 20, turnCount: 1 },
    history: [
      { role: 'assistant', content: 'Hello there.' },
      { role: 'user', content: 'The soup was cold.' },
      { role: 'assistant', content: 'I am sorry.' },
    ],
  });
  const HELD = SNAPSHOT.history.map(({ content }) => content);
  const asked = (call: Call) =>
    call.llm
      .at(-1)!
      .request.messages.slice(1)
      .map(({ content }) => content);

  test('goes on without a greeting and knows what was said', async () => {
    const call = new Call({}, { ...ORDER, resume: SNAPSHOT });
    call.start();
    call.pass(2000);
    expect(call.tts).toHaveLength(0);
    call.words('And the bread was hard.');
    call.pass(2500);
    expect(asked(call)).toEqual([...HELD, 'And the bread was hard.']);
    call.write('Thank you.');
    call.speak(500);
    call.pass(3000);
    call.control(INGRESS.HANGUP, 'operator');
    call.pass(10);
    const { turns } = await call.session.ended;
    expect(turns.map(({ turn, heard }) => [turn, heard])).toEqual([[2, 'Thank you.']]);
    expect(call.events[0].seq).toBe(21);
  });

  test('answers at once what the caller still waits for', () => {
    const call = new Call({}, { ...ORDER, resume: { ...SNAPSHOT, asked: 'Who will call me back?' } });
    call.start();
    call.pass(50);
    expect(asked(call)).toEqual([...HELD, 'Who will call me back?']);
    call.write('The site manager will.');
    call.speak(800);
    call.pass(3000);
    expect(call.events.flatMap((event) => (event.kind === 'turn' ? [event.turn.turn] : []))).toEqual([2]);
  });

  test('asks after its caller when they say nothing', () => {
    const call = new Call({ IDLE_PROMPT_MS: '3000' }, { ...ORDER, resume: SNAPSHOT });
    call.start();
    call.pass(3500);
    expect(call.tts.at(-1)!.texts.join('')).toBe('Are you there?');
  });

  test('is recorded into a file of its own', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ringline-session-'));
    const call = new Call({ RECORDING: 'on', RECORDING_DIR: dir }, { ...ORDER, resume: SNAPSHOT });
    call.start();
    call.pass(50);
    call.control(INGRESS.HANGUP, 'operator');
    call.pass(10);
    await call.session.ended;
    expect(readdirSync(dir).some((name) => name.includes('_recording_20260304_050700_'))).toBe(true);
  });
});

describe('a call that is taken over from a worker that died', () => {
  const HELD = snapshotWith({
    ...{ seq: 20, turnCount: 1, stream: { streamSid: STREAM, originMs: 960_000, startedMs: 960_100 } },
    history: [
      { role: 'assistant', content: 'Hello there.' },
      { role: 'user', content: 'The soup was cold.' },
      { role: 'assistant', content: 'I am sorry.' },
    ],
  });
  const takeOver = (fields: Partial<TakeOver> = {}): TakeOver => ({
    ...{ count: 1, lastSeq: 33, playEndMs: 1_000_300 },
    ...fields,
  });
  const turnsTold = (call: Call) =>
    call.events.flatMap((event) => (event.kind === 'turn' ? [[event.turn.turn, event.turn.heard]] : []));

  test('goes on in the middle of its stream, as if nothing had been: nobody says start again', async () => {
    const call = new Call({}, { ...ORDER, resume: HELD, takeOver: takeOver() });
    call.pass(2000);
    expect(call.tts).toHaveLength(0);
    call.words('And the bread was hard.');
    call.pass(2500);
    call.write('Thank you.');
    call.speak(500);
    call.pass(3000);
    call.twilio({ event: 'stop', streamSid: STREAM, sequenceNumber: '9', stop: {} });
    call.pass(10);
    const summary = await call.session.ended;
    expect(summary).toMatchObject({ endReason: 'caller_hangup', streamSid: STREAM });
    expect(summary.errors.map(({ code }) => code)).toEqual(['WORKER_DIED']);
    // From the beginning of the stream, not from here.
    expect(summary.durationS).toBeCloseTo((time - 960_100) / 1000, 1);
    expect(summary.turns[0]).toMatchObject({ turn: 2, heard: 'Thank you.' });
    expect(summary.turns[0].agentStartMs).toBeGreaterThan(40_000);
    expect(call.events[0].seq).toBe(34);
  });

  test('says the rest of the reply that was under way, behind what Twilio still has of it', async () => {
    const text = 'The site manager calls you back. Anything else?';
    const saying = { kind: 'answer', turn: 2, text, sent: 'The site manager'.length };
    const resume = { ...HELD, asked: 'Who calls me?', saying };
    const call = new Call({}, { ...ORDER, resume, takeOver: takeOver() });
    call.pass(10);
    expect(call.tts.map(({ texts }) => texts.join(''))).toEqual(['calls you back. Anything else?']);
    expect(call.llm).toHaveLength(0);
    call.speak(1500);
    call.pass(4000);
    expect(turnsTold(call)).toEqual([[2, text]]);
    call.words('No.');
    call.pass(1500);
    const asked = call.llm.at(-1)!.request.messages.slice(-3);
    expect(asked.map(({ content }) => content)).toEqual(['Who calls me?', text, 'No.']);
    expect(call.rings.said.read()).toEqual({ turn: 2, characters: text.length, isWritten: true });
  });

  test('a farewell of which nothing is left to say ends the call when it has played, not before', async () => {
    const saying = { kind: 'answer', turn: 2, text: 'Thank you. Goodbye.', sent: 19 };
    const resume = { ...HELD, asked: 'That is all, thank you.', saying };
    const call = new Call({}, { ...ORDER, resume, takeOver: takeOver() });
    call.pass(250);
    expect(call.sent()).toEqual([]);
    call.pass(100);
    const summary = await call.session.ended;
    expect(summary.endReason).toBe('agent_goodbye');
    expect(summary.turns).toEqual([expect.objectContaining({ turn: 2, heard: 'Thank you. Goodbye.' })]);
  });

  test.each([
    ['whose greeting had not begun is greeted', { greeted: false, history: [], turnCount: 0 }, null, 'Hello there.'],
    [
      'whose greeting was cut off hears its rest only',
      { greeted: false, history: [], turnCount: 0 },
      { kind: 'greeting', turn: 0, text: 'Hello there.', sent: 5 },
      'there.',
    ],
  ])('one %s', (_, fields, saying, said) => {
    const call = new Call({}, { ...ORDER, resume: { ...HELD, ...fields, saying }, takeOver: takeOver() });
    call.pass(10);
    expect(call.tts.map(({ texts }) => texts.join(''))).toEqual([said]);
  });

  test('an interruption takes back what the other worker had sent', () => {
    const saying = { kind: 'answer', turn: 2, text: 'One two three.', sent: 3 };
    const call = new Call({}, { ...ORDER, resume: { ...HELD, saying }, takeOver: takeOver() });
    call.pass(10);
    call.session.fail(new Error('stop'));
    expect(call.sent()).toContain('clear');
  });

  test('its snapshots are those of the whole call, and its recording is the same file', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ringline-session-'));
    const env = { RECORDING: 'on', RECORDING_DIR: dir };
    const first = new Call(env);
    first.greeted();
    first.pass(2000);
    const snapshot = first.events.flatMap((event) => (event.kind === 'snapshot' ? [event.snapshot] : [])).at(-1)!;
    expect(snapshot).toMatchObject({ greeted: true, stream: { streamSid: STREAM }, past: { turns: [] } });
    const size = () => statSync(join(dir, readdirSync(dir)[0])).size;
    await vi.waitFor(() => expect(size()).toBeGreaterThan(32_000));
    const before = time;
    const second = new Call(env, { ...ORDER, resume: snapshot, takeOver: takeOver() });
    time = before + 1000;
    second.pass(1000);
    second.control(INGRESS.HANGUP, 'operator');
    second.pass(10);
    const summary = await second.session.ended;
    expect(readdirSync(dir).filter((name) => name.endsWith('.wav'))).toEqual([summary.recording]);
  });
});

test('off the record: keys are nothing, nobody is asked whether they are there, and the record tells when it was', async () => {
  const call = new Call();
  call.greeted();
  call.control(INGRESS.OFF_RECORD, 'on');
  call.pass(10);
  for (const digit of '4111') call.key(digit);
  call.pass(25_000);
  expect(call.tts).toHaveLength(1);
  call.control(INGRESS.OFF_RECORD, 'off');
  call.pass(10);
  for (const digit of '42#') call.key(digit);
  call.pass(100);
  expect(call.llm.at(-1)!.request.messages.at(-1)!.content).toBe('typed 4 2 # on the keypad');
  call.control(INGRESS.HANGUP, 'operator');
  call.pass(10);
  const { pauses } = await call.session.ended;
  expect(pauses).toHaveLength(1);
  expect(pauses[0].toMs! - pauses[0].fromMs).toBeGreaterThan(24_900);
  expect(call.events.filter(({ kind }) => kind === 'off_record')).toMatchObject([{ isOff: true }, { isOff: false }]);
  const snapshots = call.events.filter((event) => event.kind === 'snapshot').map(({ snapshot }) => snapshot.offRecord);
  expect(snapshots).toContain(true);
  expect(snapshots.at(-1)).toBe(false);
});

test('a call that was off the record where it was held before is off it here', async () => {
  const call = new Call({}, { ...ORDER, resume: snapshotWith({ offRecord: true }) });
  call.start();
  call.pass(100);
  call.key('4');
  call.pass(25_000);
  expect([call.llm, call.tts]).toEqual([[], []]);
  call.control(INGRESS.HANGUP, 'operator');
  call.pass(10);
  expect((await call.session.ended).pauses).toMatchObject([{ toMs: null }]);
});

describe('handed to another agent', () => {
  const BILLING = { agentId: 'billing', agentVariant: 'blue', agentHash: 'b', agentDefinition: null };
  const BEA = {
    ...{ ...PERSONA, name: 'Bea', systemPrompt: 'You know bills.', greeting: 'Billing, good day.', voiceId: 'bea' },
    ...{ listen: { language: 'de' }, goodbye: 'Bye from billing.' },
  };
  class HandedCall extends Call {
    constructor(history: boolean, order = { ...ORDER, others: [BILLING] }) {
      const tool = handOffTool(handOffDefinition.parse({ handOff: { billing: 'Bills.' }, history }));
      super({}, order, {}, [tool], { billing: BEA });
    }
    async putThrough(): Promise<void> {
      this.greeted();
      this.words('My bill is wrong.');
      this.pass(1500);
      const toolCalls = [{ id: '1', name: 'hand_off', arguments: '{"agent":"billing"}' }];
      const { handlers } = this.llm.at(-1)!;
      handlers.onText('I put you through.');
      handlers.onDone({ finishReason: 'tool_calls', usage: null, toolCalls });
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
      this.speak(1000);
      this.pass(4000);
    }
    async hangUp() {
      this.control(INGRESS.HANGUP, 'operator');
      this.pass(10);
      return this.session.ended;
    }
  }
  const handed = { turn: 1, from: 'default', to: 'billing', toVariant: 'blue', toHash: 'b' };

  test('with what was said: another prompt, another voice, and the next agent speaks first', async () => {
    const call = new HandedCall(true);
    await call.putThrough();
    const { messages } = call.llm.at(-1)!.request;
    expect(messages[0]).toEqual({ role: 'system', content: expect.stringContaining('You know bills.') });
    expect(messages.map(({ content }) => content)).toEqual(
      expect.arrayContaining(['My bill is wrong.', 'I put you through.']),
    );
    call.write('Which bill is it?');
    expect(call.tts.at(-1)!.options.voiceId).toBe('bea');
    call.speak(800);
    call.pass(4000);
    call.words('The one of May.');
    call.pass(1500);
    expect(call.llm.at(-1)!.request.messages.at(-1)).toEqual({ role: 'user', content: 'The one of May.' });
    const summary = await call.hangUp();
    expect(summary.agent).toBe('default');
    expect(summary.handOffs).toEqual([{ ...handed, atMs: expect.any(Number), withHistory: true }]);
    expect(summary.turns.map(({ turn, caller, heard }) => [turn, caller, heard])).toEqual([
      [0, '', 'Hello there.'],
      [1, 'My bill is wrong.', 'I put you through.'],
      [2, '', 'Which bill is it?'],
      [3, 'The one of May.', ''],
    ]);
    expect(call.events.find(({ kind }) => kind === 'hand_off')).toMatchObject({ handOff: handed });
    expect(sumCounter(call.metrics, 'hand_offs')).toBe(1);
    expect(call.sttClosed).toBe(2);
  });

  test('without it: the next agent greets', async () => {
    const call = new HandedCall(false);
    await call.putThrough();
    expect(call.tts.at(-1)).toMatchObject({ texts: ['Billing, good day.'], options: { voiceId: 'bea' } });
    call.speak(600);
    call.pass(4000);
    call.words('My bill of May is wrong.');
    call.pass(1500);
    const { messages } = call.llm.at(-1)!.request;
    expect(messages.map(({ content }) => content).slice(1)).toEqual(['Billing, good day.', 'My bill of May is wrong.']);
    const { turns } = await call.hangUp();
    expect(turns.map(({ turn, heard }) => [turn, heard])).toEqual([
      [0, 'Hello there.'],
      [1, 'I put you through.'],
      [2, 'Billing, good day.'],
      [3, ''],
    ]);
  });

  test('should its worker die, the call goes on with the agent that has it', async () => {
    const call = new HandedCall(true);
    await call.putThrough();
    const snapshot = call.events.flatMap((event) => (event.kind === 'snapshot' ? [event.snapshot] : [])).at(-1)!;
    expect(snapshot).toMatchObject({ agentId: 'billing', agentHash: 'b' });
    expect(snapshot).not.toHaveProperty('others');
    const takeOver: TakeOver = { count: 1, lastSeq: snapshot.seq, playEndMs: 0 };
    const next = new HandedCall(true, { ...ORDER, others: [BILLING], resume: snapshot, takeOver });
    next.pass(20);
    expect(next.llm.at(-1)!.request.messages[0].content).toContain('You know bills.');
    expect((await next.hangUp()).handOffs).toMatchObject([handed]);
  });
});

describe('the recording waits for the caller', () => {
  const dir = () => mkdtempSync(join(tmpdir(), 'ringline-consent-'));
  function asked(recording: object, order = ORDER): Call & { dir: string } {
    const folder = dir();
    const call = new Call({ RECORDING: 'on', RECORDING_DIR: folder }, order, { recording });
    return Object.assign(call, { dir: folder });
  }
  /** The line was said to its end. */
  function told(call: Call, line: string): void {
    call.start();
    call.pass(10);
    expect(call.tts.at(-1)!.texts.join('')).toBe(line);
    call.speak(900);
    call.pass(4000);
  }
  async function hangUp(call: Call) {
    call.control(INGRESS.HANGUP, 'operator');
    call.pass(10);
    return call.session.ended;
  }
  const said = (call: Call) => call.tts.map(({ texts }) => texts.join(''));

  test('told: the line is heard first, then it begins, then the agent greets', async () => {
    const call = asked({ consent: 'announce', line: 'We record this.' });
    call.start();
    call.pass(10);
    expect(readdirSync(call.dir)).toEqual([]);
    call.speak(900);
    call.pass(4000);
    expect(said(call)).toEqual(['We record this.', 'Hello there.']);
    call.speak(400);
    call.pass(2500);
    const summary = await hangUp(call);
    expect(summary.recording).toMatch(/\.wav$/);
    expect(readdirSync(call.dir).filter((name) => name.endsWith('.wav'))).toHaveLength(1);
    expect(summary.turns.map(({ turn, heard }) => [turn, heard])).toEqual([
      [1, 'We record this.'],
      [0, 'Hello there.'],
    ]);
    expect(sumCounter(call.metrics, 'consents')).toBe(1);
  });

  test.each<[string, string[], string[], boolean]>([
    ['a yes', ['Yes, sure.'], ['Hello there.'], true],
    ['a no', ['No, thank you.'], ['Hello there.'], false],
    ['what is no answer, then a yes', ['What did you say?', 'Yes.'], ['Do you agree?', 'Hello there.'], true],
    ['twice no answer', ['Who is this?', 'What was that?'], ['Do you agree?', 'Hello there.'], false],
  ])('asked, and %s', async (_, answers, lines, isRecorded) => {
    const call = asked({ consent: 'ask', line: 'Do you agree?' });
    told(call, 'Do you agree?');
    for (const [i, answer] of answers.entries()) {
      call.words(answer);
      call.pass(2500);
      expect(said(call).at(-1)).toBe(lines[i]);
      expect(call.llm).toEqual([]);
      call.speak(400);
      call.pass(2500);
    }
    const summary = await hangUp(call);
    expect(summary.recording !== null).toBe(isRecorded);
    expect(readdirSync(call.dir).some((name) => name.endsWith('.wav'))).toBe(isRecorded);
    expect(summary.turns.map(({ caller }) => caller)).toEqual(['', ...answers]);
  });

  test('who answers with more than that is answered, and is recorded only after a yes', async () => {
    for (const [text, isRecorded] of [
      ['Yes, you may, and I would like a table for two people tonight.', true],
      ['I would like to have a table for two people tonight.', false],
    ] as const) {
      const call = asked({ consent: 'ask' });
      told(call, 'May we record this call? Please say yes or no.');
      call.words(text);
      call.pass(2500);
      expect(call.llm.at(-1)!.request.messages.at(-1)).toEqual({ role: 'user', content: text });
      call.write('At what time?');
      call.speak(400);
      call.pass(2500);
      expect((await hangUp(call)).recording !== null).toBe(isRecorded);
    }
  });

  test.each([
    ['given', true],
    ['refused', false],
  ] as const)('a call that goes on elsewhere is not asked again: %s', async (recordingConsent, isRecorded) => {
    const resume = snapshotWith({ recordingConsent, greeted: true });
    const call = asked({ consent: 'ask' }, { ...ORDER, resume });
    call.start();
    call.pass(3000);
    expect(call.tts).toEqual([]);
    call.words('Is there soup?');
    call.pass(1500);
    call.write('Yes, there is.');
    call.speak(1500);
    call.pass(4000);
    expect((await hangUp(call)).recording !== null).toBe(isRecorded);
  });

  test('nobody is told where nothing is recorded', () => {
    const call = new Call({}, ORDER, { recording: { consent: 'ask' } });
    call.start();
    call.pass(10);
    expect(said(call)).toEqual(['Hello there.']);
  });
});
