// Keeps, of each live call, what it takes to go on with it elsewhere: its newest snapshot, the rows of its turns, and the
// reply that is being said. Hears of them as events; what becomes of a call is call_moves.ts. Bounded by the number of slots.

import type { CallEvent } from '../../call/call_events.js';
import type { CallSummary } from '../../call/call_report.js';
import type { CallSnapshot, UnfinishedReply } from '../../call/call_snapshot.js';
import type { TurnReport } from '../../call/report_parts.js';

/** Rows kept of a call; its report keeps as many. */
const TURNS_MAX = 1000;

/** A place outside of this process where snapshots are put. It waits for nobody: what it can't take is lost. */
export interface SnapshotSink {
  /** Newer than all that was put of this call. Not to be changed. */
  put(snapshot: CallSnapshot): void;
  /** The call is over. */
  drop(callSid: string): void;
}

interface KeptCall {
  readonly callSid: string;
  snapshot: CallSnapshot | null;
  readonly turns: TurnReport[];
  /** The reply that began last, as far as it went to the voice. `goesOn`: by another worker, so that all of it is known. */
  reply: (UnfinishedReply & { goesOn: boolean }) | null;
  summary: CallSummary | null;
}

export class KeptCalls {
  /** By slot: a call that Twilio starts over is there twice. */
  readonly #calls = new Map<number, KeptCall>();
  readonly #sink: SnapshotSink | null;

  constructor(sink: SnapshotSink | null = null) {
    this.#sink = sink;
  }

  /** Takes in what a worker tells. */
  readonly onCallEvent = (event: CallEvent): void => {
    const call = this.#callOf(event);
    switch (event.kind) {
      case 'snapshot':
        // A reply has been asked for, or is over.
        call.reply = null;
        call.snapshot = { ...event.snapshot, past: { ...event.snapshot.past, turns: call.turns } };
        this.#sink?.put(call.snapshot);
        return;
      case 'turn':
        return keepTurn(call.turns, event.turn);
      case 'agent': {
        const { turn, reply: kind, text } = event;
        const { reply } = call;
        if (reply?.turn !== turn || reply.kind !== kind) call.reply = { kind, turn, text, sent: 0, goesOn: false };
        else if (!reply.goesOn) reply.text += text;
        return;
      }
      case 'ended':
        call.summary = event.summary;
        this.#sink?.drop(event.callSid);
        return;
    }
  };

  /** The newest snapshot, whole; null = nothing was told of its stream yet. */
  snapshot(slot: number): CallSnapshot | null {
    return this.#calls.get(slot)?.snapshot ?? null;
  }

  /** Of a call that has ended, though its worker could not finish its task any more. */
  summary(slot: number): CallSummary | null {
    return this.#calls.get(slot)?.summary ?? null;
  }

  /**
   * The worker of a call is gone: the reply it was in the middle of, to be gone on with by the next one; null = there is none, or
   * the caller has heard nothing of it, or nobody knows how it would have ended.
   * @param said what the worker noted of it (threads/said_so_far.ts)
   */
  takeReply(
    slot: number,
    said: { turn: number; characters: number; isWritten: boolean } | null,
  ): UnfinishedReply | null {
    const call = this.#calls.get(slot);
    const reply = call?.reply ?? null;
    if (!call || reply === null) return null;
    const { kind, turn, text } = reply;
    const isNoted = said?.turn === turn;
    if (isNoted) reply.sent = Math.min(text.length, said.characters);
    if (kind === 'answer') {
      const isWhole = reply.goesOn || (isNoted && said.isWritten);
      if (!isWhole || reply.sent === 0) return null;
    }
    // Lines of the agent's own are written when they begin; but one that fills the time before an answer is not worth a word.
    else if ((call.snapshot?.asked ?? null) !== null) return null;
    reply.goesOn = true;
    return { kind, turn, text, sent: reply.sent };
  }

  /** The slot's call is over. */
  forget(slot: number): void {
    this.#calls.delete(slot);
  }

  #callOf({ slot, callSid }: CallEvent): KeptCall {
    let call = this.#calls.get(slot);
    if (call?.callSid !== callSid) {
      call = { callSid, snapshot: null, turns: [], reply: null, summary: null };
      this.#calls.set(slot, call);
    }
    return call;
  }
}

/** A turn may be told again, when more of it is known. */
function keepTurn(turns: TurnReport[], turn: TurnReport): void {
  const at = turns.findIndex((row) => row.turn === turn.turn);
  if (at >= 0) turns[at] = turn;
  else if (turns.length < TURNS_MAX) turns.push(turn);
}
