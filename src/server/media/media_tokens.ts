// The secrets in media socket URLs. Each lets one socket in, once, for a short time, and belongs to one call: who has
// not seen our TwiML can't open a media socket. That `start` names the same call is checked by the worker.

import { randomBytes } from 'node:crypto';

const TOKEN_BYTES = 24;
/** Those of other instances; ours are as many as there are calls. */
const LEARNT_MAX = 10_000;

export interface MediaTicket {
  token: string;
  callSid: string;
  /** -1: another instance has announced the call, and holds it until its socket comes here. */
  slot: number;
  /** The URL in the TwiML, which Twilio signs in the handshake. */
  streamUrl: string;
  expiresAtMs: number;
  /** The call has its socket, or is over. Kept until it expires, to tell a second use from a guess. */
  spent: boolean;
}
export type LearntTicket = Pick<MediaTicket, 'token' | 'callSid' | 'streamUrl'>;
export type TokenProblem = 'unknown' | 'expired' | 'used';

export class MediaTokens {
  /** In order of issue, hence of expiry. */
  readonly #tickets = new Map<string, MediaTicket>();

  /** @param lifetimeMs from the webhook to the handshake */
  constructor(readonly lifetimeMs: number) {}

  /** A ticket for a call; earlier ones of the same call and slot stay good until one of them is used. */
  issue(callSid: string, slot: number, socketBase: string, nowMs: number): MediaTicket {
    this.#forgetExpired(nowMs);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const ticket = {
      token,
      callSid,
      slot,
      streamUrl: `${socketBase}/ws/${token}`,
      expiresAtMs: nowMs + this.lifetimeMs,
      spent: false,
    };
    this.#tickets.set(token, ticket);
    return ticket;
  }

  /** A ticket of another instance, whose socket may as well come here. */
  learn({ token, callSid, streamUrl }: LearntTicket, nowMs: number): void {
    this.#forgetExpired(nowMs);
    if (this.#tickets.has(token) || this.#tickets.size >= LEARNT_MAX) return;
    const expiresAtMs = nowMs + this.lifetimeMs;
    this.#tickets.set(token, { token, callSid, slot: -1, streamUrl, expiresAtMs, spent: false });
  }

  /** The ticket of a token, without using it up. 192 random bits: looking one up needs no constant time. */
  find(token: string, nowMs: number): MediaTicket | TokenProblem {
    const ticket = this.#tickets.get(token);
    if (ticket === undefined) return 'unknown';
    if (ticket.spent) return 'used';
    return nowMs < ticket.expiresAtMs ? ticket : 'expired';
  }

  /** Its socket is there, here or on another instance. Returns the ticket, if it was known. */
  use(token: string): MediaTicket | undefined {
    const ticket = this.#tickets.get(token);
    if (ticket !== undefined) ticket.spent = true;
    return ticket;
  }

  /** No ticket of this slot is good any more: its socket is there, or its call is over. A ticket that the same call got
   *  for another slot, for a stream that comes after this one, stays good. */
  spend(slot: number): void {
    for (const ticket of this.#tickets.values()) if (ticket.slot === slot) ticket.spent = true;
  }

  /** Expired tickets are remembered for one more lifetime, so that a late socket is told apart from a guess. */
  #forgetExpired(nowMs: number): void {
    for (const [token, ticket] of this.#tickets) {
      if (nowMs < ticket.expiresAtMs + this.lifetimeMs) return;
      this.#tickets.delete(token);
    }
  }
}
