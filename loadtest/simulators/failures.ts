// What is to go wrong, and for whom: the switchable failure modes of one simulator. The simulator asks at the moments
// when a mode could strike (a handshake, a request, a new stream); what striking means is its own business.

export interface FailOptions {
  /** How many connections, streams or requests it strikes; 'always' = until `heal`. Default 1. */
  times?: number | 'always';
  /** Only the call whose key (tag, user, context id) contains this. */
  callSid?: string;
  /** How far in it strikes: milliseconds of audio (Deepgram), tokens (OpenAI), chunks (Cartesia). Default 0. */
  after?: number;
  /** For answers that carry a Retry-After, and for modes that wait. */
  delayMs?: number;
}

/** A failure that was handed out and will strike its taker. */
export interface ArmedFailure<Mode extends string> {
  mode: Mode;
  after: number;
  delayMs: number | undefined;
}

interface Planned<Mode extends string> extends ArmedFailure<Mode> {
  version: number;
  left: number;
  callSid: string | undefined;
}

/** The planned failures of one simulator, in the order they were set. */
export class FailurePlan<Mode extends string> {
  /** Goes up whenever a failure is set, so that long-lived streams know to ask again. */
  version = 0;
  #planned: Planned<Mode>[] = [];
  readonly struck: Partial<Record<Mode, number>> = {};

  constructor(readonly modes: readonly Mode[]) {}

  /** Plans `mode`; `RangeError` when there is no such mode. */
  fail(mode: Mode, options: FailOptions = {}): void {
    if (!this.modes.includes(mode))
      throw new RangeError(`no such failure mode: ${mode}; known: ${this.modes.join(' ')}`);
    const left = options.times === 'always' ? Number.POSITIVE_INFINITY : (options.times ?? 1);
    const { callSid, after = 0, delayMs } = options;
    this.#planned.push({ mode, after, delayMs, left, callSid, version: ++this.version });
  }

  /** Forgets what has not been handed out yet: `mode` only, or everything. */
  heal(mode?: Mode): void {
    this.#planned = mode ? this.#planned.filter((planned) => planned.mode !== mode) : [];
  }

  /** A failure planned for just this call, a number of times, has not been handed out as often. */
  isPending(callSid: string): boolean {
    return this.#planned.some((planned) => planned.callSid === callSid && Number.isFinite(planned.left));
  }

  /** Hands out the first planned failure among `modes` that applies to `key`, and counts it. */
  take(modes: readonly Mode[], key: string): ArmedFailure<Mode> | null {
    const planned = this.#planned.find((candidate) => applies(candidate, modes, key));
    return planned ? this.#handOut(planned) : null;
  }

  /** For a long-lived stream: everything that applies to it and was planned after `version`, each once. */
  takeSince(version: number, modes: readonly Mode[], key: string): ArmedFailure<Mode>[] {
    return this.#planned
      .filter((candidate) => candidate.version > version && applies(candidate, modes, key))
      .map((planned) => this.#handOut(planned));
  }

  #handOut(planned: Planned<Mode>): ArmedFailure<Mode> {
    const { mode, after, delayMs } = planned;
    if (--planned.left <= 0) this.#planned = this.#planned.filter((other) => other !== planned);
    this.struck[mode] = (this.struck[mode] ?? 0) + 1;
    return { mode, after, delayMs };
  }
}

function applies<Mode extends string>(planned: Planned<Mode>, modes: readonly Mode[], key: string): boolean {
  return modes.includes(planned.mode) && (!planned.callSid || key.includes(planned.callSid));
}
