import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDoorbells, Doorbell } from '../../src/threads/doorbell.js';
import { createSlab, SlotRings } from '../../src/threads/slab.js';
import { SlotFlags } from '../../src/threads/slot_flags.js';
import { type CompiledCode, compile } from '../compiled_code.js';
import { seededRandom } from './random_records.js';
import type { EchoTask } from './real_threads/echo.js';

const ECHO = 'test/threads/real_threads/echo.ts';
const PHONE_LINE = 'test/threads/real_threads/phone_line.ts';
const QUIET_EXIT = 'test/threads/real_threads/quiet_exit.ts';
const SLOTS = 40;
const END_TYPE = 255;
let code: CompiledCode;
beforeAll(async () => {
  code = await compile([ECHO, PHONE_LINE, QUIET_EXIT]);
}, 60_000);
afterAll(() => code.remove());

// A wake-up lost once means waiting for ever, so each round waits for its echo. The pause before a round is random
// and sub-millisecond: the ring comes while the other side works, arms, or sleeps.
test('two threads that sleep on doorbells never miss each other', async () => {
  const slab = createSlab({ slots: SLOTS, ingressBytes: 4096, egressBytes: 4096 });
  const bells = createDoorbells(2);
  const workerData: EchoTask = { slab, bells, slots: SLOTS, endType: END_TYPE };
  const worker = new Worker(code.url(ECHO), { workerData });
  const rings = Array.from({ length: SLOTS }, (_, slot) => new SlotRings(slab, slot));
  const flags = new SlotFlags(slab);
  const workerBell = new Doorbell(bells, 1);
  const random = seededRandom(7);
  const got = new Array<number>(SLOTS).fill(0);
  const sent = new Array<number>(SLOTS).fill(0);
  let waitingFor = 0;
  let onEcho: () => void = () => {};
  const stop = new Doorbell(bells, 0).listen(() => {
    flags.take((slot) => {
      const egress = rings[slot].egress;
      while (egress.next()) {
        if (egress.type !== END_TYPE) expect(egress.bytes[egress.offset]).toBe(got[slot] & 0xff);
        got[slot]++;
        waitingFor--;
      }
      egress.release();
    });
    if (waitingFor === 0) onEcho();
  });

  const payload = new Uint8Array(1);
  for (let round = 0; round < 4000; round++) {
    const echoed = new Promise<void>((resolve) => (onEcho = resolve));
    const burst = 1 + Math.floor(random() * 6);
    waitingFor += burst;
    for (let i = 0; i < burst; i++) {
      const slot = Math.floor(random() * SLOTS);
      payload[0] = sent[slot]++;
      expect(rings[slot].ingress.tryWrite(1, payload)).toBe(true);
      for (let spin = random() * random() * 20_000; spin > 0; spin--);
      workerBell.ring();
    }
    await echoed;
  }
  expect(got).toEqual(sent);

  const exited = once(worker, 'exit');
  rings[0].ingress.tryWrite(END_TYPE, payload);
  workerBell.ring();
  expect(await exited, 'a stopped listener lets its thread end').toEqual([0]);
  stop();
}, 60_000);

test('doorbells work between a uWebSockets.js main thread and a piscina worker, and the process ends', async () => {
  const { stdout } = await code.runNode(PHONE_LINE);
  expect(JSON.parse(stdout)).toEqual({ sent: 500, echoed: 500, workerSaw: 501 });
});

test.each([
  ['a sleeping listener does not keep a process alive', 'asleep'],
  ['a listener whose thread was terminated does not keep a process alive, and its bell serves the next', 'terminated'],
])('%s', async (_name, scenario) => {
  expect((await code.runNode(QUIET_EXIT, [scenario])).stdout).toBe(`${scenario} ok\n`);
});
