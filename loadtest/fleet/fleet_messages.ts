// What the processes of a load test tell each other (over Node's IPC channel, as JSON). Times are milliseconds of the
// operating system's monotonic clock, which all processes of a machine share.

import type { Latency } from '../simulators/latency.js';

/** How the people of the fleet behave. */
export interface CallerHabits {
  /** Pause before speaking, uniform. The first one is longer where many ring together: it spreads their turns. */
  thinkMs: readonly [number, number];
  firstThinkMs: readonly [number, number];
  /** The agent has finished when nothing was heard for this long. */
  silenceMs: number;
  /** Share of the agent's replies that are cut off, and how long after the reply began. */
  bargeInShare: number;
  bargeInAfterMs: readonly [number, number];
  /** No answer for this long: the turn failed, and the caller speaks again. */
  patienceMs: number;
  /** Share of turns in which a key is pressed while the agent speaks. */
  dtmfShare: number;
  /** Seconds a call lasts, uniform; null = until the test ends. */
  callSeconds: readonly [number, number] | null;
  /** Share of calls that end without `stop`: the line goes dead. */
  cutShare: number;
}

export interface FleetSetup {
  kind: 'setup';
  serverUrl: string;
  authToken: string;
  accountSid: string;
  /** Folder of WAV files; null = the built-in lines. */
  audioDir: string | null;
  habits: CallerHabits;
  network: 'even' | 'clean' | 'poor';
  seed: number;
}

/** Orchestrator to fleet. */
export type FleetCommand =
  | FleetSetup
  /** Have this many calls up; new ones are placed at this rate. A call that ends is replaced. */
  | { kind: 'target'; calls: number; ratePerS: number }
  /** Nobody calls any more; everybody hangs up within `overMs`. */
  | { kind: 'hang_up'; overMs: number }
  /** The measured window begins: lateness counts from here. */
  | { kind: 'window' }
  | { kind: 'exit' };

/** One utterance of a caller and what came of it. */
export interface TurnRow {
  callSid: string;
  clip: number;
  /** First and last voiced frame left. */
  voiceStartMs: number;
  voiceEndMs: number;
  /** Number of the last voiced frame in its stream, from 0. */
  endFrame: number;
  /** First voiced agent audio arrived after it; null = none. */
  answerMs: number | null;
  /** It began while the agent spoke; when the clear came, null = it did not. */
  bargeIn: boolean;
  clearMs: number | null;
  /** How long the agent's words went on after the voice began. */
  talkedOverMs: number;
  /** The agent answered before the caller had finished. */
  early: boolean;
}

/** A hole inside agent speech. */
export interface GapRow {
  callSid: string;
  atMs: number;
  gapMs: number;
}

export type FailureReason =
  | 'webhook'
  | 'refused_busy'
  | 'twiml'
  | 'handshake'
  | 'closed_by_server'
  | 'connection_lost'
  | 'protocol'
  | 'unanswered'
  | 'no_greeting';

export interface CallFailure {
  callSid: string;
  reason: FailureReason;
  detail: string;
  atMs: number;
}

/** Once a second, and a last time with `final`. Counters are totals since the start. */
export interface FleetTick {
  kind: 'tick';
  final: boolean;
  atMs: number;
  /** Calls being set up; streams up; streams whose greeting is over. */
  connecting: number;
  up: number;
  talking: number;
  placed: number;
  completed: number;
  failed: number;
  /** New since the last tick. */
  turns: TurnRow[];
  failures: CallFailure[];
  /** Turns nobody answered. */
  unanswered: number;
  framesSent: number;
  framesLost: number;
  framesDiscarded: number;
  framesHeard: number;
  /** Holes inside agent speech as the caller heard them, and how long they were together. */
  playoutGaps: number;
  playoutGapMs: number;
  /** Those of them that lasted a frame or longer. */
  playoutLongGaps: number;
  violations: number;
  clears: number;
  /** New holes since the last tick. */
  gaps: GapRow[];
  /** Webhook to TwiML, start message to first greeting audio; new since the last tick. */
  webhookMs: number[];
  greetingMs: number[];
  /** Lateness of the generator since the start of the measured window. */
  late: { p50: number; p99: number; max: number; beatsLost: number };
  /** CPU time of this process since its start. */
  cpuMs: number;
}

export type FleetEvent =
  | { kind: 'ready'; clips: { text: string; speechMs: number }[] }
  | FleetTick
  | { kind: 'fault'; message: string };

export interface ProviderLatencies {
  deepgram?: Record<string, Latency>;
  openai?: Record<string, Latency>;
  cartesia?: Record<string, Latency>;
}

export type ProviderName = 'deepgram' | 'openai' | 'cartesia';

export type ProviderCommand =
  | {
      kind: 'setup';
      accountSid: string;
      authToken: string;
      latency: ProviderLatencies;
      clips: { text: string; speechMs: number }[];
      builtInLines: boolean;
      seed: number;
    }
  | { kind: 'fail'; provider: ProviderName; modes: string[] }
  | { kind: 'heal' }
  | { kind: 'collect' }
  | { kind: 'exit' };

export interface ProviderUrls {
  twilio: string;
  deepgram: string;
  openai: string;
  cartesia: string;
}

/** A line that speech recognition began to hear, with its word. */
export interface LineRow {
  callSid: string;
  word: string;
  atMs: number;
}
/** Finalize received, and answered if it was; or words that came by themselves, final or not. */
export interface FinalRow {
  callSid: string;
  kind: 'answered' | 'unanswered' | 'endpointed' | 'interim';
  startMs: number;
  endMs: number;
  /** Of a Finalize: see simulators/stage_timings.ts. */
  audio: { totalMs: number; burstFirstMs: number; lagMs: number } | null;
}
/** One completion: when it was asked for, and how much of the reply had left when. */
export interface CompletionRow {
  word: string;
  reply: string;
  startMs: number;
  chars: number[];
  atMs: number[];
}
/** One voice context: first text received, first audio sent. */
export interface VoiceRow {
  word: string;
  startMs: number;
  firstText: string;
  endMs: number;
}

export interface ProviderRows {
  lines: LineRow[];
  finals: FinalRow[];
  completions: CompletionRow[];
  voices: VoiceRow[];
  /** Completions whose history held the words of another call: the server mixed calls up. */
  crossed: number;
  stats: Record<ProviderName, Record<string, unknown>>;
}

export type ProviderEvent =
  | { kind: 'ready'; urls: ProviderUrls }
  | { kind: 'rows'; rows: ProviderRows }
  | { kind: 'fault'; message: string };
