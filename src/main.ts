// Starts the server: settings, shared memory, workers, sockets; and stops it when asked to.

import { readFileSync } from 'node:fs';
import { AgentBook, type AgentSource, readAgents } from './agents/agent_book.js';
import { checkAgents } from './agents/agent_checks.js';
import { ConfigError, type EngineConfig, EXIT_CONFIG, readConfig, readEnvironment } from './config.js';
import { checkFolders, type Folder } from './folders.js';
import { createLogger } from './log.js';
import { type PhoneServer, startPhoneServer } from './server/phone_server.js';
import { createSharedMemory } from './server/shared_memory.js';
import { WorkerPool } from './server/worker_pool.js';
import { growHeapFaster } from './threads/heap_growth.js';

function configure(): { config: EngineConfig; agents: AgentSource[]; warnings: string[] } {
  try {
    const { config, warnings } = readConfig(readEnvironment(), process.argv.slice(2));
    const agents = readAgents(config.agent.file);
    const found = checkAgents(new AgentBook(agents).all(), config);
    if (found.problems.length > 0) throw new ConfigError(found.problems);
    return { config, agents, warnings: [...warnings, ...found.warnings] };
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return refuse(thrown.problems);
  }
}

function refuse(problems: readonly string[]): never {
  for (const problem of problems) console.error(`configuration: ${problem}`);
  if (problems.some((problem) => /_(KEY|SID|TOKEN): is (missing|empty)$/.test(problem))) {
    console.error('configuration: keys belong in .env (cp .env.example .env); npm run demo needs none');
  }
  process.exit(EXIT_CONFIG);
}

async function checkOwnFolders({ recording, log }: EngineConfig): Promise<void> {
  const folders: Folder[] = [];
  if (recording.enabled) folders.push({ variable: 'RECORDING_DIR', dir: recording.dir });
  if (log.dir !== null) folders.push({ variable: 'LOG_DIR', dir: log.dir });
  const problems = await checkFolders(folders);
  if (problems.length > 0) refuse(problems);
}

growHeapFaster();
const { config, agents, warnings } = configure();
await checkOwnFolders(config);
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

for (const warning of warnings) log.warn({ setting: warning }, 'a setting that may not work');
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
  server = await startPhoneServer({
    config,
    agents: new AgentBook(agents),
    memory,
    runner: pool,
    log,
    version,
    warnings,
  });
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
