import uWS from 'uWebSockets.js';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { listenOnLoopback } from '../../loadtest/simulators/loopback_listener.js';
import { compile } from '../compiled_code.js';

/** glibc fills freed memory with this: read as a response's flags it says "done, close the connection". */
const CLOSE_WHEN_DONE = '16';

test('a connection whose handshake was answered late is not lost, whatever lies in freed memory', async () => {
  const source = 'test/simulators/late_handshake_process.ts';
  const code = await compile([source]);
  try {
    const { stdout } = await code.runNode(source, [], [], { MALLOC_PERTURB_: CLOSE_WHEN_DONE });
    expect(JSON.parse(stdout)).toEqual({ 1000: 300 });
  } finally {
    await code.remove();
  }
});

test('what is worked around: the library closes a socket that was upgraded late inside cork', async () => {
  const app = uWS.App();
  app.ws('/*', {
    upgrade: (res, req, context) => {
      const key = req.getHeader('sec-websocket-key');
      res.onAborted(() => {});
      setTimeout(() => res.cork(() => res.upgrade({}, key, '', '', context)), 5);
    },
  });
  const port = await listenOnLoopback(app, 0);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    socket.on('close', () => resolve(text));
    // `Connection: close` sets the flag that is read from foreign memory otherwise, so that it happens every time.
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: close\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
  });
  app.close();
  // When this fails the library has been mended, and LateHandshakes can cork like everybody else.
  expect(answer).toMatch(/^HTTP\/1\.1 101 /);
});
