// A run of the panel: so many callers ring the real server, some at a time, and every call is judged when it is over.

import { Guest } from '../callers/guest.js';
import { type HeardCall, heardCall } from '../callers/judged.js';
import { PhoneLine } from '../callers/phone_line.js';
import { Stage } from '../callers/stage.js';
import type { NetworkProfile } from '../simulators/twilio/network_profile.js';
import { CLEAN_NETWORK } from '../simulators/twilio/network_profile.js';
import type { SimulatedModel } from './dialogues.js';
import { type CallPlan, panelScript } from './panel_call.js';
import type { Condition } from './panel_result.js';

export interface RunOptions {
  seed: number;
  /** Callers at once. */
  atOnce: number;
  model: SimulatedModel;
  env?: Record<string, string>;
  progress: (done: number, total: number) => void;
}

/** Frame loss of 1.5 % in bursts of 100 ms, a little jitter. */
const NOISY_NETWORK: NetworkProfile = { ...CLEAN_NETWORK, jitterMs: 6, lossRatio: 0.015, lossBurstFrames: 5 };
/** The voice's loud half lies 10 dB below its peak of -6 dBFS; noise 15 dB below that. */
const NOISE_BELOW_PEAK_DB = 6 + 10 + 15;
const MUFFLE_EVERY_S = 45;
/** A caller begins after another. */
const STAGGER_MS = 350;

export interface RunResult {
  calls: Map<Condition, HeardCall[]>;
  /** Calls that never had a stream, or whose caller's script broke. */
  broken: string[];
  /** How late the callers' own beat was: a run on a machine that is too busy measures the machine. */
  generatorLateMs: { p99: number; max: number };
}

export async function runPanel(
  plans: ReadonlyMap<Condition, readonly CallPlan[]>,
  options: RunOptions,
): Promise<RunResult> {
  const stage = await Stage.start({ seed: options.seed, answer: options.model.answer, env: options.env });
  const calls = new Map<Condition, HeardCall[]>();
  const broken: string[] = [];
  const waiting = [...plans].flatMap(([condition, of]) => of.map((plan) => ({ condition, plan })));
  // Both kinds of line mixed, so that neither meets another machine than the other.
  waiting.sort((a, b) => Number(a.plan.id.replace(/\D/g, '')) - Number(b.plan.id.replace(/\D/g, '')));
  const total = waiting.length;
  let done = 0;
  try {
    const lane = async (startMs: number): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, startMs));
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const { condition, plan } = next;
        const heard = await playOne(stage, condition, plan, options).catch((error: unknown) => String(error));
        if (typeof heard === 'string') broken.push(`${plan.id}: ${heard}`);
        else calls.set(condition, [...(calls.get(condition) ?? []), heard]);
        options.progress(++done, total);
      }
    };
    await Promise.all(Array.from({ length: Math.min(options.atOnce, total) }, (_, i) => lane(i * STAGGER_MS)));
    const { lateness } = stage.twilio.clock;
    return { calls, broken, generatorLateMs: { p99: lateness.quantile(0.99), max: lateness.maxMs } };
  } finally {
    await stage.stop();
  }
}

async function playOne(
  stage: Stage,
  condition: Condition,
  plan: CallPlan,
  { model, seed: runSeed }: RunOptions,
): Promise<HeardCall | string> {
  const seed = runSeed * 1000 + Number(plan.id.replace(/\D/g, ''));
  const isNoisy = condition === 'noise';
  const line = new PhoneLine({
    seed,
    ...(isNoisy && { noiseDbfs: plan.person.loudnessDb - NOISE_BELOW_PEAK_DB, muffleEveryS: MUFFLE_EVERY_S }),
  });
  const guest = new Guest(line, panelScript(plan));
  const from = `+1415555${String(1000 + (seed % 9000))}`;
  const call = stage.ring(guest, from, seed, isNoisy ? NOISY_NETWORK : undefined);
  await call.ended;
  if (guest.error) throw guest.error;
  const record = await stage.recordOf(call.sid);
  return heardCall(plan.id, call, guest, stage.book, record, model.replies) ?? 'there was no stream';
}
