// The scenarios by name: how calls arrive, how callers behave, what happens to the providers and the server meanwhile,
// and what may go wrong without the run having failed.

import type { CallerHabits, FailureReason, ProviderName } from '../fleet/fleet_messages.js';
import type { LatencyProfileName } from './latency_profiles.js';

/** What a scenario can do while its window is measured. Every wait ends early when the run is interrupted. */
export interface ScenarioControl {
  readonly calls: number;
  readonly seconds: number;
  sleep(ms: number): Promise<void>;
  /** Calls up from now on; resolves at once. */
  target(calls: number, ratePerS: number): void;
  fail(provider: ProviderName, modes: string[]): void;
  heal(): void;
  /** Everybody hangs up, spread over `overMs`; nobody calls any more. */
  hangUp(overMs: number): void;
  /** What an orchestrator does to stop the server. The server's own figures end here. */
  terminateServer(): Promise<void>;
  /** Resolves when the server's process has ended. */
  serverGone(timeoutMs: number): Promise<boolean>;
  /** A line in the report's timeline. */
  note(text: string): void;
}

export interface Scenario {
  summary: string;
  habits?: Partial<CallerHabits>;
  latency?: LatencyProfileName;
  /** `paced`: at the rate, before the window. `at_once`: all in one moment. `window`: the scenario does it itself. */
  arrivals: 'paced' | 'at_once' | 'window';
  during?(control: ScenarioControl): Promise<void>;
  /** Failures that are the point of the scenario; none by default. */
  expectedFailures?: readonly FailureReason[];
  /** Turns may go unanswered. */
  mayStaySilent?: boolean;
  /** The providers' own holes are heard by callers here. */
  mayGap?: boolean;
  /** The server is told to end in the window. */
  endsServer?: boolean;
}

export const HABITS: CallerHabits = {
  thinkMs: [500, 2500],
  firstThinkMs: [500, 2500],
  silenceMs: 450,
  bargeInShare: 0,
  bargeInAfterMs: [800, 3000],
  patienceMs: 12_000,
  dtmfShare: 0.02,
  callSeconds: null,
  cutShare: 0,
};

/** Less than the silence after which an agent asks whether anybody is there. */
const FIRST_THINK_MS_MAX = 9000;
/** Of the first pause, for each call: calls that are brought up in a few seconds would all speak at once else. */
const SPREAD_MS_PER_CALL = 100;

/** How the callers of a scenario behave when there are `calls` of them. */
export function habitsOf({ habits }: Scenario, calls: number): CallerHabits {
  const { firstThinkMs } = HABITS;
  const spreadMs = Math.min(FIRST_THINK_MS_MAX, Math.max(firstThinkMs[1], calls * SPREAD_MS_PER_CALL));
  return { ...HABITS, firstThinkMs: [firstThinkMs[0], spreadMs], ...habits };
}

const OUTAGES: [ProviderName, string[]][] = [
  ['openai', ['status_503']],
  ['cartesia', ['error_500']],
  ['deepgram', ['tcp_cut', 'refuse']],
];
/** Callers who ring while the server drains. */
const LATE_CALLERS = 3;
/** Shorter than what a call survives: three failures in a row end it. */
const OUTAGE_MS = 4000;

export const SCENARIOS = {
  steady: { summary: 'All calls talk all the time.', arrivals: 'paced' },
  ramp: {
    summary: 'Calls are added in ten steps through the whole window.',
    arrivals: 'window',
    async during({ calls, seconds, target, sleep, note }) {
      for (let step = 1; step <= 10; step++) {
        const wanted = Math.max(1, Math.round((calls * step) / 10));
        note(`${wanted} calls`);
        target(wanted, Math.max(5, calls / 10));
        await sleep((seconds * 1000) / 10);
      }
    },
  },
  burst: {
    summary: 'All callers ring in the same moment.',
    arrivals: 'at_once',
  },
  barge_in: {
    summary: 'Callers cut off seven replies of ten.',
    arrivals: 'paced',
    habits: { bargeInShare: 0.7 },
  },
  provider_outage: {
    summary: 'One provider after the other is out for four seconds.',
    arrivals: 'paced',
    mayStaySilent: true,
    mayGap: true,
    async during({ seconds, sleep, fail, heal, note }) {
      const gapMs = Math.max(0, (seconds * 1000 - OUTAGES.length * OUTAGE_MS) / (OUTAGES.length + 1));
      for (const [provider, modes] of OUTAGES) {
        await sleep(gapMs);
        note(`${provider} out`);
        fail(provider, modes);
        await sleep(OUTAGE_MS);
        note(`${provider} back`);
        heal();
      }
      await sleep(gapMs);
    },
  },
  slow_provider: {
    summary: 'A bad afternoon at every vendor.',
    arrivals: 'paced',
    latency: 'slow',
    mayGap: true,
  },
  soak: {
    summary: 'Calls come and go at awkward moments, some of them dropped by the network; for hours if wanted.',
    arrivals: 'paced',
    habits: { callSeconds: [5, 90], cutShare: 0.1, bargeInShare: 0.15, dtmfShare: 0.1 },
  },
  drain: {
    summary: 'The server is told to stop in mid-traffic: running calls go on, new ones are refused, it ends by itself.',
    arrivals: 'paced',
    endsServer: true,
    expectedFailures: ['refused_busy', 'webhook'],
    async during({ calls, seconds, sleep, target, hangUp, terminateServer, serverGone, note }) {
      await sleep((seconds * 1000) / 4);
      note('server told to stop');
      await terminateServer();
      // Somebody rings all the same.
      target(calls + LATE_CALLERS, LATE_CALLERS);
      await sleep(1000);
      target(calls, LATE_CALLERS);
      await sleep((seconds * 1000) / 4);
      note('callers hang up');
      hangUp(Math.min(3000, (seconds * 1000) / 4));
      note((await serverGone(20_000)) ? 'server gone' : 'server still there');
    },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

export function scenarioOf(name: ScenarioName): Scenario {
  return SCENARIOS[name];
}
