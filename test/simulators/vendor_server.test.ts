import { afterEach, expect, test } from 'vitest';
import { queryValue, sendJson, VendorServer } from '../../loadtest/simulators/vendor_server.js';
import { compile } from '../compiled_code.js';

/** glibc fills freed memory with this: read as a response's flags it says "done, close the connection". */
const CLOSE_WHEN_DONE = '16';

test('a connection whose handshake was answered late is not lost, whatever lies in freed memory', async () => {
  const source = 'test/simulators/vendor_server_process.ts';
  const code = await compile([source]);
  try {
    const { stdout } = await code.runNode(source, [], [], { MALLOC_PERTURB_: CLOSE_WHEN_DONE });
    expect(JSON.parse(stdout)).toEqual({ 1000: 300 });
  } finally {
    await code.remove();
  }
});

let server: VendorServer | null = null;
afterEach(() => server?.close());

test('routes by method and path, control endpoints, and 404 for what is neither', async () => {
  server = new VendorServer({
    requests: {
      'GET /voices/:id': (client, [id]) => sendJson(client, 200, JSON.stringify([id, queryValue(client, 'limit')])),
    },
    sockets: {},
    control: { double: ({ n }) => ({ twice: Number(n) * 2 }) },
    limits: { messageBytesMax: 1000, bufferedBytesMax: 1000 },
  });
  const base = `http://127.0.0.1:${await server.listen(0)}`;
  const answers = await Promise.all([
    fetch(`${base}/voices/ada?limit=3`),
    fetch(`${base}/voices/ada`, { method: 'DELETE' }),
    fetch(`${base}/_sim/double`, { method: 'POST', body: '{"n":21}' }),
    fetch(`${base}/_sim/triple`),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 200, 404]);
  expect([await answers[0].json(), await answers[2].json()]).toEqual([['ada', '3'], { twice: 42 }]);
});
