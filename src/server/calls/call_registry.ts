// What is known about each call: the live ones and the last ended ones. Only keeps and finds; who changes what, and in
// which order, is call_control.ts for the engine's part and call_desk.ts for what Twilio reports.

import type { AgentVersion } from '../../agents/agent_book.js';
import type { CallDirection, CallState, EndReason } from '../../call/call.js';
import type { CallEvent } from '../../call/call_events.js';
import type { CallSummary } from '../../call/call_report.js';
import type { CallSnapshot } from '../../call/call_snapshot.js';
import type { TurnReport } from '../../call/report_parts.js';
import { noStatus, type StatusHistory } from '../../twilio/call_status.js';

/** `dialling`: we ring somebody. `accepted`: TwiML given, no socket yet. `connected`: the media socket is open. */
export type CallPhase = 'dialling' | 'accepted' | 'connected' | 'ended';

export interface CallEntry {
  readonly callSid: string;
  readonly direction: CallDirection;
  /** As Twilio has them: on an outbound call `from` is our number. */
  readonly from: string;
  readonly to: string;
  /** Which agent holds the call; null until it is started. */
  agent: AgentVersion | null;
  /** The agent it was dialled for; null = whose number it is. */
  readonly wantedAgent: string | null;
  /** -1 once the slot was given back. */
  slot: number;
  phase: CallPhase;
  /** ISO times: webhook or dial, media socket open, end. */
  readonly acceptedAt: string;
  connectedAt: string | null;
  endedAt: string | null;
  streamSid: string | null;
  /** What the call's worker last said it is doing. */
  workerState: CallState | null;
  /** The operator who has the caller to themselves, by the name of their key: the agent is silent meanwhile. */
  hold: { operator: string } | null;
  /** Why its worker was told to end it; null = it was not. */
  hangUp: EndReason | null;
  /** An operator has asked that nothing be kept of what is said now. */
  isOffRecord: boolean;
  /** The call failed and our voice could not say so: Twilio's has to. Known when the call is over. */
  apologyOwed: boolean;
  /** null for a call that never reached a worker, such as an unanswered one. */
  endReason: EndReason | null;
  turns: TurnReport[];
  summary: CallSummary | null;
  readonly variables: Readonly<Record<string, string>>;
  /** Its stream broke, or the process that held it died: it goes on from here; null = it begins with this stream. */
  readonly resume: CallSnapshot | null;
  /** The media socket was closed, and not by us. */
  isSocketLost: boolean;
  /** How the call stood when its socket was gone; null = it is there, or nothing had been told of the stream. */
  left: CallSnapshot | null;
  /** Engine times at which the call was given another stream because one broke (comebacks.ts); one list for all of them. */
  readonly comebacks: number[];
  readonly twilio: StatusHistory;
  /** The same call's earlier stream, as long as it runs: Twilio was told to start over, and its new stream comes before
   *  the old one has ended. */
  previous: CallEntry | null;
}

export type NewCall = Pick<CallEntry, 'callSid' | 'direction' | 'from' | 'to' | 'slot' | 'phase' | 'variables'> & {
  wantedAgent?: string | null | undefined;
  resume?: CallSnapshot | null | undefined;
  comebacks?: number[] | undefined;
};

/** Told of each call that begins or is over here. */
export interface RegistryWatcher {
  onAdded(entry: CallEntry): void;
  onEnded(entry: CallEntry): void;
}

export class CallRegistry {
  #watcher: RegistryWatcher | null = null;
  readonly #live = new Map<string, CallEntry>();
  /** Oldest first. */
  readonly #ended = new Map<string, CallEntry>();

  /** @param endedMax ended calls to remember; with its transcript one takes some 10 KB */
  constructor(readonly endedMax = 500) {}

  /** One watcher, set before the first call. */
  watch(watcher: RegistryWatcher): void {
    this.#watcher = watcher;
  }

