// What the vendors' simulators take in the comparison: fixed times in the middle of what is published, so that responses
// differ by the servers alone.

import type { ProviderLatencies } from '../fleet/fleet_messages.js';

const fixed = (ms: number) => ({ kind: 'fixed', ms }) as const;

export const FIXED_LATENCIES = {
  deepgram: { connect: fixed(10), interim: fixed(120), final: fixed(150), finalize: fixed(105) },
  openai: { firstToken: fixed(250), interToken: fixed(15) },
  cartesia: { connect: fixed(10), firstByte: fixed(90), perAudioSecond: fixed(200) },
} as const satisfies ProviderLatencies;
