// Binds a uWebSockets.js app to loopback only: simulators are nobody else's business.

import uWS, { type TemplatedApp } from 'uWebSockets.js';

/** Without it two processes may share a port, and half of the connections each. Exported at run time, but not typed. */
const LIBUS_LISTEN_EXCLUSIVE_PORT = 1;

/** Listens on 127.0.0.1:`port` (0 = any free one) and gives the port; rejects when it is taken. */
export function listenOnLoopback(app: TemplatedApp, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const listen = app.listen as unknown as (
      host: string,
      port: number,
      options: number,
      done: (socket: object | false) => void,
    ) => void;
    listen.call(app, '127.0.0.1', port, LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
      if (socket) resolve(uWS.us_socket_local_port(socket as Parameters<typeof uWS.us_socket_local_port>[0]));
      else reject(new Error(`port ${port} on loopback is taken`));
    });
  });
}
