import { beforeEach, expect, test } from 'vitest';
import type { CallOrder } from '../../src/call/call.js';
import type { CallEvent } from '../../src/call/call_events.js';
import type { ToolExchange } from '../../src/call/call_snapshot.js';
import { sumCounter, sumHistogram } from '../../src/metrics/shared_metrics.js';
import { COLLECT } from '../../src/tools/collect.js';
import { END_CALL } from '../../src/tools/end_call.js';
import { handOffTool } from '../../src/tools/hand_off.js';
import { LOOK_UP } from '../../src/tools/look_up.js';
import type { Tool } from '../../src/tools/tool.js';
import { handOffDefinition } from '../../src/tools/tool_definition.js';
import { CallReport } from '../../src/worker/call_report.js';
import { CallTools } from '../../src/worker/call_tools.js';
import { EventFeed } from '../../src/worker/event_feed.js';
import { OffRecord } from '../../src/worker/off_record.js';
import { CallBench, NOTHING_YET, ORDER, snapshotWith } from './call_parts.js';

let bench: CallBench;
let report: CallReport;
let events: CallEvent[];
let remembered: ToolExchange[][];
let offRecord: OffRecord;
let fields: number;

beforeEach(() => {
  bench = new CallBench();
  report = new CallReport(ORDER);
  events = [];
  remembered = [];
  offRecord = new OffRecord(() => {});
  fields = 0;
});

function make(...tools: Tool[]): CallTools | null {
  return held(null, ...tools);
}
function held(resume: CallOrder['resume'], ...tools: Tool[]): CallTools | null {
  const billing = { agentId: 'billing', agentVariant: ORDER.agentVariant, agentHash: '1', agentDefinition: null };
  const order = { ...ORDER, variables: { customer: 'Ann' }, resume, others: [billing] };
  return CallTools.of({
    ...{ order, plan: bench.services.plan(order), tools, report, metrics: bench.services.metrics },
    events: new EventFeed(
      order,
      (event) => events.push(event),
      () => NOTHING_YET,
    ),
    remember: (exchanges) => remembered.push(exchanges),
    offRecord,
    onListen: () => {},
    onField: () => fields++,
  });
}
const call = (name: string, text = '{}') => ({ id: `id_${name}`, name, arguments: text });

test('without tools there is nothing', () => {
  expect(make()).toBeNull();
});

test('what is asked for is history before it is done, with its result after', async () => {
  const tools = make(LOOK_UP)!;
  tools.beginTurn(3);
  const running = tools.run([call('look_up', '{"name":"customer"}')]);
  expect(remembered).toEqual([[{ ...call('look_up', '{"name":"customer"}'), result: null }]]);
  expect(await running).toMatchObject([{ ok: true, content: '{"customer":"Ann"}' }]);
  expect(remembered[0][0].result).toBe('{"customer":"Ann"}');
});

test('each run is told, counted and written down, without its result', async () => {
  const tools = make(LOOK_UP)!;
  tools.beginTurn(3);
  await tools.run([call('look_up', '{"name":"customer"}'), call('fly')]);
  const rows = [
    { turn: 3, name: 'unknown', ok: false, problem: 'unknown_tool' },
    { turn: 3, name: 'look_up', ok: true, problem: null },
  ];
  expect(report.tools).toHaveLength(2);
  expect(report.tools).toEqual(expect.arrayContaining(rows.map((row) => expect.objectContaining(row))));
  expect(events.map(({ kind }) => kind)).toEqual(['tool', 'tool']);
  expect(JSON.stringify([report.tools, events])).not.toContain('Ann');
  expect([sumCounter(bench.metrics, 'tools_done'), sumCounter(bench.metrics, 'tools_failed')]).toEqual([1, 1]);
  expect(sumHistogram(bench.metrics, 'tool_ms').count).toBe(2);
});

test('the end that a tool wants is told once, and is forgotten when the caller has another turn', async () => {
  const tools = make(END_CALL)!;
  expect(tools.takeEnd()).toBe(false);
  await tools.run([call('end_call')]);
  expect([tools.takeEnd(), tools.takeEnd()]).toEqual([true, false]);
  await tools.run([call('end_call')]);
  tools.beginTurn(2);
  expect(tools.takeEnd()).toBe(false);
});

