// Whether this caller's line gives our own voice back, as a loudspeaker does: once that is sure it stays so for the call, until the
// line is seen to give nothing back any more. A loud echo begins anew with each sentence of ours, and each would be met as a
// voice until it is long enough to be known for what it is. Pure; what follows from it is stretch_verdict.ts.

/** The line surely returns us; somebody talks over it, or it does not. */
const SURE = 0.85;
const NOT = 0.5;
/** So many windows of the line's voice while we speak make it sure: 0.8 s; as many without take it back. */
const WINDOWS = 24;

export class EchoLatch {
  isOn = false;
  #count = 0;

  /**
   * A window in which the VAD heard a voice while we spoke.
   * @param echo SoundWindow.echo; NaN = not known
   */
  heard(echo: number): void {
    if (echo >= SURE) this.#count = Math.min(WINDOWS, this.#count + 1);
    else if (echo < NOT) this.#count = Math.max(0, this.#count - 1);
    if (this.#count === WINDOWS) this.isOn = true;
    else if (this.#count === 0) this.isOn = false;
  }
}
