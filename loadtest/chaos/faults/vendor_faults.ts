// Vendors that refuse, reset, fall silent, send everybody away, talk nonsense or are slow; one at a time, for all calls.

import type { ProviderName } from '../../fleet/fleet_messages.js';
import { sleep } from '../chaos_stage.js';
import type { Fault } from '../fault.js';

const SHORT_MS = 4000;
const DARK_MS = 30_000;

type Way = 'refuse' | 'reset' | 'stall' | 'storm_429' | 'garbage';

/** By the simulators' names: what new connections or requests meet, and what those under way do. */
const MODES: Record<ProviderName, Record<Way, string[]>> = {
  deepgram: {
    refuse: ['tcp_cut', 'refuse'],
    reset: ['tcp_cut'],
    stall: ['stall'],
    storm_429: ['tcp_cut', 'status_429'],
    garbage: ['malformed_json'],
  },
  openai: {
    refuse: ['refuse'],
    reset: ['reset'],
    stall: ['stall'],
    storm_429: ['status_429'],
    garbage: ['invalid_json'],
  },
  cartesia: {
    refuse: ['cut', 'refuse'],
    reset: ['cut'],
    stall: ['stall'],
    storm_429: ['error_429', 'status_429'],
    garbage: ['malformed_json'],
  },
};

const SLOW: Record<ProviderName, [name: string, ms: number, usual: object]> = {
  deepgram: ['finalize', 1500, { kind: 'lognormal', p50: 105, p99: 170 }],
  openai: ['firstToken', 3000, { kind: 'lognormal', p50: 250, p99: 600 }],
  cartesia: ['firstByte', 2000, { kind: 'lognormal', p50: 90, p99: 220 }],
};

function failing(provider: ProviderName, name: string, about: string, modes: string[], ms: number): Fault {
  return {
    name,
    about,
    ...(ms === DARK_MS && { dark: provider }),
    async strike(stage) {
      for (const mode of modes) stage.fail(provider, [mode]);
      try {
        await sleep(ms);
      } finally {
        stage.heal();
      }
      return { victims: null };
    },
  };
}

function slow(provider: ProviderName): Fault {
  const [name, ms, usual] = SLOW[provider];
  return {
    name: `${provider}_slow`,
    about: `${name} takes ${ms} ms for 10 s`,
    async strike(stage) {
      await stage.slow(provider, { [name]: { kind: 'fixed', ms } });
      try {
        await sleep(10_000);
      } finally {
        await stage.slow(provider, { [name]: usual } as never);
      }
      return { victims: null };
    },
  };
}

const WAYS: [Way, string][] = [
  ['refuse', 'refuses connections'],
  ['reset', 'resets connections'],
  ['stall', 'falls silent'],
  ['storm_429', 'sends everybody away with 429'],
  ['garbage', 'sends unreadable messages'],
];

export const VENDOR_FAULTS: readonly Fault[] = (['deepgram', 'openai', 'cartesia'] as const).flatMap((provider) => [
  ...WAYS.map(([way, about]) =>
    failing(provider, `${provider}_${way}`, `${provider} ${about} for 4 s`, MODES[provider][way], SHORT_MS),
  ),
  slow(provider),
  failing(provider, `${provider}_dark`, `${provider} refuses everything for 30 s`, MODES[provider].refuse, DARK_MS),
]);
