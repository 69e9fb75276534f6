// A process, or a worker thread, that logs: the other end of log.test.ts. Arguments: scenario, folder.

import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort } from 'node:worker_threads';
import { createLogger } from '../src/log.js';

const [scenario, dir] = process.argv.slice(2);

if (!isMainThread) {
  const log = createLogger({ level: 'info', sink: (line) => parentPort?.postMessage(line) });
  log.child({ callSid: 'CA7' }).info({ text: 'my order was cold' }, 'heard');
} else if (scenario === 'plain') {
  const log = createLogger({ level: 'info', dir });
  log.info('first');
  log.debug('not shown');
  log.writeLine('{"level":"info","msg":"from a worker"}');
  log.info('last');
  await log.close();
  await log.close();
} else if (scenario === 'exit') {
  const log = createLogger({ level: 'info', dir });
  log.info('opens the file');
  // The file is open once something is in it.
  while (!readdirSync(dir).some((file) => statSync(join(dir, file)).size > 0)) await sleep(2);
  for (let i = 1; i < 2000; i++) log.info({ i }, 'burst');
  process.exit(0);
} else if (scenario === 'unwritable') {
  const today = new Date();
  const date = [today.getFullYear(), today.getMonth() + 1, today.getDate()].map((n) => `${n}`.padStart(2, '0'));
  // A folder where the day's file should be.
  mkdirSync(join(dir, `ringline.${date.join('-')}.1.log`), { recursive: true });
  const log = createLogger({ level: 'info', dir });
  log.info('first');
  await log.close();
  log.info('last');
}
