// Values that the model may not see, for as long as the call lasts: it is given a handle, and a tool that may get the value is
// given it by that. In this worker's memory only; a call that goes on elsewhere has to ask again.

import type { Field } from '../call/field.js';

export class ProtectedValues {
  readonly #values = new Map<string, string>();

  /** Keeps a value; returns its handle. */
  keep({ kind }: Pick<Field, 'kind'>, value: string): string {
    const handle = `${kind}_${this.#values.size + 1}`;
    this.#values.set(handle, value);
    return handle;
  }

  /** undefined = no handle of ours. */
  reveal(handle: string): string | undefined {
    return this.#values.get(handle);
  }

  /** The call is over. Safe twice. */
  forget(): void {
    this.#values.clear();
  }
}