test('said while it takes long: the tool’s own line, else the agent’s', () => {
  const slow: Tool = { ...LOOK_UP, spec: { ...LOOK_UP.spec, name: 'slow' }, filler: 'Let me see.' };
  const tools = make(LOOK_UP, slow)!;
  expect(tools.fillerOf([call('slow')])).toBe('Let me see.');
  expect(tools.fillerOf([call('look_up')])).toBe('One moment, please.');
});

test('at the end of the call what still runs is given up', async () => {
  const stuck: Tool = {
    ...LOOK_UP,
    spec: { ...LOOK_UP.spec, name: 'stuck' },
    timeoutMs: 60_000,
    run: () => new Promise(() => {}),
  };
  const tools = make(stuck)!;
  const running = tools.run([call('stuck')]);
  tools.close();
  tools.close();
  expect((await running)[0].ok).toBe(false);
});

const CARD = '{"kind":"card_number","question":"Your card number?"}';

test('a field is collected after its tool has run, and the result stands where it was asked for', async () => {
  const tools = make(COLLECT)!;
  const [result] = await tools.run([call('collect', CARD)]);
  expect(result).toMatchObject({ ok: true, isLast: true, pending: { say: 'Your card number?' } });
  expect([offRecord.isOff, fields]).toEqual([true, 1]);
  const { collection } = tools;
  expect(collection!.expects).toMatchObject({ kind: 'number', digits: [16] });
  expect(collection!.heard('4111 1111 1111 1111')).toMatchObject({ kept: '[protected]' });
  const step = collection!.heard('Yes');
  tools.collected('result' in step ? step.result : '');
  expect([tools.collection, offRecord.isOff]).toEqual([null, false]);
  expect(JSON.parse(remembered[0][0].result!)).toEqual({
    ...{ ok: true, handle: 'card_number_1', last_four: '1111', confirmed: true },
  });
  expect(JSON.stringify([remembered, report.tools, events])).not.toContain('4111');
});

test('one at a time', async () => {
  const tools = make(COLLECT)!;
  const results = await tools.run([call('collect', CARD), call('collect', CARD)]);
  expect(results.map(({ ok }) => ok)).toEqual([true, false]);
});

test('a turn that goes on is undone, also one that had brought the field to its end', async () => {
  const tools = make(COLLECT)!;
  await tools.run([call('collect', '{"kind":"phone","question":"Your number?"}')]);
  const { collection } = tools;
  collection!.heard('202 555 0199');
  const step = collection!.heard('Yes');
  tools.collected('result' in step ? step.result : '');
  tools.withdraw();
  expect(tools.collection).toBe(collection);
  expect(collection!.heard('Yes, no, it is 202 555 0188')).toMatchObject({ say: expect.stringContaining('0 1 8 8') });
  tools.settle();
  tools.withdraw();
  expect(collection!.expects.kind).toBe('yes_no');
});

test('a field that was being collected where the call was held before is collected here', () => {
  const field = { kind: 'phone', lengths: [], isProtected: true, byVoice: true, question: 'Your number?' } as const;
  const tools = held(snapshotWith({ field }), COLLECT)!;
  expect(offRecord.isOff).toBe(true);
  tools.collection!.heard('202 555 0199');
  const step = tools.collection!.heard('Yes');
  tools.collected('result' in step ? step.result : '');
  expect(remembered).toMatchObject([[{ name: 'collect', result: expect.stringContaining('phone_1') }]]);
});

test('no other agent gets the call while a field is collected, and nothing is collected for one who leaves', async () => {
  const handOff = handOffTool(handOffDefinition.parse({ handOff: { billing: 'Bills.' } }));
  const first = held(null, COLLECT, handOff)!;
  const results = await first.run([call('collect', CARD), call('hand_off', '{"agent":"billing"}')]);
  expect(results.map(({ ok }) => ok)).toEqual([true, false]);
  expect([first.isHandingOff, first.mayDraft]).toEqual([false, false]);
});

test('the end of the call ends it', async () => {
  const tools = make(COLLECT)!;
  await tools.run([call('collect', CARD)]);
  tools.close();
  tools.close();
  expect(offRecord.isOff).toBe(false);
});
