// All simulators of a run in one process, or some of them: started together, named by the environment that points a
// server at them, closed together.

import { CartesiaSimulator } from './cartesia/server.js';
import type { CartesiaLatency } from './cartesia/tts_context.js';
import type { DeepgramLatency } from './deepgram/outbox.js';
import { DeepgramSimulator } from './deepgram/server.js';
import type { OpenaiLatency } from './openai/completion_stream.js';
import { OpenaiSimulator } from './openai/server.js';
import { synthesise } from './speech/synthesise.js';
import { TwilioSimulator } from './twilio/simulator.js';

export const SIMULATOR_NAMES = ['twilio', 'deepgram', 'openai', 'cartesia'] as const;
export type SimulatorName = (typeof SIMULATOR_NAMES)[number];

/** How long each provider takes; what is absent keeps its default. */
export interface ProviderLatencies {
  deepgram?: Partial<DeepgramLatency>;
  openai?: Partial<OpenaiLatency>;
  cartesia?: Partial<CartesiaLatency>;
}

export interface SimulatorSetOptions {
  only?: readonly SimulatorName[];
  /** First of four ports in a row, in the order of SIMULATOR_NAMES; null = any free ones. */
  portBase?: number | null;
  /** Where the server under test listens, for a Twilio that dials. */
  serverUrl?: string;
  voice?: 'speech' | 'tone';
  latencies?: ProviderLatencies;
  /** Calls that Twilio starts a second. */
  cps?: number;
  /** Further numbers of the Twilio account. */
  numbers?: readonly string[];
}

/** Beside TWILIO_PHONE_NUMBER: numbers that calls may come from and go to. Another `From` is refused with 21210. */
const FURTHER_NUMBERS = ['+12025550144', '+12025550145', '+14155550100', '+442079460143'];

/** Accounts that exist nowhere else. The server must present them, so that its authentication is tested too. */
const ACCOUNT = {
  TWILIO_ACCOUNT_SID: 'AC5170c0000000000000000000000000ab',
  TWILIO_AUTH_TOKEN: '5170c0ffee00000000000000000000ab',
  TWILIO_PHONE_NUMBER: '+12025550143',
  DEEPGRAM_API_KEY: 'simulated-deepgram-key',
  OPENAI_API_KEY: 'simulated-openai-key',
  CARTESIA_API_KEY: 'simulated-cartesia-key',
  CARTESIA_VOICE_ID: '71a7ad14-091c-4e8e-a314-022ece01c121',
} as const;

export class SimulatorSet {
  /** Only those that were asked for. */
  twilio: TwilioSimulator | null = null;
  deepgram: DeepgramSimulator | null = null;
  openai: OpenaiSimulator | null = null;
  cartesia: CartesiaSimulator | null = null;

  /** Starts them at once. When one fails, the others are closed and the error is passed on. */
  static async start(options: SimulatorSetOptions = {}): Promise<SimulatorSet> {
    const set = new SimulatorSet();
    const { only = SIMULATOR_NAMES, portBase = null, latencies = {}, voice = 'speech' } = options;
    const port = (name: SimulatorName): number => (portBase === null ? 0 : portBase + SIMULATOR_NAMES.indexOf(name));
    const starts: Record<SimulatorName, () => Promise<unknown>> = {
      twilio: async () => {
        set.twilio = await TwilioSimulator.start({
          port: port('twilio'),
          accountSid: ACCOUNT.TWILIO_ACCOUNT_SID,
          authToken: ACCOUNT.TWILIO_AUTH_TOKEN,
          phoneNumbers: [ACCOUNT.TWILIO_PHONE_NUMBER, ...FURTHER_NUMBERS, ...(options.numbers ?? [])],
          serverUrl: options.serverUrl,
          cps: options.cps,
          speak: (text) => synthesise(text, { voice: 'gb_man', rateHz: 8000 }),
        });
      },
      deepgram: async () => {
        const apiKeys = [ACCOUNT.DEEPGRAM_API_KEY];
        set.deepgram = await DeepgramSimulator.start({ port: port('deepgram'), apiKeys, latency: latencies.deepgram });
      },
      openai: async () => {
        const apiKeys = [ACCOUNT.OPENAI_API_KEY];
        set.openai = await OpenaiSimulator.start({ port: port('openai'), apiKeys, latency: latencies.openai });
      },
      cartesia: async () => {
        const apiKeys = [ACCOUNT.CARTESIA_API_KEY];
        const latency = latencies.cartesia;
        set.cartesia = await CartesiaSimulator.start({ port: port('cartesia'), apiKeys, latency, voice });
      },
    };
    const results = await Promise.allSettled(only.map((name) => starts[name]()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      await set.close();
      throw failed.reason;
    }
    return set;
  }

  /** What the server's environment must hold to use the simulators of this set. */
  get environment(): Record<string, string> {
    const { twilio, deepgram, openai, cartesia } = this;
    return {
      ...(twilio && {
        TWILIO_ACCOUNT_SID: ACCOUNT.TWILIO_ACCOUNT_SID,
        TWILIO_AUTH_TOKEN: ACCOUNT.TWILIO_AUTH_TOKEN,
        TWILIO_PHONE_NUMBER: ACCOUNT.TWILIO_PHONE_NUMBER,
        TWILIO_BASE_URL: twilio.url,
      }),
      ...(deepgram && { DEEPGRAM_API_KEY: ACCOUNT.DEEPGRAM_API_KEY, DEEPGRAM_BASE_URL: deepgram.url }),
      ...(openai && { OPENAI_API_KEY: ACCOUNT.OPENAI_API_KEY, OPENAI_BASE_URL: openai.url }),
      ...(cartesia && {
        CARTESIA_API_KEY: ACCOUNT.CARTESIA_API_KEY,
        CARTESIA_BASE_URL: cartesia.url,
        CARTESIA_VOICE_ID: ACCOUNT.CARTESIA_VOICE_ID,
      }),
    };
  }

  /** Safe twice. */
  async close(): Promise<void> {
    await Promise.all([this.twilio?.close(), this.deepgram?.close(), this.openai?.close(), this.cartesia?.close()]);
  }
}
