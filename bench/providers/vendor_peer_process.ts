// Starts vendor_peer.ts as a process of its own and talks to it; the bench's side of the IPC channel.

import { type ChildProcess, fork } from 'node:child_process';
import type { PeerNews, PeerOrder } from './vendor_peer.js';

export class VendorPeer {
  private constructor(
    readonly process: ChildProcess,
    readonly url: string,
  ) {}

  /** Needs the compiled code: Node runs JavaScript only. */
  static async start(): Promise<VendorPeer> {
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    const child = fork(new URL('./vendor_peer.js', import.meta.url), { stdio: [...stdio] });
    const news = await nextNews(child);
    if (news.kind !== 'listening') throw new Error('the vendor peer did not listen');
    return new VendorPeer(child, `http://127.0.0.1:${news.port}`);
  }

  order(order: PeerOrder): void {
    this.process.send(order);
  }

  /** Audio messages that have arrived over there since it started. */
  async audioHeard(): Promise<{ messages: number; bytes: number }> {
    const news = nextNews(this.process);
    this.process.send('audio');
    const answer = await news;
    return answer.kind === 'audio' ? answer : { messages: 0, bytes: 0 };
  }

  stop(): void {
    this.process.disconnect();
  }
}

function nextNews(child: ChildProcess): Promise<PeerNews> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      child.off('message', onMessage).off('error', onGone).off('exit', onGone);
      finish();
    };
    const onMessage = (message: unknown) => settle(() => resolve(message as PeerNews));
    const onGone = () => settle(() => reject(new Error('the vendor peer is gone')));
    child.on('message', onMessage).on('error', onGone).on('exit', onGone);
  });
}
