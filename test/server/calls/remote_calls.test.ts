import { describe, expect, test } from 'vitest';
import { type OwnCalls, RemoteCalls } from '../../../src/server/calls/remote_calls.js';
import { HttpError } from '../../../src/server/http/errors.js';
import { InstanceError, type InstanceProblem, type Instances } from '../../../src/store/instances.js';

type Answer = (body: never) => unknown;

/** Instances of one process that ask each other by name; `broken`: how one fails to answer. */
function instances(names: readonly string[], holders: Record<string, string> = {}) {
  const answers = new Map(names.map((name) => [name, new Map<string, Answer>()]));
  const broken = new Map<string, Error>();
  const asked: string[] = [];
  const remote = (name: string) =>
    new RemoteCalls(
      {
        name,
        on: (act: string, answer: Answer) => void answers.get(name)!.set(act, answer),
        others: async () => names.filter((other) => other !== name),
        ask: async (instance: string, act: string, body: never) => {
          asked.push(`${instance} ${act}`);
          const error = broken.get(instance);
          if (error) throw error;
          return answers.get(instance)!.get(act)!(body);
        },
      } as unknown as Instances,
      { find: async (callSid) => (holders[callSid] ? ({ instance: holders[callSid] } as never) : null) },
    );
  return { remote, broken, asked };
}

const own = (name: string): OwnCalls => ({
  rows: () => [{ call_sid: `CA-${name}` }],
  details: (callSid) => ({ callSid, of: name }),
  status: (callSid, call) => ({ callSid, call, of: name }),
  hangUp: () => 'ending',
  offRecord: (_, isOff) => (isOff ? 'paused' : 'on'),
  act: (_, { operator }) => ({ heldBy: operator, problem: null }),
});

describe('a call that another instance holds', () => {
  test('each question goes there, and the answer comes back', async () => {
    const { remote, asked } = instances(['a', 'b', 'c'], { CA1: 'b' });
    remote('b').answerWith(own('b'));
    const a = remote('a');
    expect(await a.details('CA1')).toEqual({ callSid: 'CA1', of: 'b' });
    expect(await a.status('CA1', null)).toEqual({ callSid: 'CA1', call: null, of: 'b' });
    expect(await a.hangUp('CA1')).toBe('ending');
    expect([await a.offRecord('CA1', true), await a.offRecord('CA1', false)]).toEqual(['paused', 'on']);
    const order = { do: 'pause', operator: 'Ann', seconds: 60 } as const;
    expect(await a.act('CA1', order)).toEqual({ heldBy: 'Ann', problem: null });
    expect(asked).toEqual(['b details', 'b status', 'b hang_up', 'b off_record', 'b off_record', 'b act']);
  });

  test.each([
    ['nobody knows', {}],
    ['we hold ourselves', { CA1: 'a' }],
  ])('nobody is asked about one that %s', async (_, holders) => {
    const { remote, asked } = instances(['a', 'b'], holders as Record<string, string>);
    expect(await remote('a').hangUp('CA1')).toBeNull();
    expect(asked).toEqual([]);
  });

  test.each<[InstanceProblem, RegExp]>([
    ['gone', /the instance b, which holds call CA1, is gone/],
    ['silent', /the instance b, which holds call CA1, does not answer/],
  ])('an instance that is %s is a 504 that names it', async (problem, message) => {
    const { remote, broken } = instances(['a', 'b'], { CA1: 'b' });
    broken.set('b', new InstanceError('b', problem));
    const failed = remote('a').details('CA1');
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toSatisfy((thrown) => thrown instanceof HttpError && thrown.status === 504);
  });

  test('a defect is no instance that does not answer', async () => {
    const { remote, broken } = instances(['a', 'b'], { CA1: 'b' });
    broken.set('b', new TypeError('a defect'));
    await expect(remote('a').details('CA1')).rejects.toThrow(TypeError);
  });
});

test('all live calls with who holds them; an instance that is silent is named, and costs only its own', async () => {
  const { remote, broken } = instances(['a', 'b', 'c']);
  for (const name of ['b', 'c']) remote(name).answerWith(own(name));
  broken.set('c', new InstanceError('c', 'gone'));
  expect(await remote('a').rows()).toEqual({ rows: [{ call_sid: 'CA-b', instance: 'b' }], silent: ['c'] });
});
