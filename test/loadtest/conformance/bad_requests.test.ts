import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { badRequests, deviationOf, tryAll } from '../../../loadtest/conformance/bad_requests.js';
import { SimulatorSet } from '../../../loadtest/simulators/simulator_set.js';

describe('what a reply means', () => {
  const asked = (refusal: RegExp | null) => ({
    vendor: 'openai' as const,
    what: 'x',
    refusal,
    ask: () => Promise.reject(),
  });
  test.each([
    [/^400.*param/, { taken: false, text: '400 {"param"}' }, null],
    [/^400.*param/, { taken: false, text: '404 {}' }, 'other'],
    [/^400/, { taken: true, text: '200 {}' }, 'lenient'],
    [null, { taken: true, text: '200 {}' }, null],
    [null, { taken: false, text: '400 {}' }, 'stricter'],
  ])('%s and %j: %s', (refusal, reply, kind) => {
    expect(deviationOf(asked(refusal), reply)?.kind ?? null).toBe(kind);
  });
});

describe('the simulators', () => {
  let simulators: SimulatorSet;
  beforeAll(async () => {
    simulators = await SimulatorSet.start({ voice: 'tone', cps: 50 });
  });
  afterAll(() => simulators.close());

  test('are as strict as the vendors', async () => {
    const requests = badRequests(simulators.environment);
    expect(new Set(requests.map(({ vendor }) => vendor)).size).toBe(4);
    expect(await tryAll(requests)).toEqual([]);
  });
});
