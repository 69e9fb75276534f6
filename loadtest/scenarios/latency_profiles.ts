// How fast the simulated providers are, in the distributions of simulators/latency.ts. `typical` is the simulators' own
// default, taken from published figures; a JSON file of the same shape takes the place of a name.

import type { ProviderLatencies } from '../fleet/fleet_messages.js';

export const LATENCY_PROFILES = {
  typical: {},
  /** Everything at once: what is left of the response time is the endpointing hold and the server. */
  instant: {
    deepgram: {
      connect: { kind: 'fixed', ms: 1 },
      interim: { kind: 'fixed', ms: 20 },
      final: { kind: 'fixed', ms: 30 },
      finalize: { kind: 'fixed', ms: 20 },
    },
    openai: { firstToken: { kind: 'fixed', ms: 40 }, interToken: { kind: 'fixed', ms: 10 } },
    cartesia: {
      connect: { kind: 'fixed', ms: 1 },
      firstByte: { kind: 'fixed', ms: 30 },
      perAudioSecond: { kind: 'fixed', ms: 100 },
    },
  },
  /** A bad afternoon at every vendor. */
  slow: {
    deepgram: {
      connect: { kind: 'uniform', min: 80, max: 400 },
      interim: { kind: 'uniform', min: 150, max: 400 },
      final: { kind: 'uniform', min: 250, max: 600 },
      finalize: { kind: 'lognormal', p50: 280, p99: 700 },
    },
    openai: {
      firstToken: { kind: 'lognormal', p50: 900, p99: 3500 },
      interToken: { kind: 'lognormal', p50: 40, p99: 250 },
    },
    cartesia: {
      connect: { kind: 'uniform', min: 80, max: 400 },
      firstByte: { kind: 'lognormal', p50: 350, p99: 1500 },
      perAudioSecond: { kind: 'lognormal', p50: 450, p99: 900 },
    },
  },
} as const satisfies Record<string, ProviderLatencies>;

export type LatencyProfileName = keyof typeof LATENCY_PROFILES;
