// A stand-in plays a release that tells ports, which does not load on every machine; connections.test.ts runs on whatever does.

import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { expect, test } from 'vitest';
import { Connections } from '../../../src/server/http/connections.js';
import { addressSet } from '../../../src/server/http/peers.js';
import { UwsConnections } from '../../../src/server/http/uws_connections.js';

/** One connection as that release has it: each request gets another object, and the last `onAborted` wins. */
class FakeConnection {
  isOpen = true;
  #onAborted: () => void = () => {};
  constructor(
    readonly port: number,
    readonly onClosed: () => void,
  ) {}

  object(): HttpResponse {
    const res = {
      getRemotePort: () => this.port,
      getRemoteAddressAsText: () => new Uint8Array(Buffer.from('1.0.0.1')).buffer,
      onAborted: (handler: () => void) => {
        if (!this.isOpen) throw new Error('used after its end');
        this.#onAborted = handler;
        return res;
      },
      close: () => {
        if (!this.isOpen) throw new Error('used after its end');
        this.close();
        return res;
      },
    };
    return res as unknown as HttpResponse;
  }

  /** An answer ends: from now on nobody listens. */
  answered(): void {
    this.#onAborted = () => {};
  }

  close(): void {
    this.isOpen = false;
    this.onClosed();
    this.#onAborted();
  }
}

function start(max: number, withPorts = true) {
  let filter: (res: HttpResponse, count: number) => void = () => {};
  const app = { filter: (handler: typeof filter) => void (filter = handler) } as unknown as TemplatedApp;
  const reasons: string[] = [];
  const all = new Connections({ max, perPeer: 0, trustedProxies: addressSet([]), onCut: (why) => reasons.push(why) });
  const uws = new UwsConnections(app, all);
  let port = 0;
  const plain = (res: HttpResponse) =>
    withPorts ? res : ({ ...res, getRemotePort: undefined } as unknown as HttpResponse);
  const open = () => {
    const one: FakeConnection = new FakeConnection(++port, () => filter(plain(one.object()), -1));
    filter(plain(one.object()), 1);
    return one;
  };
  const ask = (one: FakeConnection) => {
    const res = plain(one.object());
    const work = uws.request(res);
    res.onAborted(() => work.aborted());
    const answer = () => {
      one.answered();
      work.answered();
    };
    return { work, answer };
  };
  return { all, uws, open, ask, reasons };
}

test('a connection is counted until it closes: before a request, in one, between two, and after its last', () => {
  const { all, open, ask } = start(10);
  const [before, during, between, twice, media] = [open(), open(), open(), open(), open()];
  ask(during);
  ask(between).answer();
  ask(twice).answer();
  const second = ask(twice);
  ask(media).work.upgrades();
  expect(all.count).toBe(4);
  before.close();
  during.close();
  between.close();
  second.answer();
  twice.close();
  expect(all.count).toBe(0);
});

test('the one that is idle longest is closed, and the one that is being answered is not', () => {
  const { open, ask, reasons } = start(3);
  const [working, idle, asked] = [open(), open(), open()];
  const { answer } = ask(working);
  const fourth = open();
  expect([working, idle, asked, fourth].map(({ isOpen }) => isOpen)).toEqual([true, false, true, true]);
  ask(asked).answer();
  open();
  expect([asked, fourth].map(({ isOpen }) => isOpen)).toEqual([true, false]);
  answer();
  expect(reasons).toEqual(['idle_full', 'idle_full']);
});

test('a request whose body does not come holds no place', () => {
  const { all, open, ask } = start(2);
  const [slow, other] = [open(), open()];
  ask(slow).work.awaitsBody();
  ask(other);
  open();
  expect([slow.isOpen, other.isOpen, all.count]).toEqual([false, true, 2]);
});

test('where no ports are told, the newest is refused, and answers close connections once half of the places are taken', () => {
  const { all, uws, open, ask, reasons } = start(4, false);
  const ones = [open(), open()];
  expect(uws.isCrowded).toBe(false);
  ones.push(open(), open());
  expect(uws.isCrowded).toBe(true);
  expect(open().isOpen).toBe(false);
  expect(reasons).toEqual(['refused_full']);
  ask(ones[0]).work.upgrades();
  ask(ones[1]).work.aborted();
  expect(all.count).toBe(3);
  ones[2].close();
  expect(all.count).toBe(2);
  expect(open().isOpen).toBe(true);
});
