// What the model asked for is run, and every call has a result, whatever happens.

import { beforeEach, expect, test } from 'vitest';
import { END_CALL } from '../../src/tools/end_call.js';
import { LOOK_UP } from '../../src/tools/look_up.js';
import { type Tool, type ToolDesk, ToolError, type ToolRun } from '../../src/tools/tool.js';
import { ToolRunner } from '../../src/tools/tool_runner.js';

let runs: ToolRun[];
let ended: number;
let runner: ToolRunner;

const desk: ToolDesk = {
  call: { callSid: `CA${'0'.repeat(32)}`, ourNumber: '+1', theirNumber: '+2' },
  variables: { customer: 'Ann' },
  endCall: () => {
    ended++;
  },
  handOff() {},
  collect: () => true,
  reveal: () => undefined,
};

const tool = (name: string, run: Tool['run'], more: Partial<Tool> = {}): Tool => ({
  spec: {
    name,
    description: name,
    parameters: {
      type: 'object',
      properties: { n: { type: 'integer' }, pin: { type: 'string' } },
      additionalProperties: false,
    },
  },
  timeoutMs: 200,
  filler: null,
  secretArguments: [],
  run,
  ...more,
});
const call = (name: string, text = '{}', id = name) => ({ id, name, arguments: text });

function make(...tools: Tool[]): ToolRunner {
  runner = new ToolRunner({ tools, desk, onRun: (run) => runs.push(run) });
  return runner;
}

beforeEach(() => {
  runs = [];
  ended = 0;
});

test('all calls run at once, results come in the order of the calls', async () => {
  const order: string[] = [];
  let releaseSlow = (): void => {};
  const slow = tool('slow', async () => {
    await new Promise<void>((resolve) => {
      releaseSlow = resolve;
    });
    order.push('slow');
    return { ok: true, content: 'slow is done' };
  });
  const fast = tool('fast', async () => {
    order.push('fast');
    releaseSlow();
    return { ok: true, content: 'fast is done' };
  });
  const results = await make(slow, fast).run([call('slow'), call('fast')]);
  expect(order).toEqual(['fast', 'slow']);
  expect(results.map(({ content }) => content)).toEqual(['slow is done', 'fast is done']);
  expect(runs.map(({ name, ok, problem }) => [name, ok, problem])).toEqual([
    ['fast', true, null],
    ['slow', true, null],
  ]);
});

test.each<[string, Parameters<ToolRunner['run']>[0][number], string, string]>([
  ['a tool that there is not', call('fly'), 'unknown_tool', 'error: there is no tool fly'],
  ['arguments that are no JSON', call('f', '{"n":'), 'bad_arguments', 'error: the arguments are no JSON object'],
  ['arguments that are a list', call('f', '[1]'), 'bad_arguments', 'error: the arguments are no JSON object'],
  ['arguments of a wrong kind', call('f', '{"n":"x"}'), 'bad_arguments', 'error: n must be integer'],
])('%s: the model is told', async (_, asked, problem, content) => {
  const [result] = await make(tool('f', async () => ({ ok: true, content: '' }))).run([asked]);
  expect(result).toEqual({ ok: false, content });
  expect(runs).toMatchObject([{ ok: false, problem }]);
});

test('a tool that throws: neither the model nor the record hears why', async () => {
  const broken = tool('f', async () => {
    throw new Error('connect ECONNREFUSED 10.0.0.7:5432 password=hunter2');
  });
  const [result] = await make(broken).run([call('f')]);
  expect(result).toEqual({ ok: false, content: 'error: the tool failed' });
  expect(JSON.stringify(runs)).not.toContain('hunter2');
});

test('a tool’s own refusal is told', async () => {
  const refusing = tool('f', async () => {
    throw new ToolError('refused', 'the table is taken');
  });
  const [result] = await make(refusing).run([call('f')]);
  expect(result.content).toBe('error: the table is taken');
  expect(runs[0].problem).toBe('refused');
});

test('a tool that never ends, and does not obey, is given up after its time', async () => {
  const [result] = await make(tool('f', () => new Promise(() => {}), { timeoutMs: 20 })).run([call('f')]);
  expect(result.content).toBe('error: it took too long');
  expect(runs[0].problem).toBe('timeout');
});

test('when the call is over, what still runs is given up', async () => {
  let aborted = false;
  const waiting = tool('f', (_args, _desk, signal) => {
    signal.addEventListener('abort', () => {
      aborted = true;
    });
    return new Promise(() => {});
  });
  const results = make(waiting).run([call('f')]);
  runner.close();
  runner.close();
  expect((await results)[0].ok).toBe(false);
  expect(aborted).toBe(true);
});

test('secret arguments are struck out of the record, empty ones are an empty object', async () => {
  const seen: unknown[] = [];
  const taking = tool(
    'f',
    async (args) => {
      seen.push(args);
      return { ok: true, content: '' };
    },
    { secretArguments: ['pin'] },
  );
  await make(taking).run([call('f', '{"n":1,"pin":"1234"}'), call('f', '', 'b')]);
  expect(seen).toEqual([{ n: 1, pin: '1234' }, {}]);
  expect(runs.map((run) => run.arguments)).toEqual([{ n: 1, pin: '[redacted]' }, {}]);
});

test('of too many calls at once the first ones run', async () => {
  const many = Array.from({ length: 10 }, (_, i) => call('f', '{}', `c${i}`));
  const results = await make(tool('f', async () => ({ ok: true, content: 'done' }))).run(many);
  expect(results.filter(({ ok }) => ok)).toHaveLength(8);
  expect(results[9].content).toBe('error: at most 8 tools at once');
});

test('a result without end is cut off', async () => {
  const [result] = await make(tool('f', async () => ({ ok: true, content: 'x'.repeat(20_000) }))).run([call('f')]);
  expect(result.content.length).toBeLessThan(8100);
  expect(result.content).toMatch(/cut off\)$/);
});

test('end_call tells the desk, and that nothing is left to say', async () => {
  const [result] = await make(END_CALL).run([call('end_call')]);
  expect(result).toMatchObject({ ok: true, isLast: true });
  expect(ended).toBe(1);
});

test.each([
  ['{}', '{"names":["customer"]}', true],
  ['{"name":"customer"}', '{"customer":"Ann"}', true],
  ['{"name":"toString"}', 'error: nothing is known by that name; known: customer', false],
])('look_up %s', async (args, content, ok) => {
  expect((await make(LOOK_UP).run([call('look_up', args)]))[0]).toMatchObject({ content, ok });
});

test('the filler is the first that one of the tools has', () => {
  make(
    tool('a', async () => ({ ok: true, content: '' })),
    tool('b', async () => ({ ok: true, content: '' }), { filler: 'Let me see.' }),
  );
  expect(runner.fillerOf([call('a')])).toBeNull();
  expect(runner.fillerOf([call('a'), call('b')])).toBe('Let me see.');
});
