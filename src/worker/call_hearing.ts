// The speech recognition of one call: opened with the call's order, closed with its end, and what it reports is told to the
// dialogue. The audio it gets is caller_audio.ts, the vendor's session behind it is src/providers.

import { isDeepStrictEqual } from 'node:util';
import type { CallPlan } from '../agents/call_plan.js';
import type { EngineError } from '../errors.js';
import type { SttSession } from '../providers/stt.js';
import type { CallerAudio } from './caller_audio.js';
import type { Dialogue } from './dialogue.js';
import type { SessionServices } from './session_services.js';

export interface HearingParts {
  callSid: string;
  listen: CallPlan['listen'];
  ears: CallerAudio;
  /** Whoever is told now. */
  dialogue(): Pick<Dialogue, 'transcribed' | 'event'>;
  /** Runs `work` unless the call is over; what it throws ends the call. */
  guard(work: () => void): void;
  /** Something failed that the call survives. */
  onFault(error: EngineError, message: string): void;
  /** The engine's clock, ms. */
  nowMs(): number;
}

export class CallHearing {
  readonly #parts: HearingParts;
  readonly #services: Pick<SessionServices, 'stt' | 'metrics'>;
  #session: SttSession | null = null;
  /** Recognition is down: said once, to the dialogue of that moment. */
  isDeaf = false;
  #listen: CallPlan['listen'];

  constructor(parts: HearingParts, services: Pick<SessionServices, 'stt' | 'metrics'>) {
    this.#parts = parts;
    this.#listen = parts.listen;
    this.#services = services;
  }

  open(): void {
    const { stt, metrics } = this.#services;
    const { callSid, ears, dialogue, guard, onFault, nowMs } = this.#parts;
    this.#session = stt.open(
      { callSid, ...this.#listen },
      {
        onOpen: (connectMs) => metrics.observe('stt_connect_ms', connectMs),
        onTranscript: (transcript) => guard(() => dialogue().transcribed(transcript, ears.behindMs, nowMs())),
        onError: (error) => onFault(error, 'speech recognition trouble'),
        onDeaf: (error) =>
          guard(() => {
            this.isDeaf = true;
            metrics.add('deaf_calls');
            onFault(error, 'speech recognition lost: the call cannot hear');
            dialogue().event({ on: 'deaf' }, nowMs());
          }),
        onHearing: () =>
          guard(() => {
            this.isDeaf = false;
            dialogue().event({ on: 'hearing' }, nowMs());
          }),
      },
    );
    ears.begin(this.#session);
  }

  /** Another agent listens: to another language, for other words. Nothing happens when it listens like the one before. */
  listen(listen: CallPlan['listen']): void {
    if (isDeepStrictEqual(listen, this.#listen)) return;
    this.#listen = listen;
    this.isDeaf = false;
    this.close();
    this.open();
  }

  /** The final words of all audio so far are wanted, now. */
  finalize(): void {
    this.#parts.ears.flushStt();
    this.#session?.finalize();
  }

  /** Gives away what audio is left, for the bill, and closes. Safe before `open` and twice. */
  close(): void {
    this.#parts.ears.flushStt();
    this.#session?.close();
  }
}
