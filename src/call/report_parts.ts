// The parts of a call's report that grow while it runs: its turns, interruptions, errors and usage. The report as a whole is
// call_report.ts. Types only.

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

/** A stretch off the record: nothing said in it was kept. Call time in ms; `toMs` null = it lasted to the end. */
export interface PauseReport {
  fromMs: number;
  toMs: number | null;
}

/** One run of a tool. Its result is not kept: it may hold anything. */
export interface ToolReport {
  turn: number;
  name: string;
  ok: boolean;
  tookMs: number;
  /** Why not, in a fixed word. */
  problem: string | null;
  /** As the model gave them, the secret ones struck out; null = they were no JSON. */
  arguments: Record<string, unknown> | null;
}

/** The call went from one agent to another. */
export interface HandOffReport {
  /** The turn after which it did. */
  turn: number;
  /** Call time at which it happened. */
  atMs: number;
  from: string;
  to: string;
  /** Which version of `to`. */
  toVariant: string;
  toHash: string;
  /** It was told what had been said. */
  withHistory: boolean;
}

/** Something that an operator did to the call. What was said or whispered is not here. */
export interface OperatorReport {
  act: 'say' | 'whisper' | 'pause';
  /** The name of the operator's key. */
  operator: string;
  /** Call time at which it happened. */
  atMs: number;
  /** How long it went on; null = it took no time, or the call is still paused. */
  tookMs: number | null;
}

export interface BargeInReport {
  turn: number;
  /** Call time at which it happened. */
  atMs: number;
  /** Onset as the VAD confirmed it -> CLEAR written to the egress ring. */
  onsetToClearMs: number;
}

export interface UsageReport {
  promptTokens: number;
  completionTokens: number;
  ttsCharacters: number;
  sttSeconds: number;
  /** Of answers of which nothing was heard because the caller went on: tokens, in part estimated, and characters voiced. */
  discardedTokens: number;
  discardedCharacters: number;
}

/** Frames of 20 ms since the call began. */
export interface MediaReport {
  framesIn: number;
  lost: number;
  late: number;
  concealed: number;
  framesOut: number;
  underruns: number;
}

export interface ErrorReport {
  /** ISO time. */
  at: string;
  code: string;
  provider: string | null;
  status: number | null;
}

/** The parts of a report that grow while the call runs. */
export interface CallReportParts {
  turns: TurnReport[];
  bargeIns: BargeInReport[];
  tools: ToolReport[];
  handOffs: HandOffReport[];
  pauses: PauseReport[];
  operators: OperatorReport[];
  errors: ErrorReport[];
  usage: UsageReport;
  media: MediaReport;
}
