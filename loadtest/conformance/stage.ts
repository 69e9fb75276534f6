// Simulators, the real server, and a recording proxy on every line between them: what a conformance run plays on.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, ServerProcess } from '../server_process.js';
import { SimulatorSet } from '../simulators/simulator_set.js';
import { type Recorder, VENDORS, type Vendor } from './exchange.js';
import { Tap } from './tap.js';

export class Stage {
  private constructor(
    readonly simulators: SimulatorSet,
    readonly server: ServerProcess,
    /** Where Twilio reaches the server: through a proxy. */
    readonly publicUrl: string,
    readonly taps: readonly Tap[],
    readonly folder: string,
  ) {}

  /** Rejects when something does not start; what did is stopped again. */
  static async start(record: Recorder): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'ringline-conformance-'));
    const simulators = await SimulatorSet.start({ voice: 'tone', cps: 50 });
    const taps: Tap[] = [];
    try {
      const urls = {} as Record<Vendor, string>;
      for (const vendor of VENDORS) {
        const target = new URL(simulators.environment[`${vendor.toUpperCase()}_BASE_URL`]).origin;
        const tap = await Tap.start({ vendor, opens: 'ours', target, record });
        taps.push(tap);
        urls[vendor] = tap.url;
      }
      const port = await freePort();
      const calls = await Tap.start({ vendor: 'twilio', opens: 'vendor', target: `http://127.0.0.1:${port}`, record });
      taps.push(calls);
      const server = await ServerProcess.start({
        env: {
          ...simulators.environment,
          TWILIO_BASE_URL: urls.twilio,
          DEEPGRAM_BASE_URL: urls.deepgram,
          OPENAI_BASE_URL: `${urls.openai}/v1`,
          CARTESIA_BASE_URL: urls.cartesia,
          PORT: String(port),
          PUBLIC_URL: calls.url,
          RECORDING_DIR: folder,
        },
      });
      return new Stage(simulators, server, calls.url, taps, folder);
    } catch (error) {
      for (const tap of taps) tap.close();
      await simulators.close();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Safe twice. */
  async stop(): Promise<void> {
    await this.server.stop();
    for (const tap of this.taps) tap.close();
    await this.simulators.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
