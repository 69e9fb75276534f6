import { expect, test, vi } from 'vitest';
import type { CallAct } from '../../src/call/call_acts.js';
import { sumCounter } from '../../src/metrics/shared_metrics.js';
import { INGRESS } from '../../src/threads/record_types.js';
import { CallSession } from '../../src/worker/call_session.js';
import { CallBench, ORDER, type snapshotWith } from './call_parts.js';

let time = 0;
vi.mock('../../src/clock.js', () => ({ nowMs: () => time, isoNow: () => '2026-03-04T05:06:08.000Z' }));

type Untold<Act> = Act extends CallAct ? Omit<Act, 'operator'> : never;

class Call extends CallBench {
  readonly session: CallSession;
  constructor(env: Record<string, string> = {}, order = ORDER) {
    super(env);
    time = 1_000_000;
    this.session = new CallSession(order, this.services, this.links);
    this.session.begin();
  }
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
  act(act: Untold<CallAct>): void {
    this.control(INGRESS.ACT, JSON.stringify({ operator: 'ann', ...act }));
    this.pass(10);
  }
  get spoken(): string {
    return this.tts.at(-1)!.texts.join('');
  }
  /** What the model was told last, without the prompt. */
  get told() {
    return this.llm.at(-1)!.request.messages.slice(1);
  }
  async rows() {
    this.control(INGRESS.HANGUP, 'operator');
    this.pass(10);
    return await this.session.ended;
  }
}
const NOTE = (text: string) => `[Note from a colleague; the caller did not hear it: ${text}]`;

test('a line is said to the caller in the voice of the agent, and is part of the conversation', async () => {
  const call = new Call();
  call.greeted();
  call.act({ act: 'say', text: '*We* close at 6 pm.', now: false });
  expect(call.spoken).toMatch(/^We close at .+\.$/);
  expect(call.spoken).not.toContain('*');
  call.speak(900);
  call.pass(2000);
  call.words('Then I come at five.');
  call.pass(1500);
  expect(call.told.map(({ role }) => role)).toEqual(['assistant', 'user']);
  expect(call.told[0].content).toContain('We close at');
  const { operators, turns } = await call.rows();
  expect(operators).toEqual([{ act: 'say', operator: 'ann', atMs: expect.any(Number), tookMs: null }]);
  expect(turns[1].heard).toContain('We close at');
});

test('a line waits for the answer under way; an urgent one cuts it off', () => {
  const call = new Call();
  call.greeted();
  call.words('Tell me about the soup.');
  call.pass(1500);
  call.write('It is made of many things that grow in the garden behind the house.');
  call.speak(3000);
  call.act({ act: 'say', text: 'One moment please.', now: false });
  expect(call.spoken).toContain('garden');
  call.pass(6000);
  expect(call.spoken).toBe('One moment please.');
  call.speak(800);
  call.pass(2000);
  call.sent();
  call.words('And the bread?');
  call.pass(1500);
  call.write('The bread is baked every morning by our own people.');
  call.speak(3000);
  call.pass(500);
  call.act({ act: 'say', text: 'Stop there.', now: true });
  expect(call.spoken).toBe('Stop there.');
  expect(call.sent()).toContain('clear');
});

test('while the caller speaks, a line waits', () => {
  const call = new Call();
  call.greeted();
  call.stt!.onTranscript({
    ...{ text: 'my number is four seven', startMs: 0, endMs: 0, isFinal: false },
    ...{ speechFinal: false, fromFinalize: false, confidence: 1 },
  });
  call.act({ act: 'say', text: 'Hello.', now: false });
  expect(call.tts).toHaveLength(1);
});

test('a whisper is seen by the model before its next turn and by nobody else', async () => {
  const call = new Call();
  call.greeted();
  call.act({ act: 'whisper', text: 'Offer a [refund].' });
  call.pass(1000);
  expect(call.tts).toHaveLength(1);
  call.words('The soup was cold.');
  call.pass(1500);
  expect(call.told.at(-1)!.content).toBe(`${NOTE('Offer a  refund .')}\nThe soup was cold.`);
  call.write('I can give you your money back.');
  call.speak(900);
  call.pass(2500);
  call.words('Thank you, that is kind of you.');
  call.pass(1500);
  expect(call.told.filter(({ content }) => content.includes('Offer'))).toHaveLength(1);
  const { turns } = await call.rows();
  expect(turns[1].caller).toBe('The soup was cold.');
  expect(JSON.stringify(call.lines)).not.toContain('refund');
});

test('a whisper that comes while an answer is being drafted is in the answer', () => {
  const call = new Call();
  call.greeted();
  call.words('The soup was cold.');
  call.pass(5);
  const drafts = call.llm.length;
  call.act({ act: 'whisper', text: 'Offer a refund.' });
  call.pass(1500);
  expect(call.llm.length).toBeGreaterThan(drafts);
  expect(call.told.at(-1)!.content).toContain('Offer a refund.');
});