  /**
   * A new live call. An ended one of the same sid (a caller redirected back to us) is forgotten; a live one goes on as
   * `previous` until it has ended too.
   */
  add(call: NewCall): CallEntry {
    const entry: CallEntry = {
      ...call,
      resume: call.resume ?? null,
      isSocketLost: false,
      left: null,
      comebacks: call.comebacks ?? [],
      wantedAgent: call.wantedAgent ?? null,
      acceptedAt: new Date().toISOString(),
      connectedAt: null,
      endedAt: null,
      agent: null,
      streamSid: null,
      workerState: null,
      hold: null,
      hangUp: null,
      isOffRecord: this.#live.get(call.callSid)?.isOffRecord ?? call.resume?.offRecord ?? false,
      apologyOwed: false,
      endReason: null,
      // Another version of us may have left less.
      turns: [...(call.resume?.past?.turns ?? [])],
      summary: null,
      twilio: noStatus(),
      previous: this.#live.get(call.callSid) ?? null,
    };
    this.#ended.delete(call.callSid);
    this.#live.set(call.callSid, entry);
    this.#watcher?.onAdded(entry);
    return entry;
  }

  /** Moves a live call among the ended ones; the oldest of those is forgotten if there are too many. */
  end(entry: CallEntry, endReason: EndReason | null, summary: CallSummary | null): void {
    entry.phase = 'ended';
    entry.slot = -1;
    entry.hold = null;
    entry.endedAt = new Date().toISOString();
    entry.endReason = endReason;
    if (entry.workerState !== null) entry.workerState = 'ended';
    entry.summary = summary;
    // Without a summary nobody said anything: the worker died, or the call could not even be set up.
    entry.apologyOwed = summary?.apologyOwed ?? endReason !== null;
    if (summary !== null) {
      // A call that went on elsewhere: its last worker knows only its own turns.
      const known = new Set(summary.turns.map(({ turn }) => turn));
      entry.turns = [...entry.turns.filter(({ turn }) => !known.has(turn)), ...summary.turns];
      entry.streamSid = summary.streamSid;
    }
    const newest = this.#live.get(entry.callSid);
    if (newest === entry && entry.previous !== null) {
      // The new stream never came; the old one is still there, so it is the call.
      this.#live.set(entry.callSid, entry.previous);
      entry.previous = null;
      return;
    }
    if (newest !== entry) {
      if (newest?.previous === entry) newest.previous = null;
      return;
    }
    this.#live.delete(entry.callSid);
    this.#ended.set(entry.callSid, entry);
    this.#watcher?.onEnded(entry);
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= this.endedMax) break;
      this.#ended.delete(oldest);
    }
  }

  /** Of an ended call nothing is known any more; a live one stays. */
  forget(callSid: string): void {
    this.#ended.delete(callSid);
  }

  findLive(callSid: string): CallEntry | undefined {
    return this.#live.get(callSid);
  }

  /** Live or ended. */
  find(callSid: string): CallEntry | undefined {
    return this.#live.get(callSid) ?? this.#ended.get(callSid);
  }

  /** The same, unless it went on elsewhere and is no longer ours to speak of. */
  findOurs(callSid: string): CallEntry | undefined {
    const entry = this.find(callSid);
    return entry?.endReason === 'moved' ? undefined : entry;
  }

  live(): IterableIterator<CallEntry> {
    return this.#live.values();
  }
  get liveCount(): number {
    return this.#live.size;
  }
  /** Newest first. */
  ended(): CallEntry[] {
    return [...this.#ended.values()].reverse();
  }

  /** What a worker tells of a call; about a call that is over it is ignored. */
  /** Another agent has the call; null = of a version that is not there any more: whoever looks finds the one before. */
  handedOver(callSid: string, slot: number, agent: AgentVersion | null): void {
    const entry = this.#live.get(callSid);
    if (entry?.slot === slot && agent !== null) entry.agent = agent;
  }

  onCallEvent(event: CallEvent): void {
    const entry = this.#live.get(event.callSid);
    if (entry === undefined || entry.slot !== event.slot) return;
    if (event.kind === 'state') {
      entry.workerState = event.state;
      entry.streamSid = event.streamSid ?? entry.streamSid;
    } else if (event.kind === 'turn') {
      // A turn may be told again, when more of it is known.
      const at = entry.turns.findIndex(({ turn }) => turn === event.turn.turn);
      if (at < 0) entry.turns.push(event.turn);
      else entry.turns[at] = event.turn;
    }
  }
}
