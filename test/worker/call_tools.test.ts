import { beforeEach, expect, test } from 'vitest';
import type { CallEvent } from '../../src/call/call_events.js';
import type { ToolExchange } from '../../src/call/call_snapshot.js';
import { sumCounter, sumHistogram } from '../../src/metrics/shared_metrics.js';
import { END_CALL } from '../../src/tools/end_call.js';
import { LOOK_UP } from '../../src/tools/look_up.js';
import type { Tool } from '../../src/tools/tool.js';
import { CallReport } from '../../src/worker/call_report.js';
import { CallTools } from '../../src/worker/call_tools.js';
import { EventFeed } from '../../src/worker/event_feed.js';
import { CallBench, NOTHING_YET, ORDER } from './call_parts.js';

let bench: CallBench;
let report: CallReport;
let events: CallEvent[];
let remembered: ToolExchange[][];

beforeEach(() => {
  bench = new CallBench();
  report = new CallReport(ORDER);
  events = [];
  remembered = [];
});

function make(...tools: Tool[]): CallTools | null {
  const order = { ...ORDER, variables: { customer: 'Ann' } };
  return CallTools.of({
    ...{ order, plan: bench.services.plan(order), tools, report, metrics: bench.services.metrics },
    events: new EventFeed(
      order,
      (event) => events.push(event),
      () => NOTHING_YET,
    ),
    remember: (exchanges) => remembered.push(exchanges),
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
