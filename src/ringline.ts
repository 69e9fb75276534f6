// The server as a package: `import { createServer, loadConfig } from 'ringline'`. Importing it starts nothing, and nothing
// here ends the process; the program of its own is main.ts.

import { readFileSync } from 'node:fs';
import { AgentBook, type AgentSource, readAgents } from './agents/agent_book.js';
import { checkAgents } from './agents/agent_checks.js';
import { type AgentFolder, readAgentFolder } from './agents/agent_folder.js';
import { AgentWatch } from './agents/agent_watch.js';
import { ConfigError, type EngineConfig } from './config.js';
import { checkFolders, type Folder } from './folders.js';
import { createLogger, type RootLogger } from './log.js';
import { callsThatFit, connectionsThatFit, fileLimit, tooFewConnections, tooFewFiles } from './open_files.js';
import { redactorOf } from './redact.js';
import { AuditLog, auditDir } from './server/audit_log.js';
import { startPhoneServer } from './server/phone_server.js';
import { createSharedMemory } from './server/shared_memory.js';
import { WorkerPool } from './server/worker_pool.js';
import { openStore } from './store/open_store.js';

export { ConfigError, type EngineConfig, loadConfig, readConfig, readEnvironment } from './config.js';

const packageFile = new URL(
  import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json',
  import.meta.url,
);
export const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

export interface ServerOptions {
  /** Instead of JSON lines to stdout and LOG_DIR. It stays open when the server is closed. */
  log?: RootLogger;
  /** What readConfig warned of: goes to log and /health, together with what is found about the agents. */
  warnings?: readonly string[];
  /** Called once when the worker threads do not stay alive: the server takes no more calls. */
  onUseless?(): void;
}

export interface RinglineServer {
  readonly port: number;
  /** What holds: of calls and connections only as many as the limit of open files allows. */
  readonly config: EngineConfig;
  /** When every worker has loaded and has made, or failed to make, the agents' fixed lines. Never rejects. */
  readonly prepared: Promise<void>;
  /** Where the server logs. */
  readonly log: RootLogger;
  /** Reads API_KEYS_FILE now instead of within two seconds of its change; without one nothing happens. */
  reloadKeys(): void;
  /** The same with the files of AGENTS_DIR, for calls to come. Never rejects. */
  reloadAgents(): Promise<void>;
  /**
   * No new calls; waits for running ones as long as the configuration allows, then closes everything. Safe twice.
   * @param reason for the log, such as the signal
   */
  close(reason?: string): Promise<void>;
}

/**
 * Starts a server that listens when this resolves; it takes calls once a worker has loaded, about a second later.
 * @param config from loadConfig: nothing else is read, neither environment nor files but those it names
 * @throws ConfigError for agents and folders that can't be used; Error when the address is taken
 */
export async function createServer(config: EngineConfig, options: ServerOptions = {}): Promise<RinglineServer> {
  const { fitting, problems } = fitToFiles(config, fileLimit());
  return start(fitting, { ...options, warnings: [...(options.warnings ?? []), ...problems] });
}

/** As many calls and connections as the open files allow. */
function fitToFiles(config: EngineConfig, limit: number | null): { fitting: EngineConfig; problems: string[] } {
  const { calls, connections } = config;
  const max = callsThatFit(calls.max, calls.workers, limit);
  const left = connectionsThatFit(max, calls.workers, limit);
  const asked = connections.max ?? left;
  const problems = [
    ...(max < calls.max ? [tooFewFiles(calls.max, max, limit)] : []),
    ...(asked > left ? [tooFewConnections(asked, left, limit)] : []),
  ];
  const fitting = {
    ...config,
    calls: { ...calls, max },
    connections: { ...connections, max: Math.min(asked, left) },
  };
  return { fitting, problems };
}

async function start(config: EngineConfig, options: ServerOptions): Promise<RinglineServer> {
  const folder = readFolder(config.agent.dir);
  const agents: AgentSource[] = folder?.sources ?? readAgents(config.agent.file);
  const book = new AgentBook(agents);
  const found = checkAgents(book.all(), config);
  if (found.problems.length > 0) throw new ConfigError(found.problems);
  const problems = await checkOwnFolders(config);
  if (problems.length > 0) throw new ConfigError(problems);

  const { redact: kinds, digitsMin } = config.privacy;
  const redact = redactorOf({ kinds, digitsMin });
  const log =
    options.log ??
    createLogger({ ...config.log, redact, testMode: config.testMode, traced: config.tracing.endpoint !== null });
  const warnings = [...(options.warnings ?? []), ...found.warnings];
  for (const warning of warnings) log.warn({ setting: warning }, 'a setting that may not work');
  if (!config.twilio.validate) {
    log.warn('TWILIO_VALIDATE is off: anybody can pass for Twilio. For development only.');
  }
  const store = await openStore(config.store, log);
  const audit = new AuditLog({ config, log });
  const onRead = (outcome: 'done' | 'failed', changes: string) => audit.bySystem('agents read anew', changes, outcome);
  const dir = config.agent.dir ?? '';
  const watch = folder === null ? null : new AgentWatch({ dir, folder, book, config, log, onRead });
  const memory = createSharedMemory(config);
  const runner = new WorkerPool({ config, agents }, memory, log, () => {
    log.fatal('worker threads do not stay alive, giving up');
    options.onUseless?.();
  });
  const closeRest = async () => {
    watch?.stop();
    await runner.close();
    await store.close();
    await audit.close();
    log.info('stopped');
    if (options.log === undefined) await log.close();
  };
  try {
    const server = await startPhoneServer({
      config,
      agents: book,
      memory,
      runner,
      store,
      audit,
      log,
      version,
      warnings,
      agentNews: () => watch?.news ?? null,
    });
    watch?.start();
    const reloadAgents = async () => watch?.reload();
    const close = async (reason: string) => {
      log.info({ reason }, 'stopping: no new calls, waiting for the running ones');
      await server.stop();
      await closeRest();
    };
    let closing: Promise<void> | null = null;
    const { port, prepared, reloadKeys } = server;
    const closeOnce = (reason = 'asked to') => (closing ??= close(reason));
    return { port, config, prepared, log, reloadKeys, reloadAgents, close: closeOnce };
  } catch (error) {
    await closeRest();
    throw error;
  }
}

/** null = there is none. */
function readFolder(dir: string | null): AgentFolder | null {
  if (dir === null) return null;
  const folder = readAgentFolder(dir);
  const { problems } = folder;
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `AGENTS_DIR: ${problem}`));
  return folder;
}

function checkOwnFolders(config: EngineConfig): Promise<string[]> {
  const { recording, log } = config;
  const folders: Folder[] = [];
  if (recording.enabled) folders.push({ variable: 'RECORDING_DIR', dir: recording.dir });
  if (log.dir !== null) folders.push({ variable: 'LOG_DIR', dir: log.dir });
  const audit = auditDir(config);
  if (audit !== null && audit !== log.dir) folders.push({ variable: 'AUDIT_LOG', dir: audit });
  return checkFolders(folders);
}
