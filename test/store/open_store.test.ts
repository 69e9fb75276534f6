import { expect, test } from 'vitest';
import { createLogger } from '../../src/log.js';
import { openStore } from '../../src/store/open_store.js';

const log = createLogger({ level: 'silent', sink: () => {} });

test.each([
  [null, 'memory', true],
  // Nobody listens there: the server starts all the same.
  ['redis://127.0.0.1:9', 'redis', false],
])('with REDIS_URL %s the store is %s', async (redisUrl, kind, isUp) => {
  const store = await openStore({ redisUrl, keyPrefix: 'test:' }, log);
  expect(store.state()).toMatchObject({ kind, isUp });
  await store.close();
});
