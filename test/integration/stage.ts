// The stage for end-to-end tests: the local vendors in this process, the real server (as built) in its own, short lines
// so that a test takes seconds. Started once for each test file.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type LogLine, ServerProcess, type ServerProcessOptions } from '../../loadtest/server_process.js';
import type { ScriptLine } from '../../loadtest/simulators/deepgram/script.js';
import { SimulatorSet } from '../../loadtest/simulators/simulator_set.js';
import { synthesise } from '../../loadtest/simulators/speech/synthesise.js';
import { AudioClip } from '../../loadtest/simulators/twilio/audio_clip.js';
import type { CallReport } from '../../loadtest/simulators/twilio/call_report.js';
import type { CallerStep } from '../../loadtest/simulators/twilio/caller.js';
import type { SimulatedCall } from '../../loadtest/simulators/twilio/simulated_call.js';
import type { CallSummary } from '../../src/call/call_report.js';
import type { SnakeCased } from '../../src/snake_case.js';

export const CALLER = '+12025550199';

/** What `AGENT.apology` is: the words every failure is announced with. */
export const APOLOGY = 'Sorry, say that again please?';

/** A persona of few words. */
const AGENT = {
  name: 'Ada',
  company: 'Test Kitchen',
  systemPrompt: 'You take feedback about the food on an {{direction_word}} call.',
  variables: { direction_word: 'inbound' },
  greeting: 'Hello, how was lunch?',
  apology: APOLOGY,
  idlePrompt: 'Are you there?',
  goodbye: 'Goodbye.',
};

/** The file beside a recording. */
export type Sidecar = SnakeCased<CallSummary>;

/** A call that is over, from both ends. */
export interface Ended {
  report: CallReport;
  summary: Sidecar;
}

export class Stage {
  readonly #serverOptions: ServerProcessOptions;

  private constructor(
    readonly simulators: SimulatorSet,
    public server: ServerProcess,
    serverOptions: ServerProcessOptions,
    /** Every line the server logged so far. */
    readonly logs: readonly LogLine[],
    readonly dir: string,
  ) {
    this.#serverOptions = serverOptions;
  }

