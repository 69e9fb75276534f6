// What of a call leaves its worker to be kept or shown, with struck out what REDACT names: its events and its report. The
// conversation itself keeps every word, the snapshot too: another worker has to go on with what was really said.

import type { CallEvent } from '../call/call_events.js';
import type { CallSummary } from '../call/call_report.js';
import type { ToolReport, TurnReport } from '../call/report_parts.js';
import { type Redact, redactAll } from '../redact.js';

/** The event as others may know it: the same object when nothing is in it to strike out. */
export function redactedEvent(event: CallEvent, redact: Redact): CallEvent {
  switch (event.kind) {
    case 'caller':
    case 'agent':
      return { ...event, text: redact(event.text) };
    case 'turn':
      return { ...event, turn: redactedTurn(event.turn, redact) };
    case 'tool':
      return { ...event, tool: redactedTool(event.tool, redact) };
    // The summary of an `ended` was redacted when it was made.
    default:
      return event;
  }
}

/** A call's report as it is kept. */
export function redactedSummary(summary: CallSummary, redact: Redact): CallSummary {
  return {
    ...summary,
    turns: summary.turns.map((turn) => redactedTurn(turn, redact)),
    tools: summary.tools.map((tool) => redactedTool(tool, redact)),
  };
}

function redactedTurn(turn: TurnReport, redact: Redact): TurnReport {
  return { ...turn, caller: redact(turn.caller), agent: redact(turn.agent), heard: redact(turn.heard) };
}

function redactedTool(tool: ToolReport, redact: Redact): ToolReport {
  return { ...tool, arguments: redactAll(tool.arguments, redact) };
}
