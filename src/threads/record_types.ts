// Everything that crosses between the main thread and a worker, in one place: the record types inside the rings, the
// argument and result of a call's piscina task, and the events a worker reports. Structured-clone safe.

import type { EngineConfig } from '../config.js';

/** Main -> worker, in a slot's ingress ring. */
export const INGRESS = {
  /** The media socket is open. Payload empty. */
  SOCKET_OPEN: 1,
  /** One WebSocket text message from Twilio, untouched bytes. */
  MESSAGE: 2,
  /** A binary WebSocket message came; Twilio never sends one. Payload empty. */
  BINARY: 3,
  /** The media socket is gone. Payload: UTF-8 close code in decimal. */
  SOCKET_CLOSED: 4,
  /** Somebody on our side ends the call. Payload: UTF-8 reason, one of `EndReason`. */
  HANGUP: 5,
} as const;

/** Worker -> main, in a slot's egress ring. */
export const EGRESS = {
  /** Ready-made bytes of one WebSocket text message for Twilio. */
  MESSAGE: 1,
  /** Close the media socket after what was written before. Payload empty. */
  CLOSE: 2,
} as const;

export type CallDirection = 'inbound' | 'outbound';

/** Why a call ended; also a metric label, so the set is closed. */
export const END_REASONS = [
  'caller_hangup', // Twilio sent stop
  'socket_lost', // the media socket closed without stop
  'agent_goodbye', // the conversation came to its end
  'operator', // DELETE /calls/{sid}
  'redirected', // Twilio asked for TwiML anew and opened another stream for the same call
  'drain', // the server is going down
  'start_timeout', // no start message, or no socket, in time
  'wrong_call', // start named another call than the token
  'protocol', // not the Twilio media protocol
  'error', // a provider or we failed; an apology was spoken if that was possible
  'worker_died',
  'max_duration',
  'silence', // nobody there any more
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** What `pool.run()` carries to the worker. */
export interface CallTask {
  slot: number;
  callSid: string;
  direction: CallDirection;
  /** The other party (customer) and our number, E.164 as Twilio gave them; may be empty or `anonymous`. */
  from: string;
  to: string;
  /** ISO time at which the webhook arrived. */
  acceptedAt: string;
  /** Free values for the persona's templates. */
  variables: Record<string, string>;
}

/** Handed to every worker thread once, as piscina `workerData`. */
export interface WorkerSetup {
  config: EngineConfig;
  slab: SharedArrayBuffer;
  /** Bell 0 wakes the main thread, bell n + 1 the worker on seat n. */
  doorbells: SharedArrayBuffer;
  /** worker_seats.ts: each worker thread claims its index here when it starts. */
  seats: SharedArrayBuffer;
  /** Block 0 is the main thread's, block n + 1 the worker's on seat n. */
  metrics: SharedArrayBuffer;
}

/** One turn as sidecar, operators and the demo see it. All times in ms; null = did not happen. */
export interface TurnReport {
  turn: number;
  /** What the caller said; empty for the greeting. */
  caller: string;
  /** What the agent was going to say. */
  agent: string;
  /** The part of it the caller heard. */
  heard: string;
  interrupted: boolean;
  /** Call time (ms since the media stream began) at which caller speech began / ended and agent speech began / ended. */
  callerStartMs: number | null;
  callerEndMs: number | null;
  agentStartMs: number | null;
  agentEndMs: number | null;
  /** VAD end of speech -> last final transcript. */
  sttFinalMs: number | null;
  /** VAD end of speech -> turn committed. */
  endpointMs: number | null;
  /** LLM request -> first token. */
  llmTtftMs: number | null;
  /** First text to TTS -> first audio chunk. */
  ttsTtfbMs: number | null;
  /** VAD end of speech -> first reply frame handed to the socket. */
  firstAudioMs: number | null;
}

export interface BargeInReport {
  turn: number;
  /** Call time at which it happened. */
  atMs: number;
  /** Onset as the VAD confirmed it -> CLEAR written to the egress ring. */
  onsetToClearMs: number;
}

/** Resolves the piscina task; also the body of the sidecar JSON. */
export interface CallSummary {
  callSid: string;
  streamSid: string | null;
  direction: CallDirection;
  from: string;
  to: string;
  startedAt: string;
  endedAt: string;
  /** Seconds of media. */
  durationS: number;
  endReason: EndReason;
  /** The caller was owed an apology and our voice could not say it: Twilio's has to. */
  apologyOwed: boolean;
  /** File name inside the recordings folder, null when off or failed. */
  recording: string | null;
  turns: TurnReport[];
  bargeIns: BargeInReport[];
  errors: { at: string; code: string; provider: string | null; status: number | null }[];
  usage: { promptTokens: number; completionTokens: number; ttsCharacters: number; sttSeconds: number };
  media: { framesIn: number; lost: number; late: number; concealed: number; framesOut: number; underruns: number };
}

/** Worker -> main over the 'ringline' BroadcastChannel: cold path, a few per turn at most. */
export type WorkerEvent =
  | { kind: 'log'; line: string }
  | { kind: 'state'; slot: number; callSid: string; state: string; streamSid: string | null }
  | { kind: 'turn'; slot: number; callSid: string; turn: TurnReport }
  | { kind: 'provider'; provider: 'deepgram' | 'openai' | 'cartesia'; ok: boolean; code: string | null; at: number };
export const WORKER_CHANNEL = 'ringline';
