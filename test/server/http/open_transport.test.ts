import { expect, test } from 'vitest';
import { openTransport } from '../../../src/server/http/open_transport.js';
import { loadUws } from '../../../src/server/http/transport_uws.js';

const NOTHING = { request() {}, handshake() {} };
const LIMITS = { messageBytesMax: 1000, bufferedBytesMax: 1000, idleTimeoutS: 0 };
const uws = loadUws();

/** The engine, and why it is not uWebSockets.js. */
function opened(choice: 'auto' | 'uws' | 'node', nodeVersion: string) {
  const { transport, fallback } = openTransport(choice, NOTHING, LIMITS, nodeVersion);
  return [transport.engine, fallback];
}

test('node is node:http and ws wherever it runs', () => {
  expect(opened('node', '24.0.0')).toEqual(['node', null]);
});

test('auto does not take the old release that Node 20 has, and nobody need worry', () => {
  const reason = 'there is no current release of it for Node 20.19.0';
  expect(opened('auto', '20.19.0')).toEqual(['node', { reason, isUnexpected: false }]);
});

test.runIf(typeof uws !== 'string')('auto takes uWebSockets.js where it loads; uws takes any release', () => {
  expect(opened('auto', '22.12.0')).toEqual(['uws', null]);
  expect(opened('uws', '22.12.0')).toEqual(['uws', null]);
  expect(opened('uws', '20.19.0')).toEqual(['uws', null]);
});

test.runIf(typeof uws === 'string')(
  'where it does not load, auto says why and serves all the same; uws refuses',
  () => {
    expect(opened('auto', '24.0.0')).toEqual(['node', { reason: uws, isUnexpected: true }]);
    expect(() => opened('uws', '24.0.0')).toThrow('does not load here');
  },
);
