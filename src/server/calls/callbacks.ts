// Callers who found every line busy and asked to be called back: rung as soon as a line is free that dialling may have, the
// oldest first. They wait in the store, so that another instance goes on with them. Who is asked, and in which words, is the
// agent's `overflow`; dialling is dialler.ts.

import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Logger } from '../../log.js';
import type { Store } from '../../store/store.js';
import { HttpError } from '../http/errors.js';
import type { DialOrder } from './dialler.js';

export interface Callback {
  to: string;
  /** Our number, which they had called. */
  from: string;
  agent: string;
  /** Our public URL, as Twilio had it. */
  base: string;
  /** Unix ms. */
  askedAtMs: number;
}

export type CallbackResult = 'asked' | 'refused' | 'dialled' | 'failed';

export interface CallbacksOptions {
  store: Pick<Store, 'join' | 'leave' | 'members' | 'putFirst' | 'increase'>;
  /** Is there a line that dialling may have? */
  hasRoom(): boolean;
  /** Is the agent there at this hour? */
  isOpen(agent: string): boolean;
  dial(order: DialOrder, base: string): Promise<unknown>;
  onResult(result: CallbackResult): void;
  log: Logger;
  /** Unix ms, or a test's own. */
  now?: () => number;
}

const LOOK_MS = 3_000;
/** Who was not rung by then has called again, or does not wait any more. */
const WAIT_MS = 4 * 3600_000;
const WAITING_MAX = 500;
/** A caller's number can be forged: nobody is rung more often because somebody else pretends to be them. */
const PER_DAY_MAX = 3;
const DAY_MS = 24 * 3600_000;
/** Of several instances one dials. */
const CLAIM_MS = 60_000;
const GROUP = 'callbacks';

export class Callbacks {
  readonly #options: CallbacksOptions;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;

  constructor(options: CallbacksOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Safe twice. */
  start(): void {
    this.#timer ??= setInterval(() => void this.look(), LOOK_MS).unref();
  }

  /** Safe twice. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#looking;
  }

  /** May this caller be offered it? Only numbers of our own country code: what is dear elsewhere is not ours to pay. */
  mayRing({ from, to }: { from: string; to: string }): boolean {
    const [theirs, ours] = [from, to].map((number) => parsePhoneNumberFromString(number));
    return theirs?.isPossible() === true && theirs.countryCallingCode === ours?.countryCallingCode;
  }

  /** They have asked for it. Resolves false when they can't be promised anything. */
  async ask(call: Omit<Callback, 'askedAtMs'>): Promise<boolean> {
    const { store, onResult, log } = this.#options;
    const isTaken = this.mayRing({ from: call.to, to: call.from }) && (await this.#isNew(call.to));
    if (isTaken) await store.join(GROUP, JSON.stringify({ ...call, askedAtMs: this.#now() }), WAIT_MS);
    onResult(isTaken ? 'asked' : 'refused');
    log.info({ agent: call.agent, to: call.to, isTaken }, 'a caller asks to be called back');
    return isTaken;
  }

  /** Rings the one who waits longest, if there is a line. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((err: unknown) => this.#options.log.error({ err }, 'defect: calling back failed'))
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async #isNew(to: string): Promise<boolean> {
    const { store } = this.#options;
    const waiting = await this.#waiting();
    if (waiting.some(({ callback }) => callback.to === to)) return true;
    if (waiting.length >= WAITING_MAX) return false;
    return (await store.increase(`callbacks:${to}`, 1, DAY_MS)) <= PER_DAY_MAX;
  }

  async #waiting(): Promise<{ member: string; callback: Callback }[]> {
    const members = await this.#options.store.members(GROUP);
    const all = members.map((member) => ({ member, callback: JSON.parse(member) as Callback }));
    return all.sort((a, b) => a.callback.askedAtMs - b.callback.askedAtMs);
  }

  async #look(): Promise<void> {
    const { store, hasRoom, isOpen, onResult, log } = this.#options;
    if (!hasRoom()) return;
    const next = (await this.#waiting()).find(({ callback }) => isOpen(callback.agent));
    if (next === undefined) return;
    const { member, callback } = next;
    const { to, from, agent, base, askedAtMs } = callback;
    if (
      (await store.putFirst(`callback:${to}:${askedAtMs}:${Math.floor(this.#now() / CLAIM_MS)}`, 'taken', CLAIM_MS)) !==
      null
    )
      return;
    // First off the list: whoever dies in the middle rings nobody twice.
    await store.leave(GROUP, member);
    try {
      await this.#options.dial({ to, from, agent, variables: {}, machineDetection: null }, base);
      onResult('dialled');
      log.info({ agent, to, waitedMs: this.#now() - askedAtMs }, 'calling back');
    } catch (err) {
      const leftMs = askedAtMs + WAIT_MS - this.#now();
      // The line was gone again.
      if (err instanceof HttpError && err.status === 503 && leftMs > 0) return store.join(GROUP, member, leftMs);
      onResult('failed');
      log.warn({ agent, err }, 'calling back failed');
    }
  }
}
