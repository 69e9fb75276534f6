import { expect, test } from 'vitest';
import { makeRouter } from '../../../src/server/http/router.js';

const find = makeRouter(
  ['/', '/calls', '/calls/:call_sid', '/calls/:call_sid/events', '/ws/:token'].map((pattern) => ({ pattern })),
);

test.each([
  ['/', '/', []],
  ['/calls', '/calls', []],
  ['/calls/CA1', '/calls/:call_sid', ['CA1']],
  ['/calls/%43A1', '/calls/:call_sid', ['%43A1']],
  ['/calls/CA1/events', '/calls/:call_sid/events', ['CA1']],
  ['/ws/a.b', '/ws/:token', ['a.b']],
])('%s belongs to %s, with %j', (path, pattern, params) => {
  expect(find(path)).toEqual({ route: { pattern }, params });
});

test.each(['', '/calls/', '/calls//', '//', '/Calls', '/calls/CA1/', '/calls/a/b', 'http://x/calls', '*', '/ws'])(
  '%j belongs to none',
  (path) => {
    expect(find(path)).toBeNull();
  },
);