  /** @param options `away`: every provider refuses connections from the start; `nodeArgs`: of the server's process */
  static async start(
    env: Record<string, string> = {},
    options: { away?: boolean; nodeArgs?: string[] } = {},
  ): Promise<Stage> {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'ringline-stage-'));
    writeFileSync(path.join(dir, 'agent.json'), JSON.stringify(AGENT));
    const simulators = await SimulatorSet.start({
      voice: 'tone',
      latencies: {
        deepgram: { finalize: { kind: 'fixed', ms: 60 } },
        openai: { firstToken: { kind: 'fixed', ms: 80 } },
        cartesia: { firstByte: { kind: 'fixed', ms: 40 } },
      },
    });
    if (options.away) {
      for (const vendor of [simulators.deepgram!, simulators.openai!, simulators.cartesia!]) {
        vendor.fail('refuse', { times: 'always' });
      }
    }
    const logs: LogLine[] = [];
    const serverOptions: ServerProcessOptions = {
      env: {
        ...simulators.environment,
        RECORDING_DIR: dir,
        AGENT_FILE: path.join(dir, 'agent.json'),
        LOG_PII: 'true',
        CALLS_MAX: '16',
        ...env,
      },
      nodeArgs: options.nodeArgs,
      onLog: (line) => logs.push(line),
    };
    const server = await ServerProcess.start(serverOptions);
    const stage = new Stage(simulators, server, serverOptions, logs, dir);
    // The fixed lines are prepared in the background; tests that break the voice want them there.
    if (!options.away) await stage.logged('phrases ready');
    return stage;
  }

  /** The server dies at once, and another one is started in its place; resolves when that takes calls. */
  async crash(): Promise<void> {
    await this.server.kill();
    const env = { ...this.#serverOptions.env, PORT: String(this.server.port) };
    this.server = await ServerProcess.start({ ...this.#serverOptions, env });
  }

  /** Resolves with the first line with these words (and this call), past or future. */
  async logged(msg: string, callSid?: string): Promise<LogLine> {
    const fits = (line: LogLine): boolean =>
      line.msg === msg && (callSid === undefined || line['call_sid'] === callSid);
    return this.logs.find(fits) ?? this.server.logged(fits);
  }

  get twilio() {
    return this.simulators.twilio!;
  }
  get deepgram() {
    return this.simulators.deepgram!;
  }
  get openai() {
    return this.simulators.openai!;
  }
  get cartesia() {
    return this.simulators.cartesia!;
  }

  /** Somebody rings and behaves as told; speech recognition will understand `heardAs`. */
  ring(caller: readonly CallerStep[], heardAs: readonly string[] = [], fallbackUrl?: string): SimulatedCall {
    const call = this.twilio.placeCall({
      from: CALLER,
      to: '+12025550143',
      webhookUrl: `${this.server.url}/`,
      fallbackUrl,
      caller,
      statusCallback: `${this.server.url}/twilio/status`,
      callerOptions: { silenceMs: 500, stepTimeoutMs: 15_000 },
    });
    this.deepgram.setScript(
      call.sid,
      heardAs.map((text): ScriptLine => ({ text, speechMs: 1200 })),
    );
    return call;
  }

  /** A caller who hears the greeting, says one thing, hears the answer, and hangs up. */
  async ringOnce(heardAs: string): Promise<SimulatedCall> {
    const clip = await speech();
    return this.ring(
      [{ wait: 'greeting_end' }, { say: clip }, { wait: 'agent_silence' }, { hangup: true }],
      [heardAs, heardAs],
    );
  }

  /** The same, to its end. */
  async oneTurn(heardAs: string): Promise<Ended> {
    return this.done(await this.ringOnce(heardAs));
  }

  /** Waits until the call is over on the line and in the server's files. */
  async done(call: SimulatedCall): Promise<Ended> {
    const report = await this.ended(call);
    return { report, summary: this.summary(report) };
  }

  /** A value of the server's /metrics, all labels summed; `name{label="x"}` for one of them. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.server.url}/metrics`)).text();
    let sum = 0;
    for (const line of text.split('\n')) {
      if (line.startsWith(`${name} `) || line.startsWith(`${name}{`))
        sum += Number(line.slice(line.lastIndexOf(' ') + 1));
    }
    return sum;
  }

  /** Turns of the caller that are on record with what was answered, so far. */
  answeredTurns(call: SimulatedCall): number {
    const isTurn = ({ msg, call_sid, caller }: LogLine): boolean =>
      /^turn (answered|interrupted)$/.test(String(msg)) && call_sid === call.sid && caller !== '';
    return this.logs.filter(isTurn).length;
  }

  /** The sidecar of an ended call. */
  summary(report: CallReport): Sidecar {
    const line = this.logs.findLast((l) => l.msg === 'media stream started' && l['call_sid'] === report.callSid);
    const recording = String(line?.['recording']);
    return JSON.parse(readFileSync(path.join(this.dir, recording.replace(/\.wav$/, '.json')), 'utf8')) as Sidecar;
  }

  recordingOf(summary: Sidecar): string {
    return path.join(this.dir, summary.recording ?? 'none');
  }

  /** Resolves when the server has finished with the call: its summary is on disk. */
  async ended(call: SimulatedCall): Promise<CallReport> {
    const report = await call.ended;
    await this.logged('call ended', call.sid);
    return report;
  }

  async close(): Promise<void> {
    await this.server.stop();
    await this.simulators.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** One sentence of a caller, about 1.2 s of speech. Synthesised once for all tests of a file. */
let sentence: Promise<AudioClip> | null = null;
export function speech(): Promise<AudioClip> {
  sentence ??= synthesise('The soup was cold today.', { voice: 'gb_man', rateHz: 8000 }).then((samples) =>
    AudioClip.from(samples, 'The soup was cold today.'),
  );
  return sentence;
}
