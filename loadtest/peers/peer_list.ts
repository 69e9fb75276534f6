// The systems that are compared: how each is started, and whether it is installed. What was chosen for each and why
// stands in bench/peers/*/README.md.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProviderUrls } from '../fleet/fleet_messages.js';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const PEERS = path.join(PROJECT, 'bench/peers');

export const PEER_NAMES = ['ringline', 'pipecat', 'livekit', 'plain_node'] as const;
export type PeerName = (typeof PEER_NAMES)[number];

export interface Peer {
  name: PeerName;
  title: string;
  folder: string;
  /** Program and arguments for a server on `port` that may use `cores` cores. */
  command(port: number, cores: number): string[];
  env(cores: number, callsMax: number): Record<string, string>;
  /** Exists once the set-up script has run. */
  installed: string;
  version(): string;
}

export const PEERS_BY_NAME: Record<PeerName, Peer> = {
  ringline: {
    name: 'ringline',
    title: 'ringline',
    folder: PROJECT,
    command: () => [process.execPath, 'dist/src/main.js'],
    // As many workers as the load test gives it: on one core the main thread shares it with the only worker.
    env: (cores, callsMax) => ({ WORKERS: String(Math.max(1, cores - 1)), CALLS_MAX: String(callsMax) }),
    installed: path.join(PROJECT, 'dist/src/main.js'),
    version: () => packageVersion(path.join(PROJECT, 'package.json')),
  },
  pipecat: {
    name: 'pipecat',
    title: 'Pipecat',
    folder: path.join(PEERS, 'pipecat'),
    command: (port, cores) => [
      path.join(PEERS, 'pipecat/.venv/bin/uvicorn'),
      ...['server:app', '--host', '127.0.0.1', '--port', String(port)],
      ...['--workers', String(cores), '--log-level', 'warning'],
    ],
    env: () => ({ PYTHONDONTWRITEBYTECODE: '1' }),
    installed: path.join(PEERS, 'pipecat/.venv/bin/uvicorn'),
    version: () => /^pipecat-ai(?:\[.*\])?==(\S+)/m.exec(read(path.join(PEERS, 'pipecat/requirements.txt')))?.[1] ?? '',
  },
  livekit: {
    name: 'livekit',
    title: 'LiveKit Agents',
    folder: path.join(PEERS, 'livekit'),
    command: () => [process.execPath, 'server.mjs'],
    env: () => ({}),
    installed: path.join(PEERS, 'livekit/node_modules/@livekit/agents'),
    version: () => packageVersion(path.join(PEERS, 'livekit/node_modules/@livekit/agents/package.json')),
  },
  plain_node: {
    name: 'plain_node',
    title: 'plain Node',
    folder: path.join(PEERS, 'plain_node'),
    command: () => [process.execPath, 'server.mjs'],
    env: () => ({}),
    installed: path.join(PEERS, 'plain_node/node_modules/@deepgram/sdk'),
    version: () => `Node ${process.versions.node}`,
  },
};

/** Null = ready to run; else what to do about it. */
export function missing({ name, installed }: Peer): string | null {
  if (existsSync(installed)) return null;
  return name === 'ringline' ? 'not built: npm run build' : `not installed: sh bench/peers/${name}/setup.sh`;
}

/** What every server is told: the same vendors, the same words. */
export function vendorEnvironment(urls: ProviderUrls, account: { sid: string; token: string }): Record<string, string> {
  return {
    TWILIO_ACCOUNT_SID: account.sid,
    TWILIO_AUTH_TOKEN: account.token,
    TWILIO_PHONE_NUMBER: '+14155550100',
    TWILIO_BASE_URL: urls.twilio,
    DEEPGRAM_API_KEY: 'peer-test',
    DEEPGRAM_BASE_URL: urls.deepgram,
    OPENAI_API_KEY: 'peer-test',
    OPENAI_BASE_URL: urls.openai,
    CARTESIA_API_KEY: 'peer-test',
    CARTESIA_BASE_URL: urls.cartesia,
    CARTESIA_VOICE_ID: '71a7ad14-091c-4e8e-a314-022ece01c121',
    PEER_PROMPT:
      'You are a guest relations executive of a food service company. A guest has called you. Ask for feedback about ' +
      'the meal. Speak in short sentences without special characters.',
    PEER_GREETING:
      'Hello, this is guest relations at Compass Group. Thank you for calling. What would you like to tell us about your meal?',
  };
}

function packageVersion(file: string): string {
  return (JSON.parse(read(file)) as { version: string }).version;
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}
