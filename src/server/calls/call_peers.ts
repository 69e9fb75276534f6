// Calls across instances: behind a balancer any instance may get the media socket, or the webhook, of a call that another
// one has begun. What they tell each other of calls is here; how they find and reach each other is store/instances.ts.
// With one instance nothing here does anything.

import type { CallDirection } from '../../call/call.js';
import type { CallSnapshot } from '../../call/call_snapshot.js';
import { nowMs } from '../../clock.js';
import type { Logger } from '../../log.js';
import { InstanceError, type Instances } from '../../store/instances.js';
import type { Store } from '../../store/store.js';
import type { LearntTicket, MediaTicket, MediaTokens } from '../media/media_tokens.js';
import type { CallControl } from './call_control.js';
import type { CallEntry, CallRegistry, RegistryWatcher } from './call_registry.js';

/** What another instance needs to go on with a call. */
export interface SharedCall {
  callSid: string;
  direction: CallDirection;
  from: string;
  to: string;
  variables: Record<string, string>;
  /** The agent it was dialled for; null = whose number it is. */
  wantedAgent: string | null;
  /** It goes on from here; null = it begins. */
  resume: CallSnapshot | null;
}

/** What everybody can find of a call: who holds it, or held it last. */
export interface CallRecord extends Omit<SharedCall, 'resume'> {
  instance: string;
  isOver: boolean;
  /** We stopped ringing, or gave it up: nobody expects a conversation any more. */
  isCancelled: boolean;
}

/** A used ticket is remembered for as long as one may be tried again. */
const USED_TTL_MS = 120_000;
/** Ended calls can be asked for as long as this. */
const ENDED_TTL_MS = 3600_000;
const LIVE_GRACE_MS = 600_000;
/** A call is answered some seconds after it was dialled; but a webhook has overtaken the answer to the dial before. */
const FIND_TRIES = 8;
const FIND_PAUSE_MS = 250;
/** Saying that one is there takes a millisecond. */
const HERE_MS_MAX = 1_000;

export interface CallPeersOptions {
  store: Store;
  instances: Instances;
  tokens: MediaTokens;
  registry: Pick<CallRegistry, 'live' | 'find'>;
  control: () => Pick<CallControl, 'takeOver' | 'moved'>;
  maxDurationS: number;
  log: Logger;
}

export class CallPeers implements RegistryWatcher {
  readonly #options: CallPeersOptions;
  /** Calls that others have announced, by sid; as long as their tickets are good. */
  readonly #announced = new Map<string, { call: SharedCall; untilMs: number }>();

  constructor(options: CallPeersOptions) {
    this.#options = options;
    const { instances, store, tokens, registry, control } = options;
    instances.on('ticket', ({ ticket, call }: { ticket: LearntTicket; call: SharedCall }) => {
      this.#forgetAnnounced();
      tokens.learn(ticket, nowMs());
      this.#announced.set(ticket.callSid, { call, untilMs: nowMs() + tokens.lifetimeMs });
    });
    instances.on('ticket_used', ({ token, callSid }: { token: string; callSid: string }) => {
      const ticket = tokens.use(token);
      control().moved(callSid, ticket?.slot ?? -1);
    });
    instances.on('here', ({ callSid }: { callSid: string }) => registry.find(callSid) !== undefined);
    // A Redis that was started anew has forgotten who holds what.
    store.onBack(() => {
      for (const entry of registry.live()) this.onAdded(entry);
    });
  }

  /** Are there others at all? */
  get isShared(): boolean {
    return this.#options.instances.isShared;
  }

