// The addon in several worker threads at once, as the server uses it: each has its own instance, shared memory is read
// in place, and a thread that ends leaves the others working.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { nativeDsp } from '../../../src/audio/kernels/addon.js';

const ADDON = fileURLToPath(new URL('../../../native/build/Release/ringline_native.node', import.meta.url));
const SID = 'MZ0123456789abcdef0123456789abcdef';
const THREADS = 4;

const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const addon = require(workerData.addon);
  const bytes = new Uint8Array(workerData.shared);
  const sid = new TextEncoder().encode(workerData.sid);
  const mulaw = new Uint8Array(160), pcm = new Int16Array(160), timestampMs = new Int32Array(1), wide = new Int16Array(320);
  const resampler = new addon.Resampler(8000, 16000);
  let sum = 0;
  for (let round = 0; round < 2000; round++) {
    const samples = addon.parseMedia(bytes, 0, bytes.length, sid, mulaw, 0, pcm, 0, timestampMs);
    sum = (sum + samples + timestampMs[0] + pcm[round % 160] + wide[resampler.process(pcm, 0, samples, wide, 0) - 1]) | 0;
  }
  parentPort.postMessage(sum);`;

test.skipIf(!nativeDsp || !existsSync(ADDON))(
  'threads share the addon and the ring, and come to the same result',
  async () => {
    const payload = Buffer.from(Array.from({ length: 160 }, (_, i) => i)).toString('base64');
    const message = new TextEncoder().encode(
      `{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1","timestamp":"8","payload":"${payload}"},"streamSid":"${SID}"}`,
    );
    const shared = new SharedArrayBuffer(message.length);
    new Uint8Array(shared).set(message);
    const sums = await Promise.all(
      Array.from({ length: THREADS }, () => {
        const worker = new Worker(WORKER, { eval: true, workerData: { addon: ADDON, shared, sid: SID } });
        return new Promise<number>((resolve, reject) => {
          let sum = Number.NaN;
          worker.on('message', (value) => (sum = value));
          worker.on('error', reject);
          worker.on('exit', (code) => (code === 0 ? resolve(sum) : reject(new Error(`thread ended with ${code}`))));
        });
      }),
    );
    expect(sums[0]).not.toBeNaN();
    expect(new Set(sums).size).toBe(1);
    expect(nativeDsp!.level(Int16Array.of(-32768), 0, 1)).toBe(0);
  },
);
