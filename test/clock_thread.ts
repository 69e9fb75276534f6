// Worker thread that tells the time when asked: the other end of clock.test.ts.

import { parentPort } from 'node:worker_threads';
import { nowMs } from '../src/clock.js';

parentPort?.on('message', () => parentPort?.postMessage(nowMs()));
parentPort?.postMessage('ready');
