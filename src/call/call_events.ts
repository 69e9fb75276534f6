// What happens in a call while it runs, told by its worker in order: for operators, stores and webhooks. A closed union:
// whoever takes events handles every kind. Nothing decides by them; the end of a call is its task's result.

import type { CallState, EndReason } from './call.js';
import type { CallSummary } from './call_report.js';
import type { CallSnapshot } from './call_snapshot.js';
import type { HandOffReport, OperatorReport, ToolReport, TurnReport } from './report_parts.js';
import type { TurnStages } from './turn_stages.js';

export type CallNews =
  /** It does something else now. `streamSid` is null until the media stream began. */
  | { kind: 'state'; state: CallState; streamSid: string | null }
  /** Words of the caller. `final` = their turn is over and is being answered. */
  | { kind: 'caller'; turn: number; text: string; final: boolean }
  /** The next words of the agent, as they go to the voice. `reply`: what is said, in the words of conversation/turns. */
  | { kind: 'agent'; turn: number; reply: string; text: string }
  /** A row of the report, and when the parts of an answer happened; the same turn may come again when more of it is known. */
  | { kind: 'turn'; turn: TurnReport; stages?: TurnStages }
  /** The caller's sound over ours was judged: `interrupt`, or `withdraw` before anything was heard. */
  | { kind: 'floor'; decision: string }
  /** Nothing is kept of what is said from now on, or all is again. */
  | { kind: 'off_record'; isOff: boolean }
  /** The model had a tool run. */
  | { kind: 'tool'; tool: ToolReport }
  /** Another agent has the call now. */
  | { kind: 'hand_off'; handOff: HandOffReport }
  /** An operator did something to the call; the same act may come again when it is over. */
  | { kind: 'operator'; operator: OperatorReport }
  /** All that another worker needs to go on with the call. */
  | { kind: 'snapshot'; snapshot: CallSnapshot }
  /** Always the last. Without a summary when no worker could make one, such as a dial that nobody answered. */
  | { kind: 'ended'; reason: EndReason | null; summary: CallSummary | null };

/**
 * `seq` ascends from 1, without gaps while the worker lives. `atMs` is Unix time. A call that Twilio starts over has two
 * streams for a moment, each with events of its own; `slot` tells them apart.
 */
export type CallEvent = { callSid: string; slot: number; seq: number; atMs: number } & CallNews;
