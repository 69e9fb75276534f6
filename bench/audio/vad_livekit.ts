// Runs the Silero plugin of LiveKit Agents for Node over a signal, in a process of its own
// (bench/peers/silero_livekit/measure.mjs). Part of vad_peers.bench.ts.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** From the project's folder, where npm runs the benches. */
const PEER_FOLDER = join('bench', 'peers', 'silero_livekit');
/** What to run for the plugin to be there. */
export const LIVEKIT_SETUP = join(PEER_FOLDER, 'setup.sh');

export interface LivekitCost {
  /** Judged, over all streams. */
  windows: number;
  cpuUs: number;
  wallUs: number;
  /** Of all windows; the plugin's are smoothed. */
  probabilitySum: number;
}

/** Plays `signal` (`rateHz`: 8000 or 16000) to `streams` streams at once; null when the plugin is not installed. */
export async function measureLivekit(signal: Int16Array, rateHz: number, streams: number): Promise<LivekitCost | null> {
  if (!existsSync(join(PEER_FOLDER, 'node_modules', '@livekit', 'agents-plugin-silero'))) return null;
  const folder = await mkdtemp(join(tmpdir(), 'ringline-bench-'));
  try {
    const file = join(folder, 'signal.pcm');
    await writeFile(file, new Uint8Array(signal.buffer, signal.byteOffset, signal.byteLength));
    const args = [join(PEER_FOLDER, 'measure.mjs'), file, `${rateHz}`, `${streams}`];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
    return JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