test('a paused agent falls silent at once, listens, asks nobody, and goes on with what was said', async () => {
  const call = new Call({ IDLE_PROMPT_MS: '3000' });
  call.greeted();
  call.words('Tell me about the soup.');
  call.pass(1500);
  call.write('It is made of many things that grow in the garden behind the house.');
  call.speak(4000);
  call.pass(1000);
  call.sent();
  call.act({ act: 'pause' });
  expect(call.sent()).toContain('clear');
  const requests = call.llm.length;
  call.words('Is anybody there?');
  call.pass(2000);
  call.words('Yes.');
  call.pass(9000);
  expect(call.llm).toHaveLength(requests);
  expect(call.sent()).not.toContain('media');
  expect(call.events.filter(({ kind }) => kind === 'caller')).toHaveLength(3);
  call.act({ act: 'resume' });
  expect(call.told.slice(-2).map(({ role }) => role)).toEqual(['assistant', 'user']);
  expect(call.told.at(-2)!.content).toMatch(/^Hello there|^It is made/);
  expect(call.told.at(-1)!.content).toBe('Is anybody there? Yes.');
  call.write('I am here again.');
  call.speak(600);
  call.pass(2500);
  const { operators, turns, endReason } = await call.rows();
  expect(endReason).toBe('operator');
  expect(turns.map(({ caller }) => caller)).toEqual(['', 'Tell me about the soup.', 'Is anybody there?', 'Yes.', '']);
  expect(turns.at(-1)!.heard).toBe('I am here again.');
  expect(operators).toHaveLength(1);
  expect(operators[0].tookMs).toBeGreaterThan(9000);
});

test('a pause while the model thinks: the question is answered afterwards', () => {
  const call = new Call();
  call.greeted();
  call.words('The soup was cold.');
  call.pass(1500);
  call.act({ act: 'pause' });
  call.write('Too late.');
  call.pass(3000);
  expect(call.tts).toHaveLength(1);
  call.act({ act: 'resume' });
  expect(call.told.at(-1)).toEqual({ role: 'user', content: 'The soup was cold.' });
});

test('what an operator says to a caller in a pause is heard, and the agent stays silent', () => {
  const call = new Call();
  call.greeted();
  call.act({ act: 'pause' });
  call.act({ act: 'say', text: 'A colleague is with you.', now: false });
  expect(call.spoken).toBe('A colleague is with you.');
  call.speak(900);
  call.pass(1000);
  call.words('Good.');
  call.pass(3000);
  expect(call.llm).toHaveLength(0);
  call.act({ act: 'resume' });
  expect(call.told.at(-1)!.content).toBe('Good.');
});

test('nothing said meanwhile: the agent waits for the caller, and asks whether they are there after its usual time', () => {
  const call = new Call({ IDLE_PROMPT_MS: '3000' });
  call.greeted();
  call.act({ act: 'pause' });
  call.pass(20_000);
  call.act({ act: 'resume' });
  call.pass(2000);
  expect(call.tts).toHaveLength(1);
  call.pass(2000);
  expect(call.spoken).toBe('Are you there?');
});

test('pause and resume are safe twice, and a call that ends in a pause says how long it was', async () => {
  const call = new Call();
  call.greeted();
  call.act({ act: 'resume' });
  call.act({ act: 'pause' });
  call.act({ act: 'pause' });
  call.act({ act: 'resume' });
  call.act({ act: 'resume' });
  call.act({ act: 'pause' });
  call.pass(1000);
  const { operators } = await call.rows();
  expect(operators.map(({ act }) => act)).toEqual(['pause', 'pause']);
  expect(operators.at(-1)!.tookMs).toBeGreaterThan(900);
});

test('acts that come before the stream has begun wait for it', () => {
  const call = new Call();
  call.control(INGRESS.ACT, JSON.stringify({ act: 'pause', operator: 'ann' }));
  call.pass(10);
  call.start();
  call.pass(10);
  call.speak(400);
  call.pass(1000);
  call.words('Hello?');
  call.pass(2000);
  expect(call.llm).toHaveLength(0);
});

test('records that are no acts, and lines without end, are counted and harm nobody', () => {
  const call = new Call();
  call.greeted();
  call.control(INGRESS.ACT, '{"act":');
  for (let i = 0; i < 30; i++)
    call.control(INGRESS.ACT, JSON.stringify({ act: 'say', operator: 'ann', text: `Line ${i}.` }));
  call.pass(10);
  expect(sumCounter(call.metrics, 'operator_acts_dropped')).toBeGreaterThan(10);
  call.words('Hello?');
  call.pass(50);
  expect(call.session).toBeDefined();
});

test('what was whispered travels with the call to another worker', () => {
  const call = new Call();
  call.greeted();
  call.act({ act: 'whisper', text: 'Offer a refund.' });
  const last = call.events.findLast(({ kind }) => kind === 'snapshot') as { snapshot: ReturnType<typeof snapshotWith> };
  const next = new Call({}, { ...ORDER, resume: { ...last.snapshot, stream: null } });
  next.start();
  next.pass(10);
  next.words('The soup was cold.');
  next.pass(1500);
  expect(next.told.at(-1)!.content).toContain('Offer a refund.');
});
