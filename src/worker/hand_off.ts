// A call goes from one agent to another: whose order it is then, and what the next one knows of it. The dialogue ends and
// another one begins in its place, as where a call goes on in another worker; stream, recording and report stay.

import type { AgentRef, CallOrder } from '../call/call.js';
import type { CallSnapshot } from '../call/call_snapshot.js';
import type { HandOffReport } from '../call/report_parts.js';
import type { CallMoment } from './event_feed.js';

/** A tool of the model's asked for it. */
export interface HandOff {
  agentId: string;
  /** The next agent knows what was said; else it begins anew, with its greeting. */
  withHistory: boolean;
}

/** What the next agent's model is asked when nobody has said anything since. Brackets: recognised speech has none. */
export const PUT_THROUGH = '[A colleague has put the caller through to you. Go on with what the caller wants.]';

/** The order with another agent of its own or of `others`; null = there is none of that name in it. */
export function orderOf(order: CallOrder, agentId: string, hash?: string): CallOrder | null {
  const fits = (ref: AgentRef) => ref.agentId === agentId && (hash === undefined || ref.agentHash === hash);
  const ref = [order, ...order.others].find(fits);
  if (ref === undefined) return null;
  const { agentVariant, agentHash, agentDefinition } = ref;
  return { ...order, agentId, agentVariant, agentHash, agentDefinition };
}

/** Of a call that goes on here: the order with the agent that had it then. */
export function heldOrder(order: CallOrder): CallOrder {
  const { resume } = order;
  if (resume === null || resume.agentId === order.agentId) return order;
  return orderOf(order, resume.agentId, resume.agentHash) ?? order;
}

/** What was said under the agent before. */
export type Conversation = Pick<CallSnapshot, 'history' | 'turnCount'>;

/**
 * The order by which the next agent begins.
 * @param asked words of the caller that wait for an answer; null = the caller waits for the next agent to speak
 */
export function nextOrder(
  order: CallOrder,
  { agentId, withHistory }: HandOff,
  { history, turnCount }: Conversation,
  asked: string | null,
  { stream, past }: CallMoment,
  offRecord: boolean,
  recordingConsent: CallSnapshot['recordingConsent'],
): CallOrder | null {
  const next = orderOf(order, agentId);
  if (next === null) return null;
  const { slot: _slot, takeOver: _takeOver, resume: _resume, agentDefinition: _agent, others: _others, ...who } = next;
  const resume: CallSnapshot = {
    ...who,
    ...{ atMs: Date.now(), seq: 0, turnCount, turn: null, saying: null, field: null, stream, past },
    ...{ offRecord, recordingConsent },
    history: withHistory ? history : [],
    // A caller who has said something is answered; one who knows nobody yet is greeted.
    greeted: withHistory || asked !== null,
    asked: asked ?? (withHistory ? PUT_THROUGH : null),
  };
  return { ...next, resume, takeOver: null };
}

/** For report and event. */
export function handOffReport(
  before: AgentRef,
  { agentId, agentVariant, agentHash }: AgentRef,
  { withHistory }: HandOff,
  { turnCount }: Conversation,
  atMs: number,
): HandOffReport {
  const to = { to: agentId, toVariant: agentVariant, toHash: agentHash };
  return { turn: turnCount, atMs, from: before.agentId, ...to, withHistory };
}
