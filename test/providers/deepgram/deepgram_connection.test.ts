// A connection that is refused, or never comes to be: tried again, and the call is told when that lasts.

import { expect, test } from 'vitest';
import { feed, hooks, isOpen, open, probe, provider, simulator, stt } from './deepgram_stage.js';

test.each([
  ['status_400', 400],
  ['status_401', 401],
  ['status_402', 402],
  ['status_403', 403],
  ['status_429', 429],
  ['status_503', 503],
  ['refuse', undefined],
] as const)('%s: tried again, and what was said meanwhile is heard', async (mode, status) => {
  simulator.setScript('CA1', [{ text: 'Still here.', speechMs: 800 }]);
  simulator.fail(mode, { times: 2 });
  provider();
  const session = open();
  feed(session, 800, true);
  feed(session, 200, false);
  session.finalize();
  await probe.until(() => probe.finalText === 'Still here.', 'the words');
  expect(probe.errors).toMatchObject([{ code: 'STT_CONNECT', provider: 'deepgram' }]);
  expect(probe.errors[0].status).toBe(status);
  expect(probe.ears).toEqual([]);
  expect(hooks.results.filter(({ ok }) => !ok)).toHaveLength(2);
});

test.each(['status_401', 'refuse'] as const)(
  '%s that lasts: the call is told that it cannot hear, once, and that it hears again',
  async (mode) => {
    simulator.setScript('CA1', [{ text: 'Can you hear me now?', speechMs: 800 }]);
    simulator.fail(mode, { times: 'always' });
    provider({ deafAfterMs: 100 });
    const session = open();
    await probe.until(() => probe.ears.length > 0, 'deaf');
    const tried = hooks.results.length;
    await hooks.until(() => hooks.results.length > tried + 3, 'it goes on trying');
    expect([probe.ears, probe.errors.length]).toEqual([['deaf'], 1]);
    expect(probe.deafError).toMatchObject({ code: 'STT_CONNECT' });
    simulator.heal();
    feed(session, 800, true);
    feed(session, 200, false);
    session.finalize();
    await probe.until(() => probe.finalText === 'Can you hear me now?', 'the words');
    expect(probe.ears).toEqual(['deaf', 'hearing']);
  },
);

test('closed while it cannot hear: nothing is tried or told any more', async () => {
  simulator.fail('status_401', { times: 'always' });
  provider({ deafAfterMs: 50 });
  const session = open();
  await probe.until(() => probe.ears.length > 0, 'deaf');
  session.close();
  const tried = hooks.results.length;
  await new Promise((resolve) => setTimeout(resolve, 150)); // several times the longest back-off
  expect(hooks.results).toHaveLength(tried);
  expect(stt.sessionCount).toBe(0);
});

test('a handshake that takes for ever is cut off and tried again', async () => {
  simulator.fail('slow_accept', { delayMs: 60_000 });
  provider();
  open();
  await probe.until(isOpen, 'open');
  expect(probe.errors).toHaveLength(1);
  expect(probe.errors[0]).toMatchObject({ code: 'STT_CONNECT', retryable: true });
  expect(probe.errors[0].message).toContain('timeout');
});
