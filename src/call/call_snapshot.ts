// What it takes to go on with a call elsewhere: on another thread, or in another process. Plain data, a few kilobytes as a
// rule; taken whenever what was said and what was heard change together.

export interface CallSnapshot {
  /** Who is spoken with, by which agent: as in the order the call was begun with (call.ts). */
  callSid: string;
  direction: 'inbound' | 'outbound';
  ourNumber: string;
  theirNumber: string;
  acceptedAt: string;
  agentId: string;
  variables: Record<string, string>;
  /** When it was taken, Unix time. */
  atMs: number;
  /** The number of the event that carried it: the events of the call go on from there. */
  seq: number;
  /** Turns that are over, the greeting not counted. */
  turnCount: number;
  /** What the model knows of the conversation, as far as it was heard. The prompt is the agent's. */
  history: { role: 'user' | 'assistant'; content: string }[];
  /** What the caller said last and still waits for an answer to; null = nothing. */
  asked: string | null;
}
