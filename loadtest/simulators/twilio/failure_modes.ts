// What can be made to go wrong, by name. A mode is armed with how often it strikes; the place that asks `take` acts it
// out. Modes named after the server's side (TwiML) replace the server's answer, so that the server sees what Twilio
// does after a failure it never noticed.

/** Every mode with its meaning; `ms` and `afterMs` are options of `fail`. */
export const FAILURE_MODES = {
  webhook_bad_signature: 'voice webhooks are signed with another token',
  webhook_no_signature: 'voice webhooks carry no signature',
  twiml_500: 'the TwiML answer is taken as HTTP 500 (11200): fallback URL, else the call ends',
  twiml_timeout: 'the TwiML answer is taken as never come, after `ms` (default: at once)',
  twiml_invalid: 'the TwiML answer is taken as malformed (12100)',
  handshake_refused: 'the media socket is never opened; as if the server had refused it (31920)',
  handshake_slow: 'TCP connects, the handshake follows after `ms`',
  handshake_bad_signature: 'the media handshake is signed with another token',
  handshake_no_signature: 'the media handshake carries no signature',
  start_missing: 'the media socket opens and says `connected`, but `start` never comes',
  token_reused: 'a second media socket opens with the same URL while the first is up',
  wrong_call_sid: '`start` names another call than the webhook did',
  tcp_cut: 'the media connection is reset `afterMs` after start, without `stop`',
  slow_reader: 'nothing is read from the media socket for `ms`, from `afterMs` on',
  hangup_during_connect: 'the caller hangs up when the TwiML has come, before the media socket is open',
  hangup_during_tts: 'the caller hangs up `afterMs` into the agent speaking',
  hangup_after_update: 'the caller hangs up in the moment a REST update was accepted',
  rest_429: 'REST answers 429, code 20429',
  rest_500: 'REST answers 500 with an HTML page',
  rest_503: 'REST answers 503, code 20503',
  rest_reset: 'REST resets the connection',
  rest_hang: 'REST accepts the request and never answers',
  rest_create_lost: 'the call is created, but the answer is a reset connection: a repeat would ring twice',
  callbacks_duplicate: 'every status callback is sent twice',
  callbacks_reordered: 'each status callback is overtaken by the next one',
  callbacks_lost: 'status callbacks are not sent',
  amd_late: 'the answering machine verdict comes `ms` later',
} as const;

export type FailureMode = keyof typeof FAILURE_MODES;

export interface FailureOptions {
  /** How often it strikes; default: until healed. */
  times?: number;
  ms?: number;
  afterMs?: number;
}

export class Failures {
  readonly #armed = new Map<FailureMode, FailureOptions>();
  /** How often each mode struck. */
  readonly struck: Partial<Record<FailureMode, number>> = {};

  fail(mode: FailureMode, options: FailureOptions = {}): void {
    if (!(mode in FAILURE_MODES)) throw new RangeError(`unknown failure mode ${mode}`);
    this.#armed.set(mode, { ...options });
  }

  /** Disarms one mode, or all. */
  heal(mode?: FailureMode): void {
    if (mode === undefined) this.#armed.clear();
    else this.#armed.delete(mode);
  }

  /** Uses up one strike. Null = nothing goes wrong. */
  take(mode: FailureMode): FailureOptions | null {
    const options = this.#armed.get(mode);
    if (options === undefined) return null;
    if (options.times !== undefined && --options.times <= 0) this.#armed.delete(mode);
    this.struck[mode] = (this.struck[mode] ?? 0) + 1;
    return options;
  }

  /** What is armed now. */
  get armed(): { mode: FailureMode; options: FailureOptions }[] {
    return [...this.#armed].map(([mode, options]) => ({ mode, options }));
  }
}
