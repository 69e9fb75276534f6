// Starts the server: settings, shared memory, workers, sockets; and stops it when asked to.

import { readFileSync } from 'node:fs';
import { AgentBook, type AgentSource, readAgents } from './agents/agent_book.js';
import { ConfigError, type EngineConfig, EXIT_CONFIG, loadConfig, readEnvironment } from './config.js';
import { createLogger } from './log.js';
import { type PhoneServer, startPhoneServer } from './server/phone_server.js';
import { createSharedMemory } from './server/shared_memory.js';
import { WorkerPool } from './server/worker_pool.js';
import { growHeapFaster } from './threads/heap_growth.js';

function configure(): { config: EngineConfig; agents: AgentSource[] } {
  try {
    const config = loadConfig(readEnvironment(), process.argv.slice(2));
    return { config, agents: readAgents(config.agent.file) };
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    for (const problem of thrown.problems) console.error(`configuration: ${problem}`);
    process.exit(EXIT_CONFIG);
  }
}

growHeapFaster();
const { config, agents } = configure();
const log = createLogger({ ...config.log, testMode: config.testMode });
const packageFile = new URL(
  import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json',
  import.meta.url,
);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

async function exit(code: number): Promise<never> {
  await log.close();
  process.exit(code);
}

process.on('unhandledRejection', (err) => log.error({ err }, 'defect: unhandled rejection'));
if (!config.twilio.validate) {
  log.warn('TWILIO_VALIDATE is off: anybody can pass for Twilio. For development only.');
}

const memory = createSharedMemory(config);
const pool = new WorkerPool({ config, agents }, memory, log, () => {
  log.fatal('worker threads do not stay alive, giving up');
  void exit(1);
});
let server: PhoneServer;
try {
  server = await startPhoneServer({ config, agents: new AgentBook(agents), memory, runner: pool, log, version });
} catch (err) {
  log.fatal({ err }, 'the server could not start');
  await exit(1);
  throw err;
}
const { port } = server;
log.info({ host: config.host, port, calls: config.calls.max, workers: config.calls.workers, version }, 'listening');

let signals = 0;
async function onSignal(signal: NodeJS.Signals): Promise<void> {
  signals++;
  // Somebody is in a hurry.
  if (signals > 1) return exit(130);
  log.info({ signal }, 'stopping: no new calls, waiting for the running ones');
  await server.stop();
  await pool.close();
  log.info('stopped');
  await exit(0);
}
process.on('SIGTERM', (signal) => void onSignal(signal));
process.on('SIGINT', (signal) => void onSignal(signal));
