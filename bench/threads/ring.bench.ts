// What it costs to bring bytes to another thread: our ring and doorbell against a MessagePort. Varies: message size,
// writing and reading alone or between two running threads, waking a sleeping thread (doorbell_wake.ts).

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { nowMs } from '../../src/clock.js';
import { Doorbell } from '../../src/threads/doorbell.js';
import { RING_CONTROL_BYTES, SpscRing } from '../../src/threads/spsc_ring.js';
import { type BenchOptions, type BenchResult, compared, nsPerOperation, ResultHash } from '../bench_result.js';
import { benchWakes } from './doorbell_wake.js';
import { makePeerSetup, type PeerAnswer, WORKER_BELL } from './ring_bench_peer.js';

const RING_BYTES = 65536;
const TYPE = 2;
/** Records of one batch: what a worker with a few dozen calls finds when it drains its rings. */
const BATCH = 32;
/** Batches of one measurement. */
const BATCHES = 8;
/** A Twilio media message of 20 ms in the first minute of a call. */
const MESSAGE_BYTES = 382;
/** A worker's listener rests that long; see ListenOptions. */
const REST_MS = 2;

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const sizeBytes of [8, 160, MESSAGE_BYTES, 1200]) results.push(await benchWriteRead(options, sizeBytes));
  results.push(await benchThroughput(options));
  results.push(...(await benchWakes(options)));
  return results;
}

/** `count` payloads of one size, each in memory of its own, as a socket hands them out. */
function payloads(sizeBytes: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, n) => new Uint8Array(sizeBytes).map((_, i) => n * 31 + i * 7));
}

interface PortRecord {
  type: number;
  atMs: number;
  bytes: Uint8Array;
}

/**
 * Both ends in one thread: the work itself, without threads that disturb or help. The port carries what a record
 * carries, type, time and bytes, and delivers as a server would have it, by events. The note has it otherwise: the bare
 * bytes, the port drained by hand (`receiveMessageOnPort`), and the ring with the clock read for each record.
 */
async function benchWriteRead(options: BenchOptions, sizeBytes: number): Promise<BenchResult> {
  const messages = payloads(sizeBytes, BATCH);
  const memory = new SharedArrayBuffer(RING_CONTROL_BYTES + RING_BYTES);
  const writer = new SpscRing(memory, 0, RING_CONTROL_BYTES, RING_BYTES);
  const reader = new SpscRing(memory, 0, RING_CONTROL_BYTES, RING_BYTES);
  const drained = new MessageChannel();
  const delivered = new MessageChannel();

  let seen = 0;
  let hash: ResultHash | null = null;
  const use = (type: number, atMs: number, bytes: Uint8Array, offset: number, length: number) => {
    seen += type + length + bytes[offset] + (atMs > 0 ? 1 : 0);
    hash?.add(bytes.subarray(offset, offset + length));
  };
  let missing = 0;
  let onBatch: () => void = () => {};
  delivered.port2.on('message', (message: PortRecord | Uint8Array) => {
    if (message instanceof Uint8Array) use(TYPE, 1, message, 0, message.length);
    else use(message.type, message.atMs, message.bytes, 0, message.bytes.length);
    if (--missing === 0) onBatch();
  });
  const viaPort = (port: MessagePort, post: (port: MessagePort, bytes: Uint8Array, atMs: number) => void) => () => {
    const atMs = nowMs();
    const done = new Promise<void>((resolve) => (onBatch = resolve));
    missing = BATCH;
    for (const bytes of messages) post(port, bytes, atMs);
    return done;
  };
  const clone = (port: MessagePort, bytes: Uint8Array, atMs: number) => port.postMessage({ type: TYPE, atMs, bytes });
  const viaRing = (clock: () => number | undefined) => () => {
    const atMs = clock();
    for (const message of messages) writer.tryWrite(TYPE, message, 0, message.length, atMs);
    while (reader.next()) use(reader.type, reader.stampMs, reader.bytes, reader.offset, reader.length);
    reader.release();
  };
  const drainedByHand = viaPort(drained.port1, clone);
  const ways = {
    ring: viaRing(nowMs),
    ringOwnStamps: viaRing(() => undefined),
    cloned: viaPort(delivered.port1, clone),
    // What a socket lends must be copied before it can be given away.
    transferred: viaPort(delivered.port1, (port, bytes, atMs) => {
      const copy = bytes.slice();
      port.postMessage({ type: TYPE, atMs, bytes: copy }, [copy.buffer]);
    }),
    bare: viaPort(delivered.port1, (port, bytes) => port.postMessage(bytes)),
    drained: () => {
      void drainedByHand();
      for (let got = receiveMessageOnPort(drained.port2); got; got = receiveMessageOnPort(drained.port2)) {
        const { type, atMs, bytes }: PortRecord = got.message;
        use(type, atMs, bytes, 0, bytes.length);
      }
    },
  };

  const hashes: string[] = [];
  for (const way of Object.values(ways)) {
    hash = new ResultHash();
    await way();
    hashes.push(hash.hex);
  }
  hash = null;
  const many = (way: () => void | Promise<void>) => async () => {
    for (let batch = 0; batch < BATCHES; batch++) await way();
  };
  const [ringNs, ownStampsNs, clonedNs, transferredNs, bareNs, drainedNs] = await nsPerOperation(
    options,
    BATCH * BATCHES,
    Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, many(way)])),
  );
  drained.port1.close();
  delivered.port1.close();
  if (seen === 0 || new Set(hashes).size !== 1) throw new Error('the ways did not carry the same bytes');
  const peerNs = Math.min(clonedNs, transferredNs);
  const ns = (value: number) => `${value.toFixed(0)} ns`;
  return compared(
    `ring write + read, ${sizeBytes} bytes`,
    { nsPerOp: ringNs, hash: hashes[0] },
    {
      name: `MessagePort, {type, atMs, bytes} ${peerNs === clonedNs ? 'cloned' : 'transferred'}`,
      nsPerOp: peerNs,
      hash: hashes[2],
    },
    `ring with the clock read for each record: ${ns(ownStampsNs)}; port with the bare bytes: ${ns(bareNs)}, drained by ` +
      `hand: ${ns(drainedNs)}`,
  );
}

