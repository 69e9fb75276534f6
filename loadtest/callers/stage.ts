// The real server and the vendors' stand-ins, for people who ring up and are listened to: every piece of speech that is made
// is kept in a book, so that it can be found again in what a telephone played.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VoiceBook } from '../ear/voice_book.js';
import { type LogLine, ServerProcess } from '../server_process.js';
import { CartesiaSimulator } from '../simulators/cartesia/server.js';
import { DeepgramSimulator } from '../simulators/deepgram/server.js';
import type { ChatMessage } from '../simulators/openai/replies.js';
import { OpenaiSimulator } from '../simulators/openai/server.js';
import type { ProviderLatencies } from '../simulators/simulator_set.js';
import type { NetworkProfile } from '../simulators/twilio/network_profile.js';
import type { SimulatedCall } from '../simulators/twilio/simulated_call.js';
import { TwilioSimulator } from '../simulators/twilio/simulator.js';
import type { Guest } from './guest.js';

const ACCOUNT_SID = 'AC9a9e10000000000000000000000000ab';
const AUTH_TOKEN = '9a9e1000c0ffee00000000000000ab00';
const OUR_NUMBER = '+12025550143';
/** The record is written when the call is over. */
const SIDECAR_WAIT_MS = 5000;

/**
 * What the vendors usually take (medians of a guide for builders of voice agents): final words 350 ms after the speech, first
 * token 375 ms, first byte of the voice 100 ms. The final answers a Finalize that comes some 100 ms into the silence.
 */
export const USUAL_LATENCIES = {
  deepgram: {
    interim: { kind: 'uniform', min: 60, max: 180 },
    final: { kind: 'lognormal', p50: 350, p99: 600 },
    finalize: { kind: 'lognormal', p50: 250, p99: 450 },
  },
  openai: {
    firstToken: { kind: 'lognormal', p50: 375, p99: 900 },
    interToken: { kind: 'lognormal', p50: 15, p99: 60 },
  },
  cartesia: {
    firstByte: { kind: 'lognormal', p50: 100, p99: 220 },
    perAudioSecond: { kind: 'lognormal', p50: 200, p99: 320 },
  },
} as const satisfies ProviderLatencies;
const INTERIM_EVERY_MS = 400;

export interface StageOptions {
  seed: number;
  answer?: (messages: readonly ChatMessage[]) => string | null;
  /** So many characters of a reply have left, to a request with these messages. */
  onText?: (messages: readonly ChatMessage[], chars: number) => void;
  latencies?: ProviderLatencies;
  /** Further settings of the server. */
  env?: Record<string, string>;
  onLog?: (line: LogLine) => void;
}

/** The file beside a recording, as far as it is read here. */
export interface ServerRecord {
  turns: { caller: string; agent: string; heard: string }[];
  [name: string]: unknown;
}

export class Stage {
  readonly book = new VoiceBook();
  readonly #guests = new Map<string, Guest>();

  private constructor(
    readonly folder: string,
    readonly twilio: TwilioSimulator,
    readonly deepgram: DeepgramSimulator,
    readonly openai: OpenaiSimulator,
    readonly cartesia: CartesiaSimulator,
    public server: ServerProcess | null,
  ) {}

  /** Rejects when something does not start; what did is stopped again. */
  static async start(options: StageOptions): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'ringline-stage-'));
    let stage: Stage | null = null;
    const { latencies = USUAL_LATENCIES, seed } = options;
    const twilio = await TwilioSimulator.start({
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      phoneNumbers: [OUR_NUMBER],
      finishedCallsMax: 10_000,
    });
    const deepgram = await DeepgramSimulator.start({
      seed,
      latency: latencies.deepgram,
      hearing: { interimEveryMs: INTERIM_EVERY_MS },
      truth: (tag) => stage?.guestOf(tag)?.line ?? null,
    });
    const { answer, onText } = options;
    const openai = await OpenaiSimulator.start({
      seed,
      latency: latencies.openai,
      answer,
      onText: onText && ((_, { messages }, chars) => onText(messages, chars)),
    });
    const cartesia = await CartesiaSimulator.start({
      seed,
      latency: latencies.cartesia,
      voice: 'speech',
      onSpeech: (text, audio, words, { encoding, rateHz }) => {
        if (encoding !== 'pcm_mulaw' || rateHz !== 8000) throw new RangeError('the ear reads mu-law at 8 kHz');
        stage?.book.add(text, audio, words);
      },
    });
    stage = new Stage(folder, twilio, deepgram, openai, cartesia, null);
    try {
      stage.server = await ServerProcess.start({
        env: {
          TWILIO_ACCOUNT_SID: ACCOUNT_SID,
          TWILIO_AUTH_TOKEN: AUTH_TOKEN,
          TWILIO_PHONE_NUMBER: OUR_NUMBER,
          TWILIO_BASE_URL: twilio.url,
          DEEPGRAM_API_KEY: 'stage',
          DEEPGRAM_BASE_URL: deepgram.url,
          OPENAI_API_KEY: 'stage',
          OPENAI_BASE_URL: openai.url,
          CARTESIA_API_KEY: 'stage',
          CARTESIA_BASE_URL: cartesia.url,
          RECORDING_DIR: folder,
          ...options.env,
        },
        onLog: options.onLog,
        ownGroup: true,
      });
      return stage;
    } catch (error) {
      await stage.stop();
      throw error;
    }
  }

  guestOf(callSid: string): Guest | null {
    return this.#guests.get(callSid) ?? null;
  }

  /** The guest rings up. */
  ring(guest: Guest, from: string, seed: number, network?: NetworkProfile): SimulatedCall {
    const call = this.twilio.placeCall({
      from,
      to: OUR_NUMBER,
      webhookUrl: `${this.server?.url}/`,
      statusCallback: `${this.server?.url}/twilio/status`,
      caller: [],
      talker: guest,
      microphone: guest.line,
      network,
      seed,
    });
    this.#guests.set(call.sid, guest);
    return call;
  }

  /** What the server wrote down of a call that is over; null = nothing within five seconds. */
  async recordOf(callSid: string): Promise<ServerRecord | null> {
    const untilMs = Date.now() + SIDECAR_WAIT_MS;
    while (Date.now() < untilMs) {
      const name = readdirSync(this.folder).find((file) => file.endsWith('.json') && file.includes(callSid));
      if (name) return JSON.parse(readFileSync(join(this.folder, name), 'utf8')) as ServerRecord;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return null;
  }

  /** Safe twice. */
  async stop(): Promise<void> {
    await this.server?.stop();
    await Promise.all([this.twilio.close(), this.deepgram.close(), this.openai.close(), this.cartesia.close()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
