// The words every room uses for a call: who dialled whom, why it ended, what it is doing, and the order a worker gets.
// Types, closed lists and the two ways to name the parties; structured-clone safe.

import type { CallSnapshot, TakeOver } from './call_snapshot.js';

export type CallDirection = 'inbound' | 'outbound';

/** Why a call ended; also a metric label, so the set is closed. */
export const END_REASONS = [
  'caller_hangup', // Twilio sent stop
  'socket_lost', // the media socket closed without stop
  'agent_goodbye', // the conversation came to its end
  'operator', // DELETE /calls/{sid}
  'redirected', // Twilio asked for TwiML anew and opened another stream for the same call
  'moved', // its media stream came to another instance, which holds the call now
  'drain', // the server is going down
  'start_timeout', // no start message, or no socket, in time
  'wrong_call', // start named another call than the token
  'protocol', // not the Twilio media protocol
  'error', // a provider or we failed; an apology was spoken if that was possible
  'worker_died',
  'max_duration',
  'silence', // nobody there any more
  'voicemail', // a mailbox answered the call that we dialled
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** What a call is doing, as operators see it. `connecting`: the worker has it, nothing was said yet. */
export type CallState = 'connecting' | 'idle' | 'listening' | 'thinking' | 'speaking' | 'ended';

/** A version of an agent, as orders name it. */
export interface AgentRef {
  /** A name of agents/agent_book.ts. */
  agentId: string;
  /** Which of its versions: their name for people, and a hash of what the version is. */
  agentVariant: string;
  agentHash: string;
  /** The version itself, where it is newer than the worker threads; null = they know it. */
  agentDefinition: unknown;
}

/** What a worker is asked to do: hold this call with this agent. Given once, when the webhook was answered. */
export interface CallOrder extends AgentRef {
  slot: number;
  callSid: string;
  direction: CallDirection;
  /** E.164 as Twilio gave them; may be empty or `anonymous`. */
  ourNumber: string;
  theirNumber: string;
  /** ISO time at which the webhook arrived. */
  acceptedAt: string;
  /** Agents to whom the call may be handed, and to whom those may hand it. */
  others: readonly AgentRef[];
  /** Free values for the agent's templates. */
  variables: Record<string, string>;
  /** The call was held elsewhere and goes on from here; null = it begins. */
  resume: CallSnapshot | null;
  /** It was held by another worker, which died, and the socket is still the same; null = a stream of its own will come. */
  takeOver: TakeOver | null;
}

type Numbers = Pick<CallOrder, 'ourNumber' | 'theirNumber'>;

/** Twilio names the parties by who dialled (`from`, `to`); the engine by whose number it is. */
export function numbersOf(direction: CallDirection, from: string, to: string): Numbers {
  return direction === 'inbound' ? { ourNumber: to, theirNumber: from } : { ourNumber: from, theirNumber: to };
}

/** The way back: `from` dialled `to`. */
export function fromAndTo(call: Numbers & Pick<CallOrder, 'direction'>): { from: string; to: string } {
  const { direction, ourNumber, theirNumber } = call;
  return direction === 'inbound' ? { from: theirNumber, to: ourNumber } : { from: ourNumber, to: theirNumber };
}
