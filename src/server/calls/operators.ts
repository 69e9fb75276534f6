// What operators may do to the calls of this instance, and who of them: one at a time has a caller to themselves. The acts go
// to the call's worker as control records, which are never lost; what a worker makes of them is worker/operator_desk.ts.

import type { CallControl } from './call_control.js';
import type { CallEntry, CallRegistry } from './call_registry.js';

/** `operator`: the name of their key. Plain data: it may come from another instance. */
export type OperatorOrder =
  | { do: 'say'; operator: string; text: string; now: boolean }
  | { do: 'whisper'; operator: string; text: string }
  /** `seconds`: then the agent goes on by itself. */
  | { do: 'pause'; operator: string; seconds: number }
  /** `note`: told to the model, like a whisper. */
  | { do: 'resume'; operator: string; note: string | null };

/** `held`: another operator has the caller. `early`: the caller can't hear us yet. */
export type ActResult = { heldBy: string | null; problem: 'ended' | 'early' | 'held' | null };

export interface OperatorsOptions {
  registry: Pick<CallRegistry, 'findOurs'>;
  control: Pick<CallControl, 'act'>;
  /** An agent went on by itself: nobody has told it to. */
  onForgotten(callSid: string, operator: string): void;
}

export class Operators {
  readonly #options: OperatorsOptions;

  constructor(options: OperatorsOptions) {
    this.#options = options;
  }

  /** null = no call of ours. */
  act(callSid: string, order: OperatorOrder): ActResult | null {
    const entry = this.#options.registry.findOurs(callSid);
    if (entry === undefined) return null;
    const heldBy = entry.hold?.operator ?? null;
    if (entry.phase === 'ended') return { heldBy, problem: 'ended' };
    if (entry.phase !== 'connected') return { heldBy, problem: 'early' };
    if (heldBy !== null && heldBy !== order.operator) return { heldBy, problem: 'held' };
    this.#carryOut(entry, order);
    return { heldBy: entry.hold?.operator ?? null, problem: null };
  }

  #carryOut(entry: CallEntry, order: OperatorOrder): void {
    const { control } = this.#options;
    const { operator } = order;
    switch (order.do) {
      case 'say':
        return control.act(entry, { act: 'say', operator, text: order.text, now: order.now });
      case 'whisper':
        return control.act(entry, { act: 'whisper', operator, text: order.text });
      case 'pause':
        this.#hold(entry, operator, order.seconds);
        return control.act(entry, { act: 'pause', operator });
      case 'resume':
        if (order.note !== null) control.act(entry, { act: 'whisper', operator, text: order.note });
        entry.hold = null;
        return control.act(entry, { act: 'resume', operator });
    }
  }

  /** An operator whose browser has crashed shall not leave a caller in silence. */
  #hold(entry: CallEntry, operator: string, seconds: number): void {
    const hold = { operator };
    entry.hold = hold;
    setTimeout(() => {
      if (entry.hold !== hold) return;
      entry.hold = null;
      this.#options.control.act(entry, { act: 'resume', operator });
      this.#options.onForgotten(entry.callSid, operator);
    }, seconds * 1000).unref();
  }
}