  readonly ticketIssued = (ticket: MediaTicket, entry: CallEntry): void => {
    if (!this.isShared) return;
    const { token, callSid, streamUrl } = ticket;
    this.#options.instances.tell('all', 'ticket', {
      ticket: { token, callSid, streamUrl },
      call: { ...sharedCall(entry), resume: entry.resume } satisfies SharedCall,
    });
  };

  /** A socket with another instance's ticket: the call goes on here. Returns its slot; null = there is none. */
  readonly takeOver = ({ callSid }: MediaTicket): number | null => {
    const { control, log } = this.#options;
    const announced = this.#announced.get(callSid);
    if (announced === undefined) return null;
    const slot = control().takeOver(announced.call);
    if (typeof slot !== 'number') return null;
    log.info({ callSid, slot }, 'call taken over from another instance');
    return slot;
  };

  /** The ticket's socket is here: the others let go of the call. */
  readonly ticketUsed = async ({ token, callSid }: MediaTicket, slot: number): Promise<void> => {
    const { store, instances, control } = this.#options;
    if (!this.isShared) return;
    this.#announced.delete(callSid);
    // Tickets let one socket in. Two at once, each on its own instance, would not see each other in time.
    const first = await store.putFirst(`ticket:${token}`, instances.name, USED_TTL_MS);
    if (first === null || first === instances.name) instances.tell('all', 'ticket_used', { token, callSid });
    else control().moved(callSid, slot);
  };

  onAdded(entry: CallEntry): void {
    this.#put(entry, false, this.#options.maxDurationS * 1000 + LIVE_GRACE_MS);
  }

  onEnded(entry: CallEntry): void {
    // It goes on elsewhere, and who holds it says so.
    if (entry.endReason !== 'moved') this.#put(entry, true, ENDED_TTL_MS);
  }

  /** Who holds the call, as far as the store knows. */
  async find(callSid: string): Promise<CallRecord | null> {
    if (!this.isShared) return null;
    const text = await this.#options.store.get(`call:${callSid}`);
    return text === null ? null : (JSON.parse(text) as CallRecord);
  }

  /** The same for a call that somebody has dialled and that may not be written down yet. */
  async findDialled(callSid: string): Promise<CallRecord | null> {
    for (let attempt = 0; this.isShared; attempt++) {
      const record = await this.find(callSid);
      if (record !== null || attempt === FIND_TRIES) return record;
      if (attempt === 0 && (await this.#options.instances.others()).length === 0) return null;
      await new Promise((resolve) => setTimeout(resolve, FIND_PAUSE_MS));
    }
    return null;
  }

  /** What is done when another instance asks or tells `act`. */
  on(act: string, handler: (body: never) => unknown): void {
    this.#options.instances.on(act, handler);
  }

  /** Asks the instance that holds the call, or held it last; null = there is none, or it is gone. */
  async askHolder<Answer>(callSid: string, act: string, body: object, timeoutMs: number): Promise<Answer | null> {
    const { instances, log } = this.#options;
    const record = await this.find(callSid);
    if (record === null || record.instance === instances.name) return null;
    const holder = record.instance;
    try {
      // Its answer may take its time; whether it lives is known at once.
      if (!(await instances.ask<boolean>(holder, 'here', { callSid }, HERE_MS_MAX))) return null;
      return await instances.ask<Answer | null>(holder, act, body, timeoutMs);
    } catch (thrown) {
      if (!(thrown instanceof InstanceError)) throw thrown;
      log.warn({ callSid, holder, problem: thrown.problem }, 'the instance that holds a call does not answer');
      return null;
    }
  }

  /** Tells it; if there is none, nobody. */
  async tellHolder(callSid: string, act: string, body: object): Promise<void> {
    const record = await this.find(callSid);
    if (record !== null && record.instance !== this.#options.instances.name) {
      this.#options.instances.tell(record.instance, act, body);
    }
  }

  #put(entry: CallEntry, isOver: boolean, ttlMs: number): void {
    if (!this.isShared) return;
    const { store, instances } = this.#options;
    const record: CallRecord = {
      ...sharedCall(entry),
      instance: instances.name,
      isOver,
      isCancelled: isOver && entry.endReason === null,
    };
    void store.put(`call:${entry.callSid}`, JSON.stringify(record), ttlMs);
  }

  /** In order of arrival, hence of their ends. */
  #forgetAnnounced(): void {
    for (const [callSid, { untilMs }] of this.#announced) {
      if (nowMs() < untilMs) return;
      this.#announced.delete(callSid);
    }
  }
}

function sharedCall({ callSid, direction, from, to, variables, wantedAgent }: CallEntry): Omit<SharedCall, 'resume'> {
  return { callSid, direction, from, to, variables: { ...variables }, wantedAgent };
}
