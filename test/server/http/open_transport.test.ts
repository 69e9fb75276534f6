import { expect, test } from 'vitest';
import { openTransport } from '../../../src/server/http/open_transport.js';
import { loadUws } from '../../../src/server/http/transport_uws.js';

const NOTHING = { request() {}, handshake() {} };
const LIMITS = { messageBytesMax: 1000, bufferedBytesMax: 1000, idleTimeoutS: 0 };
const uws = loadUws();

test('node is node:http and ws wherever it runs', () => {
  const { transport, fallbackReason } = openTransport('node', NOTHING, LIMITS);
  expect([transport.engine, fallbackReason]).toEqual(['node', null]);
});

test.runIf(typeof uws !== 'string')('auto takes uWebSockets.js where it loads, and so does uws', () => {
  for (const choice of ['auto', 'uws'] as const) {
    const { transport, fallbackReason } = openTransport(choice, NOTHING, LIMITS);
    expect([transport.engine, fallbackReason]).toEqual(['uws', null]);
  }
});

test.runIf(typeof uws === 'string')(
  'where it does not load, auto says why and serves all the same; uws refuses',
  () => {
    const { transport, fallbackReason } = openTransport('auto', NOTHING, LIMITS);
    expect([transport.engine, fallbackReason]).toEqual(['node', uws]);
    expect(() => openTransport('uws', NOTHING, LIMITS)).toThrow('does not load here');
  },
);
