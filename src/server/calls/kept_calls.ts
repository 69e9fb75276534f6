// Keeps, of each live call, what it takes to go on with it elsewhere: its newest snapshot, the rows of its turns, and the
// reply that is being said. Hears of them as events; what becomes of a call is call_moves.ts. Bounded by the number of slots.

import type { CallEvent } from '../../call/call_events.js';
import type { CallSummary } from '../../call/call_report.js';
import type { CallSnapshot, UnfinishedReply } from '../../call/call_snapshot.js';
import type { TurnReport } from '../../call/report_parts.js';
import type { SaidSoFar } from '../../threads/said_so_far.js';

/** Rows kept of a call; its report keeps as many. */
const TURNS_MAX = 1000;
/** A voice of usual speed; for how much of a text was handed over but not heard. */
const CHARACTERS_A_SECOND = 15;

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
        // A reply has been asked for, or is over; or one goes on here that was begun elsewhere.
        call.reply = event.snapshot.saying === null ? null : { ...event.snapshot.saying, goesOn: true };
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

  /**
   * The slot's worker is gone, or its stream is: how the call stands; null = nothing was told of its stream yet.
   * @param said what the worker noted of the reply under way (threads/said_so_far.ts)
   * @param unheardMs sound of it that was handed over but will not be heard
   */
  left(slot: number, said: ReturnType<SaidSoFar['read']>, unheardMs = 0): CallSnapshot | null {
    const call = this.#calls.get(slot);
    if (!call?.snapshot) return null;
    const { snapshot } = call;
    const saying = unheard(this.#takeReply(call, said), unheardMs);
    // A row that was closed after it was taken is told again by whoever goes on.
    const turns = call.turns.filter(({ turn }) => turn <= snapshot.turnCount);
    return { ...snapshot, saying, past: { ...snapshot.past, turns } };
  }

  /** Of a call that has ended, though its worker could not finish its task any more. */
  summary(slot: number): CallSummary | null {
    return this.#calls.get(slot)?.summary ?? null;
  }

  /** The reply under way, to be gone on with; null = there is none, or the caller has heard nothing of it, or nobody knows how
   *  it would have ended. */
  #takeReply(call: KeptCall, said: ReturnType<SaidSoFar['read']>): UnfinishedReply | null {
    const { reply } = call;
    if (reply === null) return null;
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

/** Goes back by so much sound, to the beginning of a word. */
function unheard(reply: UnfinishedReply | null, unheardMs: number): UnfinishedReply | null {
  if (reply === null || unheardMs <= 0) return reply;
  const { text, sent } = reply;
  const at = Math.max(0, sent - Math.ceil((unheardMs * CHARACTERS_A_SECOND) / 1000));
  return { ...reply, sent: at === sent ? at : text.lastIndexOf(' ', at) + 1 };
}

/** A turn may be told again, when more of it is known. */
function keepTurn(turns: TurnReport[], turn: TurnReport): void {
  const at = turns.findIndex((row) => row.turn === turn.turn);
  if (at >= 0) turns[at] = turn;
  else if (turns.length < TURNS_MAX) turns.push(turn);
}