/**
 * One thread sends, another one receives, and both live by their event loops: CPU time of the whole process, wake-ups
 * included, at a pace of one burst a millisecond (what some 600 calls send).
 */
async function benchThroughput(options: BenchOptions): Promise<BenchResult> {
  const bursts = options.small ? 20 : 3000;
  const count = bursts * BATCH;
  const messages = payloads(MESSAGE_BYTES, BATCH);
  const setup = makePeerSetup(RING_BYTES, REST_MS);
  const worker = new Worker(new URL('./ring_bench_peer.js', import.meta.url), { workerData: setup });
  await once(worker, 'message');
  const ring = new SpscRing(setup.ring, 0, RING_CONTROL_BYTES, RING_BYTES);
  const bell = new Doorbell(setup.bells, WORKER_BELL);

  const measure = async (send: (message: Uint8Array) => boolean) => {
    const ready = once(worker, 'message');
    worker.postMessage({ expect: count });
    await ready;
    const answer = once(worker, 'message') as Promise<[PeerAnswer]>;
    const before = process.cpuUsage();
    for (let burst = 0; burst < bursts; burst++) {
      for (const message of messages) while (!send(message)) await sleep(1);
      await sleep(1);
    }
    const { user, system } = process.cpuUsage(before);
    const [{ sum }] = await answer;
    return { nsPerOp: ((user + system) * 1000) / count, hash: new ResultHash().add(count).add(sum).hex };
  };
  const viaPort = (message: Uint8Array) => {
    worker.postMessage(message);
    return true;
  };
  const viaRing = (message: Uint8Array) => {
    const written = ring.tryWrite(TYPE, message);
    bell.ring();
    return written;
  };
  const port = await measure(viaPort);
  const ours = await measure(viaRing);
  const idleNs = await measureIdle(bursts);
  await worker.terminate();
  return compared(
    `to another thread, ${MESSAGE_BYTES} bytes, ${BATCH} each ms, CPU of both threads`,
    { ...ours, nsPerOp: ours.nsPerOp - idleNs },
    { name: 'MessagePort, cloned', ...port, nsPerOp: port.nsPerOp - idleNs },
    `${count} messages, wake-ups included; the reader rests ${REST_MS} ms after each; the sender's timer taken off`,
  );
}

/** CPU nanoseconds a message that the pace itself costs. */
async function measureIdle(bursts: number): Promise<number> {
  const before = process.cpuUsage();
  for (let burst = 0; burst < bursts; burst++) await sleep(1);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / (bursts * BATCH);
}
