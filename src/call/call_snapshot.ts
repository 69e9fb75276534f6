// What it takes to go on with a call elsewhere: on another thread, or in another process. Plain data, a few kilobytes as a
// rule; taken when the call begins and whenever what was said and what was heard change together.

import type { Field } from './field.js';
import type { CallReportParts, TurnReport } from './report_parts.js';

export interface CallSnapshot {
  /** Who is spoken with, and which agent has the call now: as in orders (call.ts). */
  callSid: string;
  direction: 'inbound' | 'outbound';
  ourNumber: string;
  theirNumber: string;
  acceptedAt: string;
  agentId: string;
  /** Which of its versions; another version of us may have left it out. */
  agentHash?: string | undefined;
  variables: Record<string, string>;
  /** When it was taken, Unix time. */
  atMs: number;
  /** The number of the event that carried it: the events of the call go on from there. */
  seq: number;
  /** The greeting was heard, or the caller has spoken: nobody is greeted again. */
  greeted: boolean;
  /** Turns that are over, the greeting not counted. */
  turnCount: number;
  /** What the model knows of the conversation, as far as it was heard. The prompt is the agent's. */
  history: HistoryTurn[];
  /** What the caller said last and still waits for an answer to; null = nothing. */
  asked: string | null;
  /** The row of the turn that `asked` began. */
  turn: TurnReport | null;
  /**
   * The reply that was being said, to be gone on with; null = none, or nothing of it was heard and it is made anew. Known to
   * whoever keeps the snapshot, not to the worker that is in the middle of it.
   */
  saying: UnfinishedReply | null;
  /** Whether it may be recorded, where the caller was told or asked; null = that is still to come, or nobody need be. */
  recordingConsent?: 'given' | 'refused' | null | undefined;
  /** An operator has asked that nothing be kept of what is said. */
  offRecord: boolean;
  /** What is being collected from the caller; null = nothing. */
  field: Field | null;
  /** Where the media stream stood; null = it had not begun. Means something only where its socket is open. */
  stream: StreamPlace | null;
  /**
   * The call's report so far. The rows of its turns travel as events of their own: the worker leaves them out, whoever keeps
   * the snapshot puts them in.
   */
  past: CallReportParts;
}

/** What one side said, or what the model did: then `tools` is there and `content` empty. */
export interface HistoryTurn {
  role: 'user' | 'assistant';
  content: string;
  tools?: ToolExchange[];
}

/** A tool that the model asked for, and what came of it; null = it still runs. Filled in where it stands. */
export interface ToolExchange {
  id: string;
  name: string;
  /** JSON as the model wrote it. */
  arguments: string;
  result: string | null;
}

export interface StreamPlace {
  streamSid: string;
  /** Engine clock (clock.ts) at call time zero, and when `start` came. */
  originMs: number;
  startedMs: number;
}

/** A call goes on in another worker of the same process, because its own died: its media socket is open all the while. */
export interface TakeOver {
  /** How often this has happened to the call, this time included. */
  count: number;
  /** The number of its last event. */
  lastSeq: number;
  /** Engine clock until which the caller has sound of ours to hear. */
  playEndMs: number;
}

export interface UnfinishedReply {
  /** What it is, in the words of conversation/turns: `greeting`, `answer`, … */
  kind: string;
  turn: number;
  /** All of it. */
  text: string;
  /** `text.slice(0, sent)` was heard, or will be in a moment; ends at the end of a word. */
  sent: number;
}
